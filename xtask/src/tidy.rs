//! `cargo xtask tidy`: the rules of the repository, all problems at once.
//!
//! Reads files and changes none. Folders named `testdata` are skipped: their files are wrong on purpose.

mod boundaries;
mod documents;
mod files;
mod manifests;

use std::io;
use std::path::{Path, PathBuf};

use grader::discover::Workspace;
use report::escape::counted;
use report::text::{Line, Text, Tone};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::named::current_dir;

/// The files of the repository.
struct Tree {
    root: PathBuf,
    files: Vec<File>,
}

/// A text file of the repository.
struct File {
    /// Relative to the root, with forward slashes.
    path: String,
    text: String,
}

/// A rule that does not hold.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    path: String,
    /// The line, counted from 1, if the problem lies in one.
    line: Option<usize>,
    what: String,
}

impl Problem {
    fn new(path: &str, what: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: None,
            what: what.into(),
        }
    }

    fn at(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::new(path, what)
        }
    }
}

/// Checks all rules.
pub(crate) fn run(console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let tree = Tree::read(&workspace.root)
        .map_err(|error| Error::failed(format!("failed to read the repository: {error}")))?;
    let mut problems = problems(&tree);
    problems.sort();
    console.print(report(&problems, tree.files.len(), console.columns()))?;
    Ok(if problems.is_empty() {
        ExitCode::Passed
    } else {
        ExitCode::Failed
    })
}

fn problems(tree: &Tree) -> Vec<Problem> {
    let mut problems = files::problems(tree);
    problems.extend(manifests::problems(tree));
    problems.extend(documents::problems(tree));
    problems.extend(boundaries::problems(tree));
    problems
}

fn report(problems: &[Problem], n_files: usize, columns: usize) -> Text {
    let mut text = Text::new();
    for Problem { path, line, what } in problems {
        let line = line.map_or(String::new(), |line| format!(":{line}"));
        text.hanging(
            Line::new()
                .with(Tone::Strong, format!("{path}{line}"))
                .with(Tone::Plain, ": "),
            Tone::Plain,
            what,
            columns.max(200),
        );
    }
    text.push(match problems.len() {
        0 => Line::new().with(Tone::Good, format!("{} in order", counted(n_files as u64, "file"))),
        n => Line::new().with(Tone::Bad, counted(n as u64, "problem")),
    });
    text
}

impl Tree {
    fn read(root: &Path) -> io::Result<Tree> {
        let mut files = Vec::new();
        collect(root, root, &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Tree {
            root: root.to_owned(),
            files,
        })
    }

    /// The files whose paths end with `end`.
    fn with_end(&self, end: &'static str) -> impl Iterator<Item = &File> {
        self.files.iter().filter(move |file| file.path.ends_with(end))
    }

    fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The names of the folders in `folder` that hold files, sorted.
    fn folders(&self, folder: &str) -> Vec<&str> {
        let below = |file: &'_ File| -> Option<(usize, usize)> {
            let rest = file.path.strip_prefix(folder)?.strip_prefix('/')?;
            let end = rest.find('/')?;
            Some((file.path.len() - rest.len(), end))
        };
        let mut names: Vec<&str> = self
            .files
            .iter()
            .filter_map(|file| below(file).map(|(start, length)| &file.path[start..start + length]))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The hidden folders that are checked; the others belong to tools.
const CHECKED_HIDDEN: [&str; 3] = [".cargo", ".ci", ".github"];
/// Folders that are skipped: what is built, and what is wrong on purpose.
const SKIPPED: [&str; 2] = ["target", "testdata"];

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_skipped =
            (name.starts_with('.') && !CHECKED_HIDDEN.contains(&name.as_str())) || SKIPPED.contains(&name.as_str());
        let kind = entry.file_type()?;
        if kind.is_dir() && !is_skipped {
            collect(root, &entry.path(), files)?;
        } else if kind.is_file() {
            let path = entry.path();
            let relative = path.strip_prefix(root).expect("a folder's entries are below it");
            let path = relative.to_string_lossy().replace('\\', "/");
            // There are no rules for files that are not text.
            if let Ok(text) = String::from_utf8(std::fs::read(entry.path())?) {
                files.push(File { path, text });
            }
        }
    }
    Ok(())
}
