//! Mistake: free or not is one atomic and the owner another. Between the two, a thread that was woken finds the lock
//! free, and so does the next.
//!
//! Fails: `one_thread_owns_it_at_a_time` with `race`.
//! Fails: `waiters_go_on_when_it_is_free` with `deadlock`.
//! Fails: `depth_is_that_of_the_calling_thread` with `deadlock`.
//! Fails: `a_panic_gives_all_back` with `deadlock`.
//! Fails: `visit_takes_the_lock_at_each_node` with `deadlock`.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread::{self, ThreadId};

pub struct ReentrantLock {
    owner: Mutex<Option<ThreadId>>,
    depth: AtomicUsize,
    freed: Condvar,
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
            owner: Mutex::new(None),
            depth: AtomicUsize::new(0),
            freed: Condvar::new(),
        }
    }

    pub fn lock(&self) -> Guard<'_> {
        if !self.is_mine() {
            let owner = self.owner.lock().unwrap();
            drop(self.freed.wait_while(owner, |owner| owner.is_some()).unwrap());
            *self.owner.lock().unwrap() = Some(thread::current().id());
        }
        self.depth.fetch_add(1, Ordering::SeqCst);
        self.guard()
    }

    pub fn try_lock(&self) -> Option<Guard<'_>> {
        if !self.is_mine() {
            let mut owner = self.owner.lock().unwrap();
            if owner.is_some() {
                return None;
            }
            *owner = Some(thread::current().id());
        }
        self.depth.fetch_add(1, Ordering::SeqCst);
        Some(self.guard())
    }

    pub fn depth(&self) -> usize {
        if self.is_mine() {
            self.depth.load(Ordering::SeqCst)
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

    fn is_mine(&self) -> bool {
        *self.owner.lock().unwrap() == Some(thread::current().id())
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if self.lock.depth.fetch_sub(1, Ordering::SeqCst) == 1 {
            *self.lock.owner.lock().unwrap() = None;
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
