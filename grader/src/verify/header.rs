//! The header of a known submission: what it is, and which checks it fails.
//!
//! ```text
//! //! Mistake: the lock is taken for each write, so lines are torn between the two.
//! //!
//! //! Fails: `every_line_is_whole` with `race`.
//! ```

use std::collections::BTreeMap;

use protocol::Finding;

use crate::exercise::Exercise;
use crate::judge::BUILD;

/// Reads the header of a mistake: the checks that it fails, and how.
pub(super) fn mistake(text: &str, exercise: &Exercise) -> Result<BTreeMap<String, Finding>, Vec<String>> {
    let mut problems = first_line(text, "Mistake: ");
    let mut fails = BTreeMap::new();
    for line in header(text).filter_map(|line| line.strip_prefix("Fails: ")) {
        match fails_line(line, exercise) {
            Ok((check, finding)) => {
                if fails.insert(check.clone(), finding).is_some() {
                    problems.push(format!("there are two lines `Fails:` for `{check}`"));
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    if fails.is_empty() && problems.is_empty() {
        problems.push("there is no line ``//! Fails: `<check>` with `<finding>`.``".to_owned());
    }
    if problems.is_empty() { Ok(fails) } else { Err(problems) }
}

/// Reads the header of a variant, which names no check.
pub(super) fn variant(text: &str) -> Result<(), Vec<String>> {
    let mut problems = first_line(text, "Variant: ");
    if header(text).any(|line| line.starts_with("Fails:")) {
        problems.push("a variant passes every check, it has no line `Fails:`".to_owned());
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

fn fails_line(line: &str, exercise: &Exercise) -> Result<(String, Finding), String> {
    let form = format!("`Fails: {line}` is not of the form ``Fails: `<check>` with `<finding>`.``");
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
    use std::path::Path;

    use super::*;

    fn exercise() -> Exercise {
        let text = r#"
            title = "t"
            order = 1
            summary = "s"
            item = [{ name = "f", signature = "pub fn f()" }]
            check = [{ name = "lines_are_whole", kind = "model", points = 10, property = "p", hints = ["a", "b", "c"] }]
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

fn f() {}";
        let fails = mistake(text, &exercise()).expect("the header is good");
        let expected = [
            ("build".to_owned(), Finding::Panic),
            ("lines_are_whole".to_owned(), Finding::Race),
        ];
        assert_eq!(fails, BTreeMap::from(expected));
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
    }

    #[test]
    fn a_variant_fails_nothing() {
        assert!(variant("//! Variant: a channel.\n").is_ok());
        assert!(variant("//! Variant: a channel.\n//! Fails: `lines_are_whole` with `race`.\n").is_err());
    }
}
