//! Litmus programs: a few threads, each a list of fences and accesses to atomics; and their outcomes under the model.

use std::collections::BTreeSet;
use std::fmt;

use model_std::model::{Bounds, Coverage, Pruning, Settings};
use model_std::sync::Arc;
use model_std::sync::atomic::{AtomicU64, Ordering, fence};
use model_std::thread;
use model_std_suite::{Explorer, plain};

/// How many atomics there are.
pub(crate) const N_ATOMICS: usize = 3;

/// One step of a thread. Each atomic starts at 0.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    Load(usize, Ordering),
    Store(usize, u64, Ordering),
    Swap(usize, u64, Ordering),
    /// Writes the second value if it finds the first one.
    Exchange(usize, [u64; 2], [Ordering; 2]),
    Fence(Ordering),
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |atomic: &usize| ["x", "y", "z"][*atomic];
        match self {
            Step::Load(atomic, order) => write!(f, "{}.load({order:?})", name(atomic)),
            Step::Store(atomic, value, order) => write!(f, "{}.store({value}, {order:?})", name(atomic)),
            Step::Swap(atomic, value, order) => write!(f, "{}.swap({value}, {order:?})", name(atomic)),
            Step::Exchange(atomic, [expected, new], [success, failure]) => {
                let name = name(atomic);
                write!(
                    f,
                    "{name}.compare_exchange({expected}, {new}, {success:?}, {failure:?})"
                )
            }
            Step::Fence(order) => write!(f, "fence({order:?})"),
        }
    }
}

/// The steps of each thread.
pub(crate) type Litmus = Vec<Vec<Step>>;

/// What each thread has read, and what each atomic holds in the end.
pub(crate) type Outcome = (Vec<Vec<u64>>, [u64; N_ATOMICS]);

fn run(litmus: &Litmus) -> Outcome {
    let atomics: Arc<[AtomicU64; N_ATOMICS]> = Arc::default();
    let start = |steps: &Vec<Step>| {
        let (atomics, steps) = (Arc::clone(&atomics), steps.clone());
        thread::spawn(move || steps.iter().filter_map(|step| perform(&atomics, *step)).collect())
    };
    let threads: Vec<_> = litmus.iter().map(start).collect();
    let read = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    (
        read,
        std::array::from_fn(|atomic| atomics[atomic].load(Ordering::Relaxed)),
    )
}

fn perform(atomics: &[AtomicU64; N_ATOMICS], step: Step) -> Option<u64> {
    match step {
        Step::Load(atomic, order) => return Some(atomics[atomic].load(order)),
        Step::Store(atomic, value, order) => atomics[atomic].store(value, order),
        Step::Swap(atomic, value, order) => return Some(atomics[atomic].swap(value, order)),
        Step::Exchange(atomic, [expected, new], [success, failure]) => {
            let read = atomics[atomic].compare_exchange(expected, new, success, failure);
            return Some(read.unwrap_or_else(|found| found));
        }
        Step::Fence(order) => fence(order),
    }
    None
}

/// All outcomes of `litmus` with so many stale reads and preemptions. A stale read counts as a preemption.
pub(crate) fn outcomes(
    litmus: &Litmus,
    stale_reads: u32,
    preemptions: u32,
    pruning: Pruning,
) -> (BTreeSet<Outcome>, Coverage) {
    let explorer = Explorer {
        bounds: Bounds {
            preemptions,
            executions: 5_000_000,
            stale_executions: 5_000_000,
            random: 0,
            pruning,
            ..Bounds::default()
        },
        settings: Settings { stale_reads, ..plain() },
    };
    let mut outcomes = BTreeSet::new();
    let theirs = litmus.clone();
    let coverage = explorer.each(
        move || run(&theirs),
        |execution| {
            outcomes.insert(execution.value.expect("it comes to its end").expect("nothing panics"));
        },
    );
    assert!(coverage.complete, "{coverage:?}");
    (outcomes, coverage)
}
