//! Mistake: `try_lock` waits, if only for a nanosecond.
//!
//! Fails: `try_lock_never_waits` with `wrong_result`.

use std::marker::PhantomData;
use std::sync::{Condvar, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

pub struct ReentrantLock {
    state: Mutex<State>,
    freed: Condvar,
}

struct State {
    owner: Option<ThreadId>,
    depth: usize,
}

#[must_use]
pub struct Guard<'a> {
    lock: &'a ReentrantLock,
    stays_here: PhantomData<*const ()>,
}

impl ReentrantLock {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` only")]
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State { owner: None, depth: 0 }),
            freed: Condvar::new(),
        }
    }

    pub fn lock(&self) -> Guard<'_> {
        let me = thread::current().id();
        let mut state = self.state.lock().unwrap();
        while state.owner.is_some_and(|owner| owner != me) {
            state = self.freed.wait(state).unwrap();
        }
        state.owner = Some(me);
        state.depth += 1;
        self.guard()
    }

    pub fn try_lock(&self) -> Option<Guard<'_>> {
        let me = thread::current().id();
        let is_free = |state: &State| state.owner.is_none_or(|owner| owner == me);
        let mut state = self.state.lock().unwrap();
        if !is_free(&state) {
            state = self.freed.wait_timeout(state, Duration::from_nanos(1)).unwrap().0;
        }
        if !is_free(&state) {
            return None;
        }
        state.owner = Some(me);
        state.depth += 1;
        Some(self.guard())
    }

    pub fn depth(&self) -> usize {
        let state = self.state.lock().unwrap();
        if state.owner == Some(thread::current().id()) {
            state.depth
        } else {
            0
        }
    }

    fn guard(&self) -> Guard<'_> {
        Guard {
            lock: self,
            stays_here: PhantomData,
        }
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let mut state = self.lock.state.lock().unwrap();
        state.depth -= 1;
        if state.depth == 0 {
            state.owner = None;
            self.lock.freed.notify_one();
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    pub value: u32,
    pub children: Vec<Tree>,
}

pub fn visit(tree: &Tree, lock: &ReentrantLock, mut visit: impl FnMut(u32)) {
    visit_below(tree, lock, &mut visit);
}

fn visit_below(tree: &Tree, lock: &ReentrantLock, visit: &mut dyn FnMut(u32)) {
    let _guard = lock.lock();
    visit(tree.value);
    for child in &tree.children {
        visit_below(child, lock, visit);
    }
}
