//! Where a student stands: the last score of each exercise, and whether the code was edited since.
//!
//! The scores are kept in `target/interleave/last.json`, which only `cargo xtask list` reads. The file may be deleted.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use grader::discover::Workspace;
use grader::exercise::Exercise;
use protocol::verdict::{self, Report};
use serde::{Deserialize, Serialize};

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
    Graded(Score),
    /// Graded, and edited since.
    EditedSince(Score),
}

/// A score that was earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Score {
    /// The points earned.
    pub(crate) score: u32,
    /// The points that could be earned.
    pub(crate) max_score: u32,
    /// A hash of the code that earned them.
    fingerprint: u64,
}

/// Keeps the score of what the student wrote, if it is known exactly. If that fails, `list` shows no score, and grading
/// goes on.
pub(crate) fn keep(workspace: &Workspace, exercise: &Exercise, report: &Report) {
    let verdict::Score::Exactly(score) = report.score() else {
        return;
    };
    let mut scores = read(workspace);
    let fingerprint = fingerprint(&sources(exercise));
    scores.insert(
        exercise.name.clone(),
        Score {
            score,
            max_score: report.max_score(),
            fingerprint,
        },
    );
    let _ = write(workspace, &scores);
}

/// Where the student stands in `exercises`, in their order.
pub(crate) fn standings(workspace: &Workspace, exercises: &[Exercise]) -> Vec<Standing> {
    let scores = read(workspace);
    let standing = |exercise: &Exercise| {
        let sources = sources(exercise);
        let n_to_do = sources.iter().map(|text| text.matches(TO_DO).count()).sum();
        // A student who has written nothing yet may have graded the stub to see what is asked.
        let score = scores
            .get(&exercise.name)
            .filter(|score| score.score > 0 || n_to_do == 0);
        match score {
            Some(score) if score.fingerprint == fingerprint(&sources) => Standing::Graded(*score),
            None if n_to_do > 0 => Standing::Stub(n_to_do),
            Some(score) => Standing::EditedSince(*score),
            None => Standing::Edited,
        }
    };
    exercises.iter().map(standing).collect()
}

fn file(workspace: &Workspace) -> PathBuf {
    workspace.root.join("target/interleave/last.json")
}

fn read(workspace: &Workspace) -> BTreeMap<String, Score> {
    let bytes = std::fs::read(file(workspace)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn write(workspace: &Workspace, scores: &BTreeMap<String, Score>) -> io::Result<()> {
    let file = file(workspace);
    let folder = file.parent().expect("the file is in a folder of `target`");
    std::fs::create_dir_all(folder)?;
    // The file is replaced as a whole, since two gradings may end at the same time.
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut new, scores)?;
    new.persist(&file)?;
    Ok(())
}

/// The texts of the student's files in the order of their paths.
fn sources(exercise: &Exercise) -> Vec<String> {
    let mut paths: Vec<PathBuf> = Vec::new();
    collect(&exercise.folder.join("src"), &mut paths);
    paths.sort();
    // The student edits the library; the program belongs to the course.
    let main = exercise.folder.join("src/main.rs");
    paths
        .iter()
        .filter(|path| **path != main)
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => collect(&path, paths),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|extension| extension == "rs") => {
                paths.push(path)
            }
            Ok(_) | Err(_) => {}
        }
    }
}

/// A hash of the code. After a collision, which has a chance of 1 in 2⁶⁴, `list` calls edited code unedited.
fn fingerprint(sources: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    sources.hash(&mut hasher);
    hasher.finish()
}
