//! What a call of `count_iterations` returned, and what must be true of it.
//!
//! The properties look at characters and numbers only. Nothing here relies on how a submission's `Run` compares, clones
//! or prints itself.

use std::fmt;

use harness::{Finding, Violation};
use iteration_counting::count_iterations;

/// The most runs that a message lists.
const MOST_RUNS_SHOWN: usize = 20;

/// The runs that one call returned for a total.
pub(crate) struct Runs {
    total: u64,
    runs: Vec<(char, u64)>,
}

impl Runs {
    /// Calls the submission.
    pub(crate) fn of(total: u64) -> Runs {
        let runs = count_iterations(total)
            .into_iter()
            .map(|run| (run.thread, run.iterations))
            .collect();
        Runs { total, runs }
    }

    /// No iteration was lost and none was added.
    pub(crate) fn add_up(&self) -> Result<(), Flaw> {
        // Wider than any sum of runs that fits in memory.
        let sum: u128 = self.runs.iter().map(|(_, iterations)| u128::from(*iterations)).sum();
        if sum == u128::from(self.total) {
            return Ok(());
        }
        Err(Flaw {
            expected: format!("runs that add up to {}", self.total),
            got: format!("{self}, so {sum} in all"),
        })
    }

    /// Each run has at least one iteration.
    pub(crate) fn none_is_empty(&self) -> Result<(), Flaw> {
        if self.runs.iter().all(|(_, iterations)| *iterations > 0) {
            return Ok(());
        }
        self.flaw("runs of at least one iteration each")
    }

    /// Only `a` and `b` made iterations, and each run was ended by the other thread.
    pub(crate) fn alternate(&self) -> Result<(), Flaw> {
        if self.runs.iter().any(|(thread, _)| !matches!(thread, 'a' | 'b')) {
            return self.flaw("runs of the threads a and b only");
        }
        if self
            .runs
            .windows(2)
            .any(|neighbours| neighbours[0].0 == neighbours[1].0)
        {
            return self.flaw("neighbouring runs of different threads");
        }
        Ok(())
    }

    /// As many runs as iterations: what must be so for a total of 0 or 1.
    pub(crate) fn are_as_many_as_the_total(&self) -> Result<(), Flaw> {
        match (self.total, self.runs.as_slice()) {
            (0, []) | (1, [(_, 1)]) => Ok(()),
            (0, _) => self.flaw("no runs"),
            _ => self.flaw("one run of one iteration"),
        }
    }

    /// All that must be true of any call.
    pub(crate) fn are_right(&self) -> Result<(), Flaw> {
        self.add_up()
            .and_then(|()| self.none_is_empty())
            .and_then(|()| self.alternate())
    }

    /// The threads that made the runs, in order. Empty runs are left out, since no thread made them.
    pub(crate) fn makers(&self) -> Vec<char> {
        let made = self.runs.iter().filter(|(_, iterations)| *iterations > 0);
        made.map(|(thread, _)| *thread).collect()
    }

    /// How many iterations `thread` made, if it did not make all of them.
    pub(crate) fn made_beside_another(&self, thread: char) -> usize {
        let (own, others): (Vec<_>, Vec<_>) = self.runs.iter().partition(|(maker, _)| *maker == thread);
        let sum = |runs: Vec<&(char, u64)>| runs.into_iter().map(|(_, iterations)| *iterations).sum::<u64>();
        if sum(others) == 0 {
            return 0;
        }
        sum(own).try_into().unwrap_or(usize::MAX)
    }

    fn flaw(&self, expected: &str) -> Result<(), Flaw> {
        Err(Flaw {
            expected: expected.to_owned(),
            got: self.to_string(),
        })
    }
}

impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.runs.is_empty() {
            return f.write_str("no runs");
        }
        let shown = self.runs.iter().take(MOST_RUNS_SHOWN);
        let runs: Vec<String> = shown
            .map(|(thread, iterations)| format!("{iterations} in {thread}"))
            .collect();
        f.write_str(&runs.join(", "))?;
        match self.runs.len().saturating_sub(MOST_RUNS_SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more runs"),
        }
    }
}

/// What is wrong with the runs of one call. The finding says how that came about.
pub(crate) struct Flaw {
    /// The rest of a sentence that begins with "Expected".
    expected: String,
    /// The rest of a sentence that begins with "There were".
    got: String,
}

impl Flaw {
    /// This flaw in the call named, when there are several.
    pub(crate) fn in_call(self, name: &str) -> Flaw {
        Flaw {
            expected: format!("the {name} call to give {}", self.expected),
            got: self.got,
        }
    }

    /// This flaw as the failure of a check.
    #[track_caller]
    pub(crate) fn found_as(self, finding: Finding) -> Violation {
        Violation::new(finding, format!("Expected {}.", self.expected)).got(format!("There were {}.", self.got))
    }
}
