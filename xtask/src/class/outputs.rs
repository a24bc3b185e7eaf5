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
use report::{json, text::Text};
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

/// The test suites of students, as JUnit's XML.
#[derive(Default)]
pub(crate) struct JUnit {
    suites: String,
}

/// How many cases of each kind a suite has.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// How a case ended, if it did not pass.
enum Ending<'a> {
    Failure {
        finding: &'a str,
        message: &'a str,
        explanation: &'a str,
    },
    Error {
        kind: &'a str,
        message: &'a str,
    },
    Skipped {
        message: &'a str,
    },
}

impl JUnit {
    /// Adds the suite of a student. `failure` is for the submission's failures, `error` for what could not be graded.
    pub(crate) fn add(&mut self, id: &str, rows: &[Row<'_>]) {
        let (mut counts, mut cases) = (Counts::default(), String::new());
        for row in rows {
            match &row.outcome {
                Outcome::NothingHandedIn => {
                    let message = "nothing handed in";
                    let ending = Ending::Skipped { message };
                    case(&mut cases, &mut counts, row, "hand-in", Some(ending));
                }
                Outcome::Unusable(message) => {
                    let kind = "hand-in";
                    let ending = Ending::Error { kind, message };
                    case(&mut cases, &mut counts, row, "hand-in", Some(ending));
                }
                Outcome::Reported(report) => {
                    let document = document(report);
                    let checks = document["checks"].as_array().into_iter().flatten();
                    for (check, told) in report.checks.iter().zip(checks) {
                        let message = told["message"].as_str().unwrap_or_default();
                        let explanation = told["explanation"].as_array().into_iter().flatten();
                        let explanation: Vec<&str> = explanation.filter_map(Value::as_str).collect();
                        let explanation = explanation.join("\n");
                        let ending = match &check.verdict {
                            Verdict::Passed => None,
                            Verdict::Failed(failure) => Some(Ending::Failure {
                                finding: failure.finding.as_str(),
                                message,
                                explanation: &explanation,
                            }),
                            Verdict::Ungraded { reason, .. } => Some(Ending::Error {
                                kind: "ungraded",
                                message: reason,
                            }),
                            Verdict::Skipped { because } => Some(Ending::Skipped { message: because }),
                        };
                        case(&mut cases, &mut counts, row, &check.name, ending);
                    }
                }
            }
        }
        let Counts {
            tests,
            failures,
            errors,
            skipped,
        } = counts;
        let name = xml(id);
        let _ = write!(
            self.suites,
            "<testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" \
             skipped=\"{skipped}\">\n{cases}</testsuite>\n"
        );
    }

    /// The document.
    pub(crate) fn into_document(self) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"interleave\">\n{}</testsuites>\n",
            self.suites
        )
    }
}

/// Adds a case and counts it.
fn case(cases: &mut String, counts: &mut Counts, row: &Row<'_>, name: &str, ending: Option<Ending<'_>>) {
    counts.tests += 1;
    let exercise = &row.exercise.name;
    let _ = write!(
        cases,
        "<testcase classname=\"{}.{exercise}\" name=\"{}\" file=\"exercises/{exercise}/src/lib.rs\"",
        xml(row.id),
        xml(name)
    );
    let (count, element) = match ending {
        None => {
            cases.push_str("/>\n");
            return;
        }
        Some(Ending::Failure {
            finding,
            message,
            explanation,
        }) => {
            let (finding, message, explanation) = (xml(finding), xml(message), xml(explanation));
            let element = format!("<failure message=\"{message}\" type=\"{finding}\">{explanation}</failure>");
            (&mut counts.failures, element)
        }
        Some(Ending::Error { kind, message }) => {
            let (kind, message) = (xml(kind), xml(message));
            let element = format!("<error message=\"{message}\" type=\"{kind}\"></error>");
            (&mut counts.errors, element)
        }
        Some(Ending::Skipped { message }) => {
            let element = format!("<skipped message=\"{}\"></skipped>", xml(message));
            (&mut counts.skipped, element)
        }
    };
    *count += 1;
    let _ = writeln!(cases, ">\n{element}\n</testcase>");
}

/// Text for XML 1.0, which has no place for most control characters, not even escaped.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A report for the student, as text.
pub(crate) fn feedback(report: &Report) -> String {
    let options = report::Options {
        hints: 1,
        ..report::Options::default()
    };
    let text: Text = report::human::report(report, &options);
    text.plain()
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

    #[test]
    fn xml_has_no_markup_and_no_control_characters() {
        assert_eq!(
            xml("<a b=\"&\">\u{1b}[31m\n"),
            "&lt;a b=&quot;&amp;&quot;&gt;\u{fffd}[31m&#10;"
        );
    }
}
