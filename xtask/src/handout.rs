//! `cargo xtask handout DIR`: makes what students get: the course without solutions, mistakes and tests.
//!
//! The files depend on the course alone, so two handouts of one course are equal byte for byte. They are put together
//! in a folder below `target/`, are built and graded there, and come to `DIR` all at once. So nothing is at `DIR`, or
//! the whole of it.

mod contents;
mod trial;

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

use grader::discover::Workspace;
use grader::exercise::Exercise;
use grader::help::Help;
use report::escape::counted;
use report::text::{Line, Text, Tone};
use sandbox::modes;

use self::contents::Contents;
use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::HandoutFlags;
use crate::named::current_dir;
use crate::{for_authors, interrupt};

/// Why there is no handout. The folder that was named is as it was.
#[derive(Debug, thiserror::Error)]
enum HandoutError {
    #[error("failed to make a handout in `{path}`: the folder is not empty", path = path.display())]
    NotEmpty { path: PathBuf },
    #[error("failed to make a handout in `{path}`: it is not a folder", path = path.display())]
    NoFolder { path: PathBuf },
    #[error("failed to make a handout in `{path}`: it is inside of the course", path = path.display())]
    Inside { path: PathBuf },
    #[error("failed to write the handout `{path}`", path = path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("failed to read `{path}`", path = path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("failed to run `{command}`: {output}")]
    Cargo { command: String, output: String },
    #[error("failed to make a handout: the manifest `{path}` cannot be read", path = path.display())]
    Manifest { path: PathBuf },
    #[error("the handout is not complete: {what}")]
    Incomplete { what: String },
}

impl Help for HandoutError {
    fn help(&self) -> Option<String> {
        let help = match self {
            HandoutError::NotEmpty { .. } | HandoutError::NoFolder { .. } => "name an empty folder, or a new one",
            HandoutError::Inside { .. } => "name a folder beside the course, such as `../handout`",
            HandoutError::Write { .. } => "name a folder that you may write to, on a disk with room",
            HandoutError::Read { .. } => "let yourself read it",
            HandoutError::Cargo { .. } => {
                "`cargo build --locked --package xtask` in the course tells whether it is the course, and `git status` \
                 whether Git does not know a file of it"
            }
            HandoutError::Manifest { .. } => "`cargo xtask tidy` says what is wrong with it",
            HandoutError::Incomplete { .. } => {
                "`cargo xtask verify` tells whether it is the course; the handout is in \
                 `target/interleave/handout/course`"
            }
        };
        Some(help.to_owned())
    }
}

/// Makes the handout that the flags ask for.
pub(crate) fn run(flags: &HandoutFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    for_authors::require_solutions(&workspace, "handout")?;
    let place = place(&workspace, &flags.folder)?;
    let exercises = workspace.exercises()?;
    let cancel = interrupt::cancel_on_signal();
    let workshop = Workshop::open(&workspace)?;
    let mut contents = Contents::of(&workspace, &exercises)?;
    for path in &contents.unknown {
        let what = format!("left out, since Git does not know it: {}", path.display());
        console.tell(sentence(Tone::Caution, &what));
    }
    workshop.write(&contents)?;
    contents.add_lock(&workshop.course, &cancel)?;
    if flags.no_check {
        console.tell(sentence(Tone::Caution, "not checked: whether the handout is complete"));
    } else {
        trial::grade(&workshop, &workspace, &exercises, &cancel, console)?;
        contents.is_unchanged_in(&workshop.course)?;
    }
    deliver(&contents, &place)?;
    console.print(told(&contents, &exercises, &flags.folder))?;
    Ok(ExitCode::Passed)
}

fn usage(error: HandoutError) -> Error {
    Error::Usage(Box::new(error))
}

fn failed(error: HandoutError) -> Error {
    Error::Ungraded(Box::new(error))
}

fn sentence(tone: Tone, sentence: &str) -> Text {
    let mut text = Text::new();
    text.push(Line::new().with(tone, sentence));
    text
}

/// The absolute path of the folder to make, which is new or empty, and not in the course.
fn place(workspace: &Workspace, given: &Path) -> Result<PathBuf, Error> {
    let path = given.to_owned();
    match given.read_dir() {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(usage(HandoutError::NotEmpty { path }));
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(_) => return Err(usage(HandoutError::NoFolder { path })),
    }
    let absolute = nearest(given).map_err(|source| usage(HandoutError::Write { path, source }))?;
    if absolute.starts_with(&workspace.root) && !absolute.starts_with(workspace.root.join("target")) {
        let path = given.to_owned();
        return Err(usage(HandoutError::Inside { path }));
    }
    Ok(absolute)
}

/// The absolute path without links of a file or folder that may not be there yet.
fn nearest(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        other => return other,
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = nearest(parent.unwrap_or(Path::new(".")))?;
    match path.components().next_back() {
        Some(Component::Normal(name)) => Ok(parent.join(name)),
        _ => Err(io::ErrorKind::InvalidFilename.into()),
    }
}

/// Where a handout is put together and tried. It stays, so that the next one is built faster.
struct Workshop {
    /// The handout.
    course: PathBuf,
    /// Where it is built.
    target: PathBuf,
    /// Held as long as something is put together there; the system gives it back.
    _lock: File,
}

impl Workshop {
    fn open(workspace: &Workspace) -> Result<Workshop, Error> {
        let folder = workspace.root.join("target/interleave/handout");
        let open = || {
            fs::create_dir_all(&folder)?;
            let lock = File::create(folder.join("lock"))?;
            lock.lock()?;
            Ok(lock)
        };
        let lock = open().map_err(|source| {
            let path = folder.clone();
            failed(HandoutError::Write { path, source })
        })?;
        Ok(Workshop {
            course: folder.join("course"),
            target: folder.join("target"),
            _lock: lock,
        })
    }

