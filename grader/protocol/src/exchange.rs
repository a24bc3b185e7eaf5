//! What travels over the socket, one line of JSON each way.
//!
//! The check program receives a key and one [`Request`] before any code of the submission runs and answers with one
//! [`Reply`] at the end, sealed with that key (see [`seal`](crate::seal)). Both name the check.

use serde::{Deserialize, Serialize};

use crate::Finding;
use crate::activity::ThreadActivity;
use crate::play;
use crate::signature::{EndSignature, FailureSignature};
use crate::trace::{AtomicAccess, CrashSignal, End, Panic, Trace};

/// What the grader asks of a check program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
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
    /// Run the exercise's program once, under the model.
    RunProgram,
    /// Answer one question of somebody who plays the scheduler.
    Play(play::Question),
}

/// What a check program answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
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
    /// The question of somebody who plays the scheduler was answered.
    Played(play::Answer),
    /// The token does not fit this check or this version of the submission.
    TokenRefused {
        /// Why, as a sentence fragment.
        reason: String,
    },
    /// The check was given up, because the submission computed for too long: under the model without an operation that
    /// the model knows, on real threads in one scenario.
    Stalled {
        /// The scenario that was being run; `None` under the model.
        scenario: Option<String>,
        /// For how long, in seconds of CPU time.
        seconds: u64,
    },
    /// The scenarios of a check on real threads were run.
    Tried(Trials),
    /// A check on real threads was given up, because no thread of its process and its descendants ran any more.
    Hung {
        /// The scenario that was being run.
        scenario: String,
        /// What the threads of these processes were doing, sorted.
        threads: Vec<ThreadActivity>,
    },
    /// Code outside of every execution panicked: a property, or the submission's code that a property called.
    Panicked {
        /// The file of the panic, as the compiler names it.
        file: String,
        /// Its line.
        line: u32,
        /// What it says.
        message: String,
        /// Whether the file belongs to the check program.
        is_of_check: bool,
    },
    /// The exercise's program was run under the model.
    Ran(ProgramRun),
    /// The check program has no check of that name.
    UnknownCheck,
}

/// One execution of the exercise's program: the one in which each thread runs until it has to wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramRun {
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, with the panics of its threads.
    pub stderr: Vec<u8>,
    /// How it ended.
    pub end: ProgramEnd,
}

impl ProgramRun {
    /// Whether the program is beyond the model: it needs more memory or operations than there are, or something that is
    /// not modelled. Then the run says nothing about it. A livelock is seen at the limit of operations only, and there
    /// a long loop over plain memory looks the same.
    pub fn is_beyond_the_model(&self) -> bool {
        let ProgramEnd::Failed(failure) = &self.end else {
            return false;
        };
        matches!(
            failure.trace.as_ref().map(|trace| &trace.end),
            Some(
                End::StepLimit
                    | End::Livelock { .. }
                    | End::Crashed { .. }
                    | End::OutsideWait { .. }
                    | End::Nondeterministic(_)
            )
        )
    }
}

/// How the exercise's program ended under the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgramEnd {
    /// It returned from `main`, or called `exit`, with this exit code.
    Code(i32),
    /// It did neither.
    Failed(Box<Failure>),
}

/// The result of the scenarios of a check on real threads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trials {
    /// How many scenarios were run.
    pub scenarios: u32,
    /// The first failure; `None` if there was none.
    pub failure: Option<TrialFailure>,
    /// Why this machine could not show what the check is about, as a sentence fragment; `None` if it could.
    pub unclear: Option<String>,
}

/// The failure of a scenario on real threads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialFailure {
    /// The finding.
    pub finding: Finding,
    /// The scenario, as the check's author named it.
    pub scenario: String,
    /// What was expected, as a sentence.
    pub expected: String,
    /// What was observed instead, as a clause.
    pub got: Option<String>,
    /// The first panic, if the scenario failed because of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panic: Option<Panic>,
}

