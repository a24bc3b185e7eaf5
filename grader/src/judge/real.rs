//! Judges the reply of a check program on real threads.

mod activity;

use protocol::verdict::{CheckFailure, Evidence, Verdict};
use protocol::{CheckObservation, Finding, ThreadActivity, TrialFailure, Trials};
use sandbox::process::ProcessOutput;

use super::exit::{Form, child_leak};
use super::model::{OTHER_QUESTION, unknown_check};
use super::reply::genuine;
use super::{excerpt, ungraded};
use crate::run::CheckRun;

pub(super) fn judge(run: &CheckRun) -> Verdict {
    let observation = match genuine(run, Form::Real) {
        Ok(reply) => &reply.observation,
        Err(verdict) => return verdict,
    };
    match observation {
        CheckObservation::Tried(trials) => tried(trials, &run.output),
        CheckObservation::Hung { scenario, threads } => Verdict::Failed(hung(scenario, threads, &run.output)),
        CheckObservation::UnknownCheck => unknown_check(run),
        CheckObservation::Stalled { scenario, .. } => Verdict::Failed(stalled(scenario.as_deref(), &run.output)),
        CheckObservation::Explored(_)
        | CheckObservation::Replayed(_)
        | CheckObservation::Ran(_)
        | CheckObservation::Played(_)
        | CheckObservation::TokenRefused { .. }
        | CheckObservation::Panicked { .. } => ungraded(OTHER_QUESTION),
    }
}

fn tried(trials: &Trials, output: &ProcessOutput) -> Verdict {
    match (&trials.failure, &trials.unclear) {
        (Some(failure), _) => Verdict::Failed(failed(failure, output)),
        (None, Some(reason)) => ungraded(reason),
        (None, None) if trials.scenarios == 0 => ungraded("no scenario was run"),
        (None, None) if output.left_behind > 0 => Verdict::Failed(child_leak()),
        (None, None) => Verdict::Passed,
    }
}

fn failed(failure: &TrialFailure, output: &ProcessOutput) -> CheckFailure {
    let TrialFailure {
        finding,
        scenario,
        expected,
        got,
        panic,
    } = failure;
    // It may contain text of the submission, and that must not look like lines of the report.
    let got = got
        .as_ref()
        .map_or(String::new(), |got| format!(", {}", got.replace('\n', "⏎")));
    let evidence = match finding {
        Finding::Panic | Finding::Exited => excerpt::output(output),
        _ => Evidence::None,
    };
    CheckFailure {
        panic: panic.clone().map(Box::new),
        ..CheckFailure::new(*finding, format!("{scenario}: {expected}{got}"), evidence)
    }
}

fn hung(scenario: &str, threads: &[ThreadActivity], output: &ProcessOutput) -> CheckFailure {
    let mut message = format!("{scenario}: expected the submission to come to an end, no thread runs any more:");
    for thread in threads {
        message.push_str(&format!("\n  {}", activity::described(thread)));
    }
    CheckFailure::new(Finding::Deadlock, message, excerpt::output(output))
}

fn stalled(scenario: Option<&str>, output: &ProcessOutput) -> CheckFailure {
    let scenario = scenario.map_or(String::new(), |scenario| format!("{scenario}: "));
    let message =
        format!("{scenario}expected the submission to come to an end, it computes without end or for far too long");
    CheckFailure::new(Finding::Timeout, message, excerpt::output(output))
}

#[cfg(test)]
mod tests;
