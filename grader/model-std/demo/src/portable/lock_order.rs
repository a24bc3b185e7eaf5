//! Two accounts, two transfers in opposite directions, two locks. Taken in the order of the transfer, they deadlock.
//!
//! Source: E. G. Coffman, M. J. Elphick & A. Shoshani, *System Deadlocks*, Computing Surveys 3(2), 1971, which gives
//! both the conditions of a deadlock and the ordering that breaks one of them.

use super::sync::{Arc, Mutex};
use super::{Demo, EVERY, on_threads};

fn transfer(accounts: &[Mutex<i64>; 2], from: usize, to: usize, in_order: bool) {
    let (first, second) = if in_order {
        (from.min(to), from.max(to))
    } else {
        (from, to)
    };
    let mut first_account = accounts[first].lock().expect("nobody panics with it");
    let mut second_account = accounts[second].lock().expect("nobody panics with it");
    let (source, target) = if first == from {
        (&mut *first_account, &mut *second_account)
    } else {
        (&mut *second_account, &mut *first_account)
    };
    *source -= 10;
    *target += 10;
}

fn two_transfers(in_order: bool) -> String {
    let accounts = Arc::new([Mutex::new(100), Mutex::new(100)]);
    let theirs = Arc::clone(&accounts);
    on_threads(2, move |number| transfer(&theirs, number, 1 - number, in_order));
    let [one, other] = [0, 1].map(|number| *accounts[number].lock().expect("nobody panics with it"));
    format!("{one} and {other}")
}

pub(super) const DEMOS: [Demo; 2] = [
    Demo {
        name: "locks in opposite orders",
        program: || two_transfers(false),
        preemptions: EVERY,
        outcomes: &["100 and 100", "deadlock"],
        wrong: &[("deadlock", 1)],
        injected_faults: 0,
    },
    Demo {
        name: "locks in one order",
        program: || two_transfers(true),
        preemptions: EVERY,
        outcomes: &["100 and 100"],
        wrong: &[],
        injected_faults: 0,
    },
];
