//! Mistake: the place of an event that is gone is used again, and an id holds how often, in 16 bits.
//!
//! Fails: `cancel_is_exact` with `wrong_result`.

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
    events: BTreeMap<(bool, Key), (F, usize)>,
    next: u64,
    slots: Vec<(u16, Option<(bool, Key)>)>,
    free: Vec<usize>,
}

impl State {
    fn release(&mut self, slot: usize) {
        self.slots[slot].0 = self.slots[slot].0.wrapping_add(1);
        self.free.push(slot);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId {
    slot: usize,
    generation: u16,
}

impl Scheduler {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        Scheduler {
            state: Mutex::new(State {
                events: BTreeMap::new(),
                next: 0,
                slots: Vec::new(),
                free: Vec::new(),
            }),
            changed: Condvar::new(),
        }
    }

    fn enter(&self, time: Option<Instant>, priority: u32, f: F) -> EventId {
        let mut state = self.state.lock().unwrap();
        let key = (time.is_none(), (time, priority, state.next));
        state.next += 1;
        let slot = state.free.pop().unwrap_or_else(|| {
            state.slots.push((0, None));
            state.slots.len() - 1
        });
        state.slots[slot].1 = Some(key);
        let generation = state.slots[slot].0;
        state.events.insert(key, (f, slot));
        drop(state);
        self.changed.notify_all();
        EventId { slot, generation }
    }

    pub fn enter_at(&self, time: Instant, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        self.enter(Some(time), priority, Box::new(f))
    }

    pub fn enter_after(&self, delay: Duration, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        self.enter(Instant::now().checked_add(delay), priority, Box::new(f))
    }

    pub fn cancel(&self, id: EventId) -> bool {
        let found = {
            let mut state = self.state.lock().unwrap();
            if state.slots[id.slot].0 != id.generation {
                return false;
            }
            state.slots[id.slot].1.take().and_then(|key| {
                state.release(id.slot);
                state.events.remove(&key)
            })
        };
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
                let (f, slot) = entry.remove();
                state.slots[slot].1 = None;
                state.release(slot);
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
