//! What the answer of a check program on real threads means.

mod activity;

use driver::protocol::{CheckObservation, Finding, ThreadActivity, TrialFailure, Trials};

use super::model::{OTHER_QUESTION, unknown_check};
use super::reply::genuine;
use super::{World, child_leak, excerpt};
use crate::process::Ended;
use crate::run::CheckRun;
use crate::verdict::{Evidence, Fault, Verdict};

pub(super) fn judge(run: &CheckRun) -> Verdict {
    let observation = match genuine(run, World::Real) {
        Ok(reply) => &reply.observation,
        Err(verdict) => return verdict,
    };
    match observation {
        CheckObservation::Tried(trials) => tried(trials, &run.ended),
        CheckObservation::Hung { scenario, threads } => Verdict::Failed(hung(scenario, threads, &run.ended)),
        CheckObservation::UnknownCheck => unknown_check(run),
        CheckObservation::Stalled { scenario, .. } => Verdict::Failed(stalled(scenario.as_deref(), &run.ended)),
        CheckObservation::Explored(_) | CheckObservation::Replayed(_) | CheckObservation::TokenRefused { .. } => {
            Verdict::Ungraded {
                reason: OTHER_QUESTION.to_owned(),
            }
        }
    }
}

fn tried(trials: &Trials, ended: &Ended) -> Verdict {
    match (&trials.failure, &trials.unclear) {
        (Some(failure), _) => Verdict::Failed(failed(failure, ended)),
        (None, Some(reason)) => Verdict::Ungraded { reason: reason.clone() },
        (None, None) if trials.scenarios == 0 => Verdict::Ungraded {
            reason: "no scenario was run".to_owned(),
        },
        (None, None) if ended.left_behind > 0 => Verdict::Failed(child_leak()),
        (None, None) => Verdict::Passed,
    }
}

fn failed(failure: &TrialFailure, ended: &Ended) -> Fault {
    let TrialFailure {
        finding,
        scenario,
        expected,
        got,
    } = failure;
    // It may repeat what the submission says, whose lines must not pass for those of a report.
    let got = got
        .as_ref()
        .map_or(String::new(), |got| format!(", {}", got.replace('\n', "⏎")));
    Fault {
        finding: *finding,
        message: format!("{scenario}: {expected}{got}"),
        evidence: match finding {
            Finding::Panic | Finding::Exited => excerpt::output(ended),
            _ => Evidence::None,
        },
    }
}

fn hung(scenario: &str, threads: &[ThreadActivity], ended: &Ended) -> Fault {
    let mut message = format!("{scenario}: expected the submission to come to an end, nothing runs any more:");
    for thread in threads {
        message.push_str(&format!("\n  {}", activity::described(thread)));
    }
    Fault {
        finding: Finding::Deadlock,
        message,
        evidence: excerpt::output(ended),
    }
}

fn stalled(scenario: Option<&str>, ended: &Ended) -> Fault {
    let scenario = scenario.map_or(String::new(), |scenario| format!("{scenario}: "));
    Fault {
        finding: Finding::Timeout,
        message: format!(
            "{scenario}expected the submission to get on, it computes without end, or far longer than there is work for"
        ),
        evidence: excerpt::output(ended),
    }
}

#[cfg(test)]
mod tests;
