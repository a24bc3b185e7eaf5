//! Variant: as the lock inside of standard output is made: a mutex, an atomic owner, and a depth. Guards share the
//! mutex's guard by counting, so that they may be dropped in any order.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};

/// The mutex is taken whenever there is an owner.
pub struct ReentrantLock {
    is_taken: Mutex<bool>,
    freed: Condvar,
    /// The owner's number, or 0. Only the owner writes its own number, so who reads it is the owner.
    owner: AtomicU64,
    /// Only the owner uses it.
    depth: AtomicUsize,
}

#[must_use]
pub struct Guard<'a> {
    lock: &'a ReentrantLock,
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
            is_taken: Mutex::new(false),
            freed: Condvar::new(),
            owner: AtomicU64::new(0),
            depth: AtomicUsize::new(0),
        }
    }

    pub fn lock(&self) -> Guard<'_> {
        if self.owner.load(Ordering::Relaxed) != me() {
            let is_taken = self.is_taken.lock().unwrap();
            *self.freed.wait_while(is_taken, |is_taken| *is_taken).unwrap() = true;
            self.owner.store(me(), Ordering::Relaxed);
        }
        self.guard()
    }

    pub fn try_lock(&self) -> Option<Guard<'_>> {
        if self.owner.load(Ordering::Relaxed) != me() {
            let mut is_taken = self.is_taken.lock().unwrap();
            if *is_taken {
                return None;
            }
            *is_taken = true;
            self.owner.store(me(), Ordering::Relaxed);
        }
        Some(self.guard())
    }

    pub fn depth(&self) -> usize {
        if self.owner.load(Ordering::Relaxed) == me() {
            self.depth.load(Ordering::Relaxed)
        } else {
            0
        }
    }

    fn guard(&self) -> Guard<'_> {
        self.depth.fetch_add(1, Ordering::Relaxed);
        Guard {
            lock: self,
            stays_here: PhantomData,
        }
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if self.lock.depth.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.lock.owner.store(0, Ordering::Relaxed);
            *self.lock.is_taken.lock().unwrap() = false;
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
