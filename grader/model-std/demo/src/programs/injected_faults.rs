//! What may go wrong without a reason: a wait that ends though nobody notified, and a weak exchange that fails though it could
//! succeed. Each needs an injected fault, which counts as a preemption.
//!
//! Source: the documentation of `std::sync::Condvar` and of `compare_exchange_weak`; IEEE Std 1003.1-2024,
//! `pthread_cond_wait`, rationale.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Condvar, Mutex};
use std::thread;

use crate::{Demo, EVERY};

/// Waits once for a value that another thread sets.
fn wait_once() -> String {
    let (value, changed) = (Mutex::new(0), Condvar::new());
    let seen = thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let value = value.lock().expect("nobody panics with it");
            if *value > 0 {
                *value
            } else {
                *changed.wait(value).expect("nobody panics with it")
            }
        });
        scope.spawn(|| {
            *value.lock().expect("nobody panics with it") = 7;
            changed.notify_one();
        });
        waiter.join().expect("nobody panics")
    });
    seen.to_string()
}

/// Takes a lock that is free, with a single weak exchange.
fn take_with_one_weak_exchange() -> String {
    let is_taken = AtomicBool::new(false);
    let result = is_taken.compare_exchange_weak(false, true, SeqCst, SeqCst);
    if result.is_ok() {
        "taken"
    } else {
        "not taken, though it was free"
    }
    .to_owned()
}

pub(super) const DEMOS: [Demo; 2] = [
    Demo {
        name: "a wait that is no loop",
        program: wait_once,
        preemptions: EVERY,
        outcomes: &["0", "7"],
        wrong: &[("0", 1)],
        injected_faults: 1,
    },
    Demo {
        name: "a weak exchange that is no loop",
        program: take_with_one_weak_exchange,
        preemptions: EVERY,
        outcomes: &["not taken, though it was free", "taken"],
        wrong: &[("not taken, though it was free", 1)],
        injected_faults: 1,
    },
];
