//! `results.json` for exercism, version 3 (exercism.org, *The Test Runner Interface*).
//!
//! Each check is a task, numbered in the order of the exercise. What does not compile, or cannot be graded, has the
//! status `error` and a message for all tests.

use serde::Serialize;

use super::{Case, Ending, Entry};
use crate::{Options, json};

/// How many characters a message may have, as exercism limits it.
const MAX_MESSAGE: usize = 65_535;

#[derive(Serialize)]
struct Document {
    version: u32,
    status: Status,
    message: Option<String>,
    tests: Vec<Test>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Pass,
    Fail,
    Error,
}

#[derive(Serialize)]
struct Test {
    name: String,
    status: Status,
    task_id: usize,
    test_code: String,
    message: Option<String>,
    output: Option<String>,
}

/// The document for one student, on one line with a line feed at its end.
pub fn results(entries: &[Entry<'_>], options: &Options) -> String {
    let cases: Vec<Case<'_>> = entries.iter().flat_map(|entry| super::cases(entry, options)).collect();
    let stopped = cases.iter().find_map(|case| match &case.ending {
        Ending::Failed(failed) if case.is_build => Some(format!("{}\n{}", failed.finding, failed.text)),
        Ending::NotGraded { reason } if cases.len() == 1 => Some(reason.clone()),
        _ => None,
    });
    let checks = cases.into_iter().filter(|case| !case.is_build);
    let is_one_exercise = entries.len() == 1;
    let tests: Vec<Test> = checks
        .enumerate()
        .map(|(at, case)| test(case, at + 1, is_one_exercise))
        .collect();
    let is_any = |status| tests.iter().any(|test| test.status == status);
    let status = if stopped.is_some() || tests.iter().all(|test| test.status == Status::Error) {
        Status::Error
    } else if is_any(Status::Fail) || is_any(Status::Error) {
        Status::Fail
    } else {
        Status::Pass
    };
    let message = match status {
        Status::Pass | Status::Fail => None,
        Status::Error => stopped.or_else(|| {
            let told = tests.iter().find_map(|test| test.message.clone());
            Some(told.unwrap_or_else(|| "no check was run".to_owned()))
        }),
    };
    json::line(&Document {
        version: 3,
        status,
        message: message.map(cut),
        // No test was run.
        tests: if status == Status::Error { Vec::new() } else { tests },
    })
}

fn test(case: Case<'_>, task_id: usize, is_one_exercise: bool) -> Test {
    let words = case.name.replace('_', " ");
    let (status, message) = match case.ending {
        Ending::Passed => (Status::Pass, None),
        Ending::Failed(failed) => (Status::Fail, Some(format!("{}\n{}", failed.finding, failed.text))),
        Ending::Skipped { reason } => (Status::Error, Some(reason)),
        Ending::NotGraded { reason } => (Status::Error, Some(format!("not graded: {reason}"))),
    };
    Test {
        name: if is_one_exercise {
            words
        } else {
            format!("{}: {words}", case.exercise)
        },
        status,
        task_id,
        test_code: format!("// {}", case.property),
        message: message.map(cut),
        output: None,
    }
}

fn cut(message: String) -> String {
    message.chars().take(MAX_MESSAGE).collect()
}
