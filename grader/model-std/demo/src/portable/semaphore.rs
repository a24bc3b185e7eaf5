//! A semaphore made from a mutex and a condition variable, which is to let two threads in at once.
//!
//! Source: Edsger W. Dijkstra, *Cooperating Sequential Processes*, EWD123, 1965, section 4.1, who introduced
//! semaphores.

use super::room::Room;
use super::sync::{Arc, Condvar, Mutex};
use super::{Demo, on_threads};

struct Semaphore {
    permits: Mutex<usize>,
    returned: Condvar,
}

impl Semaphore {
    fn acquire(&self) {
        let mut permits = self.permits.lock().expect("nobody panics with it");
        while *permits == 0 {
            permits = self.returned.wait(permits).expect("nobody panics with it");
        }
        *permits -= 1;
    }

    fn release(&self) {
        *self.permits.lock().expect("nobody panics with it") += 1;
        self.returned.notify_one();
    }
}

fn four_visit(permits: usize) -> String {
    let semaphore = Semaphore {
        permits: Mutex::new(permits),
        returned: Condvar::new(),
    };
    let room = Arc::new(Room::new(2));
    let theirs = Arc::clone(&room);
    on_threads(4, move |_| {
        semaphore.acquire();
        theirs.visit();
        semaphore.release();
    });
    if room.was_crowded() {
        "three at once"
    } else {
        "two at most"
    }
    .to_owned()
}

pub(super) const DEMOS: [Demo; 2] = [
    Demo {
        name: "semaphore, a permit too many",
        program: || four_visit(3),
        preemptions: 2,
        outcomes: &["three at once", "two at most"],
        wrong: &[("three at once", 2)],
        injected_faults: 0,
    },
    Demo {
        name: "semaphore",
        program: || four_visit(2),
        preemptions: 2,
        outcomes: &["two at most"],
        wrong: &[],
        injected_faults: 0,
    },
];
