//! Variant: waiting threads park in a line, and the lock is handed to the first of them.

use std::marker::PhantomData;
use std::sync::Mutex;
use std::thread::{self, Thread};

pub struct ReentrantLock {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    owner: Option<Thread>,
    depth: usize,
    line: Vec<Thread>,
}

#[must_use]
pub struct Guard<'a> {
    lock: &'a ReentrantLock,
    stays_here: PhantomData<*const ()>,
}

impl State {
    fn is_owned_by(&self, thread: &Thread) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.id() == thread.id())
    }
}

impl ReentrantLock {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` only")]
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State::default()),
        }
    }

    pub fn lock(&self) -> Guard<'_> {
        let me = thread::current();
        if let Some(guard) = self.try_lock() {
            return guard;
        }
        let mut state = self.state.lock().unwrap();
        if state.owner.is_none() {
            state.owner = Some(me);
            state.depth = 1;
            return self.guard();
        }
        state.line.push(me.clone());
        while !state.is_owned_by(&me) {
            drop(state);
            thread::park();
            state = self.state.lock().unwrap();
        }
        self.guard()
    }

    pub fn try_lock(&self) -> Option<Guard<'_>> {
        let me = thread::current();
        let mut state = self.state.lock().unwrap();
        if state.owner.is_some() && !state.is_owned_by(&me) {
            return None;
        }
        state.owner = Some(me);
        state.depth += 1;
        Some(self.guard())
    }

    pub fn depth(&self) -> usize {
        let state = self.state.lock().unwrap();
        if state.is_owned_by(&thread::current()) {
            state.depth
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
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let mut state = self.lock.state.lock().unwrap();
        state.depth -= 1;
        if state.depth > 0 {
            return;
        }
        state.owner = None;
        if !state.line.is_empty() {
            let next = state.line.remove(0);
            state.owner = Some(next.clone());
            state.depth = 1;
            next.unpark();
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
