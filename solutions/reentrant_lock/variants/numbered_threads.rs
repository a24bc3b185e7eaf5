//! Variant: a token in a channel is the lock. Its owner writes its number into an atomic; each thread has a number of
//! its own.

use crossbeam_channel::{Receiver, Sender, bounded};
use std::marker::PhantomData;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::*};
static NEXT: AtomicU64 = AtomicU64::new(1);
thread_local! { static ME: u64 = NEXT.fetch_add(1, Relaxed); }
fn me() -> u64 {
    ME.with(|m| *m)
}
pub struct ReentrantLock {
    give: Sender<()>,
    take: Receiver<()>,
    owner: AtomicU64,
    depth: AtomicUsize,
}
#[must_use]
pub struct Guard<'a>(&'a ReentrantLock, PhantomData<MutexGuard<'a, ()>>);
impl ReentrantLock {
    pub fn new() -> Self {
        let (give, take) = bounded(1);
        give.send(()).unwrap();
        ReentrantLock {
            give,
            take,
            owner: AtomicU64::new(0),
            depth: AtomicUsize::new(0),
        }
    }
    fn mine(&self) -> bool {
        self.owner.load(Relaxed) == me()
    }
    fn deeper(&self) -> Guard<'_> {
        self.owner.store(me(), Relaxed);
        self.depth.fetch_add(1, Relaxed);
        Guard(self, PhantomData)
    }
    pub fn lock(&self) -> Guard<'_> {
        if !self.mine() {
            self.take.recv().unwrap();
        }
        self.deeper()
    }
    pub fn try_lock(&self) -> Option<Guard<'_>> {
        (self.mine() || self.take.try_recv().is_ok()).then(|| self.deeper())
    }
    pub fn depth(&self) -> usize {
        if self.mine() { self.depth.load(Relaxed) } else { 0 }
    }
}
impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if self.0.depth.fetch_sub(1, Relaxed) == 1 {
            self.0.owner.store(0, Relaxed);
            self.0.give.send(()).unwrap();
        }
    }
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    pub value: u32,
    pub children: Vec<Tree>,
}
fn walk(tree: &Tree, lock: &ReentrantLock, visit: &mut dyn FnMut(u32)) {
    let _guard = lock.lock();
    visit(tree.value);
    for child in &tree.children {
        walk(child, lock, visit);
    }
}
pub fn visit(tree: &Tree, lock: &ReentrantLock, mut visit: impl FnMut(u32)) {
    walk(tree, lock, &mut visit)
}
