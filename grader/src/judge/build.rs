//! Judges a build: whether the submission compiles, defines the exercise's public items, and can be modelled.

use std::collections::BTreeSet;

use protocol::Finding;
use protocol::verdict::{CheckFailure, Evidence, Verdict};
use sandbox::process::{ExitReason, Signal};

use super::exit::killed;
use super::{excerpt, ungraded};
use crate::build::diagnostics::{Diagnostic, items_of, rendered};
use crate::build::{Build, Compiled, Step};
use crate::exercise::{Exercise, Item};
use crate::help::COURSE_CHANGED;

/// How many of the compiler's messages are quoted in a sentence.
const MAX_MESSAGES: usize = 3;

/// Passed when everything was compiled; otherwise what the first call that failed means.
pub(super) fn judge_build(exercise: &Exercise, build: &Build) -> Verdict {
    match build.first_failed() {
        Some(call) => judge_call(exercise, call),
        None if build.is_complete() => Verdict::Passed,
        None => ungraded("nothing was compiled"),
    }
}

fn judge_call(exercise: &Exercise, call: &Compiled) -> Verdict {
    let errors = call.diagnostics.of_source();
    if errors.is_empty() || call.exit_reason == ExitReason::Cancelled {
        return judge_crash(call);
    }
    match call.step {
        Step::Real => Verdict::Failed(compile_error(&errors)),
        Step::Modelled => not_modelled(&errors),
        Step::Program | Step::RealChecks | Step::ModelChecks | Step::ModelledProgram => {
            unlinkable(exercise, &of_contract(errors))
        }
    }
}

/// The errors in `contract.rs` of a check program, which names each item once; all errors if there are none.
fn of_contract(errors: Vec<&Diagnostic>) -> Vec<&Diagnostic> {
    let is_contract = |error: &&Diagnostic| error.places.iter().any(|place| place.file.ends_with("/contract.rs"));
    let contract: Vec<&Diagnostic> = errors.iter().copied().filter(is_contract).collect();
    if contract.is_empty() { errors } else { contract }
}

fn compile_error(errors: &[&Diagnostic]) -> CheckFailure {
    // The lint itself, and an attempt to allow it.
    let is_unsafe = |error: &&Diagnostic| matches!(error.code.as_deref(), Some("unsafe_code" | "E0453"));
    let evidence = Evidence::Diagnostics(excerpt::lines(&rendered(errors)));
    if errors.iter().all(is_unsafe) {
        let message = "expected a submission without `unsafe`, the compiler found some";
        return CheckFailure::new(Finding::ForbiddenCode, message, evidence);
    }
    let message = match errors.len() {
        1 => "expected the submission to compile, the compiler reports an error".to_owned(),
        n_errors => format!("expected the submission to compile, the compiler reports {n_errors} errors"),
    };
    CheckFailure::new(Finding::CompileError, message, evidence)
}

/// The submission compiles, but not what links it.
fn unlinkable(exercise: &Exercise, errors: &[&Diagnostic]) -> Verdict {
    let items = items_of(errors, &exercise.items);
    if items.is_empty() {
        let reason = "the submission compiles, but what the course links to it does not";
        return ungraded(format!("{reason}: {}", messages(errors)));
    }
    Verdict::Failed(missing_item(&items, errors))
}

fn missing_item(items: &[&Item], errors: &[&Diagnostic]) -> CheckFailure {
    let mut message = "expected these public items, each is missing or has another signature:".to_owned();
    if items.len() == 1 {
        message = "expected this public item, it is missing or has another signature:".to_owned();
    }
    for Item { name, signature } in items {
        message.push_str(&format!("\n  `{name}`: `{signature}`"));
    }
    let evidence = Evidence::Diagnostics(excerpt::lines(&as_callers_see(errors)));
    CheckFailure::new(Finding::MissingItem, message, evidence)
}

