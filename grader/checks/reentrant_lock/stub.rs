//! A lock that its owner may take again, and a walk through a tree that does so at each node.
//!
//! A thread that has the lock owns it until it has given it back as often as it took it. The README beside this crate
//! states the task and its rules.

// What you will probably want from the standard library:
//
//   std::thread::current, Thread::id    who is calling; a `ThreadId` is never used for two threads
//   std::sync::{Mutex, Condvar}         owner and depth behind a lock, and a place to sleep until they change
//   Condvar::wait_while                 release the lock while asleep, take it again afterwards
//   Condvar::notify_one                 wake one sleeper
//   std::marker::PhantomData            a field that takes no room; with a type that is not `Send`, neither is yours

use std::marker::PhantomData;

/// A lock that the thread that owns it may take again.
pub struct ReentrantLock {
    // The fields are yours to choose.
}

/// The lock is taken once more as long as this lives. Dropping it gives it back once.
///
/// It stays in its thread: a `Guard` is not `Send`.
#[must_use = "a guard that is not kept gives the lock back at once"]
pub struct Guard<'a> {
    // A guard borrows the lock that it came from, so it cannot outlive it. Keep this field or choose others; the
    // lifetime has to be used somewhere. Is your guard `Send`?
    lock: PhantomData<&'a ReentrantLock>,
}

impl ReentrantLock {
    /// Makes a lock that nobody owns.
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` only")]
    pub fn new() -> Self {
        todo!("make a lock that nobody owns")
    }

    /// Takes the lock: at once if it is free or the calling thread owns it already. Otherwise it sleeps until the owner
    /// has given it back as often as it took it.
    pub fn lock(&self) -> Guard<'_> {
        todo!("wait until the lock is free, or take it once more")
    }

    /// Takes the lock if it is free or the calling thread owns it, and never waits for it.
    ///
    /// `None` means that another thread owns it.
    pub fn try_lock(&self) -> Option<Guard<'_>> {
        todo!("take the lock, or say at once that another thread owns it")
    }

    /// How many guards the calling thread has: 0 if it does not own the lock.
    pub fn depth(&self) -> usize {
        todo!("count the guards of the calling thread")
    }
}

impl Drop for Guard<'_> {
    /// Gives the lock back once. The last of the owner's guards makes it free.
    ///
    /// This also runs when the owner panics.
    fn drop(&mut self) {
        todo!("give the lock back once")
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
///
/// At each node it takes the lock, and keeps it until all below that node are visited. So `lock.depth()` is 1 at the
/// root, 2 at its children, and so on, and no other thread gets the lock before the last number is visited.
pub fn visit(tree: &Tree, lock: &ReentrantLock, visit: impl FnMut(u32)) {
    let _ = (lock, visit);
    todo!("visit {tree:?}")
}
