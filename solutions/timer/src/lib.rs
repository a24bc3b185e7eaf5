//! A timer made of a thread that sleeps until its time, or until it is woken because it was cancelled.
//!
//! Whether the function runs is decided once, by a state that both sides change under one lock: whoever comes first to
//! the state `Armed` takes it away. The function itself runs without the lock.

use std::panic;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A function that runs later, in a thread of its own, unless it is cancelled before.
pub struct Timer {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

/// What the timer and its thread share.
struct Shared {
    state: Mutex<State>,
    /// Notified when the timer is cancelled. With `thread::sleep` the thread could not be woken: it would be there
    /// until its time, for nothing.
    cancelled: Condvar,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Armed,
    Cancelled,
    /// The function runs, or has run.
    Fired,
}

impl Timer {
    /// Starts a timer and returns at once. `f` runs when `after` has passed.
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::new(State::Armed),
            cancelled: Condvar::new(),
        });
        let theirs = Arc::clone(&shared);
        // A spawned thread, not a scoped one: it has to outlive this call. It owns all it needs, so it also goes on
        // when the timer is dropped: dropping a `JoinHandle` detaches its thread.
        let thread = thread::spawn(move || {
            if theirs.falls_due(after) {
                f();
            }
        });
        Self { shared, thread }
    }

    /// Cancels the timer, and says whether that was in time. Never waits.
    pub fn cancel(&self) -> bool {
        let mut state = self.shared.state();
        if *state == State::Armed {
            *state = State::Cancelled;
            self.shared.cancelled.notify_one();
        }
        *state == State::Cancelled
    }

    /// Waits until the function has run, or the timer was cancelled, and its thread has ended.
    ///
    /// # Panics
    ///
    /// If the function panicked.
    pub fn join(self) {
        if let Err(payload) = self.thread.join() {
            panic::resume_unwind(payload);
        }
    }
}

impl Shared {
    /// Sleeps until the time has come. Returns whether the function may run; then nobody can cancel it any more.
    fn falls_due(&self, after: Duration) -> bool {
        // It looks at the state before it looks at the clock, and again after each wake-up; it also knows what to do
        // with `Duration::MAX`, which no `Instant` can be away.
        let (mut state, _) = self
            .cancelled
            .wait_timeout_while(self.state(), after, |state| *state == State::Armed)
            .unwrap_or_else(PoisonError::into_inner);
        // The state decides, and not whether the time is up: `cancel` may have come at that very moment. Looking and
        // changing are one step. The lock is given back at the end of this function, before `f` runs; `cancel` would
        // have to wait for `f` otherwise, for ever if `f` itself cancels.
        let is_due = *state == State::Armed;
        if is_due {
            *state = State::Fired;
        }
        is_due
    }

    /// The locked state. Nothing panics while it is locked, so poisoning tells us nothing.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Calls `call` so many times, with the numbers from 0, each time after a pause.
pub fn repeat(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) {
    for number in 0..times {
        // A timer as an alarm clock. `call` need not be `Send`, so it runs here and not in the timer's thread. Each
        // timer starts when the call before it has returned. `thread::sleep` would do the same without a thread.
        Timer::start(pause(number), || ()).join();
        call(number);
    }
}
