//! Pruning loses no outcome of stale reads: random litmus programs, and random programs whose atomics are ordered by
//! locks, messages and parking, have the same outcomes with pruning and without it, at each bound.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

use model_std::model::{Bounds, Pruning, Settings};
use model_std::sync::atomic::{AtomicU64, fence};
use model_std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use model_std::sync::{Arc, Mutex, Once};
use model_std::thread::{self, Thread};
use model_std_suite::{Explorer, plain};

use super::litmus::{self, Litmus, N_ATOMICS, Step};
use crate::programs::Random;

/// A random step of a litmus program. It may write the value that the atomic already has.
fn step(random: &mut Random) -> Step {
    let (atomic, value) = (random.below(2) as usize, random.below(3));
    match random.below(10) {
        0..4 => Step::Load(atomic, random.pick(&[Relaxed, Acquire, SeqCst])),
        4..7 => Step::Store(atomic, value, random.pick(&[Relaxed, Release, SeqCst])),
        7 => Step::Swap(atomic, value, random.pick(&[Relaxed, AcqRel, SeqCst])),
        _ => Step::Fence(random.pick(&[Acquire, Release, SeqCst])),
    }
}

#[test]
fn no_outcome_of_a_litmus_program_is_lost_at_any_bound() {
    let mut random = Random(1);
    let mut executions = (0, 0);
    for round in 0..120 {
        let lengths: &[u64] = if round % 3 == 0 { &[2, 2, 2] } else { &[3, 3] };
        let steps = |n: &u64| (0..*n).map(|_| step(&mut random)).collect();
        let litmus: Litmus = lengths.iter().map(steps).collect();
        for preemptions in 0..=if round % 3 == 0 { 2 } else { 3 } {
            let (all, every) = litmus::outcomes(&litmus, 2, preemptions, Pruning::Off);
            let (pruned, fewer) = litmus::outcomes(&litmus, 2, preemptions, Pruning::Visited);
            assert_eq!(pruned, all, "{litmus:#?} with at most {preemptions} preemptions");
            executions = (executions.0 + every.executions, executions.1 + fewer.executions);
        }
    }
    println!("{} executions, {} with pruning", executions.0, executions.1);
    assert!(executions.1 < executions.0, "{executions:?}: nothing was left out");
}

/// Writes into the last atomic whether all of `seen` are 1. Executions in which the other threads ran in different
/// orders meet in the state after this.
fn meet(atomics: &[AtomicU64; 5], seen: &[usize]) {
    let all = seen.iter().all(|atomic| atomics[*atomic].load(Relaxed) == 1);
    atomics[4].store(all.into(), Relaxed);
}

/// A thread, which returns what it has seen.
type Role = fn(&[AtomicU64; 5], &Mutex<()>) -> [u64; 3];

/// The third of four threads returns the same with pruning and without it, with one stale read, and `among_others` is
/// one of its results.
#[track_caller]
fn third_returns(roles: [Role; 4], preemptions: u32, among_others: [u64; 3]) {
    let outcomes = |pruning| {
        let mut explorer = explorer(preemptions, pruning);
        explorer.settings.stale_reads = 1;
        let mut outcomes = BTreeSet::new();
        let body = move || {
            let shared: Arc<([AtomicU64; 5], Mutex<()>)> = Arc::default();
            let start = |role: Role| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || role(&shared.0, &shared.1))
            };
            roles.map(start).map(|thread| thread.join().unwrap())[2]
        };
        explorer.each(body, |execution| {
            outcomes.insert(execution.value.expect("it comes to its end").expect("nothing panics"));
        });
        outcomes
    };
    let all = outcomes(Pruning::Off);
    assert!(all.contains(&among_others), "{all:?}");
    assert_eq!(outcomes(Pruning::Visited), all);
}

/// Two threads store the value that is already there. What a reader acquires depends on which of them came last.
#[test]
fn the_order_in_which_equal_values_were_written_is_part_of_a_state() {
    third_returns(
        [
            |atomics, _| {
                atomics[0].store(0, Relaxed);
                atomics[1].store(1, Relaxed);
                [0; 3]
            },
            |atomics, _| {
                atomics[2].store(1, Relaxed);
                atomics[0].store(0, Release);
                atomics[3].store(1, Relaxed);
                [0; 3]
            },
            |atomics, _| [4, 0, 2].map(|atomic| atomics[atomic].load(Acquire)),
            |atomics, _| {
                meet(atomics, &[1, 3]);
                [0; 3]
            },
        ],
        1,
        [1, 0, 0],
    );
}

