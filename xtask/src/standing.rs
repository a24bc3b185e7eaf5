//! Where a student stands: for each exercise the last score, the code that earned it, and the hints for what failed.
//!
//! It is kept in `.interleave/`, a file an exercise, so that updates of the course and `cargo clean` leave it alone. It
//! is there for the student only and may be deleted: no grading reads it. A file that cannot be read is told, and kept
//! under another name before it is replaced.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use grader::discover::Workspace;
use grader::exercise::Exercise;
use grader::help::Help;
use protocol::verdict::{self, CheckVerdict, Report, Verdict};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::console::Console;
use crate::error::Error;
use crate::kept;

/// What a stub contains where something is to be written.
const TO_DO: &str = concat!("todo", "!(");

/// Where a student stands in one exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// How many items are still as they were handed out.
    Stub(usize),
    /// Written, and not graded yet.
    Edited,
    /// Graded, and not edited since.
    Graded(Record),
    /// Graded, and edited since.
    EditedSince(Record),
}

/// What is kept of the last grading of an exercise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The points earned.
    pub(crate) score: u32,
    /// The points that could be earned.
    pub(crate) max_score: u32,
    /// The code that earned them.
    pub(crate) fingerprint: Fingerprint,
    /// What failed, as far as there are hints for it.
    pub(crate) cause: Option<Cause>,
}

/// What failed, and the hints for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cause {
    /// The check.
    pub(crate) check: String,
    /// How it failed.
    pub(crate) finding: String,
    /// Its hints, step by step.
    pub(crate) hints: Vec<String>,
    /// How many of them the student has seen.
    pub(crate) n_seen: usize,
}

/// Stands for the code of a submission: two that differ have different ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Fingerprint(String);

/// Why something of `.interleave/` could not be used.
#[derive(Debug, thiserror::Error)]
enum StandingError {
    /// It is damaged, or of another version.
    #[error("failed to understand `{path}`, which tells where you stand", path = path.display())]
    Damaged {
        path: PathBuf,
        kept: Option<PathBuf>,
        source: serde_json::Error,
    },
    #[error("failed to read `{path}`, which tells where you stand", path = path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("failed to write `{path}`, which tells where you stand", path = path.display())]
    Write { path: PathBuf, source: io::Error },
}

impl Help for StandingError {
    fn help(&self) -> Option<String> {
        Some(match self {
            StandingError::Damaged { kept: Some(kept), .. } => format!(
                "it is kept as `{}`; grade the exercise again to see where you stand",
                kept.display()
            ),
            StandingError::Damaged { kept: None, .. } => "move it away, and grade the exercise again".to_owned(),
            StandingError::Read { .. } => "let yourself read it, or delete it and grade the exercise again".to_owned(),
            StandingError::Write { .. } => {
                "grading works without it, but `list` and `hint` will not know this score".to_owned()
            }
        })
    }
}

impl Record {
    /// Whether every check passed.
    pub(crate) fn is_full(&self) -> bool {
        self.score == self.max_score
    }

    /// What to keep of a report on the code that `fingerprint` stands for, if its score is known exactly. What was seen
    /// of the hints stays seen while the same check fails in the same way.
    fn of(report: &Report, fingerprint: &Fingerprint, before: Option<Record>) -> Option<Record> {
        let verdict::Score::Exactly(score) = report.score() else {
            return None;
        };
        let mut cause = report::told_at(report).into_iter().find_map(Cause::of);
        if let (Some(cause), Some(before)) = (&mut cause, before.and_then(|before| before.cause))
            && (&cause.check, &cause.finding) == (&before.check, &before.finding)
        {
            cause.n_seen = before.n_seen.min(cause.hints.len());
        }
        Some(Record {
            score,
            max_score: report.max_score(),
            fingerprint: fingerprint.clone(),
            cause,
        })
    }
}

impl Cause {
    fn of(check: &CheckVerdict) -> Option<Cause> {
        match &check.verdict {
            Verdict::Failed(failure) if !check.hints.is_empty() => Some(Cause {
                check: check.name.clone(),
                finding: failure.finding.to_string(),
                hints: check.hints.clone(),
                n_seen: 0,
            }),
            Verdict::Failed(_) | Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => None,
        }
    }
}

/// Where a student stands in the exercises of a course.
pub(crate) struct Standings<'a> {
    workspace: &'a Workspace,
    console: &'a Console,
    /// The files of which the student was told that they cannot be used.
    told: RefCell<BTreeSet<PathBuf>>,
}

impl<'a> Standings<'a> {
    /// The standings in the course `workspace`. The console tells what cannot be read or written.
    pub(crate) fn new(workspace: &'a Workspace, console: &'a Console) -> Self {
        Self {
            workspace,
            console,
            told: RefCell::new(BTreeSet::new()),
        }
    }

    /// Where the student stands in `exercise`.
    pub(crate) fn standing(&self, exercise: &Exercise) -> Standing {
        let sources = sources(exercise);
        let n_to_do = sources.iter().map(|(_, text)| count(text, TO_DO)).sum();
        // A student who has written nothing yet may have graded the stub to see what is asked, or brought it back.
        let is_stub =
            fs::read(self.workspace.stub(exercise)).is_ok_and(|stub| sources.iter().any(|(_, text)| *text == stub));
        let record = self
            .record(&exercise.name)
            .filter(|record| !is_stub && (record.score > 0 || n_to_do == 0));
        match record {
            Some(record) if record.fingerprint == Fingerprint::of_sources(&sources) => Standing::Graded(record),
            None if n_to_do > 0 => Standing::Stub(n_to_do),
            Some(record) => Standing::EditedSince(record),
            None => Standing::Edited,
        }
    }

