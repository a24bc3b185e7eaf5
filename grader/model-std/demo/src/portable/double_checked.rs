//! Double-checked initialisation: the flag is looked at without the lock, then again with it. Without the second look
//! the value is made twice. With the flag set before the value, somebody reads a value that is not there yet.
//!
//! Source: Douglas C. Schmidt & Tim Harrison, *Double-Checked Locking*, Pattern Languages of Program Design 3, 1997.
//! That it needs more than plain memory accesses is from David Bacon and others, *The "Double-Checked Locking is
//! Broken" Declaration*, 2000; here every access is sequentially consistent.

use super::sync::Mutex;
use super::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use super::{Demo, EVERY, on_threads};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Right,
    NoSecondLook,
    FlagFirst,
}

struct Cell {
    is_there: AtomicBool,
    value: AtomicUsize,
    lock: Mutex<()>,
}

impl Cell {
    /// The value that is seen, and whether it was made here.
    fn get(&self, version: Version) -> (usize, bool) {
        let mut was_made = false;
        if !self.is_there.load(SeqCst) {
            let guard = self.lock.lock().expect("nobody panics with it");
            if version == Version::NoSecondLook || !self.is_there.load(SeqCst) {
                self.make(version);
                was_made = true;
            }
            drop(guard);
        }
        (self.value.load(SeqCst), was_made)
    }

    fn make(&self, version: Version) {
        if version == Version::FlagFirst {
            self.is_there.store(true, SeqCst);
            self.value.store(7, SeqCst);
        } else {
            self.value.store(7, SeqCst);
            self.is_there.store(true, SeqCst);
        }
    }
}

fn two_get(version: Version) -> String {
    let cell = Cell {
        is_there: AtomicBool::new(false),
        value: AtomicUsize::new(0),
        lock: Mutex::new(()),
    };
    let got = on_threads(2, move |_| cell.get(version));
    let n_made = got.iter().filter(|(_, was_made)| *was_made).count();
    if got.iter().any(|(value, _)| *value != 7) {
        "seen before it was there"
    } else if n_made == 1 {
        "made once"
    } else {
        "made twice"
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
