//! Mistake: `set` changes the flag and the number of sets one after the other. If another thread clears the event in
//! between and waits, it is freed, and the event is not set.
//!
//! Fails: `an_event_stays_as_it_is` with `race`.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};
pub struct Event {
    flag: AtomicBool,
    state: Mutex<(bool, u64)>,
    cv: Condvar,
}
impl Event {
    pub fn new() -> Self {
        Event {
            flag: AtomicBool::new(false),
            state: Mutex::new((false, 0)),
            cv: Condvar::new(),
        }
    }
    pub fn set(&self) {
        self.flag.store(true, SeqCst);
        {
            let mut s = self.state.lock().unwrap();
            s.1 += 1;
        }
        self.cv.notify_all();
    }
    pub fn clear(&self) {
        self.flag.store(false, SeqCst)
    }
    pub fn is_set(&self) -> bool {
        self.flag.load(SeqCst)
    }
    pub fn wait(&self) {
        let mut s = self.state.lock().unwrap();
        if self.flag.load(SeqCst) {
            return;
        }
        let epoch = s.1;
        while s.1 == epoch {
            s = self.cv.wait(s).unwrap();
        }
    }
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let began = Instant::now();
        let mut s = self.state.lock().unwrap();
        if self.flag.load(SeqCst) {
            return true;
        }
        let epoch = s.1;
        loop {
            if s.1 != epoch {
                return true;
            }
            let Some(left) = timeout.checked_sub(began.elapsed()) else {
                return false;
            };
            if left.is_zero() {
                return false;
            }
            s = self.cv.wait_timeout(s, left).unwrap().0;
        }
    }
}
impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}
pub struct Latch {
    left: Mutex<usize>,
    cv: Condvar,
}
impl Latch {
    pub fn new(count: usize) -> Self {
        Latch {
            left: Mutex::new(count),
            cv: Condvar::new(),
        }
    }
    pub fn count_down(&self) {
        let mut l = self.left.lock().unwrap();
        *l = l.saturating_sub(1);
        if *l == 0 {
            self.cv.notify_all()
        }
    }
    pub fn wait(&self) {
        let _l = self.cv.wait_while(self.left.lock().unwrap(), |l| *l > 0).unwrap();
    }
}
pub struct Rounds {
    threads: usize,
    state: Mutex<(usize, u64)>,
    cv: Condvar,
}
impl Rounds {
    pub fn new(threads: usize) -> Self {
        Rounds {
            threads: threads.max(1),
            state: Mutex::new((0, 0)),
            cv: Condvar::new(),
        }
    }
    pub fn wait(&self) -> bool {
        let mut s = self.state.lock().unwrap();
        s.0 += 1;
        if s.0 == self.threads {
            s.0 = 0;
            s.1 += 1;
            self.cv.notify_all();
            return true;
        }
        let round = s.1;
        let _s = self.cv.wait_while(s, |s| s.1 == round).unwrap();
        false
    }
}
