//! Double-checked initialisation: the flag is looked at without the lock, then again with it. Without the second look the value
//! is made twice; with the flag up before the value is there, somebody reads what is not there yet.
//!
//! Source: Douglas C. Schmidt & Tim Harrison, *Double-Checked Locking*, Pattern Languages of Program Design 3, 1997. That it needs
//! more than plain memory accesses is from David Bacon and others, *The "Double-Checked Locking is Broken" Declaration*, 2000;
//! here every access is sequentially consistent.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;

use crate::{Demo, EVERY};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Right,
    NoSecondLook,
    FlagFirst,
}

#[derive(Default)]
struct Cell {
    is_there: AtomicBool,
    value: AtomicUsize,
    n_made: AtomicUsize,
    lock: Mutex<()>,
}

impl Cell {
    fn get(&self, version: Version) -> usize {
        if !self.is_there.load(SeqCst) {
            let _guard = self.lock.lock().expect("nobody panics with it");
            if version == Version::NoSecondLook || !self.is_there.load(SeqCst) {
                self.make(version);
            }
        }
        self.value.load(SeqCst)
    }

    fn make(&self, version: Version) {
        self.n_made.fetch_add(1, SeqCst);
        if version == Version::FlagFirst {
            self.is_there.store(true, SeqCst);
        }
        self.value.store(7, SeqCst);
        self.is_there.store(true, SeqCst);
    }
}

fn two_get(version: Version) -> String {
    let cell = Cell::default();
    let seen = thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(|| cell.get(version)));
        threads.map(|thread| thread.join().expect("nobody panics"))
    });
    match (seen, cell.n_made.into_inner()) {
        ([7, 7], 1) => "made once",
        ([7, 7], _) => "made twice",
        _ => "seen before it was there",
    }
    .to_owned()
}

pub(super) const DEMOS: [Demo; 3] = [
    Demo {
        name: "double-checked",
        program: || two_get(Version::Right),
        preemptions: EVERY,
        outcomes: &["made once"],
        wrong: &[],
        injected_faults: 0,
    },
    Demo {
        name: "checked only once",
        program: || two_get(Version::NoSecondLook),
        preemptions: EVERY,
        outcomes: &["made once", "made twice"],
        wrong: &[("made twice", 1)],
        injected_faults: 0,
    },
    Demo {
        name: "double-checked, flag first",
        program: || two_get(Version::FlagFirst),
        preemptions: EVERY,
        outcomes: &["made once", "seen before it was there"],
        wrong: &[("seen before it was there", 1)],
        injected_faults: 0,
    },
];
