//! A scheduler: functions that run at a given time, in the order of time and priority.
//!
//! The README beside this crate states the task and its rules.

// What you will probably want from the standard library:
//
//   std::collections::BTreeMap      sorted by key: first_entry, remove
//   std::collections::BinaryHeap    gives out the greatest first
//   std::sync::{Mutex, Condvar}     the events behind a lock, and a place to sleep until they change
//   Condvar::wait_timeout           sleep until woken, or until a timeout has passed
//   Condvar::notify_all             wake all sleepers
//   std::time::Instant              a point in time that never jumps: now, checked_add,
//                                   saturating_duration_since
//   Box<dyn FnOnce(&Scheduler) + Send>    a function of any type, to be called once

use std::time::{Duration, Instant};

/// Runs functions at given times, in the threads that call [`Scheduler::run`].
pub struct Scheduler {
    // The fields are yours to choose.
}

/// Names an event that was entered. Ids are never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId {
    // The fields are yours to choose, too.
}

impl Scheduler {
    /// Makes a scheduler without events.
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        todo!("make a scheduler without events")
    }

    /// Enters an event that is due at `time`. Of those that are due at the same time, the one with
    /// the lower `priority` runs first, and then the one that was entered first.
    pub fn enter_at(&self, time: Instant, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        let _ = f;
        todo!("enter an event that is due at {time:?}, with priority {priority}")
    }

    /// Enters an event that is due when `delay` has passed.
    pub fn enter_after(&self, delay: Duration, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        let _ = f;
        todo!("enter an event that is due in {delay:?}, with priority {priority}")
    }

    /// Takes an event out. True if it has not begun, and so never will.
    pub fn cancel(&self, id: EventId) -> bool {
        todo!("take out the event {id:?}, if it has not begun")
    }

    /// Runs all events, each at its time, and returns when none is left.
    pub fn run(&self) {
        todo!("run the first event when it is due, then the next one, until none is left")
    }

    /// Whether no event is left that has not begun.
    pub fn is_empty(&self) -> bool {
        todo!("say whether an event is left")
    }
}
