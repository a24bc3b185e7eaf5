//! Grades many submissions side by side, and each content only once.
//!
//! What is graded is told by a [`Key`]: a hash of the submission's source files and of everything else that the report
//! depends on. A report that is kept under the key is not made again, so a grading that was ended at any moment goes on
//! where it was, equal submissions cost as much as one, and a change of one exercise repeats only that exercise.
//!
//! A grading in which the grader could not do its work is repeated once, when everything else is done. It is never
//! kept.

mod archive;
mod entries;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use protocol::verdict::{Report, Verdict};
use sha2::{Digest, Sha256};

use crate::discover::{Submission, Workspace};
use crate::event::Event;
use crate::exercise::Exercise;
use crate::fingerprint::{Unreadable, fingerprint};
use crate::grade::{Batch, Cancelled, Options};
use crate::help::Help;
use crate::intake;
use crate::libraries::LibrariesError;
use crate::parallel;

pub use self::archive::Unpacked;
pub use self::entries::{Entries, EntriesError, HandedIn, IdRule, What, find};

/// A submission of a class.
#[derive(Debug, Clone)]
pub struct Member<'a> {
    /// The exercise.
    pub exercise: &'a Exercise,
    /// What was handed in for it.
    pub submission: Submission,
}

/// What the report on a submission is kept under. Equal keys have equal reports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    name: String,
    /// Whether it tells the content. What cannot be read has no content, and is looked at again each time.
    is_of_content: bool,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Where reports are kept.
pub trait Kept: Sync {
    /// Whether there is a report on a graded submission under `key`.
    fn has(&self, key: &Key) -> bool;

    /// Keeps `report` under `key`, as a whole or not at all.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    fn keep(&self, key: &Key, report: &Report) -> io::Result<()>;

    /// Keeps the report of a grading that failed through no fault of the submission. [`Kept::has`] does not count it.
    ///
    /// # Errors
    ///
    /// As [`Kept::keep`].
    fn keep_ungraded(&self, key: &Key, report: &Report) -> io::Result<()>;
}

/// Why the submissions were not all graded. What was graded before is kept.
#[derive(Debug, thiserror::Error)]
pub enum ClassError {
    /// A file of the grader cannot be read.
    #[error("failed to read `{path}`", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A report cannot be kept.
    #[error("failed to keep the report on `{submission}`", submission = submission.display())]
    Keep {
        /// The submission, as given.
        submission: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody asked to stop.
    #[error("failed to grade the class: stopped")]
    Cancelled,
}

impl Help for ClassError {
    fn help(&self) -> Option<String> {
        match self {
            ClassError::Keep { .. } => Some(
                "make room, and run the same command with `--resume`: what is graded already is not graded again"
                    .to_owned(),
            ),
            ClassError::Read { .. } | ClassError::Cancelled => None,
        }
    }
}

impl From<Cancelled> for ClassError {
    fn from(Cancelled: Cancelled) -> Self {
        ClassError::Cancelled
    }
}

impl From<Unreadable> for ClassError {
    fn from(Unreadable { path, source }: Unreadable) -> Self {
        ClassError::Read { path, source }
    }
}

/// What the submissions of a class are graded with.
struct Grader<'a> {
    batch: Batch<'a>,
    /// By exercise: what its reports depend on beside the submission.
    fingerprints: BTreeMap<&'a str, u64>,
    kept: &'a dyn Kept,
    events: &'a (dyn Fn(Event) + Sync),
}

