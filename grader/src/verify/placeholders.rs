//! What the author of an exercise has still to write: `cargo xtask new` leaves a mark at each such place.
//!
//! All files of an exercise are searched, and the line about it in the README of the course. The stub has no mark,
//! since students get it as it is; there, a public item without documentation is still to be written.

use std::fs;
use std::io;
use std::path::Path;

use crate::discover::Workspace;
use crate::exercise::Exercise;

/// The mark: a word of its own, in capitals.
pub(super) const MARK: &str = "TBD";

/// How many places of a file are listed. The others are counted.
const LISTED: usize = 6;

/// Whether `text` has the mark.
pub(super) fn has_mark(text: &str) -> bool {
    text.split(|character: char| !character.is_alphanumeric())
        .any(|word| word == MARK)
}

/// The places of an exercise that are still to be written, a problem for each file.
pub(super) fn problems(workspace: &Workspace, exercise: &Exercise) -> io::Result<Vec<String>> {
    let mut problems = Vec::new();
    let stub = exercise.folder.join("src/lib.rs");
    let stub_copy = workspace.stub(exercise);
    let folders = [
        exercise.folder.clone(),
        workspace.solution_folder(exercise),
        workspace.checks_folder(exercise),
    ];
    for folder in folders {
        visit(&folder, &mut |path, text| {
            // The copy is told of by `tidy` if it differs.
            if path == stub_copy {
                return;
            }
            let mut places = marked(text);
            if path == stub {
                places.extend(undocumented(text));
                places.sort();
            }
            problems.extend(problem(&workspace.shown(path), &places));
        })?;
    }
    let readme = workspace.root.join("README.md");
    if let Ok(text) = fs::read_to_string(&readme) {
        let name = format!("`{}`", exercise.name);
        let mut places = marked(&text);
        places.retain(|(number, _)| text.lines().nth(number - 1).is_some_and(|line| line.contains(&name)));
        problems.extend(problem(&workspace.shown(&readme), &places));
    }
    Ok(problems)
}

/// A line, counted from 1, and what is to be written there.
type Place = (usize, String);

fn problem(path: &Path, places: &[Place]) -> Option<String> {
    let first = match places.len() {
        0 => return None,
        1 => "is not written yet in one place:".to_owned(),
        n => format!("is not written yet in {n} places:"),
    };
    let mut problem = format!("`{}` {first}", path.display());
    for (line, what) in places.iter().take(LISTED) {
        problem += &format!("\n      line {line}: {what}");
    }
    if places.len() > LISTED {
        let rest = places.len() - LISTED;
        problem += &format!("\n      and {rest} more; each has the word `{MARK}`");
    }
    Some(problem)
}

fn marked(text: &str) -> Vec<Place> {
    let lines = text.lines().enumerate().filter(|(_, line)| has_mark(line));
    lines
        .map(|(index, line)| (index + 1, after_mark(line).to_owned()))
        .collect()
}

/// What the mark says, or the whole line where it says nothing.
fn after_mark(line: &str) -> &str {
    let after = line.split_once(MARK).map_or("", |(_, after)| after);
    let after = after.trim_matches(|character: char| ":|\",;)]".contains(character) || character.is_whitespace());
    if after.is_empty() { line.trim() } else { after }
}

/// The public items without a comment for the student.
fn undocumented(text: &str) -> Vec<Place> {
    const ITEMS: [&str; 7] = [
        "pub fn ",
        "pub const ",
        "pub struct ",
        "pub enum ",
        "pub trait ",
        "pub type ",
        "pub static ",
    ];
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_item = |line: &str| ITEMS.iter().any(|item| line.starts_with(item));
    // Attributes and comments for nobody but the reader of the source stand between a comment and its item.
    let is_other_comment = |line: &str| line.starts_with("//") && !line.starts_with("///");
    let is_documented = |index: usize| {
        let mut above = lines[..index].iter().rev().filter(|line| !is_other_comment(line));
        let end = above.find(|line| line.starts_with("///") || line.is_empty() || line.ends_with(['{', '}', ';']));
        end.is_some_and(|line| line.starts_with("///"))
    };
    let items = lines.iter().enumerate().filter(|(_, line)| is_item(line));
    items
        .filter(|(index, _)| !is_documented(*index))
        .map(|(index, line)| (index + 1, format!("a comment for the student above `{line}`")))
        .collect()
}

/// Calls `each` with every text file below `folder`, in the order of their names.
fn visit(folder: &Path, each: &mut dyn FnMut(&Path, &str)) -> io::Result<()> {
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            visit(&path, each)?;
        } else if kind.is_file()
            && let Ok(text) = String::from_utf8(fs::read(&path)?)
        {
            each(&path, &text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_a_word_of_its_own_and_says_what_is_to_be_written() {
        let text = "# Title\n\nTBD: the rules.\nsummary = \"TBD: one line\"\n| x | TBD |\nTBDs, tbd\n";
        assert_eq!(
            marked(text),
            [
                (3, "the rules.".to_owned()),
                (4, "one line".to_owned()),
                (5, "| x | TBD |".to_owned()),
            ]
        );
    }

    #[test]
    fn a_file_with_many_marks_lists_the_first_ones() {
        let places: Vec<Place> = (1..=8).map(|line| (line, "a hint".to_owned())).collect();
        let problem = problem(Path::new("exercises/x/exercise.toml"), &places).expect("there are places");
        assert!(
            problem.starts_with("`exercises/x/exercise.toml` is not written yet in 8 places:\n      line 1: a hint\n"),
            "{problem}"
        );
        assert!(
            problem.ends_with("\n      and 2 more; each has the word `TBD`"),
            "{problem}"
        );
    }

    #[test]
    fn a_public_item_needs_a_comment_also_above_its_attributes() {
        let text = "\
//! A stub.

/// A guard.
#[must_use = \"dropping it\"]
pub struct Guard;

pub struct Lock {
    /// Given.
    pub value: u32,
}

impl Lock {
    pub fn new() -> Self {
        todo!()
    }

    /// Takes it.
    //
    // See std;
    #[expect(
        clippy::x,
        reason = \"y\"
    )]
    pub fn lock(&self) {
        todo!()
    }
    pub fn unlock(&self) {}
}
";
        let lines: Vec<usize> = undocumented(text).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [7, 13, 27]);
    }
}
