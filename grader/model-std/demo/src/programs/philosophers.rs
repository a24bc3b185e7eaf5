//! The dining philosophers: each takes the fork to the left, then the one to the right, until everybody holds one and waits for
//! the next. Taking the lower-numbered fork first cures it.
//!
//! Source: Edsger W. Dijkstra, *Hierarchical Ordering of Sequential Processes*, Acta Informatica 1(2), 1971. The cure is that of
//! E. G. Coffman, M. J. Elphick & A. Shoshani, *System Deadlocks*, Computing Surveys 3(2), 1971.

use std::sync::Mutex;
use std::thread;

use crate::{Demo, EVERY};

fn dine<const N: usize>(in_order: bool) -> String {
    let forks = [(); N].map(|()| Mutex::new(()));
    thread::scope(|scope| {
        for left in 0..N {
            let right = (left + 1) % N;
            let (first, second) = if in_order {
                (left.min(right), left.max(right))
            } else {
                (left, right)
            };
            let (first, second) = (&forks[first], &forks[second]);
            scope.spawn(move || {
                let _first = first.lock().expect("nobody panics with it");
                let _second = second.lock().expect("nobody panics with it");
            });
        }
    });
    "all ate".to_owned()
}

// One preemption is enough for any number: the last takes the left fork and is stopped, the one before takes the left fork and
// waits for the right one, and so on to the first.
pub(super) const DEMOS: [Demo; 4] = [
    Demo {
        name: "3 philosophers",
        program: || dine::<3>(false),
        preemptions: EVERY,
        outcomes: &["all ate", "deadlock"],
        wrong: &[("deadlock", 1)],
        injected_faults: 0,
    },
    Demo {
        name: "3 philosophers, in order",
        program: || dine::<3>(true),
        preemptions: EVERY,
        outcomes: &["all ate"],
        wrong: &[],
        injected_faults: 0,
    },
    Demo {
        name: "5 philosophers",
        program: || dine::<5>(false),
        preemptions: EVERY,
        outcomes: &["all ate", "deadlock"],
        wrong: &[("deadlock", 1)],
        injected_faults: 0,
    },
    Demo {
        name: "5 philosophers, in order",
        program: || dine::<5>(true),
        preemptions: EVERY,
        outcomes: &["all ate"],
        wrong: &[],
        injected_faults: 0,
    },
];
