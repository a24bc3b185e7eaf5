//! Variant: a map of parked threads, a flag beside the lock for whoever only looks, and a new event for each round.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

struct Waiter {
    thread: Thread,
    is_free: AtomicBool,
}

#[derive(Default)]
struct State {
    is_set: bool,
    next_id: usize,
    waiting: HashMap<usize, Arc<Waiter>>,
}

#[derive(Default)]
pub struct Event {
    state: Mutex<State>,
    is_set: AtomicBool,
}

impl Event {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn set(&self) {
        let waiting = {
            let mut state = self.state.lock().unwrap();
            state.is_set = true;
            self.is_set.store(true, Ordering::Release);
            std::mem::take(&mut state.waiting)
        };
        for waiter in waiting.into_values() {
            waiter.is_free.store(true, Ordering::Release);
            waiter.thread.unpark();
        }
    }

    pub fn clear(&self) {
        let mut state = self.state.lock().unwrap();
        state.is_set = false;
        self.is_set.store(false, Ordering::Release);
    }

    pub fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Acquire)
    }

    /// Joins those who wait, unless the event is set.
    fn enter(&self) -> Option<(usize, Arc<Waiter>)> {
        let mut state = self.state.lock().unwrap();
        if state.is_set {
            return None;
        }
        let waiter = Arc::new(Waiter {
            thread: thread::current(),
            is_free: AtomicBool::new(false),
        });
        state.next_id += 1;
        let id = state.next_id;
        state.waiting.insert(id, Arc::clone(&waiter));
        Some((id, waiter))
    }

    pub fn wait(&self) {
        if self.is_set() {
            return;
        }
        let Some((_, waiter)) = self.enter() else { return };
        while !waiter.is_free.load(Ordering::Acquire) {
            thread::park();
        }
    }

    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let Some((id, waiter)) = self.enter() else { return true };
        loop {
            if waiter.is_free.load(Ordering::Acquire) {
                return true;
            }
            match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                None => thread::park(),
                Some(Duration::ZERO) => {
                    // Whoever has taken the waiter out of the map is about to free it.
                    if self.state.lock().unwrap().waiting.remove(&id).is_some() {
                        return false;
                    }
                    thread::park();
                }
                Some(left) => thread::park_timeout(left),
            }
        }
    }
}

pub struct Latch {
    left: AtomicUsize,
    event: Event,
}

impl Latch {
    pub fn new(count: usize) -> Self {
        let latch = Self {
            left: AtomicUsize::new(count),
            event: Event::new(),
        };
        if count == 0 {
            latch.event.set();
        }
        latch
    }

    pub fn count_down(&self) {
        let one_less = |left: usize| left.checked_sub(1);
        let counted = self.left.fetch_update(Ordering::AcqRel, Ordering::Relaxed, one_less);
        if counted == Ok(1) {
            self.event.set();
        }
    }

    pub fn wait(&self) {
        self.event.wait();
    }
}

pub struct Rounds {
    n_threads: usize,
    round: Mutex<(usize, Arc<Event>)>,
}

impl Rounds {
    pub fn new(threads: usize) -> Self {
        Self {
            n_threads: threads,
            round: Mutex::default(),
        }
    }

    pub fn wait(&self) -> bool {
        let mut round = self.round.lock().unwrap();
        let (place, event) = (round.0, Arc::clone(&round.1));
        round.0 += 1;
        if round.0 >= self.n_threads {
            *round = (0, Arc::default());
            event.set();
        }
        drop(round);
        event.wait();
        place == 0
    }
}
