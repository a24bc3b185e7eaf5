//! Mistake: the owner is noted before the lock is taken. While it waits, the thread counts as the owner.
//!
//! Fails: `the_owner_may_take_it_again` with `wrong_result`.
//! Fails: `one_thread_owns_it_at_a_time` with `deadlock`.
//! Fails: `waiters_go_on_when_it_is_free` with `deadlock`.
//! Fails: `depth_is_that_of_the_calling_thread` with `deadlock`.
//! Fails: `a_panic_gives_all_back` with `deadlock`.
//! Fails: `visit_takes_the_lock_at_each_node` with `deadlock`.
//! Fails: `program_walks_through_the_tree` with `deadlock`.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

pub struct ReentrantLock {
    mutex: Mutex<()>,
    /// 0 is nobody.
    owner: AtomicU64,
    depth: AtomicUsize,
}

#[must_use]
pub struct Guard<'a> {
    lock: &'a ReentrantLock,
    /// The outermost guard has the mutex.
    mutex: Option<MutexGuard<'a, ()>>,
    stays_here: PhantomData<*const ()>,
}

/// The number of the calling thread, from 1.
fn me() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    thread_local! {
        static MINE: u64 = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    }
    MINE.with(|mine| *mine)
}

impl ReentrantLock {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` only")]
    pub fn new() -> Self {
        Self {
            mutex: Mutex::new(()),
            owner: AtomicU64::new(0),
            depth: AtomicUsize::new(0),
        }
    }

    pub fn lock(&self) -> Guard<'_> {
        if self.owner.load(Ordering::Relaxed) == me() {
            return self.guard(None);
        }
        self.owner.store(me(), Ordering::Relaxed);
        let mutex = self.mutex.lock().unwrap_or_else(PoisonError::into_inner);
        self.guard(Some(mutex))
    }

    pub fn try_lock(&self) -> Option<Guard<'_>> {
        if self.owner.load(Ordering::Relaxed) == me() {
            return Some(self.guard(None));
        }
        let mutex = match self.mutex.try_lock() {
            Ok(mutex) => mutex,
            Err(TryLockError::Poisoned(mutex)) => mutex.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        self.owner.store(me(), Ordering::Relaxed);
        Some(self.guard(Some(mutex)))
    }

    pub fn depth(&self) -> usize {
        if self.owner.load(Ordering::Relaxed) == me() {
            self.depth.load(Ordering::Relaxed)
        } else {
            0
        }
    }

    fn guard<'a>(&'a self, mutex: Option<MutexGuard<'a, ()>>) -> Guard<'a> {
        self.depth.fetch_add(1, Ordering::Relaxed);
        Guard {
            lock: self,
            mutex,
            stays_here: PhantomData,
        }
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.lock.depth.fetch_sub(1, Ordering::Relaxed);
        if self.mutex.is_some() {
            self.lock.owner.store(0, Ordering::Relaxed);
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
