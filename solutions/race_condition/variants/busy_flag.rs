//! Variant: a condition variable and a flag let one thread in at a time, with no lock held in between; panics
//! are caught and passed on. The threads that lose are parked until the last one has loaded. Each thread counts
//! for itself.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{
    AtomicU64, AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed},
};
use std::sync::{Condvar, Mutex};
use std::thread::{self, Thread};

struct State {
    number: u64,
    is_busy: bool,
    payload: Option<Box<dyn Any + Send>>,
}

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    let state = Mutex::new(State {
        number: start,
        is_busy: false,
        payload: None,
    });
    let free = Condvar::new();
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let mut guard = free.wait_while(state.lock().unwrap(), |state| state.is_busy).unwrap();
                guard.is_busy = true;
                let read = guard.number;
                drop(guard);
                let outcome = panic::catch_unwind(AssertUnwindSafe(|| between(read)));
                let mut guard = state.lock().unwrap();
                match outcome {
                    Ok(()) => guard.number = read + 1,
                    Err(payload) => guard.payload = Some(payload),
                }
                guard.is_busy = false;
                free.notify_one();
            });
        }
    });
    let state = state.into_inner().unwrap();
    if let Some(payload) = state.payload {
        panic::resume_unwind(payload);
    }
    state.number
}

pub fn lose_all_but_one(value: &AtomicU64, threads: usize) {
    let left = AtomicUsize::new(threads.max(1));
    let parked = Mutex::new(Vec::<Thread>::new());
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                parked.lock().unwrap().push(thread::current());
                let read = value.load(Relaxed);
                if left.fetch_sub(1, AcqRel) == 1 {
                    parked.lock().unwrap().iter().for_each(Thread::unpark);
                }
                while left.load(Acquire) > 0 {
                    thread::park();
                }
                value.store(read + 1, Relaxed);
            });
        }
    });
}

pub fn count_without_locks(threads: usize, rounds: usize) -> u64 {
    thread::scope(|scope| {
        let count = move || (0..rounds).fold(0, |count, _| count + 1);
        let handles: Vec<_> = (1..threads).map(|_| scope.spawn(count)).collect();
        count() + handles.into_iter().map(|handle| handle.join().unwrap()).sum::<u64>()
    })
}
