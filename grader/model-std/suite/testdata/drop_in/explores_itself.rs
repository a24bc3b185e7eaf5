//! A program that explores its own functions: its statics start afresh in every execution, and what it does to them
//! between executions stays.
//!
//! Compiled by the test `drop_in` against the modelled `std`. With the argument `named`, it names its crate, instead of
//! leaving it to the library to find that.

use std::cell::{Cell, UnsafeCell};
use std::collections::BTreeSet;
use std::model::{Bounds, Settings, explore, restart_statics, trace::End};
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

struct Shared<T>(T);
// SAFETY: one operating-system thread runs.
unsafe impl<T> Sync for Shared<T> {}

fn is_named() -> bool {
    std::env::args().nth(1).is_some_and(|argument| argument == "named")
}

/// The values that executions of `body` return. Each execution ends as finished.
fn returned<T: Ord + 'static>(body: fn() -> T) -> BTreeSet<T> {
    let body: Rc<dyn Fn() -> T> = Rc::new(body);
    let settings = Settings {
        fresh_statics: !is_named(),
        ..Settings::default()
    };
    let mut returned = BTreeSet::new();
    let coverage = explore(&Bounds::default(), &settings, &body, |execution| {
        assert_eq!(execution.trace.end, End::Finished);
        OUTSIDE.lock().unwrap().push(execution.preemptions);
        returned.extend(execution.value.and_then(Result::ok));
        ControlFlow::Continue(())
    });
    assert!(coverage.complete);
    assert_eq!(OUTSIDE.lock().unwrap().len() as u64, coverage.executions, "what the visitor keeps stays");
    OUTSIDE.lock().unwrap().clear();
    returned
}

static OUTSIDE: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn without_an_operation() -> u32 {
    static mut RUNS: u32 = 0;
    // SAFETY: one thread runs.
    unsafe {
        RUNS += 1;
        RUNS
    }
}

fn in_a_cell() -> (bool, u32) {
    static SLOT: Shared<(AtomicBool, UnsafeCell<u32>)> = Shared((AtomicBool::new(false), UnsafeCell::new(3)));
    let was_used = SLOT.0.0.swap(true, SeqCst);
    // SAFETY: one thread runs.
    let value = unsafe { &mut *SLOT.0.1.get() };
    *value += 1;
    (was_used, *value)
}

fn in_two_threads() -> Vec<u32> {
    static ORDER: Shared<UnsafeCell<Vec<u32>>> = Shared(UnsafeCell::new(Vec::new()));
    static LOCK: Mutex<()> = Mutex::new(());
    let push = |number| {
        let _held = LOCK.lock().unwrap();
        // SAFETY: the lock is held.
        unsafe { (*ORDER.0.get()).push(number) };
    };
    let other = std::thread::spawn(move || push(1));
    push(0);
    other.join().unwrap();
    // SAFETY: the other thread has ended.
    unsafe { (*ORDER.0.get()).clone() }
}

static GIVEN: Shared<Cell<u32>> = Shared(Cell::new(0));

fn given() -> u32 {
    GIVEN.0.replace(GIVEN.0.get() + 100)
}

fn main() {
    if is_named() {
        // SAFETY: one operating-system thread runs.
        let n_statics = unsafe { restart_statics(&["program"]) };
        assert!(n_statics.expect("the executable has a symbol table") >= 4);
    }
    assert_eq!(returned(without_an_operation), [1].into());
    assert_eq!(returned(in_a_cell), [(false, 4)].into());
    assert_eq!(returned(in_two_threads), [vec![0, 1], vec![1, 0]].into());
    for number in [5, 6] {
        GIVEN.0.set(number);
        assert_eq!(returned(given), [number].into());
    }
    println!("done");
}
