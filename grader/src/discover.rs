//! Finds the workspace, its exercises and the submission to grade.
//!
//! Reads names and manifests only. No file of a submission is read, and nothing is written.

use std::io;
use std::path::{Path, PathBuf};

use protocol::CheckKind;

use crate::exercise::{Exercise, ExerciseError};
use crate::help::Help;

/// The Jaro-Winkler similarity, from 0 to 1, from which on a name is suggested. A guess: it allows one or two typing
/// errors.
const MIN_SIMILARITY: f64 = 0.8;

/// The course: the root folder, which holds `exercises/`, `solutions/` and `grader/`.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The root folder, absolute and without symbolic links.
    pub root: PathBuf,
}

/// What to grade: a folder with `src/lib.rs`, or one file in place of `src/lib.rs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The path that reports show: relative to the workspace where it is inside, and as given otherwise.
    pub shown: PathBuf,
    /// Where it is.
    pub source: Source,
}

/// Where the files of a submission are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A folder with `src/lib.rs`.
    Folder(PathBuf),
    /// One file in place of `src/lib.rs`.
    File(PathBuf),
}

/// Why a workspace, an exercise or a submission was not found.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// Neither the folder nor one above it is the root of the course.
    #[error("failed to find the course at or above `{start}`", start = start.display())]
    NoWorkspace {
        /// Where the search began.
        start: PathBuf,
    },
    /// A folder of the course cannot be listed.
    #[error("failed to list `{path}`", path = path.display())]
    List {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no exercise of that name.
    #[error("failed to find the exercise `{name}`, known are {known}", known = quoted(known))]
    UnknownExercise {
        /// The name.
        name: String,
        /// The exercises that the course has.
        known: Vec<String>,
        /// An exercise with a similar name.
        similar: Option<String>,
    },
    /// The manifest of the exercise cannot be used.
    #[error("failed to read the exercise `{name}`")]
    Exercise {
        /// The exercise.
        name: String,
        /// Why.
        source: ExerciseError,
    },
    /// Nothing is at that path.
    #[error("failed to find the submission `{path}`", path = path.display())]
    NoSubmission {
        /// The path, as given.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The course was handed out without solutions.
    #[error("this copy of the course has no solution of `{exercise}`")]
    NoSolution {
        /// The exercise.
        exercise: String,
    },
    /// The folder is empty.
    #[error("failed to find a submission in `{path}`: the folder is empty", path = path.display())]
    EmptyFolder {
        /// The path, as given.
        path: PathBuf,
    },
    /// The folder has no `src/lib.rs`.
    #[error("failed to find `{file}`", file = file.display())]
    NoLibrary {
        /// The file that is missing.
        file: PathBuf,
    },
    /// The student's own file is not there.
    #[error("failed to find `{file}`, which a student edits", file = file.display())]
    NoStub {
        /// The file that is missing.
        file: PathBuf,
        /// The exercise.
        exercise: String,
    },
    /// A file is where a folder is expected, or the other way round.
    #[error("failed to use `{path}`: it is not a {expected}", path = path.display())]
    WrongKind {
        /// The path.
        path: PathBuf,
        /// What is expected there.
        expected: &'static str,
    },
}

/// `a`, `b`, `c` in backticks.
pub(crate) fn quoted<S: AsRef<str>>(names: &[S]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect::<Vec<_>>()
        .join(", ")
}

pub(crate) fn did_you_mean(similar: Option<&String>) -> Option<String> {
    similar.map(|similar| format!("did you mean `{similar}`?"))
}

/// The known name that is most similar to `name`, if any is similar.
pub(crate) fn most_similar<S: AsRef<str>>(name: &str, known: &[S]) -> Option<String> {
    let scored = known
        .iter()
        .map(|known| (strsim::jaro_winkler(name, known.as_ref()), known.as_ref()));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(score, _)| *score >= MIN_SIMILARITY)
        .map(|(_, known)| known.to_owned())
}

impl DiscoverError {
    /// Whether the caller named something that does not exist. Otherwise the course itself is broken.
    pub fn is_wrong_usage(&self) -> bool {
        match self {
            DiscoverError::NoWorkspace { .. }
            | DiscoverError::UnknownExercise { .. }
            | DiscoverError::NoSubmission { .. }
            | DiscoverError::NoSolution { .. }
            | DiscoverError::EmptyFolder { .. }
            | DiscoverError::NoLibrary { .. }
            | DiscoverError::NoStub { .. }
            | DiscoverError::WrongKind { .. } => true,
            DiscoverError::List { .. } | DiscoverError::Exercise { .. } => false,
        }
    }
}