    /// Puts the files there, and nothing else. A file that is the same is left alone, so that Cargo builds only what
    /// has changed.
    fn write(&self, contents: &Contents) -> Result<(), Error> {
        let write = || -> io::Result<()> {
            fs::create_dir_all(&self.course)?;
            remove_others(&self.course, &self.course, contents)?;
            for (path, bytes) in &contents.files {
                let path = self.course.join(path);
                if fs::read(&path).ok().as_ref() != Some(bytes) {
                    fs::create_dir_all(path.parent().unwrap_or(&self.course))?;
                    fs::write(&path, bytes)?;
                }
            }
            Ok(())
        };
        write().map_err(|source| {
            let path = self.course.clone();
            failed(HandoutError::Write { path, source })
        })
    }
}

/// Removes what is not in `contents`.
fn remove_others(folder: &Path, root: &Path, contents: &Contents) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        let path = entry.path();
        let name = path.strip_prefix(root).expect("a folder's entries are below it");
        if !entry.file_type()?.is_dir() {
            if !contents.files.contains_key(name) {
                fs::remove_file(&path)?;
            }
        } else if contents.files.keys().any(|file| file.starts_with(name)) {
            remove_others(&path, root, contents)?;
        } else {
            fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}

/// Puts the handout at `place`, all at once.
fn deliver(contents: &Contents, place: &Path) -> Result<(), Error> {
    let write = || -> io::Result<()> {
        let parent = place.parent().ok_or(io::ErrorKind::InvalidFilename)?;
        let name = place.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        fs::create_dir_all(parent)?;
        let unfinished = tempfile::Builder::new()
            .prefix(&format!(".{}.unfinished-", name.to_string_lossy()))
            .tempdir_in(parent)?;
        for (path, bytes) in &contents.files {
            let mut folder = unfinished.path().to_owned();
            modes::make_public(&folder)?;
            for part in path.parent().into_iter().flat_map(Path::components) {
                folder.push(part);
                if !folder.is_dir() {
                    fs::create_dir(&folder)?;
                    modes::make_public(&folder)?;
                }
            }
            let path = unfinished.path().join(path);
            fs::write(&path, bytes)?;
            modes::make_public(&path)?;
        }
        // An empty folder gives way, and one that somebody has filled meanwhile does not.
        fs::rename(unfinished.path(), place)?;
        // The folder has another name now.
        let _ = unfinished.keep();
        Ok(())
    };
    write().map_err(|source| {
        let path = place.to_owned();
        failed(HandoutError::Write { path, source })
    })
}

fn told(contents: &Contents, exercises: &[Exercise], folder: &Path) -> Text {
    let mut text = Text::new();
    let what = format!(
        "{} in {}: ",
        counted(exercises.len() as u64, "exercise"),
        counted(contents.files.len() as u64, "file")
    );
    text.push(
        Line::new()
            .with(Tone::Good, what)
            .with(Tone::Strong, folder.to_string_lossy()),
    );
    text.push(
        Line::new()
            .with(Tone::Dim, "as a repository: ")
            .with(Tone::Help, "git init && git add --all && git commit --message handout"),
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handout_comes_as_a_whole_to_a_new_or_empty_folder() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("it is there");
        let course = root.join("course");
        fs::create_dir(&course).expect("a folder");
        let workspace = Workspace { root: course.clone() };
        let files = [("Cargo.toml", "a"), ("exercises/a/src/lib.rs", "b")];
        let contents = Contents {
            files: files.map(|(path, text)| (path.into(), text.into())).into(),
            ..Contents::default()
        };

        let new = root.join("below/new");
        assert_eq!(place(&workspace, &new).expect("it is new"), new);
        deliver(&contents, &new).expect("there is room");
        let library = new.join("exercises/a/src/lib.rs");
        assert_eq!(fs::read_to_string(library).expect("a file"), "b");
        assert_eq!(
            new.parent().expect("a folder").read_dir().expect("it is there").count(),
            1
        );

        assert!(place(&workspace, &new).is_err(), "it is not empty");
        assert!(deliver(&contents, &new).is_err(), "nor is anything replaced");
        assert_eq!(
            new.parent().expect("a folder").read_dir().expect("it is there").count(),
            1
        );

        let empty = root.join("empty");
        fs::create_dir(&empty).expect("a folder");
        deliver(&contents, &place(&workspace, &empty).expect("it is empty")).expect("there is room");

        assert!(place(&workspace, &course.join("exercises/new")).is_err());
        assert!(place(&workspace, &course.join("target/new")).is_ok());
        assert!(place(&workspace, &empty.join("Cargo.toml")).is_err());
    }

    #[test]
    fn what_is_there_of_another_handout_is_removed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let workspace = Workspace {
            root: folder.path().to_owned(),
        };
        let workshop = Workshop::open(&workspace).expect("there is room");
        let contents = |files: &[&str]| Contents {
            files: files.iter().map(|path| (PathBuf::from(path), b"x".to_vec())).collect(),
            ..Contents::default()
        };
        workshop
            .write(&contents(&["a/b", "a/c/d", "e/f"]))
            .expect("there is room");
        workshop.write(&contents(&["a/c/d"])).expect("there is room");
        assert!(workshop.course.join("a/c/d").exists());
        assert!(!workshop.course.join("a/b").exists() && !workshop.course.join("e").exists());
    }
}
