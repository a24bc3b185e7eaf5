//! Peterson's algorithm, the same with its first two stores in the other order, and the same with weaker orderings.
//!
//! Source: Gary L. Peterson, *Myths About the Mutual Exclusion Problem*, Information Processing Letters 12(3), 1981.
//! That it needs sequential consistency is from Leslie Lamport, *How to Make a Multiprocessor Computer That Correctly
//! Executes Multiprocess Programs*, IEEE Transactions on Computers C-28(9), 1979.

use super::room::Room;
use super::sync::Arc;
use super::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use super::{Demo, on_threads, thread};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Right,
    StoresSwapped,
    ReleaseAndAcquire,
}

struct Shared {
    wants: [AtomicBool; 2],
    turn: AtomicUsize,
    room: Room,
}

fn visit(shared: &Shared, me: usize, version: Version) {
    let other = 1 - me;
    let (store, load) = match version {
        Version::ReleaseAndAcquire => (Ordering::Release, Ordering::Acquire),
        Version::Right | Version::StoresSwapped => (Ordering::SeqCst, Ordering::SeqCst),
    };
    if version == Version::StoresSwapped {
        shared.turn.store(other, store);
        shared.wants[me].store(true, store);
    } else {
        shared.wants[me].store(true, store);
        shared.turn.store(other, store);
    }
    while shared.wants[other].load(load) && shared.turn.load(load) == other {
        thread::yield_now();
    }
    shared.room.visit();
    shared.wants[me].store(false, store);
}

fn two(version: Version) -> String {
    let shared = Arc::new(Shared {
        wants: [AtomicBool::new(false), AtomicBool::new(false)],
        turn: AtomicUsize::new(0),
        room: Room::default(),
    });
    let theirs = Arc::clone(&shared);
    on_threads(2, move |me| visit(&theirs, me, version));
    shared.room.outcome()
}

pub(super) const DEMOS: [Demo; 3] = [
    Demo {
        name: "Peterson",
        program: || two(Version::Right),
        preemptions: 5,
        outcomes: &["alone"],
        wrong: &[],
        injected_faults: 1,
    },
    // One gives the turn away and is preempted; the other gives it back, sees that nobody wants to go in, and is
    // preempted inside.
    Demo {
        name: "Peterson, stores swapped",
        program: || two(Version::StoresSwapped),
        preemptions: 5,
        outcomes: &["alone", "together"],
        wrong: &[("together", 2)],
        injected_faults: 0,
    },
    // One is preempted inside; the other reads a stale value, by which the first one does not want to go in.
    Demo {
        name: "Peterson, weaker orderings",
        program: || two(Version::ReleaseAndAcquire),
        preemptions: 3,
        outcomes: &["alone", "together"],
        wrong: &[("together", 2)],
        injected_faults: 1,
    },
];
