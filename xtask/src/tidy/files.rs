//! Rules for every file: a purpose at the top of each source, a name that says what the file holds, no unfinished work,
//! no line that is too long.

use super::{Problem, Tree};

/// Names that say nothing about what a file holds.
const VAGUE_NAMES: [&str; 5] = ["mod.rs", "imp.rs", "utils.rs", "helpers.rs", "common.rs"];
/// Marks of unfinished work, each in two parts so that this file does not contain it.
const UNFINISHED: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

/// As `max_width` in rustfmt.toml. Rustfmt leaves a statement alone that holds a longer text, and says nothing.
const MAX_WIDTH: usize = 120;

pub(super) fn problems(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.with_end(".rs") {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        if VAGUE_NAMES.contains(&name) {
            problems.push(Problem::new(
                &file.path,
                format!("`{name}` does not say what the file holds"),
            ));
        }
        if !file.text.starts_with("//! ") {
            problems.push(Problem::new(
                &file.path,
                "does not open with `//!` and a sentence of purpose",
            ));
        }
    }
    for file in tree.with_end(".rs") {
        for (number, line) in file.text.lines().enumerate() {
            if line.chars().count() > MAX_WIDTH && !is_expected_text(&file.path, line) {
                let what = format!("is longer than {MAX_WIDTH} characters");
                problems.push(Problem::at(&file.path, number + 1, what));
            }
        }
    }
    for file in [".rs", ".toml", ".md"].iter().flat_map(|end| tree.with_end(end)) {
        for (number, line) in file.text.lines().enumerate() {
            let is_unfinished = line
                .split(|character: char| !character.is_alphanumeric())
                .any(|word| UNFINISHED.contains(&word));
            if is_unfinished && !line.contains("https://") {
                problems.push(Problem::at(
                    &file.path,
                    number + 1,
                    "marks unfinished work without a link to an issue",
                ));
            }
        }
    }
    problems
}

/// Whether a line of a test may be part of a text that a program is expected to print, which cannot be broken.
fn is_expected_text(path: &str, line: &str) -> bool {
    let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
    is_test && !line.trim_start().starts_with("//")
}
