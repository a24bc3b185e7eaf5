//! From what was observed to what it means. Pure: no clock, no files, no processes.
//!
//! A verdict starts as ungraded and has to earn a pass. What the submission did is a failure with a finding; what kept the
//! grader from its work is ungraded and costs no points. Messages hold nothing that differs between two equal runs.

use protocol::{Exploration, Finding};

use crate::exercise::{Check, CheckWork};
use crate::run::Observation;
use protocol::verdict::{CheckFailure, Evidence, Verdict};
use sandbox::process::{Activity, ExitReason, ProcessOutput, Stream};

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
    pub(super) const XFSZ: i32 = 25;
    pub(super) const SYS: i32 = 31;
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
        (_, Observation::NotStarted { reason, help }) => Verdict::Ungraded {
            reason: reason.clone(),
            help: help.clone(),
        }
        .into(),
        (CheckWork::Model, Observation::Check(run)) => model::judge(run),
        (CheckWork::Service | CheckWork::Speed, Observation::Check(run)) => real::judge(run).into(),
        (CheckWork::Program(program), Observation::Program(ended)) => program::judge(program, ended, snapshot).into(),
        (CheckWork::Model | CheckWork::Service | CheckWork::Speed, Observation::Program(_))
        | (CheckWork::Program(_), Observation::Check(_)) => {
            ungraded("something else was run than the check asks for").into()
        }
    }
}

/// The grader could not do its work, and nobody can do anything about it but who maintains it.
fn ungraded(reason: impl Into<String>) -> Verdict {
    let (reason, help) = (reason.into(), None);
    Verdict::Ungraded { reason, help }
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
fn judge_end(ended: &ProcessOutput, world: World) -> Option<Verdict> {
    let (finding, got) = match ended.end {
        ExitReason::Code(_) => return None,
        ExitReason::Cancelled => return Some(ungraded("it was stopped before it ended")),
        ExitReason::Signal(signal::KILL) => {
            return Some(Verdict::Ungraded {
                reason: "the process was killed from outside, as systems do that run out of memory".to_owned(),
                help: Some("close other programs and try again".to_owned()),
            });
        }
        ExitReason::TimedOut {
            activity: Activity::WaitingForEachOther { threads },
        } if world == World::Real => (Finding::Deadlock, deadlocked(threads)),
        ExitReason::TimedOut { activity } => (Finding::Timeout, at_limit(world, activity)),
        ExitReason::Signal(signal::XCPU) => (Finding::CpuLimit, at_limit(world, Activity::Running)),
        ExitReason::ThreadLimit => (Finding::ProcessLimit, "it started threads without end".to_owned()),
        ExitReason::OutputLimit(stream) => (
            Finding::OutputLimit,
            format!("it wrote to {} without end", name(stream)),
        ),
        ExitReason::Signal(signal) => judge_signal(signal, &ended.stderr),
    };
    Some(Verdict::Failed(CheckFailure {
        finding,
        message: format!("expected the submission to come to an end by itself, {got}"),
        evidence: excerpt::output(ended),
    }))
}

/// What a process did when its time was up.
fn at_limit(world: World, activity: Activity) -> String {
    let did = match (world, activity) {
        (World::Modelled, Activity::Running) => {
            "it was busy all the time in a loop that locks nothing, waits for nothing and touches no atomic"
        }
        (World::Modelled, Activity::Waiting | Activity::WaitingForEachOther { .. }) => {
            "it waited for something outside of the model, such as a file or a child process"
        }
        (World::Real, Activity::Running) => "it was still busy",
        (World::Real, Activity::Waiting | Activity::WaitingForEachOther { .. }) => {
            "all its threads were waiting, as in a deadlock"
        }
    };
    format!("at the time limit {did}")
}

/// The kernel has no more to say of them than in which call they are.
fn deadlocked(threads: usize) -> String {
    let who = match threads {
        1 => "its only thread was".to_owned(),
        2 => "both of its threads were".to_owned(),
        n => format!("all {n} of its threads were"),
    };
    format!("at the time limit {who} asleep, waiting for a lock or for another thread without a time limit: a deadlock")
}

fn judge_signal(signal: i32, stderr: &[u8]) -> (Finding, String) {
    let says = |text: &str| says(stderr, text);
    match signal {
        signal::ABRT if says(ALLOCATION_FAILED) => {
            return (
                Finding::MemoryLimit,
                "it asked for more memory than the limit".to_owned(),
            );
        }
        signal::SYS => {
            let got = "it called the system in a way that no program in Rust does";
            return (Finding::AccessDenied, got.to_owned());
        }
        signal::XFSZ => {
            return (
                Finding::OutputLimit,
                "it wrote more to a file than the limit".to_owned(),
            );
        }
        _ => {}
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

/// What `std` says when it is refused memory, a thread or something else. The kernel tells of it in no other way; a submission
/// that prints the same only gives its own end another name.
const ALLOCATION_FAILED: &str = "memory allocation of";
const THREAD_REFUSED: &str = "failed to spawn thread: Os { code: 11,";
const REFUSED: [&str; 6] = [
    "Os { code: 1, kind: PermissionDenied",
    "Os { code: 13, kind: PermissionDenied",
    "(os error 1)",
    "(os error 13)",
    // Where a program has a root by itself, what it may not have is not there.
    "Os { code: 2, kind: NotFound",
    "(os error 2)",
];

/// What a panic that left the program was about, where it was a limit or a refusal.
fn refusal(stderr: &[u8]) -> Option<(Finding, String)> {
    if says(stderr, THREAD_REFUSED) {
        return Some((Finding::ProcessLimit, "it could start no more threads".to_owned()));
    }
    let is_refused = REFUSED.iter().any(|words| says(stderr, words));
    is_refused.then(|| {
        let got = "it was refused something that a submission may not have: a file, another process or the network";
        (Finding::AccessDenied, got.to_owned())
    })
}

fn says(stderr: &[u8], text: &str) -> bool {
    stderr.windows(text.len()).any(|part| part == text.as_bytes())
}

fn name(stream: Stream) -> &'static str {
    match stream {
        Stream::Stdout => "standard output",
        Stream::Stderr => "standard error",
        Stream::Answer => "the channel of the check",
    }
}

fn child_leak() -> CheckFailure {
    let message = "expected every child process to be waited for, some were still running at the end".to_owned();
    CheckFailure {
        finding: Finding::ChildLeak,
        message,
        evidence: Evidence::None,
    }
}

#[cfg(test)]
mod tests;