/// What an exploration covered, and the first failure that it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exploration {
    /// How many executions were run, over all scenarios of the check.
    pub executions: u64,
    /// How many of them were chosen at random, beyond the bound.
    pub random: u64,
    /// How many of the executions are different interleavings of their scenario: they differ in more than the order of
    /// operations that commute.
    pub distinct: u64,
    /// The smallest bound on preemptions up to which a scenario was explored; `None` if every scenario stopped earlier,
    /// at the execution that decided it.
    pub preemption_bound: Option<u32>,
    /// Whether every scenario that did not stop early was explored completely up to its bound. No bound covers switches
    /// between accesses to plain memory, nor all that orderings weaker than `SeqCst` allow.
    pub complete: bool,
    /// How many scenarios of the check were explored.
    pub scenarios: u32,
    /// The accesses that asked for an ordering weaker than `SeqCst`, from all scenarios. They are in the order of the
    /// source, each [`source_key`](AtomicAccess::source_key) once.
    pub weak_orderings: Vec<AtomicAccess>,
    /// Those of them that are in a scenario of which every execution up to its bound was run, including those in which
    /// loads return older values.
    pub decided_orderings: Vec<AtomicAccess>,
    /// The first failure; `None` if there was none.
    pub failure: Option<Failure>,
}

/// How a check under the model failed, and the execution that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The finding.
    pub finding: Finding,
    /// The scenario, as the check's author named it: `three threads, pauses 3 s, 2 s, 1 s`.
    pub scenario: String,
    /// What is wrong.
    pub cause: FailureCause,
    /// Equal to the signature of another failure if both show the same mistake.
    pub signature: FailureSignature,
    /// How many executions of the scenario were run up to and including this one.
    pub executions: u64,
    /// How many preemptions this execution has. A load that returns an older value counts as one.
    pub preemptions: u32,
    /// The token for a replay of the execution; `None` if no single execution shows the failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The execution; `None` if no single execution shows the failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
    /// From which step of the execution on the failure is certain; `None` if that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
}

impl Failure {
    /// Whether the process aborted itself, without a panic.
    pub fn is_abort(&self) -> bool {
        match &self.signature {
            FailureSignature::Ending(EndSignature::Crashed { signal, .. }) => *signal == CrashSignal::Abort,
            _ => false,
        }
    }
}

/// From which step of a failing execution on its failure is certain: every continuation within the bound on preemptions
/// fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certainty {
    /// The number of steps, which are the first events of the trace: the last of them decides. 0 if every execution
    /// fails.
    pub steps: usize,
    /// The nearest execution that passes: it differs first in the step that decides. `None` if every execution fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest_passing: Option<Box<NearestPassing>>,
}

/// The execution that passes and is like a failing one for as long as possible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearestPassing {
    /// How many preemptions it has.
    pub preemptions: u32,
    /// The token for a replay of it.
    pub token: String,
    /// The execution.
    pub trace: Trace,
}

/// What is wrong with an execution, or with all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCause {
    /// A property that every execution must have does not hold. The texts are written by the author of the check.
    Property {
        /// What was expected, as a sentence.
        expected: String,
        /// What was observed instead, as a sentence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        got: Option<String>,
    },
    /// The execution did not finish. [`Trace::end`] says how it ended instead.
    Ending,
    /// No execution showed what at least one of them should show.
    Unwitnessed {
        /// What that is, as in "in which the second thread writes first". The text is written by the author of the
        /// check.
        what: String,
        /// How close the best execution came, which [`Failure::trace`] shows; `None` if that is not measured.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        measure: Option<Measure>,
        /// How many executions were run.
        executions: u64,
        /// The largest number of threads that were alive at once in one of them, without the body.
        most_alive: usize,
    },
    /// The same schedule failed once, and the next time it did not fail, or it failed in another way.
    Nondeterministic {
        /// The finding of the first execution.
        first: Finding,
        /// The finding of the second execution; `None` if it did not fail.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        then: Option<Finding>,
    },
}

/// How close executions came to what one of them should reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// The most that an execution reached.
    pub reached: usize,
    /// What was wanted.
    pub wanted: usize,
}

/// One interleaving, run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// The scenario that it belongs to.
    pub scenario: String,
    /// How many preemptions it has.
    pub preemptions: u32,
    /// The failure, if it failed again.
    pub failure: Option<Failure>,
    /// The execution.
    pub trace: Trace,
}
