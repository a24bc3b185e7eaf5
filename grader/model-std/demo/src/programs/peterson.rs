//! Peterson's algorithm, and the same with its first two stores in the other order.
//!
//! Source: Gary L. Peterson, *Myths About the Mutual Exclusion Problem*, Information Processing Letters 12(3), 1981.

use std::hint;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;

use crate::Demo;
use crate::room::Room;

#[derive(Default)]
struct Shared {
    wants: [AtomicBool; 2],
    turn: AtomicUsize,
    room: Room,
}

fn visit(shared: &Shared, me: usize, turn_first: bool) {
    let other = 1 - me;
    if turn_first {
        shared.turn.store(other, SeqCst);
        shared.wants[me].store(true, SeqCst);
    } else {
        shared.wants[me].store(true, SeqCst);
        shared.turn.store(other, SeqCst);
    }
    while shared.wants[other].load(SeqCst) && shared.turn.load(SeqCst) == other {
        hint::spin_loop();
    }
    shared.room.visit();
    shared.wants[me].store(false, SeqCst);
}

fn two(turn_first: bool) -> String {
    let shared = Shared::default();
    thread::scope(|scope| {
        scope.spawn(|| visit(&shared, 0, turn_first));
        scope.spawn(|| visit(&shared, 1, turn_first));
    });
    shared.room.into_outcome()
}

pub(super) const DEMOS: [Demo; 2] = [
    Demo {
        name: "Peterson",
        program: || two(false),
        preemptions: 5,
        outcomes: &["alone"],
        wrong: &[],
        injected_faults: 0,
    },
    // One gives the turn away and is stopped; the other gives it back, sees that nobody wants to go in, and is stopped inside.
    Demo {
        name: "Peterson, stores swapped",
        program: || two(true),
        preemptions: 5,
        outcomes: &["alone", "together"],
        wrong: &[("together", 2)],
        injected_faults: 0,
    },
];
