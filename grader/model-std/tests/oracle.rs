//! The explorer against an oracle: small random programs, whose outcomes are also enumerated by a plain interpreter that knows
//! nothing of bounds, histories or choices. Both must find the same outcomes, none more and none less.

#[path = "outcomes/outcomes.rs"]
mod outcomes;

use std::collections::BTreeSet;
use std::rc::Rc;

use model_std::model::Bounds;
use model_std::model::trace::End;
use model_std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use model_std::sync::{Arc, Mutex, MutexGuard};
use model_std::thread;

use outcomes::Explorer;

/// One operation of a thread, on one of two atomics or one of two locked numbers.
#[derive(Clone, Copy, Debug)]
enum Step {
    Load(usize),
    Store(usize, u64),
    Add(usize, u64),
    Exchange(usize, u64, u64),
    Lock(usize),
    TryLock(usize),
    /// Adds to a locked number, if the lock is held.
    Change(usize),
    /// Reads a locked number, if the lock is held.
    Look(usize),
    Unlock(usize),
}

/// What each thread does, in order.
type Program = Vec<Vec<Step>>;

/// What each thread saw, and what is there in the end; nothing if the threads were stuck.
type Outcome = Option<(Vec<Vec<u64>>, [u64; 4])>;

/// What the threads share, as the interpreter keeps it.
#[derive(Clone, Default)]
struct State {
    next: Vec<usize>,
    seen: Vec<Vec<u64>>,
    atomics: [u64; 2],
    numbers: [u64; 2],
    holders: [Option<usize>; 2],
}

impl State {
    /// Lets `thread` do its next step; false if it has to wait.
    fn step(&mut self, thread: usize, step: Step) -> bool {
        let mine = |state: &State, lock: usize| state.holders[lock] == Some(thread);
        match step {
            Step::Load(at) => self.seen[thread].push(self.atomics[at]),
            Step::Store(at, value) => self.atomics[at] = value,
            Step::Add(at, value) => {
                self.seen[thread].push(self.atomics[at]);
                self.atomics[at] += value;
            }
            Step::Exchange(at, old, new) => {
                self.seen[thread].push(self.atomics[at]);
                if self.atomics[at] == old {
                    self.atomics[at] = new;
                }
            }
            Step::Lock(lock) if self.holders[lock].is_some() => return false,
            Step::Lock(lock) => self.holders[lock] = Some(thread),
            Step::TryLock(lock) => {
                self.seen[thread].push(u64::from(self.holders[lock].is_none()));
                self.holders[lock].get_or_insert(thread);
            }
            Step::Change(lock) if mine(self, lock) => self.numbers[lock] += 1,
            Step::Look(lock) if mine(self, lock) => self.seen[thread].push(self.numbers[lock]),
            Step::Unlock(lock) if mine(self, lock) => self.holders[lock] = None,
            Step::Change(_) | Step::Look(_) | Step::Unlock(_) => {}
        }
        self.next[thread] += 1;
        true
    }

