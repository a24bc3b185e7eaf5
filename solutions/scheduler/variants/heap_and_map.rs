//! Variant: a heap knows the order and a map the functions. An event that is cancelled leaves its place in the heap
//! behind, which is thrown away when it is the first.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

type Call = Box<dyn FnOnce(&Scheduler) + Send>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(usize);

pub struct Scheduler {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    order: BinaryHeap<Reverse<(Instant, u32, EventId)>>,
    calls: HashMap<EventId, Call>,
    entered: usize,
}

impl Scheduler {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    pub fn enter_at(&self, time: Instant, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        let mut state = self.state.lock().unwrap();
        let id = EventId(state.entered);
        state.entered += 1;
        state.order.push(Reverse((time, priority, id)));
        state.calls.insert(id, Box::new(f));
        self.changed.notify_all();
        id
    }

    pub fn enter_after(&self, delay: Duration, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        const TEN_THOUSAND_YEARS: Duration = Duration::from_secs(10_000 * 365 * 24 * 60 * 60);
        self.enter_at(Instant::now() + delay.min(TEN_THOUSAND_YEARS), priority, f)
    }

    pub fn cancel(&self, id: EventId) -> bool {
        let mut state = self.state.lock().unwrap();
        let call = state.calls.remove(&id);
        self.changed.notify_all();
        drop(state);
        call.is_some()
    }

    pub fn run(&self) {
        let mut state = self.state.lock().unwrap();
        while let Some(&Reverse((time, _, id))) = state.order.peek() {
            if !state.calls.contains_key(&id) {
                state.order.pop();
                continue;
            }
            let left = time.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                state = self.changed.wait_timeout(state, left).unwrap().0;
                continue;
            }
            state.order.pop();
            let call = state.calls.remove(&id).expect("it is there");
            drop(state);
            call(self);
            state = self.state.lock().unwrap();
        }
    }

    pub fn is_empty(&self) -> bool {
        self.state.lock().unwrap().calls.is_empty()
    }
}
