//! Readers and writers: where readers need only wait while somebody writes, a reader that comes late goes in past a writer that
//! waits, and so can the next, for ever. Where they also wait for writers that wait, none does.
//!
//! Source: P. J. Courtois, F. Heymans & D. L. Parnas, *Concurrent Control with "Readers" and "Writers"*, Communications of the ACM
//! 14(10), 1971, problems 1 and 2, written as monitors after C. A. R. Hoare, *Monitors: An Operating System Structuring Concept*,
//! Communications of the ACM 17(10), 1974.

use std::sync::{Condvar, Mutex};
use std::thread;

use crate::{Demo, EVERY};

#[derive(Default)]
struct State {
    reading: usize,
    writing: bool,
    writers_waiting: usize,
    /// How many readers went in while a writer waited.
    n_passed: usize,
}

#[derive(Default)]
struct Library {
    state: Mutex<State>,
    changed: Condvar,
}

impl Library {
    fn read(&self, writers_first: bool) {
        let state = self.state.lock().expect("nobody panics with it");
        let has_to_wait = |state: &mut State| state.writing || (writers_first && state.writers_waiting > 0);
        let mut state = self
            .changed
            .wait_while(state, has_to_wait)
            .expect("nobody panics with it");
        state.reading += 1;
        state.n_passed += usize::from(state.writers_waiting > 0);
        drop(state);
        self.state.lock().expect("nobody panics with it").reading -= 1;
        self.changed.notify_all();
    }

    fn write(&self) {
        let mut state = self.state.lock().expect("nobody panics with it");
        state.writers_waiting += 1;
        let has_to_wait = |state: &mut State| state.writing || state.reading > 0;
        let mut state = self
            .changed
            .wait_while(state, has_to_wait)
            .expect("nobody panics with it");
        state.writers_waiting -= 1;
        state.writing = true;
        drop(state);
        self.state.lock().expect("nobody panics with it").writing = false;
        self.changed.notify_all();
    }
}

fn two_readers_and_a_writer(writers_first: bool) -> String {
    let library = Library::default();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| library.read(writers_first));
        }
        scope.spawn(|| library.write());
    });
    match library.state.into_inner().expect("nobody panicked with it").n_passed {
        0 => "in turn",
        _ => "past a writer that waits",
    }
    .to_owned()
}

pub(super) const DEMOS: [Demo; 2] = [
    Demo {
        name: "readers first",
        program: || two_readers_and_a_writer(false),
        preemptions: EVERY,
        outcomes: &["in turn", "past a writer that waits"],
        wrong: &[("past a writer that waits", 1)],
        injected_faults: 0,
    },
    Demo {
        name: "writers first",
        program: || two_readers_and_a_writer(true),
        preemptions: EVERY,
        outcomes: &["in turn"],
        wrong: &[],
        injected_faults: 0,
    },
];
