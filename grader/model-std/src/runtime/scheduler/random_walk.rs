//! Random walk: every option is as likely as any other, except that injected faults are rarer.

use super::random::Random;
use crate::runtime::dispatch::Candidate;

/// Chooses uniformly at random.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RandomWalk {
    random: Random,
}

impl RandomWalk {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random(seed) }
    }

    pub(super) fn choose(&mut self, candidates: &[Candidate]) -> usize {
        let n_ready = n_ready(candidates);
        injected_fault(&mut self.random, candidates, n_ready).unwrap_or_else(|| self.random.below(n_ready))
    }

    pub(super) fn choose_outcome(&mut self, n: usize) -> usize {
        self.random.below(n)
    }
}

/// How many of the candidates, from the first, are no injected faults.
pub(super) fn n_ready(candidates: &[Candidate]) -> usize {
    candidates
        .iter()
        .filter(|candidate| !candidate.cause.is_injected_fault())
        .count()
}

/// With a probability of one in four, one of the injected faults, which follow the first `n_ready` candidates.
pub(super) fn injected_fault(random: &mut Random, candidates: &[Candidate], n_ready: usize) -> Option<usize> {
    let n_faults = candidates.len() - n_ready;
    (n_faults > 0 && random.below(4) == 0).then(|| n_ready + random.below(n_faults))
}
