//! From what was observed to what it means. Pure: no clock, no files, no processes.
//!
//! A verdict starts as ungraded and has to earn a pass. What the submission did is a failure with a finding; what kept the
//! grader from its work is ungraded and costs no points. Messages hold nothing that differs between two equal runs.

use driver::protocol::{Exploration, Finding};

use crate::exercise::{Check, CheckWork};
use crate::process::{End, Ended, Stream};
use crate::run::Observation;
use crate::verdict::{Evidence, Fault, Verdict};

pub use build::judge_build;
pub use model::{Replay, judge_replay};

mod build;
mod excerpt;
mod model;
mod program;
mod real;
mod reply;

/// The numbers of signals that say more than their number; the same on every system that Rust's `std` runs on.
mod signal {
    pub(super) const ABRT: i32 = 6;
    pub(super) const KILL: i32 = 9;
    pub(super) const SEGV: i32 = 11;
    pub(super) const XCPU: i32 = 24;
}

/// The judgement on one check, and what was explored for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The judgement.
    pub verdict: Verdict,
    /// What was explored, where interleavings were.
    pub explored: Option<Exploration>,
}

/// Judges one check. `snapshot` is the text that a program's output is compared with, where the check has one.
pub fn judge(check: &Check, observation: &Observation, snapshot: Option<&str>) -> Judgement {
    match (&check.work, observation) {
        (_, Observation::NotStarted { reason }) => Judgement::ungraded(reason.clone()),
        (CheckWork::Model, Observation::Check(run)) => model::judge(run),
        (CheckWork::Service | CheckWork::Speed, Observation::Check(run)) => real::judge(run).into(),
        (CheckWork::Program(program), Observation::Program(ended)) => program::judge(program, ended, snapshot).into(),
        (CheckWork::Model | CheckWork::Service | CheckWork::Speed, Observation::Program(_))
        | (CheckWork::Program(_), Observation::Check(_)) => {
            Judgement::ungraded("something else was run than the check asks for".to_owned())
        }
    }
}

impl Judgement {
    fn ungraded(reason: String) -> Judgement {
        Verdict::Ungraded { reason }.into()
    }
}

impl From<Verdict> for Judgement {
    fn from(verdict: Verdict) -> Judgement {
        Judgement {
            verdict,
            explored: None,
        }
    }
}

/// Whether a program runs the submission under the grader's clock or on the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum World {
    Modelled,
    Real,
}

/// What an end that nobody asked for means; `None` for a code, which is for the caller to judge.
fn judge_end(ended: &Ended, world: World) -> Option<Verdict> {
    let (finding, got) = match ended.end {
        End::Code(_) => return None,
        End::Cancelled => {
            let reason = "it was stopped before it ended".to_owned();
            return Some(Verdict::Ungraded { reason });
        }
        End::Signal(signal::KILL) => {
            let reason = "the process was killed from outside, as systems do that run out of memory\n\
                          help: close other programs and try again";
            let reason = reason.to_owned();
            return Some(Verdict::Ungraded { reason });
        }
        End::TimedOut { busy } => (Finding::Timeout, at_limit(world, busy)),
        End::Signal(signal::XCPU) => (Finding::Timeout, at_limit(world, true)),
        End::OutputLimit(stream) => (
            Finding::OutputLimit,
            format!("it wrote to {} without end", name(stream)),
        ),
        End::Signal(signal) => judge_signal(signal, &ended.stderr),
    };
    Some(Verdict::Failed(Fault {
        finding,
        message: format!("expected the submission to come to an end by itself, {got}"),
        evidence: excerpt::output(ended),
    }))
}

/// What a process did when its time was up.
fn at_limit(world: World, is_busy: bool) -> String {
    let did = match (world, is_busy) {
        (World::Modelled, true) => {
            "it was busy all the time in a loop that locks nothing, waits for nothing and touches no atomic"
        }
        (World::Modelled, false) => "it waited for something outside of the model, such as a file or a child process",
        (World::Real, true) => "it was still busy",
        (World::Real, false) => "all its threads were waiting, as in a deadlock",
    };
    format!("at the time limit {did}")
}

fn judge_signal(signal: i32, stderr: &[u8]) -> (Finding, String) {
    let says = |text: &str| stderr.windows(text.len()).any(|part| part == text.as_bytes());
    // The runtime of `std` has no other way to tell these apart. A submission that prints the same only names its own end.
    if signal == signal::ABRT && says("memory allocation of") {
        return (
            Finding::MemoryLimit,
            "it asked for more memory than the limit".to_owned(),
        );
    }
    let hint = match signal {
        signal::SEGV => ": mostly a stack that overflowed, from a function that calls itself without end",
        signal::ABRT if says("overflowed its stack") => {
            ": a stack overflowed, mostly from a function that calls itself without end"
        }
        signal::ABRT => ": mostly a panic while another panic was under way",
        _ => "",
    };
    (Finding::Panic, format!("it was ended by signal {signal}{hint}"))
}

fn name(stream: Stream) -> &'static str {
    match stream {
        Stream::Stdout => "standard output",
        Stream::Stderr => "standard error",
        Stream::Answer => "the channel of the check",
    }
}

fn child_leak() -> Fault {
    let message = "expected every child process to be waited for, some were still running at the end".to_owned();
    Fault {
        finding: Finding::ChildLeak,
        message,
        evidence: Evidence::None,
    }
}

#[cfg(test)]
mod tests;