    /// All that can come of this state.
    fn enumerate(&self, program: &Program, outcomes: &mut BTreeSet<Outcome>) {
        let mut is_stuck = true;
        let mut is_over = true;
        for (thread, steps) in program.iter().enumerate() {
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
        if is_over {
            let [x, y] = self.atomics;
            let [a, b] = self.numbers;
            outcomes.insert(Some((self.seen.clone(), [x, y, a, b])));
        } else if is_stuck {
            outcomes.insert(None);
        }
    }
}

/// The outcomes of `program` by enumeration.
fn enumerate(program: &Program) -> BTreeSet<Outcome> {
    let mut outcomes = BTreeSet::new();
    let start = State {
        next: vec![0; program.len()],
        seen: vec![Vec::new(); program.len()],
        ..State::default()
    };
    start.enumerate(program, &mut outcomes);
    outcomes
}

/// What the threads share, as the model keeps it.
#[derive(Default)]
struct Shared {
    atomics: [AtomicU64; 2],
    numbers: [Mutex<u64>; 2],
}

impl Shared {
    fn perform(&self, steps: &[Step]) -> Vec<u64> {
        let mut seen = Vec::new();
        let mut guards: [Option<MutexGuard<'_, u64>>; 2] = [None, None];
        for step in steps {
            match *step {
                Step::Load(at) => seen.push(self.atomics[at].load(SeqCst)),
                Step::Store(at, value) => self.atomics[at].store(value, SeqCst),
                Step::Add(at, value) => seen.push(self.atomics[at].fetch_add(value, SeqCst)),
                Step::Exchange(at, old, new) => match self.atomics[at].compare_exchange(old, new, SeqCst, SeqCst) {
                    Ok(found) | Err(found) => seen.push(found),
                },
                Step::Lock(lock) => guards[lock] = Some(self.numbers[lock].lock().unwrap()),
                Step::TryLock(lock) => {
                    let guard = self.numbers[lock].try_lock().ok();
                    seen.push(u64::from(guard.is_some()));
                    guards[lock] = guard.or(guards[lock].take());
                }
                Step::Change(lock) => guards[lock].iter_mut().for_each(|guard| **guard += 1),
                Step::Look(lock) => seen.extend(guards[lock].as_deref()),
                Step::Unlock(lock) => drop(guards[lock].take()),
            }
        }
        seen
    }
}

/// The outcomes of `program` under the model.
fn explore(program: &Rc<Program>) -> BTreeSet<Outcome> {
    let bounds = Bounds {
        preemptions: 20,
        executions: 200_000,
        random: 0,
        ..Bounds::default()
    };
    let theirs = Rc::clone(program);
    let body = move || {
        let shared = Arc::new(Shared::default());
        let start = |steps: &Vec<Step>| {
            let (shared, steps) = (Arc::clone(&shared), steps.clone());
            thread::spawn(move || shared.perform(&steps))
        };
        let threads: Vec<_> = theirs.iter().map(start).collect();
        let seen = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let [x, y] = shared.atomics.each_ref().map(|atomic| atomic.load(SeqCst));
        let [a, b] = shared.numbers.each_ref().map(|number| *number.lock().unwrap());
        (seen, [x, y, a, b])
    };
    let mut outcomes = BTreeSet::new();
    let coverage = Explorer {
        bounds,
        ..Explorer::default()
    }
    .each(body, |execution| {
        match (execution.value, execution.trace.end) {
            (Some(Ok(value)), End::Finished) => outcomes.insert(Some(value)),
            (None, End::Deadlock { .. }) => outcomes.insert(None),
            (_, end) => panic!("{end:?}"),
        };
    });
    assert!(coverage.complete, "{coverage:?}");
    outcomes
}

/// A generator of numbers: SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }

    fn program(&mut self, n_threads: u64, n_steps: u64) -> Program {
        (0..n_threads).map(|_| self.thread(n_steps)).collect()
    }

    /// Steps that release every lock they take, in the end at the latest, and take none that they may hold.
    fn thread(&mut self, n_steps: u64) -> Vec<Step> {
        let mut may_hold = [false; 2];
        let mut steps = Vec::new();
        for _ in 0..n_steps {
            let (at, value) = (self.below(2) as usize, self.below(2) + 1);
            steps.push(match (self.below(8), may_hold[at]) {
                (0, _) => Step::Load(at),
                (1, _) => Step::Store(at, value),
                (2, _) => Step::Add(at, value),
                (3, _) => Step::Exchange(at, self.below(2), value),
                (4, false) => Step::TryLock(at),
                (_, false) => Step::Lock(at),
                (4 | 5, true) => Step::Look(at),
                (6, true) => Step::Change(at),
                (_, true) => Step::Unlock(at),
            });
            match steps.last() {
                Some(Step::Lock(lock) | Step::TryLock(lock)) => may_hold[*lock] = true,
                Some(Step::Unlock(lock)) => may_hold[*lock] = false,
                _ => {}
            }
        }
        let held = (0..2).filter(|lock| may_hold[*lock]);
        steps.extend(held.map(Step::Unlock));
        steps
    }
}

#[track_caller]
fn agree(seed: u64, n_programs: usize, (n_threads, n_steps): (u64, u64)) {
    let mut random = Random(seed);
    let mut n_stuck = 0;
    for _ in 0..n_programs {
        let program = Rc::new(random.program(n_threads, n_steps));
        let (expected, found) = (enumerate(&program), explore(&program));
        assert_eq!(found, expected, "{program:#?}");
        n_stuck += usize::from(expected.contains(&None));
    }
    assert!(n_stuck < n_programs, "every program can be stuck");
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
