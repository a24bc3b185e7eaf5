//! A check and the ways in which it can fail.

use crate::model::Model;
use crate::protocol::Finding;

/// One graded assertion.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&mut Model),
}

impl Check {
    /// The check called `name`, which `run` carries out.
    pub const fn new(name: &'static str, run: fn(&mut Model)) -> Self {
        Self { name, run }
    }
}

/// How an execution breaks a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The one word.
    pub finding: Finding,
    /// What was expected, as a sentence.
    pub expected: String,
    /// What was observed instead, as a sentence.
    pub got: Option<String>,
}

impl Fault {
    /// A fault of the kind `finding`; `expected` is a sentence that starts with that word.
    pub fn new(finding: Finding, expected: impl Into<String>) -> Self {
        Self { finding, expected: expected.into(), got: None }
    }

    /// Adds what was observed.
    #[must_use]
    pub fn got(mut self, got: impl Into<String>) -> Self {
        self.got = Some(got.into());
        self
    }
}
