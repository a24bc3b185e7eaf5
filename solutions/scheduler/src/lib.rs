//! A scheduler made of a sorted map and a condition variable.
//!
//! The key of the map is the order in which events run, so the first entry is always the next event.
//! A thread in `run` sleeps until that one is due, or until somebody changes the map: then another
//! event may be the first. No lock is held while an event runs.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Runs functions at given times, in the threads that call [`Scheduler::run`].
pub struct Scheduler {
    state: Mutex<State>,
    /// Notified whenever an event is entered or cancelled.
    changed: Condvar,
}

struct State {
    /// The events that have not begun.
    events: BTreeMap<EventId, Event>,
    /// How many events were ever entered.
    n_entered: u64,
}

type Event = Box<dyn FnOnce(&Scheduler) + Send>;

/// Names an event that was entered.
// It is its place in the order, which makes it the key of the map. The derived order compares the
// fields from top to bottom. The number makes every id unique, so one that is outdated never names
// another event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventId {
    due: Due,
    priority: u32,
    number: u64,
}

/// When an event is due. An `Instant` has an end, and `Duration::MAX` lies beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    At(Instant),
    Never,
}

impl Scheduler {
    /// Makes a scheduler without events.
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

    /// Enters an event that is due at `time`. Of those that are due at the same time, the one with
    /// the lower `priority` runs first, and then the one that was entered first.
    pub fn enter_at(&self, time: Instant, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        self.enter(Due::At(time), priority, Box::new(f))
    }

    /// Enters an event that is due when `delay` has passed.
    pub fn enter_after(&self, delay: Duration, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        // The clock is read once, here: a delay counts from the call, not from `run`.
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
        state.n_entered += 1;
        state.events.insert(id, event);
        drop(state);
        // A thread in `run` may sleep until a later event. All of them look again: if only one did, it
        // might be busy with this event when the next one is due, while the others sleep on.
        self.changed.notify_all();
        id
    }

    /// Takes an event out. True if it has not begun, and so never will.
    pub fn cancel(&self, id: EventId) -> bool {
        // An event leaves the map before it begins, under the same lock. So either this call finds it
        // or `run` does, never both.
        let event = self.state().events.remove(&id);
        // A thread may sleep until this event, or wait for nothing else.
        self.changed.notify_all();
        // The function is dropped here, with the lock free: its destructor may call the scheduler.
        event.is_some()
    }

    /// Runs all events, each at its time, and returns when none is left.
    pub fn run(&self) {
        let mut state = self.state();
        while let Some(first) = state.events.first_entry() {
            let now = Instant::now();
            match first.key().due {
                Due::At(time) if time <= now => {
                    let event = first.remove();
                    // The event may enter and cancel others, and other threads may run theirs.
                    drop(state);
                    event(self);
                    state = self.state();
                }
                // No loop of its own is needed for spurious wake-ups: whatever the reason is, the
                // first event is looked at again.
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

    /// Whether no event is left that has not begun.
    pub fn is_empty(&self) -> bool {
        self.state().events.is_empty()
    }

    /// No event runs while the lock is held, so a panic of one leaves it alone.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
