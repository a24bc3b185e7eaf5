//! Litmus tests: a few loads and stores whose results tell memory models apart. Under sequential consistency, in which every
//! access takes effect at once and in the order of the program, each lacks the outcome that weaker models allow.
//!
//! Source: Leslie Lamport, *How to Make a Multiprocessor Computer That Correctly Executes Multiprocess Programs*, IEEE Transactions
//! on Computers C-28(9), 1979, for the model; Jade Alglave, Luc Maranget & Michael Tautschnig, *Herding Cats*, ACM Transactions on
//! Programming Languages and Systems 36(2), 2014, for the tests and their names (SB, LB, MP, IRIW).

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use crate::{Demo, EVERY};

#[derive(Default)]
struct Memory {
    x: AtomicUsize,
    y: AtomicUsize,
}

/// Runs both, and says what they saw.
fn two(one: impl Fn(&Memory) -> String + Sync, other: impl Fn(&Memory) -> String + Sync) -> String {
    let memory = Memory::default();
    let [one, other] = thread::scope(|scope| {
        let one = scope.spawn(|| one(&memory));
        let other = scope.spawn(|| other(&memory));
        [one, other].map(|thread| thread.join().expect("nobody panics"))
    });
    one + &other
}

fn store_buffering() -> String {
    let store_then_load = |stored: &AtomicUsize, loaded: &AtomicUsize| {
        stored.store(1, SeqCst);
        loaded.load(SeqCst).to_string()
    };
    two(
        |memory| store_then_load(&memory.x, &memory.y),
        |memory| store_then_load(&memory.y, &memory.x),
    )
}

fn load_buffering() -> String {
    let load_then_store = |loaded: &AtomicUsize, stored: &AtomicUsize| {
        let seen = loaded.load(SeqCst);
        stored.store(1, SeqCst);
        seen.to_string()
    };
    two(
        |memory| load_then_store(&memory.x, &memory.y),
        |memory| load_then_store(&memory.y, &memory.x),
    )
}

fn message_passing() -> String {
    let send = |memory: &Memory| {
        memory.x.store(1, SeqCst);
        memory.y.store(1, SeqCst);
        String::new()
    };
    two(send, |memory| {
        let flag = memory.y.load(SeqCst);
        format!("{flag}{}", memory.x.load(SeqCst))
    })
}

/// Independent reads of independent writes.
fn independent_reads() -> String {
    let Memory { x, y } = &Memory::default();
    let seen = thread::scope(|scope| {
        scope.spawn(|| x.store(1, SeqCst));
        scope.spawn(|| y.store(1, SeqCst));
        let read = |first: &AtomicUsize, second: &AtomicUsize| {
            let first = first.load(SeqCst);
            format!("{first}{}", second.load(SeqCst))
        };
        let one = scope.spawn(move || read(x, y));
        let other = scope.spawn(move || read(y, x));
        [one, other].map(|thread| thread.join().expect("nobody panics"))
    });
    seen.concat()
}

pub(super) const DEMOS: [Demo; 4] = [
    Demo {
        name: "store buffering",
        program: store_buffering,
        preemptions: EVERY,
        outcomes: &["01", "10", "11"],
        wrong: &[],
        injected_faults: 0,
    },
    Demo {
        name: "load buffering",
        program: load_buffering,
        preemptions: EVERY,
        outcomes: &["00", "01", "10"],
        wrong: &[],
        injected_faults: 0,
    },
    Demo {
        name: "message passing",
        program: message_passing,
        preemptions: EVERY,
        outcomes: &["00", "01", "11"],
        wrong: &[],
        injected_faults: 0,
    },
    // All but 10 with 10: the readers agree on which write came first.
    Demo {
        name: "independent reads",
        program: independent_reads,
        preemptions: EVERY,
        outcomes: &[
            "0000", "0001", "0010", "0011", "0100", "0101", "0110", "0111", "1000", "1001", "1011", "1100", "1101",
            "1110", "1111",
        ],
        wrong: &[],
        injected_faults: 0,
    },
];
