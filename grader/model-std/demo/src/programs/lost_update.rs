//! The lost update: two threads load a counter, then each stores the successor of what it saw.
//!
//! Source: Mordechai Ben-Ari, *Principles of Concurrent and Distributed Programming*, 2nd edition, 2006, section 2.4 and
//! algorithm 2.9, the concurrent counting algorithm: however often two processes count, the sum can be as low as 2.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use crate::{Demo, EVERY};

/// Two threads that each count to `n` in two steps.
fn count_in_two_steps(n: usize) -> usize {
    let counter = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..n {
                    let seen = counter.load(SeqCst);
                    counter.store(seen + 1, SeqCst);
                }
            });
        }
    });
    counter.into_inner()
}

fn count_in_one_step() -> usize {
    let counter = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| counter.fetch_add(1, SeqCst));
        }
    });
    counter.into_inner()
}

pub(super) const DEMOS: [Demo; 3] = [
    Demo {
        name: "lost update",
        program: || count_in_two_steps(1).to_string(),
        preemptions: EVERY,
        outcomes: &["1", "2"],
        wrong: &[("1", 1)],
        injected_faults: 0,
    },
    Demo {
        name: "concurrent counting to 3",
        program: || count_in_two_steps(3).to_string(),
        preemptions: EVERY,
        outcomes: &["2", "3", "4", "5", "6"],
        // With one preemption, whoever was stopped undoes all that the other has done: 3 are left. To lose less, or more, both
        // have to be stopped. For the 2, one loads a 0, the other counts to 2; the one stores its 1, the other loads that; the
        // one counts to 3, the other stores its 2.
        wrong: &[("2", 4), ("3", 1), ("4", 2), ("5", 2)],
        injected_faults: 0,
    },
    Demo {
        name: "atomic update",
        program: || count_in_one_step().to_string(),
        preemptions: EVERY,
        outcomes: &["2"],
        wrong: &[],
        injected_faults: 0,
    },
];
