//! A hand-made reusable barrier. Without a generation number, a thread that wakes late mistakes the next generation for
//! its own and waits on.
//!
//! Source: Allen B. Downey, *The Little Book of Semaphores*, 2nd edition, 2016, sections 3.6 and 3.7, the reusable
//! barrier.

use std::sync::{Condvar, Mutex};
use std::thread;

use crate::{Demo, EVERY};

const THREADS: usize = 2;

#[derive(Default)]
struct Barrier {
    /// How many threads have arrived, and how many meetings there were.
    state: Mutex<(usize, usize)>,
    changed: Condvar,
}

impl Barrier {
    fn wait(&self, counts_meetings: bool) {
        let mut state = self.state.lock().expect("nobody panics with it");
        state.0 += 1;
        if state.0 == THREADS {
            *state = (0, state.1 + 1);
            self.changed.notify_all();
            return;
        }
        let meeting = state.1;
        let has_to_wait = |state: &mut (usize, usize)| {
            if counts_meetings {
                state.1 == meeting
            } else {
                state.0 != 0
            }
        };
        drop(self.changed.wait_while(state, has_to_wait));
    }
}

fn meet_twice(counts_meetings: bool) -> String {
    let barrier = Barrier::default();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..2).for_each(|_| barrier.wait(counts_meetings)));
        }
    });
    "met twice".to_owned()
}

pub(super) const DEMOS: [Demo; 2] = [
    Demo {
        name: "barrier",
        program: || meet_twice(true),
        preemptions: EVERY,
        outcomes: &["met twice"],
        wrong: &[],
        injected_faults: 0,
    },
    // The last thread to arrive goes straight on to the next meeting, so no preemption is needed.
    Demo {
        name: "barrier, meetings not counted",
        program: || meet_twice(false),
        preemptions: EVERY,
        outcomes: &["deadlock", "met twice"],
        wrong: &[("deadlock", 0)],
        injected_faults: 0,
    },
];
