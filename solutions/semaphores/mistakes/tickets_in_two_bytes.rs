//! Mistake: tickets are numbered in 16 bits. The semaphore works until the 65 536th thread has come.
//!
//! Fails: `all_permits_can_be_out_at_once` with `panic`.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

pub struct Semaphore {
    state: Mutex<State>,
    /// Notified when a permit came back or the line moved; every waiter then checks whether it is first.
    moved: Condvar,
}

struct State {
    free: usize,
    next_ticket: u16,
    /// The tickets of the waiters, the oldest first.
    line: VecDeque<u16>,
}

impl State {
    fn draw_ticket(&mut self) -> u16 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.line.push_back(ticket);
        ticket
    }

    fn must_wait(&self, ticket: u16) -> bool {
        self.free == 0 || self.line.front() != Some(&ticket)
    }
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        let state = State {
            free: permits,
            next_ticket: 0,
            line: VecDeque::new(),
        };
        Self {
            state: Mutex::new(state),
            moved: Condvar::new(),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        let mut state = self.state.lock().expect("nothing panics with the lock held");
        let ticket = state.draw_ticket();
        let state = self
            .moved
            .wait_while(state, |state| state.must_wait(ticket))
            .expect("nothing panics with the lock held");
        self.take(state)
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut state = self.state.lock().expect("nothing panics with the lock held");
        if state.free == 0 || !state.line.is_empty() {
            return None;
        }
        state.free -= 1;
        Some(Permit { semaphore: self })
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let mut state = self.state.lock().expect("nothing panics with the lock held");
        let ticket = state.draw_ticket();
        let (mut state, _) = self
            .moved
            .wait_timeout_while(state, timeout, |state| state.must_wait(ticket))
            .expect("nothing panics with the lock held");
        if state.must_wait(ticket) {
            state.line.retain(|&other| other != ticket);
            self.moved.notify_all();
            return None;
        }
        Some(self.take(state))
    }

    pub fn available(&self) -> usize {
        self.state.lock().expect("nothing panics with the lock held").free
    }

    /// Takes a permit for the first in line; the next waiter may find one, too.
    fn take(&self, mut state: MutexGuard<'_, State>) -> Permit<'_> {
        state.line.pop_front();
        state.free -= 1;
        self.moved.notify_all();
        Permit { semaphore: self }
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.semaphore
            .state
            .lock()
            .expect("nothing panics with the lock held")
            .free += 1;
        self.semaphore.moved.notify_all();
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
