//! Mistake: the lock is a `Mutex`. Who takes it twice waits for itself for ever.
//!
//! Fails: `the_owner_may_take_it_again` with `deadlock`.
//! Fails: `one_thread_owns_it_at_a_time` with `deadlock`.
//! Fails: `waiters_go_on_when_it_is_free` with `deadlock`.
//! Fails: `try_lock_never_waits` with `deadlock`.
//! Fails: `depth_is_that_of_the_calling_thread` with `deadlock`.
//! Fails: `a_panic_gives_all_back` with `deadlock`.
//! Fails: `ended_threads_own_nothing` with `wrong_result`.
//! Fails: `visit_takes_the_lock_at_each_node` with `deadlock`.
//! Fails: `program_walks_through_the_tree` with `deadlock`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

pub struct ReentrantLock {
    mutex: Mutex<()>,
    depth: AtomicUsize,
}

#[must_use]
pub struct Guard<'a> {
    lock: &'a ReentrantLock,
    _guard: MutexGuard<'a, ()>,
}

impl ReentrantLock {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` only")]
    pub fn new() -> Self {
        Self {
            mutex: Mutex::new(()),
            depth: AtomicUsize::new(0),
        }
    }

    pub fn lock(&self) -> Guard<'_> {
        self.guard(self.mutex.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn try_lock(&self) -> Option<Guard<'_>> {
        match self.mutex.try_lock() {
            Ok(guard) => Some(self.guard(guard)),
            Err(TryLockError::Poisoned(guard)) => Some(self.guard(guard.into_inner())),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    pub fn depth(&self) -> usize {
        self.depth.load(Ordering::SeqCst)
    }

    fn guard<'a>(&'a self, guard: MutexGuard<'a, ()>) -> Guard<'a> {
        self.depth.fetch_add(1, Ordering::SeqCst);
        Guard {
            lock: self,
            _guard: guard,
        }
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.lock.depth.fetch_sub(1, Ordering::SeqCst);
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
