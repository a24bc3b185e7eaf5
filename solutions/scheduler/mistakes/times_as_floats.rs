//! Mistake: times are kept as a floating-point number of seconds, which rounds those that are far away.
//!
//! Fails: `events_run_at_their_time` with `wrong_result`.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

static ZERO: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();

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
        let zero = *ZERO.get_or_init(Instant::now);
        let time = time.map(|time| match time.checked_duration_since(zero) {
            Some(since) => zero + Duration::from_secs_f64(since.as_secs_f64()),
            None => time,
        });
        let mut state = self.state.lock().unwrap();
        let key = (time.is_none(), (time, priority, state.next));
        state.next += 1;
        state.events.insert(key, f);
        drop(state);
        self.changed.notify_all();
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
