//! Mistake: the number of a thread that has ended is given to the next one, which so becomes the owner of what the
//! first had.
//!
//! Fails: `ended_threads_own_nothing` with `wrong_result`.

use std::marker::PhantomData;
use std::sync::{Condvar, Mutex};

pub struct ReentrantLock {
    state: Mutex<State>,
    freed: Condvar,
}

struct State {
    owner: Option<u64>,
    depth: usize,
}

/// The number of the calling thread: the lowest that no living thread has.
fn me() -> u64 {
    static TAKEN: Mutex<Vec<bool>> = Mutex::new(Vec::new());
    struct Number(usize);
    impl Drop for Number {
        fn drop(&mut self) {
            TAKEN.lock().unwrap()[self.0] = false;
        }
    }
    thread_local! {
        static MINE: Number = {
            let mut taken = TAKEN.lock().unwrap();
            let number = taken.iter().position(|taken| !taken).unwrap_or(taken.len());
            if number == taken.len() {
                taken.push(true);
            } else {
                taken[number] = true;
            }
            Number(number)
        };
    }
    MINE.with(|mine| mine.0 as u64)
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
        let me = me();
        let mut state = self.state.lock().unwrap();
        while state.owner.is_some_and(|owner| owner != me) {
            state = self.freed.wait(state).unwrap();
        }
        state.owner = Some(me);
        state.depth += 1;
        self.guard()
    }

    pub fn try_lock(&self) -> Option<Guard<'_>> {
        let me = me();
        let mut state = self.state.lock().unwrap();
        if state.owner.is_some_and(|owner| owner != me) {
            return None;
        }
        state.owner = Some(me);
        state.depth += 1;
        Some(self.guard())
    }

    pub fn depth(&self) -> usize {
        let state = self.state.lock().unwrap();
        if state.owner == Some(me()) { state.depth } else { 0 }
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
