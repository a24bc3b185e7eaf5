//! Variant: the lock is a token in a channel, and each thread counts for itself how often it has which lock.

use std::cell::RefCell;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_channel::{Receiver, Sender, bounded};

/// A lock is known by its number.
pub struct ReentrantLock {
    number: u64,
    put: Sender<()>,
    take: Receiver<()>,
}

#[must_use]
pub struct Guard<'a> {
    lock: &'a ReentrantLock,
    stays_here: PhantomData<*const ()>,
}

thread_local! {
    /// How often this thread has taken each lock that it owns.
    static DEPTHS: RefCell<HashMap<u64, usize>> = RefCell::new(HashMap::new());
}

impl ReentrantLock {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` only")]
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let (put, take) = bounded(1);
        put.send(()).expect("there is room");
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            put,
            take,
        }
    }

    pub fn lock(&self) -> Guard<'_> {
        if self.depth() == 0 {
            self.take.recv().expect("the lock has a sender");
        }
        self.guard()
    }

    pub fn try_lock(&self) -> Option<Guard<'_>> {
        if self.depth() == 0 {
            self.take.try_recv().ok()?;
        }
        Some(self.guard())
    }

    pub fn depth(&self) -> usize {
        DEPTHS.with_borrow(|depths| depths.get(&self.number).copied().unwrap_or(0))
    }

    fn guard(&self) -> Guard<'_> {
        DEPTHS.with_borrow_mut(|depths| *depths.entry(self.number).or_default() += 1);
        Guard {
            lock: self,
            stays_here: PhantomData,
        }
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let is_last = DEPTHS.with_borrow_mut(|depths| {
            let depth = depths.get_mut(&self.lock.number).expect("this thread has a guard");
            *depth -= 1;
            if *depth > 0 {
                return false;
            }
            depths.remove(&self.lock.number);
            true
        });
        if is_last {
            self.lock.put.send(()).expect("there is room");
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
