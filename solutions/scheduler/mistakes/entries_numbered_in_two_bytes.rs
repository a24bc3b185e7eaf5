//! Mistake: entries are numbered in 16 bits.
//!
//! Fails: `order_is_time_priority_entry` with `wrong_result`.
//! Fails: `cancel_is_exact` with `wrong_result`.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub struct Scheduler {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    events: BTreeMap<EventId, Event>,
    n_entered: u16,
}

type Event = Box<dyn FnOnce(&Scheduler) + Send>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventId {
    due: Due,
    priority: u32,
    number: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    At(Instant),
    Never,
}

impl Scheduler {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State {
                events: BTreeMap::new(),
                n_entered: 0,
            }),
            changed: Condvar::new(),
        }
    }

    pub fn enter_at(&self, time: Instant, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        self.enter(Due::At(time), priority, Box::new(f))
    }

    pub fn enter_after(&self, delay: Duration, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        let due = Instant::now().checked_add(delay).map_or(Due::Never, Due::At);
        self.enter(due, priority, Box::new(f))
    }

    fn enter(&self, due: Due, priority: u32, event: Event) -> EventId {
        let mut state = self.state();
        let id = EventId {
            due,
            priority,
            number: state.n_entered,
        };
        state.n_entered = state.n_entered.wrapping_add(1);
        state.events.insert(id, event);
        drop(state);
        self.changed.notify_all();
        id
    }

    pub fn cancel(&self, id: EventId) -> bool {
        let event = self.state().events.remove(&id);
        self.changed.notify_all();
        event.is_some()
    }

    pub fn run(&self) {
        let mut state = self.state();
        while let Some(first) = state.events.first_entry() {
            let now = Instant::now();
            match first.key().due {
                Due::At(time) if time <= now => {
                    let event = first.remove();
                    drop(state);
                    event(self);
                    state = self.state();
                }
                Due::At(time) => {
                    let woken = self.changed.wait_timeout(state, time - now);
                    state = woken.unwrap_or_else(PoisonError::into_inner).0;
                }
                Due::Never => {
                    let woken = self.changed.wait(state);
                    state = woken.unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.state().events.is_empty()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
