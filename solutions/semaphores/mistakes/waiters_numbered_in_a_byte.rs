//! Mistake: the waiters in line are numbered in a byte, and one that gives up removes its number. The
//! 257th has the number of the first. When it gives up, the first is no longer in line, and the channel
//! on which it waits has no sender left.
//!
//! Fails: `waiters_sleep_until_a_permit_is_free` with `panic`.

use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

pub struct Semaphore {
    state: Mutex<State>,
}

struct State {
    free: usize,
    /// The waiters, the oldest first. While there are any, `free` is 0.
    waiters: VecDeque<Waiter>,
    next_waiter: u8,
}

struct Waiter {
    id: u8,
    hand_over: Sender<()>,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        let state = State {
            free: permits,
            waiters: VecDeque::new(),
            next_waiter: 0,
        };
        Self {
            state: Mutex::new(state),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        if let Err((_, receiver)) = self.take_or_line_up() {
            receiver
                .recv()
                .expect("a waiter's sender stays in line until it has sent");
        }
        Permit { semaphore: self }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut state = self.state.lock().expect("nothing panics with the lock held");
        state.free = state.free.checked_sub(1)?;
        Some(Permit { semaphore: self })
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        if let Err((id, receiver)) = self.take_or_line_up() {
            if receiver.recv_timeout(timeout).is_err() {
                // The permit may have come between the deadline and this lock; then it is ours.
                let mut state = self.state.lock().expect("nothing panics with the lock held");
                if receiver.try_recv().is_err() {
                    state.waiters.retain(|waiter| waiter.id != id);
                    return None;
                }
            }
        }
        Some(Permit { semaphore: self })
    }

    pub fn available(&self) -> usize {
        self.state.lock().expect("nothing panics with the lock held").free
    }

    fn take_or_line_up(&self) -> Result<(), (u8, Receiver<()>)> {
        let mut state = self.state.lock().expect("nothing panics with the lock held");
        if state.free > 0 {
            state.free -= 1;
            return Ok(());
        }
        let (hand_over, receiver) = mpsc::channel();
        let id = state.next_waiter;
        state.next_waiter = state.next_waiter.wrapping_add(1);
        state.waiters.push_back(Waiter { id, hand_over });
        Err((id, receiver))
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.semaphore.state.lock().expect("nothing panics with the lock held");
        match state.waiters.pop_front() {
            Some(waiter) => waiter
                .hand_over
                .send(())
                .expect("a waiter leaves the line before it goes"),
            None => state.free += 1,
        }
    }
}

pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    // A limit above the number of jobs is none, and no channel has room for `usize::MAX` tokens.
    let (take, give_back) = mpsc::sync_channel(limit.min(jobs.len()).max(1));
    let give_back = Mutex::new(give_back);
    let outcomes: Vec<thread::Result<T>> = thread::scope(|scope| {
        let mut threads = Vec::new();
        for job in jobs {
            // Sending blocks while `limit` tokens are in the channel.
            take.send(()).expect("the receiver is in this function");
            let give_back = &give_back;
            threads.push(scope.spawn(move || {
                let outcome = panic::catch_unwind(AssertUnwindSafe(job));
                let tokens = give_back.lock().expect("nothing panics with the lock held");
                tokens.recv().expect("this thread's token is in the channel");
                outcome
            }));
        }
        let joined = threads.into_iter().map(|thread| thread.join());
        joined
            .map(|outcome| outcome.expect("a job's panic is caught in its thread"))
            .collect()
    });
    outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or_else(|payload| panic::resume_unwind(payload)))
        .collect()
}
