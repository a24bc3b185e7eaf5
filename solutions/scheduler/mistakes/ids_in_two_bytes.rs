//! Mistake: ids are counted in two bytes. The order does not depend on them, but after 65536 events an id names two.
//!
//! Fails: `an_earlier_event_overtakes` with `wrong_result`.
//! Fails: `cancel_is_exact` with `wrong_result`.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

struct Entry {
    time: Option<Instant>,
    priority: u32,
    id: EventId,
    call: Box<dyn FnOnce(&Scheduler) + Send>,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId {
    n: u16,
}
#[derive(Default)]
struct Plan {
    entries: VecDeque<Entry>,
    runners: Vec<Thread>,
}
pub struct Scheduler {
    plan: Mutex<Plan>,
    ids: AtomicU16,
}
fn key(time: Option<Instant>, priority: u32) -> (bool, Option<Instant>, u32) {
    (time.is_none(), time, priority)
}
impl Scheduler {
    pub fn new() -> Self {
        Self {
            plan: Mutex::default(),
            ids: AtomicU16::new(1),
        }
    }
    fn add(&self, time: Option<Instant>, priority: u32, call: Box<dyn FnOnce(&Scheduler) + Send>) -> EventId {
        let mut plan = self.plan.lock().unwrap();
        let id = EventId {
            n: self.ids.fetch_add(1, Ordering::Relaxed),
        };
        let at = plan
            .entries
            .partition_point(|e| key(e.time, e.priority) <= key(time, priority));
        plan.entries.insert(
            at,
            Entry {
                time,
                priority,
                id,
                call,
            },
        );
        Self::wake(&mut plan);
        id
    }
    fn wake(plan: &mut Plan) {
        for t in plan.runners.drain(..) {
            t.unpark();
        }
    }
    pub fn enter_at(&self, time: Instant, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        self.add(Some(time), priority, Box::new(f))
    }
    pub fn enter_after(&self, delay: Duration, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        self.add(Instant::now().checked_add(delay), priority, Box::new(f))
    }
    pub fn cancel(&self, id: EventId) -> bool {
        let mut plan = self.plan.lock().unwrap();
        let Some(at) = plan.entries.iter().position(|e| e.id == id) else {
            return false;
        };
        plan.entries.remove(at);
        Self::wake(&mut plan);
        true
    }
    pub fn run(&self) {
        loop {
            let mut plan = self.plan.lock().unwrap();
            let Some(first) = plan.entries.front() else {
                Self::wake(&mut plan);
                return;
            };
            let rest = first.time.map(|t| t.saturating_duration_since(Instant::now()));
            if rest == Some(Duration::ZERO) {
                let entry = plan.entries.pop_front().unwrap();
                if plan.entries.is_empty() {
                    Self::wake(&mut plan);
                }
                drop(plan);
                (entry.call)(self);
                continue;
            }
            plan.runners.push(thread::current());
            drop(plan);
            match rest {
                Some(rest) => thread::park_timeout(rest),
                None => thread::park(),
            }
        }
    }
    pub fn is_empty(&self) -> bool {
        self.plan.lock().unwrap().entries.is_empty()
    }
}
