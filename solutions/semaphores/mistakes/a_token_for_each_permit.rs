//! Mistake: the permits are tokens in a channel, and `new` puts in one for each. That is fine for a few
//! permits, but `usize::MAX` of them take for ever.
//!
//! Fails: `all_permits_can_be_out_at_once` with `too_slow`.
//! Fails: `run_limited_keeps_its_limit` with `too_slow`.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

struct Token;

pub struct Semaphore {
    tokens: Mutex<VecDeque<Token>>,
    returned: Condvar,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        let semaphore = Self {
            tokens: Mutex::new(VecDeque::new()),
            returned: Condvar::new(),
        };
        for _ in 0..permits {
            semaphore.tokens.lock().unwrap().push_back(Token);
        }
        semaphore
    }

    pub fn acquire(&self) -> Permit<'_> {
        let tokens = self.tokens.lock().unwrap();
        let mut tokens = self.returned.wait_while(tokens, |tokens| tokens.is_empty()).unwrap();
        let token = tokens.pop_front();
        Permit { semaphore: self, token }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.acquire_timeout(Duration::ZERO)
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let tokens = self.tokens.lock().unwrap();
        let (mut tokens, _) = self
            .returned
            .wait_timeout_while(tokens, timeout, |tokens| tokens.is_empty())
            .unwrap();
        let token = Some(tokens.pop_front()?);
        Some(Permit { semaphore: self, token })
    }

    pub fn available(&self) -> usize {
        self.tokens.lock().unwrap().len()
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
    token: Option<Token>,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.semaphore.tokens.lock().unwrap().extend(self.token.take());
        self.semaphore.returned.notify_one();
    }
}

pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    let semaphore = Semaphore::new(limit.max(1));
    let outcomes: Vec<thread::Result<T>> = thread::scope(|scope| {
        let semaphore = &semaphore;
        let threads: Vec<_> = jobs
            .into_iter()
            .map(|job| {
                scope.spawn(move || {
                    let _permit = semaphore.acquire();
                    job()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    outcomes
        .into_iter()
        .map(|outcome| outcome.expect("a job panicked"))
        .collect()
}