    /// Whether `exercise` passed when it was last graded.
    pub(crate) fn has_passed(&self, exercise: &Exercise) -> bool {
        self.record(&exercise.name).is_some_and(|record| record.is_full())
    }

    /// What is kept of the last grading of an exercise.
    pub(crate) fn record(&self, exercise: &str) -> Option<Record> {
        let path = self.file(exercise);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(source) => {
                self.tell_once(
                    &path,
                    StandingError::Read {
                        path: self.workspace.shown(&path),
                        source,
                    },
                );
                return None;
            }
        };
        match serde_json::from_slice(&bytes) {
            Ok(record) => Some(record),
            Err(source) => {
                let kept = kept::aside(&path, &bytes).ok().map(|kept| self.workspace.shown(&kept));
                if kept.is_some() {
                    // It cannot be read the next time either.
                    let _ = fs::remove_file(&path);
                }
                self.tell_once(
                    &path,
                    StandingError::Damaged {
                        path: self.workspace.shown(&path),
                        kept,
                        source,
                    },
                );
                None
            }
        }
    }

    /// Keeps what `report` says about the code that `fingerprint` stands for.
    pub(crate) fn keep(&self, report: &Report, fingerprint: &Fingerprint) -> Option<Record> {
        let record = Record::of(report, fingerprint, self.record(&report.exercise))?;
        self.write(&report.exercise, &record);
        Some(record)
    }

    /// Replaces what is kept of an exercise.
    pub(crate) fn write(&self, exercise: &str, record: &Record) {
        let json = serde_json::to_vec_pretty(record).expect("a record is numbers and texts");
        self.replace(&self.file(exercise), &json);
    }

    /// The exercise that the student went to.
    pub(crate) fn chosen(&self) -> Option<String> {
        let name = fs::read_to_string(self.chosen_file()).ok()?;
        Some(name.trim_end().to_owned())
    }

    /// Remembers the exercise that the student goes to.
    pub(crate) fn choose(&self, exercise: &str) {
        self.replace(&self.chosen_file(), format!("{exercise}\n").as_bytes());
    }

    fn folder(&self) -> PathBuf {
        self.workspace.root.join(".interleave")
    }

    fn file(&self, exercise: &str) -> PathBuf {
        self.folder().join("standing").join(format!("{exercise}.json"))
    }

    fn chosen_file(&self) -> PathBuf {
        self.folder().join("current")
    }

    fn replace(&self, path: &Path, bytes: &[u8]) {
        // A file that is there and cannot be read is not replaced.
        if self.told.borrow().contains(path) && path.exists() {
            return;
        }
        if let Err(source) = kept::replace(path, bytes) {
            self.tell_once(
                path,
                StandingError::Write {
                    path: self.workspace.shown(path),
                    source,
                },
            );
        }
    }

    fn tell_once(&self, path: &Path, error: StandingError) {
        if self.told.borrow_mut().insert(path.to_owned()) {
            self.console.warning(&Error::Ungraded(Box::new(error)));
        }
    }
}

impl Fingerprint {
    /// That of what the student wrote for `exercise`.
    pub(crate) fn of(exercise: &Exercise) -> Self {
        Fingerprint::of_sources(&sources(exercise))
    }

    /// The hash is the same with every compiler, since it outlives updates of the course.
    fn of_sources(sources: &[(PathBuf, Vec<u8>)]) -> Self {
        let mut hasher = Sha256::new();
        for (path, text) in sources {
            for part in [path.to_string_lossy().as_bytes(), text] {
                hasher.update((part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
        }
        let digest = hasher.finalize();
        Fingerprint(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// The student's files, in the order of their paths: what a grading takes of the exercise's folder. The program belongs
/// to the course.
pub(crate) fn source_files(exercise: &Exercise) -> Vec<PathBuf> {
    let src = exercise.folder.join("src");
    let mut paths: Vec<PathBuf> = Vec::new();
    collect(&src, &mut paths);
    paths.sort();
    let main = src.join("main.rs");
    paths.retain(|path| *path != main);
    paths
}

/// Whether the student has written nothing for `exercise` yet.
pub(crate) fn is_as_handed_out(workspace: &Workspace, exercise: &Exercise) -> bool {
    let stub = fs::read(workspace.stub(exercise));
    matches!((stub, &sources(exercise)[..]), (Ok(stub), [(_, text)]) if stub == *text)
}

/// The paths inside the exercise's folder, and the texts.
fn sources(exercise: &Exercise) -> Vec<(PathBuf, Vec<u8>)> {
    let read = |path: PathBuf| {
        let text = fs::read(&path).ok()?;
        let inside = path.strip_prefix(&exercise.folder).unwrap_or(&path);
        Some((inside.to_owned(), text))
    };
    source_files(exercise).into_iter().filter_map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let path = entry.path();
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !is_hidden => collect(&path, paths),
            Ok(_) if !is_hidden && path.extension().is_some_and(|extension| extension == "rs") => paths.push(path),
            Ok(_) | Err(_) => {}
        }
    }
}

/// How often `text` contains `word`.
fn count(text: &[u8], word: &str) -> usize {
    String::from_utf8_lossy(text).matches(word).count()
}
