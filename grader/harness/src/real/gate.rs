//! A gate inside a workload: it lets nobody through until everybody who can come is there.
//!
//! Whoever enters waits until the process is quiescent; then those inside are all that could be inside at once, and the gate
//! stays open. How many that were is a fact about the submission and not about the machine's speed.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use super::quiescence::Quiescence;

/// A gate that counts. Clones are the same gate.
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
    inside: usize,
    most: usize,
    /// How often each thread went through, in the order of their first time.
    threads: Vec<ThreadId>,
    passes: HashMap<ThreadId, usize>,
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self::default()
    }

    /// A gate that is open from the start, and only counts.
    pub fn open() -> Self {
        let gate = Self::default();
        gate.state().is_open = true;
        gate
    }

    /// Waits at the gate, then does `work`; the caller counts as inside until that is done, also when it panics.
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
                Quiescence::wait();
                inner.state.lock().unwrap_or_else(PoisonError::into_inner).is_open = true;
                inner.opened.notify_all();
            });
        }
        let inside = Inside(self);
        let open = self.inner.opened.wait_while(state, |state| !state.is_open);
        drop(open.unwrap_or_else(PoisonError::into_inner));
        inside
    }

    /// The most that were inside at once.
    pub fn most_at_once(&self) -> usize {
        self.state().most
    }

    /// The threads that went through, in the order of their first time, and how often each did.
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

/// Somebody inside.
struct Inside<'a>(&'a Gate);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.state().inside -= 1;
    }
}
