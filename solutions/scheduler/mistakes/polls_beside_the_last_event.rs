//! Mistake: a thread with nothing left to begin looks every millisecond whether the events of other threads have ended.
//!
//! Fails: `waiting_takes_no_steps` with `busy_wait`.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventId(u64);
struct State {
    heap: BinaryHeap<Reverse<(Instant, u32, u64)>>,
    live: HashMap<u64, Box<dyn FnOnce(&Scheduler) + Send>>,
    next: u64,
    running: usize,
}
pub struct Scheduler {
    state: Mutex<State>,
    cv: Condvar,
}
fn far(start: Instant) -> Instant {
    let mut step = Duration::from_secs(1 << 62);
    let mut t = start;
    while step >= Duration::from_secs(1) {
        match t.checked_add(step) {
            Some(x) => t = x,
            None => step /= 2,
        }
    }
    t
}
struct Done<'a>(&'a Scheduler);
impl Drop for Done<'_> {
    fn drop(&mut self) {
        let mut s = self.0.state.lock().unwrap();
        s.running -= 1;
        self.0.cv.notify_all();
    }
}
impl Scheduler {
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State {
                heap: BinaryHeap::new(),
                live: HashMap::new(),
                next: 0,
                running: 0,
            }),
            cv: Condvar::new(),
        }
    }
    pub fn enter_at(&self, time: Instant, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        let mut s = self.state.lock().unwrap();
        let n = s.next;
        s.next += 1;
        s.heap.push(Reverse((time, priority, n)));
        s.live.insert(n, Box::new(f));
        drop(s);
        self.cv.notify_all();
        EventId(n)
    }
    pub fn enter_after(&self, delay: Duration, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        let now = Instant::now();
        self.enter_at(now.checked_add(delay).unwrap_or_else(|| far(now)), priority, f)
    }
    pub fn cancel(&self, id: EventId) -> bool {
        let gone = self.state.lock().unwrap().live.remove(&id.0).is_some();
        if gone {
            self.cv.notify_all();
        }
        gone
    }
    pub fn run(&self) {
        loop {
            let mut s = self.state.lock().unwrap();
            let event = loop {
                let Some(&Reverse((time, _, n))) = s.heap.peek() else {
                    if s.running == 0 {
                        return;
                    }
                    s = self.cv.wait_timeout(s, Duration::from_millis(1)).unwrap().0;
                    continue;
                };
                if !s.live.contains_key(&n) {
                    s.heap.pop();
                    continue;
                }
                match time.checked_duration_since(Instant::now()) {
                    Some(rest) if !rest.is_zero() => s = self.cv.wait_timeout(s, rest).unwrap().0,
                    _ => {
                        s.heap.pop();
                        s.running += 1;
                        break s.live.remove(&n).unwrap();
                    }
                }
            };
            drop(s);
            let _done = Done(self);
            event(self);
        }
    }
    pub fn is_empty(&self) -> bool {
        self.state.lock().unwrap().live.is_empty()
    }
}
