//! JUnit's XML, in the form that GitLab and Jenkins read.
//!
//! `failure` is for the submission, `error` for what could not be graded. Control characters have no place in XML 1.0,
//! not even as references.

use std::fmt::Write as _;

use super::{Case, Ending, Entry};
use crate::Options;

/// The test suites, while they are added.
#[derive(Debug, Default)]
pub struct Document {
    suites: String,
}

/// Whose entries are added.
#[derive(Debug, Clone, Copy)]
pub enum Owner<'a> {
    /// The only one there is. Each exercise is a suite.
    Only,
    /// One of a class, by id, with one suite.
    Student(&'a str),
}

/// How many cases of each kind a suite has.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Document {
    /// Adds entries.
    pub fn add(&mut self, owner: Owner<'_>, entries: &[Entry<'_>], options: &Options) {
        match owner {
            Owner::Only => {
                for entry in entries {
                    let cases = super::cases(entry, options);
                    self.add_suite(entry.exercise, &cases, |case| case.exercise.to_owned());
                }
            }
            Owner::Student(id) => {
                let cases = entries.iter().flat_map(|entry| super::cases(entry, options));
                let cases: Vec<Case<'_>> = cases.collect();
                self.add_suite(id, &cases, |case| format!("{id}.{}", case.exercise));
            }
        }
    }

    /// The document.
    #[must_use]
    pub fn into_document(self) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"interleave\">\n{}</testsuites>\n",
            self.suites
        )
    }

    fn add_suite(&mut self, name: &str, cases: &[Case<'_>], class_name: impl Fn(&Case<'_>) -> String) {
        let (mut counts, mut elements) = (Counts::default(), String::new());
        for case in cases {
            add_case(&mut elements, &mut counts, case, &class_name(case));
        }
        let Counts {
            tests,
            failures,
            errors,
            skipped,
        } = counts;
        let name = xml(name);
        let _ = write!(
            self.suites,
            "<testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" \
             skipped=\"{skipped}\">\n{elements}</testsuite>\n"
        );
    }
}

fn add_case(elements: &mut String, counts: &mut Counts, case: &Case<'_>, class_name: &str) {
    counts.tests += 1;
    let exercise = xml(case.exercise);
    let _ = write!(
        elements,
        "<testcase classname=\"{}\" name=\"{}\" file=\"exercises/{exercise}/src/lib.rs\"",
        xml(class_name),
        xml(case.name)
    );
    let (count, element) = match &case.ending {
        Ending::Passed => {
            elements.push_str("/>\n");
            return;
        }
        Ending::Failed(failed) => {
            let (finding, message, text) = (xml(failed.finding), xml(&failed.message), xml(&failed.text));
            let element = format!("<failure message=\"{message}\" type=\"{finding}\">{text}</failure>");
            (&mut counts.failures, element)
        }
        Ending::NotGraded { reason } => {
            let element = format!("<error message=\"{}\" type=\"ungraded\"></error>", xml(reason));
            (&mut counts.errors, element)
        }
        Ending::Skipped { reason } => {
            let element = format!("<skipped message=\"{}\"></skipped>", xml(reason));
            (&mut counts.skipped, element)
        }
    };
    *count += 1;
    let _ = writeln!(elements, ">\n{element}\n</testcase>");
}

/// Text for XML 1.0, on one line, and without commands of CI services.
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
            // `##[` and `##vso[` would be commands anywhere in a line that is printed.
            '#' => escaped.push_str("&#35;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_has_no_markup_and_no_control_characters() {
        assert_eq!(
            xml("<a b=\"&\">\u{1b}[31m\n##[group]"),
            "&lt;a b=&quot;&amp;&quot;&gt;\u{fffd}[31m&#10;&#35;&#35;[group]"
        );
    }
}