impl Help for DiscoverError {
    fn help(&self) -> Option<String> {
        match self {
            DiscoverError::NoWorkspace { .. } => {
                Some("run the command inside the folder that holds `exercises/`".to_owned())
            }
            DiscoverError::UnknownExercise { similar, .. } => did_you_mean(similar.as_ref()),
            DiscoverError::NoSubmission { .. }
            | DiscoverError::EmptyFolder { .. }
            | DiscoverError::NoLibrary { .. } => Some("give a folder with `src/lib.rs`, or one `.rs` file".to_owned()),
            DiscoverError::NoSolution { .. } => Some("ask whoever gave you the course".to_owned()),
            DiscoverError::NoStub { exercise, .. } => {
                Some(format!("`cargo xtask reset {exercise}` brings the stub back"))
            }
            DiscoverError::List { .. } | DiscoverError::Exercise { .. } | DiscoverError::WrongKind { .. } => None,
        }
    }
}

impl Workspace {
    /// The workspace that `start` is in.
    ///
    /// # Errors
    ///
    /// When neither `start` nor a folder above it is one.
    pub fn find_from(start: &Path) -> Result<Workspace, DiscoverError> {
        let absolute = start.canonicalize().unwrap_or_else(|_| start.to_owned());
        let is_root = |folder: &&Path| folder.join("exercises").is_dir() && folder.join("grader/checks").is_dir();
        match absolute.ancestors().find(is_root) {
            Some(root) => Ok(Workspace { root: root.to_owned() }),
            None => Err(DiscoverError::NoWorkspace {
                start: start.to_owned(),
            }),
        }
    }

    /// All exercises, in the order of the course.
    ///
    /// # Errors
    ///
    /// When they cannot be listed, or a manifest cannot be used.
    pub fn exercises(&self) -> Result<Vec<Exercise>, DiscoverError> {
        let mut exercises = Vec::new();
        for name in self.exercise_names()? {
            exercises.push(self.read(name)?);
        }
        exercises.sort_by(|a, b| (a.part, a.order, &a.name).cmp(&(b.part, b.order, &b.name)));
        Ok(exercises)
    }

    /// The exercise of that name.
    ///
    /// # Errors
    ///
    /// When there is none; the error lists the exercises that exist.
    pub fn exercise(&self, name: &str) -> Result<Exercise, DiscoverError> {
        let known = self.exercise_names()?;
        if known.iter().any(|known| known == name) {
            return self.read(name.to_owned());
        }
        let similar = most_similar(name, &known);
        Err(DiscoverError::UnknownExercise {
            name: name.to_owned(),
            known,
            similar,
        })
    }

    /// The folder with everything that the checks of an exercise need: check programs, support library, snapshots.
    pub fn checks_folder(&self, exercise: &Exercise) -> PathBuf {
        self.root.join("grader/checks").join(&exercise.name)
    }

    /// The folder with the texts that the output of the exercise's program is compared with.
    pub fn snapshots_folder(&self, exercise: &Exercise) -> PathBuf {
        self.checks_folder(exercise).join("snapshots")
    }

    /// The main file of the check program over interleavings, if the exercise has one.
    pub fn model_checks(&self, exercise: &Exercise) -> Option<PathBuf> {
        let has_any = exercise.has_check_of(&[CheckKind::Model]);
        has_any.then(|| self.checks_folder(exercise).join("model/src/main.rs"))
    }

    /// The main file of the check program on the real `std`, if the exercise has one. It is a package of its own,
    /// because a package can link only one `std`.
    pub fn real_checks(&self, exercise: &Exercise) -> Option<PathBuf> {
        let has_any = exercise.has_check_of(&[CheckKind::Service, CheckKind::Speed]);
        has_any.then(|| self.checks_folder(exercise).join("real/src/main.rs"))
    }

    /// The stub of an exercise, as it was handed out.
    pub fn stub(&self, exercise: &Exercise) -> PathBuf {
        self.checks_folder(exercise).join("stub.rs")
    }

    /// The folder with the solution of an exercise. Students do not get it.
    pub fn solution_folder(&self, exercise: &Exercise) -> PathBuf {
        self.root.join("solutions").join(&exercise.name)
    }

    /// The path that reports show: relative to the workspace where it is inside.
    pub fn shown(&self, path: &Path) -> PathBuf {
        let absolute = without_links_above(path).unwrap_or_else(|_| path.to_owned());
        absolute
            .strip_prefix(&self.root)
            .map_or_else(|_| path.to_owned(), Path::to_owned)
    }

    fn read(&self, name: String) -> Result<Exercise, DiscoverError> {
        let exercise = Exercise::read(&self.root.join("exercises").join(&name));
        exercise.map_err(|source| DiscoverError::Exercise { name, source })
    }

    fn exercise_names(&self) -> Result<Vec<String>, DiscoverError> {
        let folder = self.root.join("exercises");
        let names = folder_names(&folder).map_err(|source| DiscoverError::List { path: folder, source })?;
        Ok(names)
    }
}

