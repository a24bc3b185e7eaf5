//! The programs that mutants are made of: the solution and the variants of an exercise.

use std::fs;
use std::path::{Path, PathBuf};

use super::{MutateError, NamedMutant};
use crate::fingerprint::files_below;

/// A right program, whose files are changed one at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    /// Its name in those of its mutants: `solution`, `tickets`.
    name: String,
    /// Its files.
    pub(super) files: Vec<ProgramFile>,
}

/// A file of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProgramFile {
    /// Where it is.
    path: PathBuf,
    /// Relative to the folder of the exercise's solution: `variants/tickets.rs`.
    shown: String,
    /// Where it is in a submission: `src/lib.rs`.
    pub(super) place: String,
    /// Its text.
    pub(super) text: String,
}

impl Program {
    /// The solution in `folder` and its variants.
    pub(super) fn find_all(folder: &Path) -> Result<Vec<Program>, MutateError> {
        let mut solution = Vec::new();
        for path in rust_files_below(&folder.join("src"))? {
            let shown = relative(&path, folder);
            solution.push(file(path, shown.clone(), shown)?);
        }
        let mut programs = vec![Program {
            name: "solution".to_owned(),
            files: solution,
        }];
        for path in rust_files_below(&folder.join("variants"))? {
            let shown = relative(&path, folder);
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            programs.push(Program {
                name,
                files: vec![file(path, shown, "src/lib.rs".to_owned())?],
            });
        }
        Ok(programs)
    }

    /// The mutants of each file.
    pub(super) fn mutants(&self) -> Result<Vec<NamedMutant>, MutateError> {
        let mut all = Vec::new();
        for file in &self.files {
            let mutants = mutants::mutants(&file.text).map_err(|source| MutateError::Syntax {
                path: file.path.clone(),
                source,
            })?;
            let module = file.place.trim_start_matches("src/").trim_end_matches(".rs");
            let name = match module {
                "lib" => self.name.clone(),
                module => format!("{}/{module}", self.name),
            };
            all.extend(mutants.into_iter().map(|mutant| NamedMutant {
                name: format!("{name}:{}", mutant.place()),
                file: file.shown.clone(),
                mutant,
            }));
        }
        Ok(all)
    }

    /// The files of a mutant, with their places in a submission.
    pub(super) fn with<'a>(&'a self, mutant: &'a NamedMutant) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files.iter().map(|file| {
            let is_changed = file.shown == mutant.file;
            let text = if is_changed { &mutant.mutant.text } else { &file.text };
            (file.place.as_str(), text.as_str())
        })
    }
}

fn file(path: PathBuf, shown: String, place: String) -> Result<ProgramFile, MutateError> {
    let text = fs::read_to_string(&path).map_err(|source| MutateError::Read {
        path: path.clone(),
        source,
    })?;
    Ok(ProgramFile {
        path,
        shown,
        place,
        text,
    })
}

fn relative(path: &Path, folder: &Path) -> String {
    let relative = path.strip_prefix(folder).unwrap_or(path);
    relative.to_string_lossy().replace('\\', "/")
}

/// The `.rs` files below a folder, sorted; none where there is no such folder.
pub(super) fn rust_files_below(folder: &Path) -> Result<Vec<PathBuf>, MutateError> {
    let files = files_below(folder)?;
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    Ok(files.into_iter().filter(is_rust).collect())
}
