//! Mistake: an entry wakes one thread, and a thread that takes an event wakes the others only if the next event is due
//! already.
//!
//! Fails: `threads_in_run_share_the_work` with `wrong_result`.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

type F = Box<dyn FnOnce(&Scheduler) + Send>;
type Key = (Option<Instant>, u32, u64);

pub struct Scheduler {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    events: BTreeMap<(bool, Key), F>,
    next: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId {
    key: (bool, Key),
}

impl Scheduler {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        Scheduler {
            state: Mutex::new(State {
                events: BTreeMap::new(),
                next: 0,
            }),
            changed: Condvar::new(),
        }
    }

    fn enter(&self, time: Option<Instant>, priority: u32, f: F) -> EventId {
        let mut state = self.state.lock().unwrap();
        let key = (time.is_none(), (time, priority, state.next));
        state.next += 1;
        state.events.insert(key, f);
        drop(state);
        self.changed.notify_one();
        EventId { key }
    }

    pub fn enter_at(&self, time: Instant, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        self.enter(Some(time), priority, Box::new(f))
    }

    pub fn enter_after(&self, delay: Duration, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        self.enter(Instant::now().checked_add(delay), priority, Box::new(f))
    }

    pub fn cancel(&self, id: EventId) -> bool {
        let found = self.state.lock().unwrap().events.remove(&id.key);
        if found.is_some() {
            self.changed.notify_all();
        }
        found.is_some()
    }

    pub fn run(&self) {
        let mut state = self.state.lock().unwrap();
        while let Some(entry) = state.events.first_entry() {
            let time = entry.key().1.0;
            let now = Instant::now();
            if let Some(time) = time
                && time <= now
            {
                let f = entry.remove();
                if state
                    .events
                    .first_key_value()
                    .is_none_or(|(key, _)| key.1.0.is_some_and(|time| time <= now))
                {
                    self.changed.notify_all();
                }
                drop(state);
                f(self);
                state = self.state.lock().unwrap();
                continue;
            }
            let left = time.map_or(Duration::MAX, |time| time - now);
            state = self.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.state.lock().unwrap().events.is_empty()
    }
}
