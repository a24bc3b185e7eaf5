//! The explorer against an oracle. A plain interpreter without bounds, histories or choices enumerates the outcomes of
//! small random programs, and the explorer must find exactly the same.

use std::collections::BTreeSet;

use model_std::model::Bounds;
use model_std_suite::Explorer;

use crate::programs::{Outcome, Program, Random, Size, Step, Topic, modelled};

/// What a thread logs when it cannot take a lock at once.
const BUSY: u64 = 91;

/// The state that the threads share.
#[derive(Clone, Default)]
struct State {
    next: Vec<usize>,
    seen: Vec<Vec<u64>>,
    atomics: [u64; 2],
    numbers: [u64; 2],
    holders: [Option<usize>; 2],
}

impl State {
    /// Lets `thread` do its next step. Returns false if it has to wait.
    fn step(&mut self, thread: usize, step: Step) -> bool {
        let mine = |state: &State, lock: usize| state.holders[lock] == Some(thread);
        match step {
            Step::Load(at) => self.seen[thread].push(self.atomics[at]),
            Step::Store(at, value) => self.atomics[at] = value,
            Step::Swap(at, value) => self.modify(thread, at, |_| value),
            Step::Add(at, value) => self.modify(thread, at, |found| found + value),
            Step::Exchange(at, old, new) => self.modify(thread, at, |found| if found == old { new } else { found }),
            Step::ExchangeWeakly(at, old, new) => {
                let missed = u64::from(self.atomics[at] != old) * 10;
                self.modify(thread, at, |found| if found == old { new } else { found });
                *self.seen[thread].last_mut().expect("what was found") += missed;
            }
            Step::Lock(lock) if self.holders[lock].is_some() => return false,
            Step::Lock(lock) => self.holders[lock] = Some(thread),
            Step::TryLock(lock) if self.holders[lock].is_some() => self.seen[thread].push(BUSY),
            Step::TryLock(lock) => self.holders[lock] = Some(thread),
            Step::Change(lock) if mine(self, lock) => self.numbers[lock] += 1,
            Step::Look(lock) if mine(self, lock) => self.seen[thread].push(self.numbers[lock]),
            Step::Unlock(lock) if mine(self, lock) => self.holders[lock] = None,
            Step::Change(_) | Step::Look(_) | Step::Unlock(_) => {}
            other => unreachable!("{other:?} is not about atomics or mutexes"),
        }
        self.next[thread] += 1;
        true
    }

    fn modify(&mut self, thread: usize, at: usize, change: impl FnOnce(u64) -> u64) {
        let found = self.atomics[at];
        self.seen[thread].push(found);
        self.atomics[at] = change(found);
    }

    /// Adds every outcome that can follow this state.
    fn enumerate(&self, program: &Program, outcomes: &mut BTreeSet<Outcome>) {
        let mut is_stuck = true;
        let mut is_over = true;
        for (thread, steps) in program.threads.iter().enumerate() {
            let Some(step) = steps.get(self.next[thread]) else {
                continue;
            };
            is_over = false;
            let mut after = self.clone();
            if after.step(thread, *step) {
                is_stuck = false;
                after.enumerate(program, outcomes);
            }
        }
        if is_over || is_stuck {
            // The table stands in the outcome too, though no step here writes to it.
            let left = [&self.atomics[..], &self.numbers, &[0]].concat();
            outcomes.insert(Outcome {
                seen: self.seen.clone(),
                left: is_over.then_some(left),
            });
        }
    }
}

/// The outcomes of `program` by enumeration.
fn enumerate(program: &Program) -> BTreeSet<Outcome> {
    let mut outcomes = BTreeSet::new();
    let start = State {
        next: vec![0; program.threads.len()],
        seen: vec![Vec::new(); program.threads.len()],
        ..State::default()
    };
    start.enumerate(program, &mut outcomes);
    outcomes
}

/// The outcomes of `program` under the model.
fn explore(program: &Program) -> BTreeSet<Outcome> {
    let bounds = Bounds {
        preemptions: 20,
        executions: 200_000,
        random: 0,
        ..Bounds::default()
    };
    let explorer = Explorer {
        bounds,
        ..Explorer::default()
    };
    let (outcomes, coverage) = modelled::outcomes(program, explorer);
    assert!(coverage.complete, "{coverage:?}");
    outcomes
}

#[track_caller]
fn agree(seed: u64, n_programs: usize, (n_threads, steps): (usize, u64)) {
    let mut random = Random(seed);
    let size = Size {
        threads: n_threads + 1,
        steps,
        main: false,
    };
    let (mut n_stuck, mut n_outcomes) = (0, 0);
    for _ in 0..n_programs {
        let program = random.program_on(&[Topic::Atomics, Topic::Mutexes, Topic::Mutexes], size);
        let (expected, found) = (enumerate(&program), explore(&program));
        assert_eq!(found, expected, "{program:#?}");
        n_stuck += usize::from(expected.iter().any(|outcome| outcome.left.is_none()));
        n_outcomes += expected.len();
    }
    assert!(n_stuck < n_programs, "every program can be stuck");
    assert!(
        n_outcomes > 2 * n_programs,
        "{n_outcomes} outcomes: the threads hardly meet"
    );
}

#[test]
fn two_threads_of_five_steps_come_to_the_outcomes_of_the_oracle() {
    agree(1, 40, (2, 5));
}

#[test]
fn three_threads_of_three_steps_come_to_the_outcomes_of_the_oracle() {
    agree(2, 15, (3, 3));
}

#[test]
fn four_threads_of_two_steps_come_to_the_outcomes_of_the_oracle() {
    agree(3, 8, (4, 2));
}