/// A lock orders its holders even if it protects nothing, so who came first matters.
#[test]
fn the_order_in_which_an_empty_lock_was_taken_is_part_of_a_state() {
    third_returns(
        [
            |atomics, lock| {
                atomics[0].store(1, Relaxed);
                drop(lock.lock().unwrap());
                atomics[1].store(1, Relaxed);
                [0; 3]
            },
            |_, _| [0; 3],
            |atomics, lock| {
                drop(lock.lock().unwrap());
                [1, 4, 0].map(|atomic| atomics[atomic].load(Relaxed))
            },
            |atomics, _| {
                meet(atomics, &[1]);
                [0; 3]
            },
        ],
        2,
        [1, 1, 0],
    );
}

/// Explores with two stale reads, a late thread and so many preemptions. A stale read counts as a preemption.
fn explorer(preemptions: u32, pruning: Pruning) -> Explorer {
    Explorer {
        bounds: Bounds {
            preemptions,
            executions: 1_000_000,
            stale_executions: 1_000_000,
            random: 0,
            pruning,
            ..Bounds::default()
        },
        settings: Settings {
            stale_reads: 2,
            late_threads: 1,
            ..plain()
        },
    }
}

/// The objects that the threads of a program share.
struct Shared {
    atomics: [AtomicU64; N_ATOMICS],
    /// Protect nothing, so their only effect is the order of their holders.
    empty: [Mutex<()>; 2],
    number: Mutex<u64>,
    receiver: Mutex<Receiver<u64>>,
    once: Once,
    main: Thread,
}

impl Shared {
    /// Does a step and returns what it saw.
    fn step(&self, step: u64, sender: &SyncSender<u64>) -> u64 {
        let atomic = &self.atomics[step as usize % 2];
        match step / 2 {
            0..4 => return atomic.load(Relaxed),
            4 => return atomic.load(Acquire),
            5 => atomic.store(1, Relaxed),
            6 => atomic.store(2, Relaxed),
            7 => atomic.store(2, Release),
            8 => return atomic.fetch_add(1, Relaxed),
            9 => drop(self.empty[step as usize % 2].lock().unwrap()),
            10 => {
                let _guard = self.empty[step as usize % 2].lock().unwrap();
                return self.atomics[0].load(Relaxed) * 10 + self.atomics[1].load(Relaxed);
            }
            11 => *self.number.lock().unwrap() += 1,
            12 => return self.receiver.lock().unwrap().try_recv().unwrap_or(9),
            13 => return sender.try_send(step).is_ok().into(),
            14 => self.once.call_once(|| self.atomics[0].store(3, Relaxed)),
            15 => return self.once.is_completed().into(),
            16 => self.main.unpark(),
            _ => fence(SeqCst),
        }
        0
    }
}

/// How many kinds of steps there are.
const N_STEPS: u64 = 36;

/// Runs one thread for each list of steps. Returns what each saw, and what the main thread saw when it woke.
fn run(program: &[Vec<u64>]) -> (Vec<Vec<u64>>, [u64; N_ATOMICS]) {
    let (sender, receiver) = sync_channel(1);
    let shared = Arc::new(Shared {
        atomics: Default::default(),
        empty: Default::default(),
        number: Mutex::new(0),
        receiver: Mutex::new(receiver),
        once: Once::new(),
        main: thread::current(),
    });
    let start = |steps: &Vec<u64>| {
        let (shared, sender, steps) = (Arc::clone(&shared), sender.clone(), steps.clone());
        thread::spawn(move || steps.iter().map(|step| shared.step(*step, &sender)).collect())
    };
    let threads: Vec<_> = program.iter().map(start).collect();
    thread::park_timeout(std::time::Duration::from_millis(1));
    let last = std::array::from_fn(|atomic| shared.atomics[atomic].load(Relaxed));
    (threads.into_iter().map(|thread| thread.join().unwrap()).collect(), last)
}

#[test]
fn no_outcome_of_a_program_with_locks_and_messages_is_lost_at_any_bound() {
    let mut random = Random(2);
    let mut executions = (0, 0);
    for _ in 0..40 {
        let steps = |_| (0..3).map(|_| random.below(N_STEPS)).collect();
        let program: Rc<Vec<Vec<u64>>> = Rc::new((0..2).map(steps).collect());
        for preemptions in 0..=2 {
            let outcomes = |pruning| {
                let mut outcomes = BTreeSet::new();
                let theirs = Rc::clone(&program);
                let coverage = explorer(preemptions, pruning).each(
                    move || run(&theirs),
                    |execution| {
                        outcomes.insert(format!("{:?}", execution.value));
                    },
                );
                assert!(coverage.complete, "{coverage:?}");
                (outcomes, coverage.executions)
            };
            let (all, every) = outcomes(Pruning::Off);
            let (pruned, fewer) = outcomes(Pruning::Visited);
            assert_eq!(pruned, all, "{program:?} with at most {preemptions} preemptions");
            executions = (executions.0 + every, executions.1 + fewer);
        }
    }
    println!("{} executions, {} with pruning", executions.0, executions.1);
    assert!(executions.1 < executions.0, "{executions:?}: nothing was left out");
}
