//! A buffer that a producer fills and two consumers empty. A consumer that was woken may come too late, because the
//! other one has taken the item: with an `if` in place of the `while` around its wait, it takes from an empty buffer.
//!
//! Source: Butler W. Lampson & David D. Redell, *Experience with Processes and Monitors in Mesa*, Communications of the
//! ACM 23(2), 1980, which is why a wait has to be a loop.

use super::sync::{Condvar, Mutex};
use super::{Demo, EVERY, on_threads};

struct Buffer {
    n_items: Mutex<usize>,
    filled: Condvar,
}

impl Buffer {
    fn put(&self) {
        *self.n_items.lock().expect("nobody panics with it") += 1;
        self.filled.notify_one();
    }

    /// Whether there was an item to take.
    fn take(&self, waits_in_a_loop: bool) -> bool {
        let mut n_items = self.n_items.lock().expect("nobody panics with it");
        while *n_items == 0 {
            n_items = self.filled.wait(n_items).expect("nobody panics with it");
            if !waits_in_a_loop {
                break;
            }
        }
        let is_there = *n_items > 0;
        *n_items = n_items.saturating_sub(1);
        is_there
    }
}

/// One producer of two items, and two consumers of one each.
fn pass_two_items(waits_in_a_loop: bool) -> String {
    let buffer = Buffer {
        n_items: Mutex::new(0),
        filled: Condvar::new(),
    };
    let got = on_threads(3, move |number| {
        if number < 2 {
            return buffer.take(waits_in_a_loop);
        }
        (0..2).for_each(|_| buffer.put());
        true
    });
    if got.contains(&false) {
        "somebody got nothing"
    } else {
        "each got one"
    }
    .to_owned()
}

pub(super) const DEMOS: [Demo; 2] = [
    Demo {
        name: "unbounded buffer, `if`",
        program: || pass_two_items(false),
        preemptions: EVERY,
        outcomes: &["each got one", "somebody got nothing"],
        wrong: &[("somebody got nothing", 1)],
        injected_faults: 0,
    },
    Demo {
        name: "unbounded buffer, `while`",
        program: || pass_two_items(true),
        preemptions: EVERY,
        outcomes: &["each got one"],
        wrong: &[],
        injected_faults: 0,
    },
];
