//! The folder of a class: what it was made for, and the reports, each in a file of its own.
//!
//! A report is there as a whole or not at all, whenever the grading ends. Only one grading writes to the folder at a
//! time, except for the parts of one class.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use grader::class::{Kept, Key};
use grader::help::Help;
use grader::share::Share;
use protocol::verdict::Report;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::kept;

/// The version of the folder; it grows with any change of what is in it.
const SCHEMA: u32 = 1;

/// What the folder was made for, in `class.json`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Purpose {
    schema: u32,
    exercises: Vec<String>,
}

/// Why a folder is not used. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error("failed to use the folder `{}`", path.display())]
    Use { path: PathBuf, source: io::Error },
    #[error("failed to begin a class in `{}`: the folder is not empty", path.display())]
    NotEmpty { path: PathBuf },
    #[error("failed to begin a class in `{}`: it holds one already", path.display())]
    Begun { path: PathBuf },
    #[error("failed to go on in `{}`: it is for {theirs}, and not for {ours}", path.display())]
    OtherExercises {
        path: PathBuf,
        theirs: String,
        ours: String,
    },
    #[error("failed to read `{}`", path.display())]
    Damaged { path: PathBuf, source: serde_json::Error },
    #[error("failed to grade into `{}`: another grading does so", path.display())]
    InUse { path: PathBuf },
}

impl Help for StoreError {
    fn help(&self) -> Option<String> {
        let help = match self {
            StoreError::Use { .. } => "name a folder that you may write to: `--out DIR`",
            StoreError::NotEmpty { .. } => "name an empty folder, or a new one: `--out DIR`",
            StoreError::Begun { .. } => {
                "add `--resume` to go on; what is graded already is not graded again. Or name another folder"
            }
            StoreError::OtherExercises { .. } => "name the same exercises, or another folder",
            StoreError::Damaged { .. } => {
                "it was not written by this command, or was changed; name another folder: `--out DIR`"
            }
            StoreError::InUse { .. } => "wait until it has ended, or end it: it goes on later with `--resume`",
        };
        Some(help.to_owned())
    }
}

/// The folder of a class.
pub(crate) struct Store {
    folder: PathBuf,
    /// Held as long as the grading lasts; the system gives it back, however it ends.
    _lock: File,
}

impl Store {
    /// The folder at `path` for a class with `exercises`, new or with what is there already if `resumes`. Each part has
    /// a lock of its own, and several parts may write to one folder.
    pub(crate) fn open(path: &Path, exercises: &[String], resumes: bool, part: Option<Share>) -> Result<Store, Error> {
        let usage = |error: StoreError| Error::Usage(Box::new(error));
        let failed = |source| {
            let path = path.to_owned();
            Error::Usage(Box::new(StoreError::Use { path, source }))
        };
        fs::create_dir_all(path).map_err(failed)?;
        let purpose = path.join("class.json");
        let ours = Purpose {
            schema: SCHEMA,
            exercises: exercises.to_vec(),
        };
        match fs::read(&purpose) {
            Ok(bytes) => {
                let theirs: Purpose = serde_json::from_slice(&bytes).map_err(|source| {
                    let path = purpose.clone();
                    usage(StoreError::Damaged { path, source })
                })?;
                if theirs != ours {
                    return Err(usage(StoreError::OtherExercises {
                        path: path.to_owned(),
                        theirs: theirs.exercises.join(", "),
                        ours: ours.exercises.join(", "),
                    }));
                }
                if !resumes && part.is_none() {
                    let path = path.to_owned();
                    return Err(usage(StoreError::Begun { path }));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Another part may begin at the same time.
                let is_ours = |name: &str| name == "reports" || name.starts_with("lock") || name.starts_with("class");
                let mut inside = path.read_dir().map_err(failed)?;
                let is_foreign = |entry: io::Result<fs::DirEntry>| {
                    entry.is_ok_and(|entry| part.is_none() || !is_ours(&entry.file_name().to_string_lossy()))
                };
                if inside.any(is_foreign) {
                    let path = path.to_owned();
                    return Err(usage(StoreError::NotEmpty { path }));
                }
                let text = serde_json::to_vec(&ours).expect("it holds only names and a number");
                kept::replace(&purpose, &text).map_err(failed)?;
            }
            Err(error) => return Err(failed(error)),
        }
        fs::create_dir_all(path.join("reports")).map_err(failed)?;
        let name = part.map_or_else(
            || "lock".to_owned(),
            |part| format!("lock-{}", part.to_string().replace('/', "-of-")),
        );
        let lock = File::create(path.join(name)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            // A cluster may take a node for lost that still works, and run its part a second time. Both write the same
            // reports.
            Err(TryLockError::WouldBlock) if part.is_some() => {}
            Err(TryLockError::WouldBlock) => {
                let path = path.to_owned();
                return Err(usage(StoreError::InUse { path }));
            }
            // Some network file systems have no locks. Reports are replaced as a whole, so nothing is lost there.
            Err(TryLockError::Error(_)) => {}
        }
        Ok(Store {
            folder: path.to_owned(),
            _lock: lock,
        })
    }

    /// The report under `key`, of a graded submission or else of one that could not be graded.
    pub(crate) fn report(&self, key: &Key) -> Option<Report> {
        let read = |path: PathBuf| serde_json::from_slice(&fs::read(path).ok()?).ok();
        read(self.file(key)).or_else(|| read(self.file_of_ungraded(key)))
    }

    /// Puts a file into the folder.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.folder.join(name);
        kept::replace(&path, bytes).map_err(|source| Error::Ungraded(Box::new(StoreError::Use { path, source })))
    }

    /// The same for one of thousands that are made of the reports.
    pub(crate) fn write_feedback(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.folder.join("feedback").join(name);
        let written = kept::replace_for_now(&path, bytes);
        written.map_err(|source| Error::Ungraded(Box::new(StoreError::Use { path, source })))
    }

    /// The path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn file(&self, key: &Key) -> PathBuf {
        self.folder.join("reports").join(format!("{key}.json"))
    }

    fn file_of_ungraded(&self, key: &Key) -> PathBuf {
        self.folder.join("reports").join(format!("{key}.ungraded.json"))
    }
}

impl Kept for Store {
    fn has(&self, key: &Key) -> bool {
        let bytes = fs::read(self.file(key));
        // A file that something else has damaged counts as none.
        bytes.is_ok_and(|bytes| serde_json::from_slice::<Report>(&bytes).is_ok())
    }

    fn keep(&self, key: &Key, report: &Report) -> io::Result<()> {
        kept::replace(&self.file(key), &serde_json::to_vec(report)?)?;
        match fs::remove_file(self.file_of_ungraded(key)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn keep_ungraded(&self, key: &Key, report: &Report) -> io::Result<()> {
        kept::replace(&self.file_of_ungraded(key), &serde_json::to_vec(report)?)
    }
}