/// What the compiler tells a caller of the submission, without the code of the checks, which is that caller.
fn as_callers_see(errors: &[&Diagnostic]) -> String {
    let mut lines = vec!["The compiler says of a call that keeps to the signature:".to_owned()];
    for error in errors {
        let mut line = format!("  {}", error.message);
        let label = error.remarks.iter().find(|remark| remark.place.is_none());
        if let Some(label) = label.filter(|label| !error.message.contains(&label.text)) {
            line.push_str(&format!(": {}", label.text));
        }
        lines.push(in_students_terms(&line));
        for note in &error.remarks {
            if let Some((file, number)) = note.place.as_ref().filter(|(file, _)| !is_the_courses(file)) {
                lines.push(in_students_terms(&format!("    {} ({file}:{number})", note.text)));
            }
        }
    }
    // The same item may be used in several places.
    let mut known = BTreeSet::new();
    lines.retain(|line| known.insert(line.clone()));
    lines.join("\n")
}

/// Whether a file is one of the checks, of the model or of the standard library.
fn is_the_courses(file: &str) -> bool {
    file.starts_with("grader/") || file.starts_with('/')
}

/// The modelled `std` is `std` to a student.
fn in_students_terms(text: &str) -> String {
    text.replace("model_std::", "std::")
}

fn not_modelled(errors: &[&Diagnostic]) -> Verdict {
    let reason =
        "the submission compiles, but not against the grader's model of `std`, which lacks something that it uses";
    let rendered = excerpt::lines(&in_students_terms(&rendered(errors)));
    ungraded(format!("{reason}: {}\n\n{rendered}", messages(errors)))
}

fn messages(errors: &[&Diagnostic]) -> String {
    errors
        .iter()
        .take(MAX_MESSAGES)
        .map(|error| in_students_terms(&error.message))
        .collect::<Vec<_>>()
        .join("; ")
}

/// Judges a compiler that failed without an error in the source.
fn judge_crash(call: &Compiled) -> Verdict {
    let said = excerpt::lines(&call.diagnostics.of_compiler());
    if call.is_disk_full {
        return Verdict::Ungraded {
            reason: "there is no space left for what the compiler writes".to_owned(),
            help: Some("free some space, or set `TMPDIR` to another folder".to_owned()),
        };
    }
    if call.has_small_files {
        return Verdict::Ungraded {
            reason: "the compiler failed, and this machine lets it write only small files".to_owned(),
            help: Some("raise the limit, which `ulimit -f` shows".to_owned()),
        };
    }
    let is_submission = matches!(call.step, Step::Real | Step::Modelled);
    let got = match call.exit_reason {
        ExitReason::Cancelled => return ungraded("it was stopped before it ended"),
        ExitReason::Code(_) => {
            return Verdict::Ungraded {
                reason: format!("the compiler failed, but not because of the submission: {said}"),
                help: Some(COURSE_CHANGED.to_owned()),
            };
        }
        ExitReason::Signal(Signal::Kill) => return killed("the compiler"),
        ExitReason::TimedOut { .. } | ExitReason::Signal(Signal::CpuTimeLimit) if is_submission => {
            let message = "expected the submission to compile, the compiler was not done at the time limit";
            return Verdict::Failed(CheckFailure::new(Finding::Timeout, message, Evidence::None));
        }
        ExitReason::TimedOut { .. } | ExitReason::Signal(Signal::CpuTimeLimit) => {
            return ungraded("the compiler was not done at the time limit");
        }
        ExitReason::Signal(signal) => format!("the compiler crashed on it with signal {}", signal.number()),
        ExitReason::ThreadLimit => "the compiler started threads without end".to_owned(),
        ExitReason::OutputLimit(_) => "the compiler had more to say about it than fits".to_owned(),
    };
    if !is_submission {
        return ungraded(format!("{got}: {said}"));
    }
    let message = format!("expected the submission to compile, {got}");
    Verdict::Failed(CheckFailure::new(
        Finding::CompileError,
        message,
        Evidence::Diagnostics(said),
    ))
}

#[cfg(test)]
mod tests;
