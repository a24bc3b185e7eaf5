//! PCT, probabilistic concurrency testing: random priorities that change at a few random steps.

use super::random::Random;
use super::random_walk::{injected_fault, n_ready};
use crate::runtime::dispatch::{Candidate, Cause};
use crate::runtime::task::TaskId;

/// Probabilistic concurrency testing: Burckhardt, Kothari, Musuvathi & Nagarakatte, *A Randomized Scheduler with
/// Probabilistic Guarantees of Finding Bugs*, ASPLOS 2010.
///
/// Each thread gets a random priority, and the runnable thread with the highest priority goes next. At a few random
/// steps the running thread gets the lowest priority. This departs from the paper in one point: a thread that yields
/// also gets the lowest priority, because a spinning thread would starve the others.
#[derive(Clone, Debug)]
pub(crate) struct Pct {
    random: Random,
    /// By task. A higher number goes first.
    priorities: Vec<i64>,
    /// The steps at which the running thread gets the lowest priority, in ascending order.
    change_points: Vec<u64>,
    step: u64,
    lowest: i64,
}

impl Pct {
    /// For executions of about `steps` choices with `depth - 1` change points.
    pub(crate) fn new(seed: u64, steps: u64, depth: u32) -> Self {
        let mut random = Random(seed);
        let mut change_points: Vec<u64> = (1..depth)
            .map(|_| random.below(steps.max(1) as usize) as u64 + 1)
            .collect();
        change_points.sort_unstable();
        Self {
            random,
            priorities: Vec::new(),
            change_points,
            step: 0,
            lowest: 0,
        }
    }

    pub(super) fn choose(&mut self, candidates: &[Candidate], n_non_preemptive: usize, current: TaskId) -> usize {
        self.step += 1;
        let current_yields = candidates[0].task != current
            && candidates
                .iter()
                .any(|other| other.task == current && other.cause == Cause::Ready);
        if current_yields || self.change_points.contains(&self.step) {
            self.lowest -= 1;
            let lowest = self.lowest;
            *self.priority(current) = lowest;
        }
        // Injected faults do not depend on priorities.
        let n_ready = n_ready(candidates);
        if let Some(fault) = injected_fault(&mut self.random, candidates, n_ready) {
            return fault;
        }
        let n_ranked = if current_yields {
            n_non_preemptive.min(n_ready)
        } else {
            n_ready
        };
        let ranked = (0..n_ranked).map(|index| (*self.priority(candidates[index].task), index));
        ranked.max().map_or(0, |(_, index)| index)
    }

    pub(super) fn choose_outcome(&mut self, n: usize) -> usize {
        self.random.below(n)
    }

    fn priority(&mut self, task: TaskId) -> &mut i64 {
        while self.priorities.len() <= task {
            let priority = self.random.below(1 << 30) as i64 + 1;
            self.priorities.push(priority);
        }
        &mut self.priorities[task]
    }
}
