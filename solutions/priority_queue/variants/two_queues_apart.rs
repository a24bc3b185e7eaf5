//! Variant: both queues are written out, each with its own loop, and wait without helpers such as `wait_while`.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::error::Error;
use std::fmt;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

#[derive(PartialEq, Eq)]
pub enum PutError<T> {
    Closed(T),
}

impl<T> fmt::Debug for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Closed(..)")
    }
}

impl<T> fmt::Display for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the queue is closed")
    }
}

impl<T> Error for PutError<T> {}

#[derive(Debug, PartialEq, Eq)]
pub enum GetError {
    Empty,
    Closed,
}

impl fmt::Display for GetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GetError::Empty => "the queue is empty",
            GetError::Closed => "the queue is empty and closed",
        })
    }
}

impl Error for GetError {}

struct Job<P, T> {
    key: (P, usize),
    payload: T,
}

impl<P: Ord, T> PartialEq for Job<P, T> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<P: Ord, T> Eq for Job<P, T> {}

impl<P: Ord, T> PartialOrd for Job<P, T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P: Ord, T> Ord for Job<P, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).reverse()
    }
}

pub struct PriorityQueue<P, T> {
    jobs: Mutex<(BinaryHeap<Job<P, T>>, usize, bool)>,
    wake: Condvar,
}

impl<P: Ord, T> PriorityQueue<P, T> {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        Self {
            jobs: Mutex::new((BinaryHeap::new(), 0, false)),
            wake: Condvar::new(),
        }
    }

    pub fn put(&self, priority: P, item: T) -> Result<(), PutError<T>> {
        let mut jobs = self.jobs.lock().unwrap();
        if jobs.2 {
            return Err(PutError::Closed(item));
        }
        let key = (priority, jobs.1);
        jobs.1 += 1;
        jobs.0.push(Job { key, payload: item });
        self.wake.notify_one();
        Ok(())
    }

    pub fn get(&self) -> Result<T, GetError> {
        let mut jobs = self.jobs.lock().unwrap();
        while jobs.0.is_empty() {
            if jobs.2 {
                return Err(GetError::Closed);
            }
            jobs = self.wake.wait(jobs).unwrap();
        }
        Ok(jobs.0.pop().unwrap().payload)
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        let mut jobs = self.jobs.lock().unwrap();
        match jobs.0.pop() {
            Some(job) => Ok(job.payload),
            None if jobs.2 => Err(GetError::Closed),
            None => Err(GetError::Empty),
        }
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        let begin = Instant::now();
        let mut jobs = self.jobs.lock().unwrap();
        while jobs.0.is_empty() && !jobs.2 {
            let waited = begin.elapsed();
            if waited >= timeout {
                return Err(GetError::Empty);
            }
            jobs = self.wake.wait_timeout(jobs, timeout - waited).unwrap().0;
        }
        jobs.0.pop().map(|job| job.payload).ok_or(GetError::Closed)
    }

    pub fn close(&self) {
        let mut jobs = self.jobs.lock().unwrap();
        jobs.2 = true;
        self.wake.notify_all();
    }
}

pub struct LifoQueue<T> {
    pile: Mutex<(Vec<T>, bool)>,
    wake: Condvar,
}

impl<T> LifoQueue<T> {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        Self {
            pile: Mutex::new((Vec::new(), false)),
            wake: Condvar::new(),
        }
    }

    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        let mut pile = self.pile.lock().unwrap();
        if pile.1 {
            return Err(PutError::Closed(item));
        }
        pile.0.push(item);
        self.wake.notify_one();
        Ok(())
    }

    pub fn get(&self) -> Result<T, GetError> {
        let mut pile = self.pile.lock().unwrap();
        loop {
            if let Some(item) = pile.0.pop() {
                return Ok(item);
            }
            if pile.1 {
                return Err(GetError::Closed);
            }
            pile = self.wake.wait(pile).unwrap();
        }
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        let mut pile = self.pile.lock().unwrap();
        let none = if pile.1 { GetError::Closed } else { GetError::Empty };
        pile.0.pop().ok_or(none)
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        let begin = Instant::now();
        let mut pile = self.pile.lock().unwrap();
        loop {
            if let Some(item) = pile.0.pop() {
                return Ok(item);
            }
            if pile.1 {
                return Err(GetError::Closed);
            }
            let Some(left) = timeout.checked_sub(begin.elapsed()) else {
                return Err(GetError::Empty);
            };
            pile = self.wake.wait_timeout(pile, left).unwrap().0;
        }
    }

    pub fn close(&self) {
        self.pile.lock().unwrap().1 = true;
        self.wake.notify_all();
    }
}
