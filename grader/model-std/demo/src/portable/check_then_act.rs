//! Check then act: three threads share a total of two. A thread that looks whether there is room under one lock, and
//! takes it under another, may take room that is gone.
//!
//! Source: Brian Goetz and others, *Java Concurrency in Practice*, 2006, section 2.2.1.

use super::sync::{Arc, Mutex};
use super::{Demo, EVERY, on_threads};

/// The total that the three come to.
fn share(take: fn(&Mutex<usize>)) -> String {
    let total = Arc::new(Mutex::new(0));
    let theirs = Arc::clone(&total);
    on_threads(3, move |_| take(&theirs));
    let total = total.lock().expect("nobody panics with it");
    total.to_string()
}

fn take_under_two_locks(total: &Mutex<usize>) {
    let has_room = *total.lock().expect("nobody panics with it") < 2;
    if has_room {
        *total.lock().expect("nobody panics with it") += 1;
    }
}

fn take_under_one_lock(total: &Mutex<usize>) {
    let mut total = total.lock().expect("nobody panics with it");
    if *total < 2 {
        *total += 1;
    }
}

pub(super) const DEMOS: [Demo; 2] = [
    Demo {
        name: "check then act",
        program: || share(take_under_two_locks),
        preemptions: EVERY,
        outcomes: &["2", "3"],
        wrong: &[("3", 1)],
        injected_faults: 0,
    },
    Demo {
        name: "check and act in one",
        program: || share(take_under_one_lock),
        preemptions: EVERY,
        outcomes: &["2"],
        wrong: &[],
        injected_faults: 0,
    },
];
