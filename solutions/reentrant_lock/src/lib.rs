//! A reentrant lock made of an owner, a depth, and a condition variable.
//!
//! Owner and depth stand behind one `Mutex`, which is held for a few instructions at a time and never while anybody
//! waits. The lock itself is no more than these two values: it is free when there is no owner.

use std::marker::PhantomData;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// A lock that the thread that owns it may take again.
pub struct ReentrantLock {
    state: Mutex<State>,
    /// Notified when the lock becomes free.
    freed: Condvar,
}

struct State {
    /// A `ThreadId` is never used again, so a thread cannot be taken for an owner that has ended.
    owner: Option<ThreadId>,
    /// How many guards the owner has: 0 if there is no owner.
    depth: usize,
}

/// The lock is taken once more as long as this lives. Dropping it gives it back once.
///
/// It stays in its thread: a `Guard` is not `Send`.
#[must_use = "a guard that is not kept gives the lock back at once"]
pub struct Guard<'a> {
    lock: &'a ReentrantLock,
    /// A reference to a lock could be sent to another thread, and a guard that is dropped there would take the lock
    /// away from its owner. A raw pointer is not `Send`, so neither is a guard; `PhantomData` has the pointer's
    /// properties and not its size.
    stays_here: PhantomData<*const ()>,
}

impl ReentrantLock {
    /// Makes a lock that nobody owns.
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` only")]
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State { owner: None, depth: 0 }),
            freed: Condvar::new(),
        }
    }

    /// Takes the lock: at once if it is free or the calling thread owns it already.
    pub fn lock(&self) -> Guard<'_> {
        let me = thread::current().id();
        // A loop, since a wake-up may be spurious, and another thread may have been quicker.
        let state = self
            .freed
            .wait_while(self.state(), |state| state.is_foreign(me))
            .unwrap_or_else(PoisonError::into_inner);
        self.enter(state, me)
    }

    /// Takes the lock if it is free or the calling thread owns it, and never waits for it.
    pub fn try_lock(&self) -> Option<Guard<'_>> {
        // This does take the mutex, which nobody holds for longer than a few instructions. That the mutex is taken does
        // not mean that the lock is.
        let me = thread::current().id();
        let state = self.state();
        if state.is_foreign(me) {
            return None;
        }
        Some(self.enter(state, me))
    }

    /// How many guards the calling thread has: 0 if it does not own the lock.
    pub fn depth(&self) -> usize {
        let state = self.state();
        if state.owner == Some(thread::current().id()) {
            state.depth
        } else {
            0
        }
    }

    /// Takes the lock, which is free or belongs to `me`.
    fn enter(&self, mut state: MutexGuard<'_, State>, me: ThreadId) -> Guard<'_> {
        state.owner = Some(me);
        state.depth += 1;
        Guard {
            lock: self,
            stays_here: PhantomData,
        }
    }

    /// Nothing panics while it has this mutex, so poisoning tells us nothing. Nor may this function panic: a guard is
    /// dropped while its owner unwinds, and a second panic there would abort the process.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether another thread than `me` owns the lock.
    fn is_foreign(&self, me: ThreadId) -> bool {
        self.owner.is_some_and(|owner| owner != me)
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let mut state = self.lock.state();
        state.depth -= 1;
        // Only the last guard makes the lock free. To wake a thread for any other would be in vain.
        if state.depth == 0 {
            state.owner = None;
            // The woken thread would only run into the mutex.
            drop(state);
            self.lock.freed.notify_one();
        }
    }
}

/// A number, and the trees below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The number at this node.
    pub value: u32,
    /// What is below it, in order.
    pub children: Vec<Tree>,
}

/// Calls `visit` with each number of the tree: first that of a node, then those below it, in order.
pub fn visit(tree: &Tree, lock: &ReentrantLock, mut visit: impl FnMut(u32)) {
    visit_below(tree, lock, &mut visit);
}

/// The recursion has one type for all depths. If `visit` called itself with `&mut visit`, each level would be a
/// function of its own, for a reference to a reference to a reference.
fn visit_below(tree: &Tree, lock: &ReentrantLock, visit: &mut dyn FnMut(u32)) {
    // Kept to the end of the function, so a whole subtree is one critical section. With a `Mutex`, the first child
    // would wait for its parent for ever.
    let _guard = lock.lock();
    visit(tree.value);
    for child in &tree.children {
        visit_below(child, lock, visit);
    }
}
