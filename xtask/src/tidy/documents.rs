//! Rules for documents: a path that a document names exists.
//!
//! A path is the target of a link, or a word in backticks that begins with a folder of the repository. Patterns such as
//! `exercises/<name>` are skipped, and so are links to other sites and code blocks.

use super::{Problem, Tree};

pub(super) fn problems(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.with_end(".md") {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in outside_of_blocks(&file.text) {
            for path in named(line) {
                let is_there = tree.root.join(path).exists() || tree.root.join(folder).join(path).exists();
                if !is_there {
                    problems.push(Problem::at(
                        &file.path,
                        number,
                        format!("names `{path}`, which does not exist"),
                    ));
                }
            }
        }
    }
    problems
}

/// The lines outside of code blocks, with their numbers.
fn outside_of_blocks(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_inside = false;
    text.lines().enumerate().filter_map(move |(number, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_inside ^= is_fence;
        (!is_inside && !is_fence).then_some((number + 1, line))
    })
}

/// The paths that a line names.
fn named(line: &str) -> Vec<&str> {
    let in_backticks = line
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| begins_in_repository(word));
    let links = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#', ' ']).next());
    let paths = in_backticks.chain(links);
    paths
        .map(|path| path.trim_end_matches('/'))
        .filter(|path| is_path(path))
        .collect()
}

/// Whether a word in backticks is a path of this repository. Code may contain slashes too.
fn begins_in_repository(word: &str) -> bool {
    const TOP: [&str; 8] = [
        ".cargo/",
        ".ci/",
        "book/",
        "exercises/",
        "grader/",
        "solutions/",
        "xtask/",
        "./",
    ];
    TOP.iter().any(|top| word.starts_with(top))
}

fn is_path(word: &str) -> bool {
    let is_pattern = word.contains(['<', '>', '*', '…', '{', '$', ' ', '|']);
    let is_elsewhere = word.contains("://") || word.starts_with("mailto:");
    !word.is_empty() && !is_pattern && !is_elsewhere
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_patterns_are_not_paths() {
        assert_eq!(
            named("see `grader/src/lib.rs` and [the docs](ARCHITECTURE.md#map)"),
            ["grader/src/lib.rs", "ARCHITECTURE.md"]
        );
        assert!(named("`exercises/<name>/src`, `a/b`, [x](https://x.org/y), `solutions/*`").is_empty());
    }

    #[test]
    fn code_blocks_are_skipped() {
        let lines: Vec<_> = outside_of_blocks("one\n```\n`grader/gone`\n```\ntwo").collect();
        assert_eq!(lines, [(1, "one"), (5, "two")]);
    }
}
