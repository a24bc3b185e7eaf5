//! A buffer for one item that a producer fills and two consumers empty: with one condition variable for both sides a
//! notification can wake the wrong one, and an `if` in place of the `while` finds the buffer empty again.
//!
//! Source: Remzi H. Arpaci-Dusseau & Andrea C. Arpaci-Dusseau, *Operating Systems: Three Easy Pieces*, 2018, chapter 30, whose
//! three versions these are; that a wait has to be a loop is from Butler W. Lampson & David D. Redell, *Experience with Processes
//! and Monitors in Mesa*, Communications of the ACM 23(2), 1980.

use std::sync::{Condvar, Mutex};
use std::thread;

use crate::{Demo, EVERY};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    /// Waits only once.
    If,
    /// Waits in a loop, everybody at one condition variable.
    While,
    /// Waits in a loop, each side at a condition variable of its own.
    TwoCondvars,
}

struct Buffer {
    version: Version,
    item: Mutex<Option<u32>>,
    changed: Condvar,
    emptied: Condvar,
}

impl Buffer {
    fn put(&self, item: u32) {
        let emptied = if self.version == Version::TwoCondvars {
            &self.emptied
        } else {
            &self.changed
        };
        let slot = self.item.lock().expect("nobody panics with it");
        let mut slot = emptied
            .wait_while(slot, |slot| slot.is_some())
            .expect("nobody panics with it");
        *slot = Some(item);
        self.changed.notify_one();
    }

    fn take(&self) -> Option<u32> {
        let mut slot = self.item.lock().expect("nobody panics with it");
        if self.version == Version::If {
            if slot.is_none() {
                slot = self.changed.wait(slot).expect("nobody panics with it");
            }
        } else {
            slot = self
                .changed
                .wait_while(slot, |slot| slot.is_none())
                .expect("nobody panics with it");
        }
        let emptied = if self.version == Version::TwoCondvars {
            &self.emptied
        } else {
            &self.changed
        };
        emptied.notify_one();
        slot.take()
    }
}

/// One producer of two items, and two consumers of one each.
fn pass_two_items(version: Version) -> String {
    let buffer = Buffer {
        version,
        item: Mutex::new(None),
        changed: Condvar::new(),
        emptied: Condvar::new(),
    };
    let taken = thread::scope(|scope| {
        let consumers = [(); 2].map(|()| scope.spawn(|| buffer.take()));
        scope.spawn(|| (0..2).for_each(|item| buffer.put(item)));
        consumers.map(|consumer| consumer.join().expect("a consumer does not panic"))
    });
    match taken.iter().flatten().count() {
        2 => "each got one",
        _ => "somebody got nothing",
    }
    .to_owned()
}

pub(super) const DEMOS: [Demo; 3] = [
    Demo {
        name: "bounded buffer, `if`",
        program: || pass_two_items(Version::If),
        preemptions: EVERY,
        outcomes: &["each got one", "somebody got nothing"],
        wrong: &[("somebody got nothing", 0)],
        injected_faults: 0,
    },
    Demo {
        name: "bounded buffer, one condvar",
        program: || pass_two_items(Version::While),
        preemptions: EVERY,
        outcomes: &["deadlock", "each got one"],
        wrong: &[("deadlock", 0)],
        injected_faults: 0,
    },
    Demo {
        name: "bounded buffer, two condvars",
        program: || pass_two_items(Version::TwoCondvars),
        preemptions: EVERY,
        outcomes: &["each got one"],
        wrong: &[],
        injected_faults: 0,
    },
];
