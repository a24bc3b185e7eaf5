//! Rules for every file: a purpose at the top of each source, names that say what a file holds, nothing left to do.

use super::{Problem, Tree};

/// Names that say nothing about what a file holds.
const NAMELESS: [&str; 5] = ["mod.rs", "imp.rs", "utils.rs", "helpers.rs", "common.rs"];
/// Marks of work that is not done; in two parts, so that this file does not carry them itself.
const UNDONE: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

pub(super) fn problems(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.with_end(".rs") {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        if NAMELESS.contains(&name) {
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
    for file in [".rs", ".toml", ".md"].iter().flat_map(|end| tree.with_end(end)) {
        for (number, line) in file.text.lines().enumerate() {
            let is_undone = line
                .split(|character: char| !character.is_alphanumeric())
                .any(|word| UNDONE.contains(&word));
            if is_undone && !line.contains("https://") {
                problems.push(Problem::at(
                    &file.path,
                    number + 1,
                    "work is left undone, without a link to an issue",
                ));
            }
        }
    }
    problems
}
