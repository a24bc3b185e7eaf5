//! The lost update: two threads load a counter, and each stores the successor of what it saw.
//!
//! Source: Mordechai Ben-Ari, *Principles of Concurrent and Distributed Programming*, 2nd edition, 2006, section 2.4
//! and algorithm 2.9, the concurrent counting algorithm: however often two processes count, the sum can be as low as 2.

use super::sync::Arc;
use super::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::{Demo, EVERY, on_threads};

/// Two threads that each add `n` times, with `add`.
fn count(n: usize, add: fn(&AtomicUsize)) -> String {
    let counter = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&counter);
    on_threads(2, move |_| (0..n).for_each(|_| add(&theirs)));
    counter.load(SeqCst).to_string()
}

fn in_two_steps(counter: &AtomicUsize) {
    let seen = counter.load(SeqCst);
    counter.store(seen + 1, SeqCst);
}

fn in_one_step(counter: &AtomicUsize) {
    counter.fetch_add(1, SeqCst);
}

pub(super) const DEMOS: [Demo; 3] = [
    Demo {
        name: "lost update",
        program: || count(1, in_two_steps),
        preemptions: EVERY,
        outcomes: &["1", "2"],
        wrong: &[("1", 1)],
        injected_faults: 0,
    },
    Demo {
        name: "concurrent counting to 3",
        program: || count(3, in_two_steps),
        preemptions: EVERY,
        outcomes: &["2", "3", "4", "5", "6"],
        // One preemption loses all that the other thread has counted: 3 are left. To lose less, or more, both threads
        // have to be preempted. How 2 is left: A loads 0; B counts to 2; A stores 1; B loads 1; A counts to 3; B stores
        // 2.
        wrong: &[("2", 4), ("3", 1), ("4", 2), ("5", 2)],
        injected_faults: 0,
    },
    Demo {
        name: "atomic update",
        program: || count(1, in_one_step),
        preemptions: EVERY,
        outcomes: &["2"],
        wrong: &[],
        injected_faults: 0,
    },
];
