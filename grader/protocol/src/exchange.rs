//! What travels over the socket, one line of JSON each way.
//!
//! The check program receives one [`Request`] before any code of the submission runs and answers with one [`Reply`] at the
//! end. Both name the check and carry the request's nonce; a missing or different nonce makes the reply void.

use serde::{Deserialize, Serialize};

use crate::Finding;
use crate::signature::FailureSignature;
use crate::trace::{AtomicAccess, Trace};

/// What the grader asks of a check program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// A value that only the grader and the check program's first lines know.
    pub nonce: String,
    /// The check to run.
    pub check: String,
    /// What to do with it.
    pub work: Work,
}

/// What to do with a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Run every interleaving up to the bound.
    Explore,
    /// Run the check once, on real threads.
    Try,
    /// Run the one interleaving that a token names.
    Replay {
        /// The token, as printed with a failure.
        token: String,
    },
}

/// What a check program answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The request's nonce.
    pub nonce: String,
    /// The request's check.
    pub check: String,
    /// What was seen.
    pub observation: CheckObservation,
}

/// What a check program saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckObservation {
    /// The interleavings were run.
    Explored(Exploration),
    /// The interleaving of a token was run.
    Replayed(Replayed),
    /// The token does not fit this check or this version of the submission; the reason says how.
    TokenRefused {
        /// Why, as a sentence fragment.
        reason: String,
    },
    /// The submission computed for so long without an operation that the model knows that the check was given up.
    Stalled {
        /// The scenario that was under way, in a check on real threads.
        scenario: Option<String>,
        /// For how long, in seconds of processor time.
        seconds: u64,
    },
    /// The scenarios of a check on real threads were run.
    Tried(Trials),
    /// A check on real threads was given up: nothing ran any more, neither in its process nor below.
    Hung {
        /// The scenario that was under way.
        scenario: String,
        /// What each thread was waiting for, as clauses.
        threads: Vec<String>,
    },
    /// The check program has no check of that name.
    UnknownCheck,
}

/// What came of the scenarios of a check on real threads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trials {
    /// How many scenarios were run.
    pub scenarios: u32,
    /// The first failure; `None` when every scenario went right.
    pub failure: Option<TrialFailure>,
    /// Why this machine could not show what the check is about, as a sentence fragment.
    pub unclear: Option<String>,
}

/// A scenario on real threads that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialFailure {
    /// How.
    pub finding: Finding,
    /// The scenario, as the check's author named it.
    pub scenario: String,
    /// What was expected, as a sentence.
    pub expected: String,
    /// What was observed instead, as a clause.
    pub got: Option<String>,
}

/// What an exploration covered, and the first failure it met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exploration {
    /// How many executions were run, over all scenarios of the check.
    pub executions: u64,
    /// How many of them were chosen at random, beyond the bound.
    pub random: u64,
    /// The smallest bound on preemptions that any scenario was explored up to; `None` where every scenario stopped before a
    /// bound, at the execution that decided it.
    pub preemption_bound: Option<u32>,
    /// Whether every scenario that did not stop early was explored completely up to its bound.
    pub complete: bool,
    /// How many scenarios the check consists of, as far as it got.
    pub scenarios: u32,
    /// The accesses that asked for an ordering weaker than `SeqCst`, in the order of the source and each
    /// [`source_key`](AtomicAccess::source_key) once, from all scenarios that keep to sequential consistency. Whether a weaker
    /// ordering is enough is not decided by those.
    pub weak_orderings: Vec<AtomicAccess>,
    /// The first failure; `None` when every execution was right.
    pub failure: Option<Failure>,
}

/// A check that does not hold, and the execution that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// How it failed.
    pub finding: Finding,
    /// The scenario, as the check's author named it: `three threads, pauses 3 s, 2 s, 1 s`.
    pub scenario: String,
    /// What is wrong.
    pub cause: FailureCause,
    /// What decides whether another failure is the same mistake.
    pub signature: FailureSignature,
    /// How many executions were run until this one, itself included.
    pub executions: u64,
    /// How many preemptions this execution has.
    pub preemptions: u32,
    /// Names the execution for a replay; `None` where no single execution shows the failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The execution; `None` where no single execution shows the failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
}

/// What is wrong with an execution, or with all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCause {
    /// A property that every execution must have does not hold. The words are those of the check's author.
    Property {
        /// What was expected, as a sentence.
        expected: String,
        /// What was observed instead, as a sentence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        got: Option<String>,
    },
    /// The execution did not come to its end: [`Trace::end`] says how.
    Ending,
    /// No execution showed what one of them at least should.
    Unwitnessed {
        /// What they should show, as in "in which the second thread writes first". The words are those of the check's author.
        what: String,
        /// How many executions were looked at.
        executions: u64,
        /// The most threads, the body aside, that were alive at once in any of them.
        most_alive: usize,
    },
    /// The same schedule gave one failure first, and then none or another.
    Nondeterministic {
        /// The finding of the first.
        first: Finding,
        /// The finding of the second; `None` where that execution was right.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        then: Option<Finding>,
    },
}

/// One interleaving, run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// The scenario it belongs to.
    pub scenario: String,
    /// How many preemptions it has.
    pub preemptions: u32,
    /// The failure, if it failed this time.
    pub failure: Option<Failure>,
    /// The execution.
    pub trace: Trace,
}
