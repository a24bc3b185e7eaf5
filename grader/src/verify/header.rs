//! The header of a known submission: what it is, and which checks it fails.
//!
//! ```text
//! //! Mistake: the lock is taken for each write, so lines are torn between the two.
//! //!
//! //! Fails: `every_line_is_whole` with `race`.
//! //! May fail: `program_prints_the_lines` with `wrong_output`.
//! ```

use protocol::{CheckKind, Finding};

use super::ExpectedFailures;
use crate::exercise::{Check, Exercise};
use crate::judge::BUILD;

/// Reads the header of a mistake: the checks that it fails, and how.
pub(super) fn mistake(text: &str, exercise: &Exercise) -> Result<ExpectedFailures, Vec<String>> {
    let mut problems = first_line(text, "Mistake: ");
    let mut fails = ExpectedFailures::default();
    for line in header(text) {
        let read = if let Some(line) = line.strip_prefix("Fails: ") {
            failure("Fails", line, exercise).and_then(|(check, finding)| {
                let problem = format!("there are two lines `Fails:` for `{check}`");
                let earlier = fails.always.insert(check, finding);
                earlier.map_or(Ok(()), |_| Err(problem))
            })
        } else if let Some(line) = line.strip_prefix("May fail: ") {
            possible_failure(line, exercise).map(|possible| {
                fails.perhaps.insert(possible);
            })
        } else {
            Ok(())
        };
        problems.extend(read.err());
    }
    let mut both = fails.perhaps.iter().map(|(check, _)| check);
    if let Some(check) = both.find(|check| fails.always.contains_key(*check)) {
        problems.push(format!("`{check}` has a line `Fails:` and a line `May fail:`"));
    }
    if fails.always.is_empty() && problems.is_empty() {
        problems.push("there is no line ``//! Fails: `<check>` with `<finding>`.``".to_owned());
    }
    if problems.is_empty() { Ok(fails) } else { Err(problems) }
}

/// Reads the header of a variant, which names no check.
pub(super) fn variant(text: &str) -> Result<(), Vec<String>> {
    let mut problems = first_line(text, "Variant: ");
    if header(text).any(|line| line.starts_with("Fails:") || line.starts_with("May fail:")) {
        problems.push("a variant passes every check, it has no line `Fails:` or `May fail:`".to_owned());
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// The lines of the documentation at the top of the file.
fn header(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim)
}

fn first_line(text: &str, prefix: &str) -> Vec<String> {
    let is_there = header(text).next().is_some_and(|line| line.starts_with(prefix));
    if is_there {
        Vec::new()
    } else {
        vec![format!("the first line does not begin with `//! {prefix}`")]
    }
}

/// Reads a failure that depends on how the threads of the machine happen to run.
fn possible_failure(line: &str, exercise: &Exercise) -> Result<(String, Finding), String> {
    let (check, finding) = failure("May fail", line, exercise)?;
    match exercise.check(&check).map(Check::kind) {
        Some(CheckKind::Service | CheckKind::Speed | CheckKind::Program) => Ok((check, finding)),
        Some(CheckKind::Build | CheckKind::Model) | None => {
            Err(format!("`{check}` fails always or never, it has no line `May fail:`"))
        }
    }
}

fn failure(key: &str, line: &str, exercise: &Exercise) -> Result<(String, Finding), String> {
    let form = format!("`{key}: {line}` is not of the form ``{key}: `<check>` with `<finding>`.``");
    let mut parts = line.split('`');
    let ("", check, " with ", finding, ".", None) = (
        parts.next().unwrap_or("?"),
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
        parts.next(),
    ) else {
        return Err(form);
    };
    if check != BUILD && exercise.check(check).is_none() {
        return Err(format!("`{check}` is no check of `{}`", exercise.name));
    }
    let known = Finding::ALL.iter().copied().find(|known| known.as_str() == finding);
    let finding = known.ok_or_else(|| format!("`{finding}` is no finding"))?;
    Ok((check.to_owned(), finding))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;

    fn exercise() -> Exercise {
        let text = r#"
            title = "t"
            part = "Locks"
            order = 1
            summary = "s"
            item = [{ name = "f", signature = "pub fn f()" }]
            check = [
                { name = "lines_are_whole", kind = "model", points = 9, property = "p", hints = ["a", "b", "c"] },
                { name = "program_prints", kind = "program", points = 1, property = "p", hints = ["a", "b", "c"] },
            ]
        "#;
        Exercise::parse(Path::new("/exercises/x"), text).expect("the manifest is good")
    }

    #[track_caller]
    fn has_problem(text: &str, expected: &str) {
        let problems = mistake(text, &exercise()).expect_err("the header has a problem");
        assert!(
            problems.iter().any(|problem| problem.contains(expected)),
            "no {expected:?} in {problems:?}"
        );
    }

    #[test]
    fn every_line_fails_is_read() {
        let text = "\
//! Mistake: no lock.
//!
//! Fails: `lines_are_whole` with `race`.
//! Fails: `build` with `panic`.
//! May fail: `program_prints` with `deadlock`.
//! May fail: `program_prints` with `panic`.

fn f() {}";
        let fails = mistake(text, &exercise()).expect("the header is good");
        let expected = [
            ("build".to_owned(), Finding::Panic),
            ("lines_are_whole".to_owned(), Finding::Race),
        ];
        assert_eq!(fails.always, BTreeMap::from(expected));
        let perhaps = [Finding::Panic, Finding::Deadlock].map(|finding| ("program_prints".to_owned(), finding));
        assert_eq!(fails.perhaps, BTreeSet::from(perhaps));
    }

    #[test]
    fn a_header_that_proves_nothing_is_a_problem() {
        has_problem("//! Mistake: no lock.\n", "there is no line");
        has_problem("//! Fails: `lines_are_whole` with `race`.\n", "the first line");
        has_problem(
            "//! Mistake: x.\n//! Fails: `lines_are_hole` with `race`.\n",
            "is no check of `x`",
        );
        has_problem(
            "//! Mistake: x.\n//! Fails: `lines_are_whole` with `rice`.\n",
            "`rice` is no finding",
        );
        has_problem("//! Mistake: x.\n//! Fails: lines_are_whole\n", "is not of the form");
        has_problem(
            "//! Mistake: x.\n//! May fail: `program_prints` with `race`.\n",
            "there is no line",
        );
    }

    #[test]
    fn only_a_check_on_real_threads_may_fail_or_not_and_none_has_both_lines() {
        has_problem(
            "//! Mistake: x.\n//! May fail: `lines_are_whole` with `race`.\n",
            "`lines_are_whole` fails always or never",
        );
        has_problem(
            "//! Mistake: x.\n//! Fails: `program_prints` with `panic`.\n//! May fail: `program_prints` with `race`.\n",
            "`program_prints` has a line `Fails:` and a line `May fail:`",
        );
    }

    #[test]
    fn a_variant_fails_nothing() {
        assert!(variant("//! Variant: a channel.\n").is_ok());
        assert!(variant("//! Variant: a channel.\n//! Fails: `lines_are_whole` with `race`.\n").is_err());
    }
}
