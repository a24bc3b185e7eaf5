//! Results in the forms of other systems: what one student has for one or more exercises, as one document.
//!
//! [`gradescope`], [`classroom50`] and [`exercism`] are for systems that hand out marks, [`junit`] and [`sarif`] for
//! those that show tests and findings. A document is a function of reports alone, without times, so it can be made
//! again. What a submission says is escaped on its way in. What is not graded has no score in any of them, or makes the
//! receiver notice that nobody knows it.

pub mod classroom50;
pub mod exercism;
pub mod gradescope;
pub mod junit;
pub mod sarif;

use protocol::CheckKind;
use protocol::verdict::{CheckVerdict, Report, Score, Verdict};

use crate::escape::escape;
use crate::evidence::Telling;
use crate::{Options, human, json};

/// What a student has for an exercise.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The exercise's name.
    pub exercise: &'a str,
    /// The points that can be earned.
    pub max_score: u32,
    /// What became of the hand-in.
    pub outcome: Outcome<'a>,
    /// As [`Options::selection`]; that of the options is not used here, since entries have different ones.
    pub selection: &'a str,
}

/// What became of a hand-in.
#[derive(Debug, Clone, Copy)]
pub enum Outcome<'a> {
    /// It was graded, or the grader could not do its work, which the report says.
    Reported(&'a Report),
    /// It cannot be graded, for this reason.
    Unusable(&'a str),
    /// There is none.
    NothingHandedIn,
}

impl<'a> Entry<'a> {
    /// The entry of `report`.
    pub fn of(report: &'a Report, selection: &'a str) -> Self {
        Self {
            exercise: &report.exercise,
            max_score: report.max_score(),
            outcome: Outcome::Reported(report),
            selection,
        }
    }

    /// `options` with its own selection.
    fn options(&self, options: &Options) -> Options {
        Options {
            selection: self.selection.to_owned(),
            ..options.clone()
        }
    }

    /// The points; `None` if nobody knows them. Who hands in nothing has none.
    fn score(&self) -> Option<u32> {
        match self.outcome {
            Outcome::NothingHandedIn => Some(0),
            Outcome::Unusable(_) => None,
            Outcome::Reported(report) => match report.score() {
                Score::Exactly(score) | Score::AtLeast(score) => Some(score),
                Score::Unknown => None,
            },
        }
    }
}

/// The points of all entries together; `None` if those of one are not known.
fn score(entries: &[Entry<'_>]) -> Option<u32> {
    entries.iter().map(Entry::score).sum()
}

/// The points that can be earned together.
fn max_score(entries: &[Entry<'_>]) -> u32 {
    entries.iter().map(|entry| entry.max_score).sum()
}

/// A check as other systems see it: a test case.
#[derive(Debug)]
struct Case<'a> {
    exercise: &'a str,
    name: &'a str,
    property: &'a str,
    is_build: bool,
    max_score: u32,
    /// `None` if nobody knows it.
    score: Option<u32>,
    ending: Ending<'a>,
}

/// How a case ended.
#[derive(Debug)]
enum Ending<'a> {
    Passed,
    Failed(Failed<'a>),
    /// Nobody knows whether it passes.
    NotGraded {
        reason: String,
    },
    /// It was not run, for this reason.
    Skipped {
        reason: String,
    },
}

/// What is told of a failure.
#[derive(Debug)]
struct Failed<'a> {
    finding: &'static str,
    /// What was expected and what was observed, in one line.
    message: String,
    /// All that a student gets to read: the message, the interleaving, how to see it again.
    text: String,
    /// The token of the interleaving.
    schedule: Option<&'a str>,
}

impl Case<'_> {
    /// The name with that of the exercise: `counting::every_increment_counts`.
    fn full_name(&self) -> String {
        format!("{}::{}", self.exercise, self.name)
    }
}

/// The cases of an exercise.
fn cases<'a>(entry: &Entry<'a>, options: &Options) -> Vec<Case<'a>> {
    let hand_in = |ending| {
        vec![Case {
            exercise: entry.exercise,
            name: "hand_in",
            property: "A submission is handed in, and can be graded.",
            is_build: false,
            max_score: entry.max_score,
            score: entry.score(),
            ending,
        }]
    };
    match entry.outcome {
        Outcome::NothingHandedIn => hand_in(Ending::Skipped {
            reason: "nothing handed in".to_owned(),
        }),
        Outcome::Unusable(reason) => hand_in(Ending::NotGraded {
            reason: escaped(reason),
        }),
        Outcome::Reported(report) => {
            let options = entry.options(options);
            report
                .checks
                .iter()
                .map(|check| case(check, report, &options))
                .collect()
        }
    }
}

fn case<'a>(check: &'a CheckVerdict, report: &'a Report, options: &Options) -> Case<'a> {
    let ending = match &check.verdict {
        Verdict::Passed => Ending::Passed,
        Verdict::Failed(failure) => {
            let telling = check.failure().map(|failure| Telling::of(failure, &report.sources));
            let message = telling.map_or_else(|| failure.message.clone(), |telling| telling.story.message());
            Ending::Failed(Failed {
                finding: failure.finding.as_str(),
                message: escaped(&message),
                text: without_margin(&human::body(check, report, options).plain()),
                schedule: check.token(),
            })
        }
        Verdict::Ungraded { reason, help } => Ending::NotGraded {
            reason: escaped(&json::with_help(reason, help.as_deref())),
        },
        Verdict::Skipped { because } => Ending::Skipped {
            reason: format!("not run, because `{}` failed", escape(because)),
        },
    };
    Case {
        exercise: &report.exercise,
        name: &check.name,
        property: &check.property,
        is_build: check.kind == CheckKind::Build,
        max_score: check.points,
        score: check.score,
        ending,
    }
}

/// Lines with an escape for every character that acts or hides.
fn escaped(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(escape).collect();
    lines.join("\n")
}

/// Lines without the spaces that all of them begin with, and without a line feed at the end.
fn without_margin(text: &str) -> String {
    let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let margin = lines().map(spaces).min().unwrap_or_default();
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.get(margin..).unwrap_or_default())
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_of_all_lines_is_left_out() {
        assert_eq!(without_margin("     a\n\n       b\n     π\n"), "a\n\n  b\nπ");
        assert_eq!(without_margin(""), "");
    }
}
