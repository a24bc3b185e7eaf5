//! Two accounts, two transfers in opposite directions, two locks: taken in the order of the transfer, they lead to a deadlock.
//!
//! Source: E. G. Coffman, M. J. Elphick & A. Shoshani, *System Deadlocks*, Computing Surveys 3(2), 1971, which gives both the
//! conditions of a deadlock and the ordering that breaks one of them.

use std::sync::Mutex;
use std::thread;

use crate::{Demo, EVERY};

fn transfer(accounts: &[Mutex<i64>; 2], from: usize, to: usize, in_order: bool) {
    let (first, second) = if in_order {
        (from.min(to), from.max(to))
    } else {
        (from, to)
    };
    let first_account = accounts[first].lock().expect("nobody panics with it");
    let second_account = accounts[second].lock().expect("nobody panics with it");
    let (mut source, mut target) = if first == from {
        (first_account, second_account)
    } else {
        (second_account, first_account)
    };
    *source -= 10;
    *target += 10;
}

fn two_transfers(in_order: bool) -> String {
    let accounts = [Mutex::new(100), Mutex::new(100)];
    thread::scope(|scope| {
        scope.spawn(|| transfer(&accounts, 0, 1, in_order));
        scope.spawn(|| transfer(&accounts, 1, 0, in_order));
    });
    let [one, other] = accounts.map(|account| account.into_inner().expect("nobody panicked with it"));
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
