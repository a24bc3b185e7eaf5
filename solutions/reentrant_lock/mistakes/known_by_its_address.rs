//! Mistake: each thread counts its guards by the address of the lock. A lock that is made where another one was, whose
//! guard was forgotten, begins with the depth of that one.
//!
//! Fails: `the_owner_may_take_it_again` with `wrong_result`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::{Condvar, Mutex};
thread_local! { static DEPTHS: RefCell<HashMap<u64, usize>> = RefCell::default(); }
pub struct ReentrantLock {
    taken: Mutex<bool>,
    free: Condvar,
}
#[must_use]
pub struct Guard<'a> {
    lock: &'a ReentrantLock,
    _stay: PhantomData<Rc<()>>,
}
impl ReentrantLock {
    pub fn new() -> Self {
        ReentrantLock {
            taken: Mutex::new(false),
            free: Condvar::new(),
        }
    }
    fn key(&self) -> u64 {
        std::ptr::from_ref(self).addr() as u64
    }
    fn more(&self) -> Guard<'_> {
        DEPTHS.with_borrow_mut(|d| *d.entry(self.key()).or_insert(0) += 1);
        Guard {
            lock: self,
            _stay: PhantomData,
        }
    }
    pub fn lock(&self) -> Guard<'_> {
        if self.depth() == 0 {
            *self.free.wait_while(self.taken.lock().unwrap(), |t| *t).unwrap() = true;
        }
        self.more()
    }
    pub fn try_lock(&self) -> Option<Guard<'_>> {
        if self.depth() == 0 && std::mem::replace(&mut *self.taken.lock().unwrap(), true) {
            return None;
        }
        Some(self.more())
    }
    pub fn depth(&self) -> usize {
        DEPTHS.with_borrow(|d| d.get(&self.key()).copied().unwrap_or(0))
    }
}
impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let last = DEPTHS.with_borrow_mut(|d| {
            let n = d.get_mut(&self.lock.key()).unwrap();
            *n -= 1;
            if *n == 0 {
                d.remove(&self.lock.key());
                true
            } else {
                false
            }
        });
        if last {
            *self.lock.taken.lock().unwrap() = false;
            self.lock.free.notify_one();
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
