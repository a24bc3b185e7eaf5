//! Random walk: every option is as likely as any other, except that injected faults are rarer.

use super::random::Random;
use crate::runtime::dispatch::Candidate;

/// Chooses at random.
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

/// How many of the candidates, from the first, go next without an injected fault.
pub(super) fn n_ready(candidates: &[Candidate]) -> usize {
    candidates
        .iter()
        .filter(|candidate| !candidate.cause.is_injected_fault())
        .count()
}

/// One of the injected faults behind the first `n_ready` candidates, one time in four.
pub(super) fn injected_fault(random: &mut Random, candidates: &[Candidate], n_ready: usize) -> Option<usize> {
    let n_faults = candidates.len() - n_ready;
    (n_faults > 0 && random.below(4) == 0).then(|| n_ready + random.below(n_faults))
}