/// Grades `members`, several side by side, as far as `kept` has no report on them. Returns under which key the report
/// on each of them is kept.
///
/// # Errors
///
/// When a report cannot be kept, a file of the grader cannot be read, or somebody asked to stop.
pub fn grade_class(
    workspace: &Workspace,
    members: &[Member<'_>],
    kept: &dyn Kept,
    options: &Options,
    events: &(dyn Fn(Event) + Sync),
) -> Result<Vec<Key>, ClassError> {
    let grader = Grader::new(workspace, members, kept, options, events)?;
    let keys: Vec<Key> = members.iter().map(|member| grader.key(member)).collect();
    let mut seen = BTreeSet::new();
    let is_kept = |key: &Key| key.is_of_content && kept.has(key);
    let mut to_grade: Vec<ToGrade<'_>> = Vec::new();
    for (index, (member, key)) in members.iter().zip(&keys).enumerate() {
        if !is_kept(key) && seen.insert(key) {
            to_grade.push(ToGrade { index, member, key });
        }
    }
    events(Event::ClassSelected {
        n_to_grade: to_grade.len(),
    });
    let is_over = AtomicBool::new(false);
    let graded = parallel::map(
        &to_grade,
        parallel::submissions_at_once(options.workers),
        |submission| {
            // Relaxed: it only has to be seen some time.
            if is_over.load(Ordering::Relaxed) {
                return Err(ClassError::Cancelled);
            }
            let outcome = grader.grade(submission, Attempt::First);
            is_over.fetch_or(outcome.is_err(), Ordering::Relaxed);
            outcome
        },
    );
    let mut again = Vec::new();
    let mut stopped = None;
    for (outcome, submission) in graded.into_iter().zip(&to_grade) {
        match outcome {
            Ok(Outcome::Graded) => {}
            Ok(Outcome::Ungraded) => again.push(submission),
            // Most were stopped because one has failed: that one tells why.
            Err(ClassError::Cancelled) => drop(stopped.get_or_insert(ClassError::Cancelled)),
            Err(error) => return Err(error),
        }
    }
    if let Some(error) = stopped {
        return Err(error);
    }
    // Nothing else runs now, so a machine that was too busy is less so.
    for submission in again {
        grader.grade(submission, Attempt::Last)?;
    }
    Ok(keys)
}

/// A submission of which no report is kept, and none is equal among those before it.
struct ToGrade<'a> {
    /// Its place among all of them.
    index: usize,
    member: &'a Member<'a>,
    key: &'a Key,
}

/// Which attempt to grade a submission this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    First,
    Last,
}

/// Whether the grader could do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Graded,
    Ungraded,
}

impl<'a> Grader<'a> {
    fn new(
        workspace: &'a Workspace,
        members: &[Member<'a>],
        kept: &'a dyn Kept,
        options: &Options,
        events: &'a (dyn Fn(Event) + Sync),
    ) -> Result<Self, ClassError> {
        let batch = Batch::new(workspace, members.iter().map(|member| member.exercise), options, events);
        let mut fingerprints = BTreeMap::new();
        for Member { exercise, .. } in members {
            let exercise: &'a Exercise = exercise;
            if fingerprints.contains_key(exercise.name.as_str()) {
                continue;
            }
            let fingerprint = match batch.libraries(exercise) {
                Ok(libraries) => fingerprint(workspace, exercise, libraries)?,
                Err(LibrariesError::Cancelled) => return Err(ClassError::Cancelled),
                // Nothing will be graded, so nothing will be kept.
                Err(_) => 0,
            };
            fingerprints.insert(exercise.name.as_str(), fingerprint);
        }
        Ok(Self {
            batch,
            fingerprints,
            kept,
            events,
        })
    }

    fn key(&self, member: &Member<'_>) -> Key {
        let mut hasher = Sha256::new();
        let mut add = |part: &[u8]| {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        };
        let fingerprint = self.fingerprints[member.exercise.name.as_str()];
        add(member.exercise.name.as_bytes());
        add(&fingerprint.to_le_bytes());
        let files = intake::collect(&member.submission);
        let is_of_content = files.is_ok();
        match &files {
            Ok((_, files)) => {
                for file in files {
                    add(file.path.as_bytes());
                    add(&file.bytes);
                }
            }
            Err(_) => add(format!("{:?}", member.submission.source).as_bytes()),
        }
        let digest = hasher.finalize();
        Key {
            // Half of it: no two of a million submissions have the same by chance.
            name: digest[..16].iter().map(|byte| format!("{byte:02x}")).collect(),
            is_of_content,
        }
    }

    fn grade(&self, to_grade: &ToGrade<'_>, attempt: Attempt) -> Result<Outcome, ClassError> {
        let ToGrade { index, member, key } = *to_grade;
        let start = Instant::now();
        let submission = member.submission.clone().without_place();
        let report = self.batch.grade(member.exercise, &submission)?;
        let is_ungraded = |verdict: &Verdict| matches!(verdict, Verdict::Ungraded { .. });
        let outcome = if report.checks.iter().any(|check| is_ungraded(&check.verdict)) {
            Outcome::Ungraded
        } else {
            Outcome::Graded
        };
        let kept = match (outcome, attempt) {
            (Outcome::Graded, _) => self.kept.keep(key, &report),
            (Outcome::Ungraded, Attempt::Last) => self.kept.keep_ungraded(key, &report),
            (Outcome::Ungraded, Attempt::First) => return Ok(outcome),
        };
        kept.map_err(|source| ClassError::Keep {
            submission: member.submission.shown.clone(),
            source,
        })?;
        let elapsed = start.elapsed();
        (self.events)(Event::ClassMemberFinished { index, elapsed });
        Ok(outcome)
    }
}