/// The names of the folders in a folder, sorted, without hidden ones.
fn folder_names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in folder.read_dir()? {
        let entry = entry?;
        if let Ok(name) = entry.file_name().into_string()
            && !name.starts_with('.')
            && entry.file_type()?.is_dir()
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

impl Submission {
    /// What the student wrote in the exercise's own folder.
    ///
    /// # Errors
    ///
    /// When there is no `src/lib.rs`.
    pub fn student(workspace: &Workspace, exercise: &Exercise) -> Result<Submission, DiscoverError> {
        Submission::find(workspace, &exercise.folder).map_err(|error| match error {
            DiscoverError::NoLibrary { file } => DiscoverError::NoStub {
                exercise: exercise.name.clone(),
                file,
            },
            other => other,
        })
    }

    /// The reference solution.
    ///
    /// # Errors
    ///
    /// When there is none, as in what students get.
    pub fn solution(workspace: &Workspace, exercise: &Exercise) -> Result<Submission, DiscoverError> {
        let folder = workspace.solution_folder(exercise);
        if !folder.exists() {
            let exercise = exercise.name.clone();
            return Err(DiscoverError::NoSolution { exercise });
        }
        Submission::find(workspace, &folder)
    }

    /// The submission at `path`: a folder with `src/lib.rs`, or one `.rs` file in its place.
    ///
    /// # Errors
    ///
    /// When neither is at `path`.
    pub fn at(path: &Path, exercise: &Exercise) -> Result<Submission, DiscoverError> {
        let root = exercise.folder.ancestors().nth(2).unwrap_or(&exercise.folder);
        Submission::find(&Workspace { root: root.to_owned() }, path)
    }

    /// The same submission with paths that do not tell where it lies: those inside of it. One file is `src/lib.rs`.
    #[must_use]
    pub fn without_place(self) -> Submission {
        let shown = match &self.source {
            Source::Folder(_) => PathBuf::new(),
            Source::File(_) => PathBuf::from("src/lib.rs"),
        };
        Submission { shown, ..self }
    }

    /// Its path inside the course, if it is there.
    pub fn inside<'a>(&'a self, workspace: &Workspace) -> Option<&'a Path> {
        let (Source::Folder(path) | Source::File(path)) = &self.source;
        path.strip_prefix(&workspace.root).ok()
    }

    fn find(workspace: &Workspace, path: &Path) -> Result<Submission, DiscoverError> {
        let no_submission = |source| DiscoverError::NoSubmission {
            path: path.to_owned(),
            source,
        };
        let absolute = without_links_above(path).map_err(no_submission)?;
        let kind = absolute.metadata().map_err(no_submission)?;
        let shown = workspace.shown(path);
        if kind.is_dir() {
            look_for_library(path)?;
            return Ok(Submission {
                shown,
                source: Source::Folder(absolute),
            });
        }
        let is_rust = absolute.extension().is_some_and(|extension| extension == "rs");
        if kind.is_file() && is_rust {
            return Ok(Submission {
                shown,
                source: Source::File(absolute),
            });
        }
        Err(DiscoverError::WrongKind {
            path: path.to_owned(),
            expected: "folder with `src/lib.rs`, nor a `.rs` file",
        })
    }
}

/// The absolute path in which only the last name may be a link, which the intake stage refuses.
fn without_links_above(path: &Path) -> io::Result<PathBuf> {
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => {
            let parent = if parent.as_os_str().is_empty() {
                Path::new(".")
            } else {
                parent
            };
            Ok(parent.canonicalize()?.join(name))
        }
        // It ends in `..`, or is the root folder.
        _ => path.canonicalize(),
    }
}

/// Checks that `src/lib.rs` is there. A symbolic link is accepted here, and refused by the intake stage.
fn look_for_library(folder: &Path) -> Result<(), DiscoverError> {
    let src = folder.join("src");
    let file = src.join("lib.rs");
    let is_empty = folder.read_dir().is_ok_and(|mut entries| entries.next().is_none());
    if is_empty {
        return Err(DiscoverError::EmptyFolder {
            path: folder.to_owned(),
        });
    }
    match src.symlink_metadata() {
        Ok(kind) if kind.is_file() => {
            return Err(DiscoverError::WrongKind {
                path: src,
                expected: "folder",
            });
        }
        Ok(kind) if kind.is_symlink() => return Ok(()),
        Ok(_) | Err(_) => {}
    }
    match file.symlink_metadata() {
        Ok(kind) if kind.is_dir() => Err(DiscoverError::WrongKind {
            path: file,
            expected: "file",
        }),
        Ok(_) => Ok(()),
        Err(_) => Err(DiscoverError::NoLibrary { file }),
    }
}
