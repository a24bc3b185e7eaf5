//! `results.json` for Gradescope (*Autograder Specifications*, gradescope-autograders.readthedocs.io).
//!
//! A test without `score` has not been graded. Where nobody knows the score, there is none in the whole document, and
//! Gradescope tells the instructor that the autograder failed, and not the student that the submission did.

use serde::Serialize;

use super::{Case, Ending, Entry};
use crate::{Options, json};

#[derive(Serialize)]
struct Document<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<u32>,
    output: String,
    output_format: &'static str,
    stdout_visibility: &'static str,
    tests: Vec<Test<'a>>,
}

#[derive(Serialize)]
struct Test<'a> {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<u32>,
    max_score: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    output: String,
    /// It is shown as it is, so tables stay tables.
    output_format: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra_data: Option<Extra<'a>>,
}

#[derive(Serialize)]
struct Extra<'a> {
    schedule: &'a str,
}

/// The document for one student, on one line with a line feed at its end.
pub fn results(entries: &[Entry<'_>], options: &Options) -> String {
    let score = super::score(entries);
    let max_score = super::max_score(entries);
    let output = match score {
        Some(score) => format!("{score} of {max_score} points"),
        None => format!("not graded: the score is not known, {max_score} points can be earned"),
    };
    json::line(&Document {
        score,
        output,
        output_format: "text",
        stdout_visibility: "hidden",
        tests: entries
            .iter()
            .flat_map(|entry| super::cases(entry, options))
            .map(test)
            .collect(),
    })
}

fn test(case: Case<'_>) -> Test<'_> {
    let name = case.full_name();
    let (status, output, finding, schedule) = match case.ending {
        Ending::Passed => (Some("passed"), case.property.to_owned(), None, None),
        Ending::Failed(failed) => {
            let output = format!("{}\n{}", failed.finding, failed.text);
            (Some("failed"), output, Some(failed.finding), failed.schedule)
        }
        Ending::Skipped { reason } => (case.score.map(|_| "failed"), reason, None, None),
        Ending::NotGraded { reason } => (None, format!("not graded: {reason}"), None, None),
    };
    Test {
        name,
        score: case.score,
        max_score: case.max_score,
        status,
        output,
        output_format: "text",
        tags: finding.into_iter().collect(),
        extra_data: schedule.map(|schedule| Extra { schedule }),
    }
}
