//! Dekker's algorithm, the first that keeps two threads apart with loads and stores alone, and two attempts on the way to it.
//!
//! Source: Edsger W. Dijkstra, *Cooperating Sequential Processes*, EWD123, 1965, section 2, who credits Th. J. Dekker.

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

/// Lets thread 0 and thread 1 do `visit`, and says how they were.
fn two(visit: fn(&Shared, usize)) -> String {
    let shared = Shared::default();
    thread::scope(|scope| {
        scope.spawn(|| visit(&shared, 0));
        scope.spawn(|| visit(&shared, 1));
    });
    shared.room.into_outcome()
}

/// Looks whether the other one wants to go in, then says that it does.
fn look_first(shared: &Shared, me: usize) {
    while shared.wants[1 - me].load(SeqCst) {
        hint::spin_loop();
    }
    shared.wants[me].store(true, SeqCst);
    shared.room.visit();
    shared.wants[me].store(false, SeqCst);
}

/// Says that it wants to go in, and insists.
fn insist(shared: &Shared, me: usize) {
    shared.wants[me].store(true, SeqCst);
    while shared.wants[1 - me].load(SeqCst) {
        hint::spin_loop();
    }
    shared.room.visit();
    shared.wants[me].store(false, SeqCst);
}

/// Says that it wants to go in, and stands back while it is the other one's turn.
fn dekker(shared: &Shared, me: usize) {
    let other = 1 - me;
    shared.wants[me].store(true, SeqCst);
    while shared.wants[other].load(SeqCst) {
        if shared.turn.load(SeqCst) == other {
            shared.wants[me].store(false, SeqCst);
            while shared.turn.load(SeqCst) == other {
                hint::spin_loop();
            }
            shared.wants[me].store(true, SeqCst);
        }
    }
    shared.room.visit();
    shared.turn.store(other, SeqCst);
    shared.wants[me].store(false, SeqCst);
}

pub(super) const DEMOS: [Demo; 3] = [
    Demo {
        name: "Dekker, looking first",
        program: || two(look_first),
        preemptions: 5,
        outcomes: &["alone", "together"],
        wrong: &[("together", 2)],
        injected_faults: 0,
    },
    Demo {
        name: "Dekker, insisting",
        program: || two(insist),
        preemptions: 5,
        outcomes: &["alone", "spins for ever"],
        wrong: &[("spins for ever", 1)],
        injected_faults: 0,
    },
    Demo {
        name: "Dekker",
        program: || two(dekker),
        preemptions: 5,
        outcomes: &["alone"],
        wrong: &[],
        injected_faults: 0,
    },
];
