//! Random litmus programs have exactly the outcomes that the axioms of C++20 allow, except for those that need a store
//! to be performed late. So a stale read never shows what a real machine could not.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

use model_std::model::Pruning;

use super::axioms;
use super::litmus::{self, Litmus, Step};
use crate::programs::Random;

impl Random {
    /// A random step: an access to `atomic`, which writes `value` if it writes, or a fence.
    fn litmus_step(&mut self, atomic: usize, value: u64) -> Step {
        match self.below(11) {
            0..4 => Step::Load(atomic, self.pick(&[Relaxed, Acquire, SeqCst])),
            4..7 => Step::Store(atomic, value, self.pick(&[Relaxed, Release, SeqCst])),
            7 => Step::Swap(atomic, value, self.pick(&[Relaxed, Acquire, Release, AcqRel, SeqCst])),
            8 => Step::Exchange(
                atomic,
                [self.below(value + 1), value],
                [
                    self.pick(&[Relaxed, Acquire, Release, AcqRel, SeqCst]),
                    self.pick(&[Relaxed, Acquire, SeqCst]),
                ],
            ),
            _ => Step::Fence(self.pick(&[Acquire, Release, AcqRel, SeqCst, SeqCst])),
        }
    }

    /// Threads of these lengths. Consecutive steps of a thread use different atomics, because stale reads show between
    /// those.
    fn litmus(&mut self, lengths: &[usize], n_atomics: usize) -> Litmus {
        let mut value = 0;
        let mut steps = |n| {
            let mut atomic = self.below(n_atomics as u64) as usize;
            let step = |_| {
                value += 1;
                atomic = (atomic + 1 + self.below(n_atomics as u64 - 1) as usize) % n_atomics;
                self.litmus_step(atomic, value)
            };
            (0..n).map(step).collect()
        };
        lengths.iter().map(|length| steps(*length)).collect()
    }
}

/// Compares `n_programs` random programs whose threads have these lengths. At least one outcome must need a stale read.
#[track_caller]
fn agree(seed: u64, n_programs: usize, lengths: &[usize], n_atomics: usize) {
    let mut random = Random(seed);
    let (mut n_outcomes, mut n_stale, mut n_missed, mut n_executions) = (0, 0, 0, 0);
    for _ in 0..n_programs {
        let litmus = random.litmus(lengths, n_atomics);
        let allowed = axioms::allowed(&litmus);
        let (found, coverage) = litmus::outcomes(&litmus, 100, 100, Pruning::Visited);
        let invented: BTreeSet<_> = found.difference(&allowed.by_the_standard).collect();
        assert!(invented.is_empty(), "{litmus:#?} cannot come to {invented:?}");
        assert_eq!(found, allowed.in_one_order, "{litmus:#?}");
        let (without, _) = litmus::outcomes(&litmus, 0, 100, Pruning::Visited);
        assert!(without.is_subset(&found), "{litmus:#?}");
        n_outcomes += found.len();
        n_stale += found.len() - without.len();
        n_missed += allowed.by_the_standard.len() - found.len();
        n_executions += coverage.executions;
    }
    println!(
        "{n_programs} programs: {n_outcomes} outcomes in {n_executions} executions, {n_stale} by stale reads alone, \
         {n_missed} missed"
    );
    assert!(n_stale > 0, "no program shows a stale read");
}

#[test]
fn two_threads_come_to_what_the_axioms_allow() {
    agree(1, 150, &[3, 3], 2);
    agree(2, 50, &[4, 4], 2);
}

#[test]
fn three_threads_come_to_what_the_axioms_allow() {
    agree(3, 50, &[2, 2, 2], 2);
    agree(4, 30, &[1, 3, 3], 2);
}
