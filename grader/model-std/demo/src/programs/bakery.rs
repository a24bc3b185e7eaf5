//! Lamport's bakery: who draws the lowest number is served, and ties go to the lower name. Without the flag that says that
//! somebody is drawing, two that draw the same number may be served together.
//!
//! Source: Leslie Lamport, *A New Solution of Dijkstra's Concurrent Programming Problem*, Communications of the ACM 17(8), 1974.

use std::hint;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;

use crate::Demo;
use crate::room::Room;

const CUSTOMERS: usize = 2;

#[derive(Default)]
struct Bakery {
    draws: [AtomicBool; CUSTOMERS],
    numbers: [AtomicUsize; CUSTOMERS],
    room: Room,
}

fn buy(bakery: &Bakery, me: usize, says_when_drawing: bool) {
    bakery.draws[me].store(says_when_drawing, SeqCst);
    let highest = bakery.numbers.iter().map(|number| number.load(SeqCst)).max();
    let mine = highest.unwrap_or_default() + 1;
    bakery.numbers[me].store(mine, SeqCst);
    bakery.draws[me].store(false, SeqCst);
    for other in (0..CUSTOMERS).filter(|other| *other != me) {
        while bakery.draws[other].load(SeqCst) {
            hint::spin_loop();
        }
        loop {
            let theirs = bakery.numbers[other].load(SeqCst);
            if theirs == 0 || (mine, me) < (theirs, other) {
                break;
            }
            hint::spin_loop();
        }
    }
    bakery.room.visit();
    bakery.numbers[me].store(0, SeqCst);
}

fn all_buy(says_when_drawing: bool) -> String {
    let bakery = Bakery::default();
    thread::scope(|scope| {
        for me in 0..CUSTOMERS {
            let bakery = &bakery;
            scope.spawn(move || buy(bakery, me, says_when_drawing));
        }
    });
    bakery.room.into_outcome()
}

pub(super) const DEMOS: [Demo; 2] = [
    Demo {
        name: "bakery",
        program: || all_buy(true),
        preemptions: 4,
        outcomes: &["alone"],
        wrong: &[],
        injected_faults: 0,
    },
    Demo {
        name: "bakery, drawing in silence",
        program: || all_buy(false),
        preemptions: 4,
        outcomes: &["alone", "together"],
        wrong: &[("together", 2)],
        injected_faults: 0,
    },
];
