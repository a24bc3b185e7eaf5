//! A check and the ways in which it can fail.

use std::panic::Location;

use protocol::Finding;

use crate::model::Model;

/// One graded assertion.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&mut Model),
}

impl Check {
    /// The check called `name`. `run` is its code.
    pub const fn new(name: &'static str, run: fn(&mut Model)) -> Self {
        Self { name, run }
    }

    /// Runs the check called `name` in this process, as an ordinary test would.
    ///
    /// # Panics
    ///
    /// If `checks` has no such check, or the check fails.
    pub fn assert(checks: &[Check], name: &str) {
        let check = checks
            .iter()
            .find(|check| check.name == name)
            .expect("the check is listed");
        let mut model = Model::exploring(check.name);
        (check.run)(&mut model);
        if let Some(failure) = model.into_exploration().failure {
            let end = failure.trace.map(|trace| trace.end);
            panic!(
                "{name}: {} in scenario `{}`: {:?}, {end:?}",
                failure.finding, failure.scenario, failure.cause
            );
        }
    }
}

/// How an execution breaks a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The finding.
    pub finding: Finding,
    /// What was expected, as a sentence.
    pub expected: String,
    /// What was observed instead, as a sentence.
    pub got: Option<String>,
    /// The line of the check that made it. Two violations with the same finding from the same line count as the same
    /// mistake, even if their texts differ. So a function that makes different violations for its callers has to be
    /// `#[track_caller]`.
    pub made_at: &'static Location<'static>,
}

impl Violation {
    /// A violation with this finding. `expected` is a sentence that starts with the word "expected".
    #[track_caller]
    pub fn new(finding: Finding, expected: impl Into<String>) -> Self {
        Self {
            finding,
            expected: expected.into(),
            got: None,
            made_at: Location::caller(),
        }
    }

    /// Adds what was observed.
    #[must_use]
    pub fn got(mut self, got: impl Into<String>) -> Self {
        self.got = Some(got.into());
        self
    }
}
