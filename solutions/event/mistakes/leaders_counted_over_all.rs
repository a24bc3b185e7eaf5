//! Mistake: every `n`th thread that leaves leads, counted over all barriers. Two barriers at the same time take each
//! other's turns.
//!
//! Fails: `each_round_has_one_leader` with `wrong_result`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};
struct Waiter {
    thread: Thread,
    freed: AtomicBool,
}
#[derive(Default)]
struct Inner {
    set: bool,
    next: usize,
    waiting: HashMap<usize, Arc<Waiter>>,
}
pub struct Event(Mutex<Inner>);
impl Event {
    pub fn new() -> Self {
        Event(Mutex::default())
    }
    pub fn set(&self) {
        let all = {
            let mut i = self.0.lock().unwrap();
            i.set = true;
            std::mem::take(&mut i.waiting)
        };
        for w in all.into_values() {
            w.freed.store(true, Release);
            w.thread.unpark();
        }
    }
    pub fn clear(&self) {
        self.0.lock().unwrap().set = false
    }
    pub fn is_set(&self) -> bool {
        self.0.lock().unwrap().set
    }
    fn enter(&self) -> Option<(usize, Arc<Waiter>)> {
        let mut i = self.0.lock().unwrap();
        if i.set {
            return None;
        }
        let w = Arc::new(Waiter {
            thread: thread::current(),
            freed: AtomicBool::new(false),
        });
        i.next += 1;
        let id = i.next;
        i.waiting.insert(id, w.clone());
        Some((id, w))
    }
    pub fn wait(&self) {
        let Some((_, w)) = self.enter() else { return };
        while !w.freed.load(Acquire) {
            thread::park()
        }
    }
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let end = Instant::now().checked_add(timeout);
        let Some((id, w)) = self.enter() else { return true };
        loop {
            if w.freed.load(Acquire) {
                return true;
            }
            match end.map(|e| e.saturating_duration_since(Instant::now())) {
                None => thread::park(),
                Some(Duration::ZERO) => {
                    // Whoever took us out of the map is going to free us.
                    if self.0.lock().unwrap().waiting.remove(&id).is_some() {
                        return false;
                    }
                    thread::park();
                }
                Some(left) => thread::park_timeout(left),
            }
        }
    }
}
impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}
pub struct Latch {
    left: AtomicUsize,
    event: Event,
}
impl Latch {
    pub fn new(count: usize) -> Self {
        let l = Latch {
            left: AtomicUsize::new(count),
            event: Event::new(),
        };
        if count == 0 {
            l.event.set()
        }
        l
    }
    pub fn count_down(&self) {
        let mut n = self.left.load(Relaxed);
        while n > 0 {
            match self.left.compare_exchange_weak(n, n - 1, AcqRel, Relaxed) {
                Ok(_) => break,
                Err(m) => n = m,
            }
        }
        if n == 1 {
            self.event.set()
        }
    }
    pub fn wait(&self) {
        self.event.wait()
    }
}
pub struct Rounds {
    n: usize,
    s: Mutex<(usize, Arc<Event>)>,
}
impl Rounds {
    pub fn new(threads: usize) -> Self {
        Rounds {
            n: threads,
            s: Mutex::new((0, Arc::default())),
        }
    }
    pub fn wait(&self) -> bool {
        let mut s = self.s.lock().unwrap();
        let round = s.1.clone();
        let place = s.0;
        s.0 += 1;
        if s.0 >= self.n {
            *s = (0, Arc::default());
            round.set();
        }
        drop(s);
        round.wait();
        {
            static F: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
            let _ = place;
            F.fetch_add(1, SeqCst) % self.n.max(1) == 0
        }
    }
}
