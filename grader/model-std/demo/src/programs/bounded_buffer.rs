//! A buffer for one item that a producer fills and two consumers empty. With one condition variable for both sides, a
//! notification can wake the wrong side, and all three wait.
//!
//! Source: Remzi H. Arpaci-Dusseau & Andrea C. Arpaci-Dusseau, *Operating Systems: Three Easy Pieces*, 2018, chapter
//! 30.

use std::sync::{Condvar, Mutex};
use std::thread;

use crate::{Demo, EVERY};

#[derive(Default)]
struct Buffer {
    item: Mutex<Option<u32>>,
    filled: Condvar,
    /// `None` where both sides wait for `filled`.
    emptied: Option<Condvar>,
}

impl Buffer {
    fn emptied(&self) -> &Condvar {
        self.emptied.as_ref().unwrap_or(&self.filled)
    }

    fn put(&self, item: u32) {
        let slot = self.item.lock().expect("nobody panics with it");
        let mut slot = self
            .emptied()
            .wait_while(slot, |slot| slot.is_some())
            .expect("nobody panics with it");
        *slot = Some(item);
        self.filled.notify_one();
    }

    fn take(&self) {
        let slot = self.item.lock().expect("nobody panics with it");
        let mut slot = self
            .filled
            .wait_while(slot, |slot| slot.is_none())
            .expect("nobody panics with it");
        *slot = None;
        self.emptied().notify_one();
    }
}

/// One producer of two items, and two consumers of one each.
fn pass_two_items(emptied: Option<Condvar>) -> String {
    let buffer = Buffer {
        emptied,
        ..Buffer::default()
    };
    thread::scope(|scope| {
        scope.spawn(|| buffer.take());
        scope.spawn(|| buffer.take());
        scope.spawn(|| (0..2).for_each(|item| buffer.put(item)));
    });
    "each got one".to_owned()
}

pub(super) const DEMOS: [Demo; 2] = [
    Demo {
        name: "bounded buffer, one condvar",
        program: || pass_two_items(None),
        preemptions: EVERY,
        outcomes: &["deadlock", "each got one"],
        wrong: &[("deadlock", 0)],
        injected_faults: 0,
    },
    Demo {
        name: "bounded buffer, two condvars",
        program: || pass_two_items(Some(Condvar::new())),
        preemptions: EVERY,
        outcomes: &["each got one"],
        wrong: &[],
        injected_faults: 0,
    },
];
