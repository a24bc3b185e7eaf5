//! The public items of the exercise with their exact types, one line each.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

use std::time::{Duration, Instant};

use scheduler::{EventId, Scheduler};

const _: fn(&Scheduler) -> &(dyn Sync + '_) = |scheduler| scheduler;
const _: fn(Scheduler) -> Box<dyn Send> = |scheduler| Box::new(scheduler);
const _: fn() -> Scheduler = || Scheduler::new();
const _: fn(&Scheduler, Instant, u32, Event) -> EventId =
    |scheduler, time, priority, event| scheduler.enter_at(time, priority, event);
const _: fn(&Scheduler, Duration, u32, Event) -> EventId =
    |scheduler, delay, priority, event| scheduler.enter_after(delay, priority, event);
const _: fn(&Scheduler, EventId) -> bool = |scheduler, id| scheduler.cancel(id);
const _: fn(&Scheduler) = |scheduler| scheduler.run();
const _: fn(&Scheduler) -> bool = |scheduler| scheduler.is_empty();
const _: fn(&EventId, &EventId) -> bool = |one, other| {
    let copy = *one;
    copy == *other && is_eq(one)
};

fn is_eq(_: &impl Eq) -> bool {
    true
}

/// An event that is called once and can be sent to another thread, and nothing else.
type Event = Box<dyn FnOnce(&Scheduler) + Send>;
