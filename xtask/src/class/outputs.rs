//! What a class gets: a line for each student and exercise, in the forms that other systems read.
//!
//! All of them are made of the kept reports and nothing else, so they can be made again, and they are the same bytes
//! wherever and however often the class is graded. Everything that comes from a student is escaped as the form needs.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use grader::exercise::Exercise;
use protocol::CheckKind;
use protocol::verdict::{Report, Score, Verdict};
use report::class_page::Entry;
use report::text::Text;
use report::{exports, json};
use serde_json::{Value, json};

/// What is known of one student in one exercise.
pub(crate) struct Row<'a> {
    pub(crate) id: &'a str,
    /// From the roster; empty if it is not known.
    pub(crate) name: &'a str,
    pub(crate) exercise: &'a Exercise,
    pub(crate) outcome: Outcome,
    /// What the instructor should know: that the student is not in the roster, for example.
    pub(crate) note: String,
}

/// What became of a hand-in.
pub(crate) enum Outcome {
    /// It was graded, or the grader could not do its work, which the report says.
    Reported(Box<Report>),
    /// It cannot be graded, for this reason.
    Unusable(String),
    /// There is none.
    NothingHandedIn,
}

/// The first line of `marks.csv`.
pub(crate) const MARKS_HEADER: [&str; 8] = [
    "id",
    "name",
    "exercise",
    "score",
    "max_score",
    "checks",
    "findings",
    "note",
];

impl Row<'_> {
    /// The note with what the outcome adds to it.
    pub(crate) fn whole_note(&self) -> String {
        let of_outcome = match &self.outcome {
            Outcome::NothingHandedIn => "nothing handed in".to_owned(),
            Outcome::Unusable(reason) => format!("not graded: {reason}"),
            Outcome::Reported(report) => match report.score() {
                Score::Exactly(_) => String::new(),
                Score::AtLeast(_) => "a minimum: some checks were not graded".to_owned(),
                Score::Unknown => "not graded: the grader could not do its work".to_owned(),
            },
        };
        let notes = [of_outcome, self.note.clone()];
        let notes: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
        notes.join("; ")
    }

    /// The points; `None` if they are not known. Who hands in nothing has none.
    pub(crate) fn score(&self) -> Option<u32> {
        match &self.outcome {
            Outcome::NothingHandedIn => Some(0),
            Outcome::Unusable(_) => None,
            Outcome::Reported(report) => match report.score() {
                Score::Exactly(score) | Score::AtLeast(score) => Some(score),
                Score::Unknown => None,
            },
        }
    }

    pub(crate) fn max_score(&self) -> u32 {
        self.exercise.checks.iter().map(|check| check.points).sum()
    }

    /// A record of `marks.csv`.
    pub(crate) fn marks(&self) -> [String; 8] {
        let (mut checks, mut findings) = (Vec::new(), BTreeSet::new());
        if let Outcome::Reported(report) = &self.outcome {
            for check in report.checks.iter().filter(|check| check.kind != CheckKind::Build) {
                let score = check.score.map_or_else(|| "?".to_owned(), |score| score.to_string());
                checks.push(format!("{} {score}/{}", check.name, check.points));
            }
            findings.extend(report.checks.iter().filter_map(|check| match &check.verdict {
                Verdict::Failed(failure) => Some(failure.finding.as_str()),
                Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => None,
            }));
        }
        let findings: Vec<&str> = findings.into_iter().collect();
        [
            self.id.to_owned(),
            self.name.to_owned(),
            self.exercise.name.clone(),
            self.score().map_or_else(String::new, |score| score.to_string()),
            self.max_score().to_string(),
            checks.join("; "),
            findings.join("; "),
            self.whole_note(),
        ]
        .map(|cell| as_text_cell(&cell))
    }

    /// What the page of the class says of it; `link` is the address of the student's page.
    pub(crate) fn on_page<'b>(&'b self, link: &'b str, note: &'b str) -> Entry<'b> {
        let report = match &self.outcome {
            Outcome::Reported(report) => Some(report.as_ref()),
            Outcome::Unusable(_) | Outcome::NothingHandedIn => None,
        };
        Entry {
            id: self.id,
            score: self.score(),
            note,
            link: if report.is_some() { link } else { "" },
            report,
        }
    }

    /// What other systems get of it.
    pub(crate) fn exported(&self) -> exports::Entry<'_> {
        exports::Entry {
            exercise: &self.exercise.name,
            max_score: self.max_score(),
            outcome: match &self.outcome {
                Outcome::Reported(report) => exports::Outcome::Reported(report),
                Outcome::Unusable(reason) => exports::Outcome::Unusable(reason),
                Outcome::NothingHandedIn => exports::Outcome::NothingHandedIn,
            },
            selection: "",
        }
    }

    /// A line of `results.jsonl`.
    pub(crate) fn result(&self) -> String {
        let report = match &self.outcome {
            Outcome::Reported(report) => document(report),
            Outcome::Unusable(_) | Outcome::NothingHandedIn => Value::Null,
        };
        let line = json!({
            "id": self.id,
            "name": self.name,
            "exercise": self.exercise.name,
            "handed_in": !matches!(self.outcome, Outcome::NothingHandedIn),
            "score": self.score(),
            "max_score": self.max_score(),
            "note": self.whole_note(),
            "report": report,
        });
        format!("{line}\n")
    }
}

/// The report as `grade --format json` prints it.
fn document(report: &Report) -> Value {
    serde_json::from_str(&json::report(report)).expect("the document is JSON")
}

/// A cell that no spreadsheet takes for a formula (OWASP, *CSV Injection*): an apostrophe comes before what could begin
/// one.
fn as_text_cell(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let apostrophe = if is_formula { "'" } else { "" };
    format!("{apostrophe}{}", cell.replace(['\n', '\r'], " "))
}

/// A report for the student, as text.
pub(crate) fn feedback(report: &Report) -> String {
    let text: Text = report::human::report(report, &feedback_options());
    text.plain()
}

/// How feedback is written: with a first hint for each cause.
pub(crate) fn feedback_options() -> report::Options {
    report::Options {
        hints: 1,
        ..report::Options::default()
    }
}

/// A name for files about `id`, which may be anything: another one for each id, and never one that leaves its folder.
pub(crate) fn file_name(id: &str) -> String {
    let mut name = String::new();
    for (index, character) in id.chars().enumerate() {
        let is_plain = character.is_alphanumeric() || "_-+@".contains(character) || (character == '.' && index > 0);
        if is_plain {
            name.push(character);
        } else {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                let _ = write!(name, "%{byte:02X}");
            }
        }
    }
    name
}

/// The path of a file as an address: the percent signs in it stand for themselves.
pub(crate) fn as_address(path: &str) -> String {
    path.replace('%', "%25")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_no_second_line() {
        assert_eq!(as_text_cell("=1+1"), "'=1+1");
        assert_eq!(as_text_cell("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(as_text_cell("-2"), "'-2");
        assert_eq!(as_text_cell("ada"), "ada");
        assert_eq!(as_text_cell("a\nb"), "a b");
    }

    #[test]
    fn a_file_name_stays_in_its_folder_and_tells_ids_apart() {
        assert_eq!(file_name("ada.l@uni-x.edu"), "ada.l@uni-x.edu");
        assert_eq!(file_name(".."), "%2E.");
        assert_eq!(file_name("../x"), "%2E.%2Fx");
        assert_eq!(file_name("a/b"), "a%2Fb");
        assert_ne!(file_name("a%2Fb"), file_name("a/b"));
        assert_eq!(file_name("Ä"), "Ä");
    }
}
