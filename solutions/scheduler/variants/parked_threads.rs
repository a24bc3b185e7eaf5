//! Variant: a `Vec`, searched for the first event each time, and threads that park until that is due. Every change
//! unparks all of them.

use std::mem;
use std::sync::{Mutex, MutexGuard};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventId(u64);

struct Event {
    /// Without one, it is never due.
    time: Option<Instant>,
    priority: u32,
    id: EventId,
    f: Box<dyn FnOnce(&Scheduler) + Send>,
}

#[derive(Default)]
struct Inside {
    events: Vec<Event>,
    next: u64,
    parked: Vec<Thread>,
}

impl Inside {
    fn first(&self) -> Option<usize> {
        let key = |event: &Event| (event.time.is_none(), event.time, event.priority, event.id);
        (0..self.events.len()).min_by_key(|&index| key(&self.events[index]))
    }

    fn wake(&mut self) {
        mem::take(&mut self.parked).iter().for_each(Thread::unpark);
    }
}

pub struct Scheduler(Mutex<Inside>);

impl Scheduler {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        Self(Mutex::default())
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().expect("nothing panics with the lock held")
    }

    fn enter(&self, time: Option<Instant>, priority: u32, f: Box<dyn FnOnce(&Scheduler) + Send>) -> EventId {
        let mut inside = self.inside();
        let id = EventId(inside.next);
        inside.next += 1;
        inside.events.push(Event { time, priority, id, f });
        inside.wake();
        id
    }

    pub fn enter_at(&self, time: Instant, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        self.enter(Some(time), priority, Box::new(f))
    }

    pub fn enter_after(&self, delay: Duration, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        self.enter(Instant::now().checked_add(delay), priority, Box::new(f))
    }

    pub fn cancel(&self, id: EventId) -> bool {
        let mut inside = self.inside();
        let Some(index) = inside.events.iter().position(|event| event.id == id) else {
            return false;
        };
        let event = inside.events.swap_remove(index);
        inside.wake();
        drop(inside);
        drop(event);
        true
    }

    pub fn run(&self) {
        loop {
            let mut inside = self.inside();
            let Some(first) = inside.first() else { return };
            let left = inside.events[first]
                .time
                .map(|time| time.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                let event = inside.events.swap_remove(first);
                drop(inside);
                (event.f)(self);
                continue;
            }
            inside.parked.push(thread::current());
            drop(inside);
            match left {
                Some(left) => thread::park_timeout(left),
                None => thread::park(),
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.inside().events.is_empty()
    }
}
