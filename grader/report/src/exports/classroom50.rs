//! `result.json` for Classroom 50, `classroom50/result/v1` (foundation50/classroom50, wiki, *Advanced Autograding*).
//!
//! The scores of its tests are integers, so there is no document where nobody knows a score. Its runner takes the exit
//! code of the grader for that.

use serde::Serialize;

use super::{Case, Ending, Entry};
use crate::{Options, json};

/// Which submission a result is about. The runner of Classroom 50 says so in the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The classroom's short name.
    pub classroom: String,
    /// The assignment's short name.
    pub assignment: String,
    /// `individual`, `group` or `team`. The runner says so itself if this does not.
    pub assignment_type: Option<String>,
    /// Whose repository it is. The runner says so itself if this does not.
    pub owner: Option<String>,
    /// The tag of the submission: `submit/…`.
    pub tag: String,
    /// The address of the commit.
    pub commit: String,
    /// The address of the release.
    pub release: String,
    /// The address of the changes since the starter code.
    pub review: String,
    /// When it was handed in: the committer date of the commit, in UTC, as ISO 8601 has it.
    pub datetime: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document<'a> {
    schema: &'static str,
    classroom: &'a str,
    assignment: &'a str,
    #[serde(rename = "assignment_type", skip_serializing_if = "Option::is_none")]
    assignment_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    submission: &'a str,
    commit: &'a str,
    release: &'a str,
    review: &'a str,
    datetime: &'a str,
    score: u32,
    max_score: u32,
    tests: Vec<Test>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Test {
    test_name: String,
    passed: bool,
    score: u32,
    max_score: u32,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<String>,
}

/// The document for `submission`, on one line with a line feed at its end; `None` if a score is not known.
pub fn result(submission: &Submission, entries: &[Entry<'_>], options: &Options) -> Option<String> {
    Some(json::line(&Document {
        schema: "classroom50/result/v1",
        classroom: &submission.classroom,
        assignment: &submission.assignment,
        assignment_type: submission.assignment_type.as_deref(),
        owner: submission.owner.as_deref(),
        submission: &submission.tag,
        commit: &submission.commit,
        release: &submission.release,
        review: &submission.review,
        datetime: &submission.datetime,
        score: super::score(entries)?,
        max_score: super::max_score(entries),
        tests: entries
            .iter()
            .flat_map(|entry| super::cases(entry, options))
            .map(test)
            .collect(),
    }))
}

fn test(case: Case<'_>) -> Test {
    let test_name = case.full_name();
    let (verdict, message, schedule) = match case.ending {
        Ending::Passed => ("passed", None, None),
        Ending::Failed(failed) => (failed.finding, Some(failed.message), failed.schedule.map(str::to_owned)),
        Ending::Skipped { reason } => ("skipped", Some(reason), None),
        Ending::NotGraded { reason } => ("ungraded", Some(reason), None),
    };
    Test {
        test_name,
        passed: verdict == "passed",
        // The sum is then a minimum, as the total is.
        score: case.score.unwrap_or_default(),
        max_score: case.max_score,
        verdict,
        message,
        schedule,
    }
}
