//! A gate inside a workload: it holds every thread until no other can arrive.
//!
//! A thread that enters waits until the process is quiescent. Then all threads that can be inside at once are inside,
//! and the gate opens for good. How many they are depends on the submission and not on the speed of the machine.
//!
//! A process in which a thread polls is never quiescent. The gate notices that, and opens as well.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use super::wait::{WaitEnd, until_quiescent};

/// A gate that counts the threads inside. Clones are the same gate.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    opened: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_watched: bool,
    is_open: bool,
    was_polled: bool,
    inside: usize,
    most: usize,
    /// The threads that have entered, in the order of their first time.
    threads: Vec<ThreadId>,
    /// How often each of them has entered.
    passes: HashMap<ThreadId, usize>,
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self::default()
    }

    /// A gate that is open from the start and only counts.
    pub fn open() -> Self {
        let gate = Self::default();
        gate.state().is_open = true;
        gate
    }

    /// Waits at the gate, then does `work`. The calling thread counts as inside until `work` returns or panics.
    pub fn pass<T>(&self, work: impl FnOnce() -> T) -> T {
        let _inside = self.enter();
        work()
    }

    fn enter(&self) -> Inside<'_> {
        let mut state = self.state();
        let thread = thread::current().id();
        if !state.passes.contains_key(&thread) {
            state.threads.push(thread);
        }
        *state.passes.entry(thread).or_default() += 1;
        state.inside += 1;
        state.most = state.most.max(state.inside);
        if !state.is_open && !state.is_watched {
            state.is_watched = true;
            let inner = Arc::clone(&self.inner);
            thread::spawn(move || {
                let state = || inner.state.lock().unwrap_or_else(PoisonError::into_inner);
                let end = until_quiescent(|| state().inside);
                let mut state = state();
                state.was_polled = end == WaitEnd::Polled;
                state.is_open = true;
                drop(state);
                inner.opened.notify_all();
            });
        }
        let inside = Inside(self);
        let open = self.inner.opened.wait_while(state, |state| !state.is_open);
        drop(open.unwrap_or_else(PoisonError::into_inner));
        inside
    }

    /// The largest number of threads that were inside at once.
    pub fn most_at_once(&self) -> usize {
        self.state().most
    }

    /// Whether a thread woke up again and again while the gate was closed, so that the process was never quiescent.
    pub fn was_polled(&self) -> bool {
        self.state().was_polled
    }

    /// The threads that entered, in the order of their first time, and how often each did.
    pub fn passes(&self) -> Vec<(ThreadId, usize)> {
        let state = self.state();
        state
            .threads
            .iter()
            .map(|thread| (*thread, state.passes[thread]))
            .collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread inside the gate. It leaves when this is dropped.
struct Inside<'a>(&'a Gate);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.state().inside -= 1;
    }
}
