//! Takes the source files of a submission into a folder that only the grader uses.
//!
//! A submission is `src/**/*.rs` and nothing else: no manifest, no build script, no link, no special file. Each component of
//! a path is opened by itself and never through a link, so what was looked at is what is read. Hidden names and files that
//! are no `.rs` are passed over; `src/main.rs` is, too: the program of an exercise is the course's own.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use driver::protocol::Finding;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, fstat, openat, statat};

use crate::discover::{Source, Submission};
use crate::verdict::{Evidence, Fault};

/// How many files a submission may have. The largest solution has two; this leaves room for any way to divide it.
pub const MAX_FILES: usize = 200;

/// How many bytes all files may have together: what a compiler reads in a moment, and a hundred times the largest solution.
pub const MAX_BYTES: u64 = 4 << 20;

/// How deep folders may be nested.
pub const MAX_DEPTH: usize = 16;

/// The source files of a submission, in a folder of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// That folder; the crate's root is `src/lib.rs` in it.
    pub folder: PathBuf,
    /// What stands for `src` (or, for one file, `src/lib.rs`) wherever a path is shown.
    pub renamed: Renamed,
    /// Each file: its path as it is shown, then its text; sorted by path.
    pub sources: Vec<(String, String)>,
}

/// How the paths of a staged submission are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// The path inside [`Staged::folder`].
    pub from: String,
    /// The path that the student knows.
    pub to: String,
}

/// Why a submission was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// It is no submission that can be built: that is judged.
    #[error("the submission is not acceptable: {}", .0.message)]
    Refused(Fault),
    /// It cannot be read: the grader's failure.
    #[error("failed to read `{path}`", path = path.display())]
    Read {
        /// The file or folder, as it is shown.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The copy cannot be written: the grader's failure.
    #[error(
        "failed to write to the temporary folder `{path}`\nhelp: free some space there, or set `TMPDIR` to another folder",
        path = path.display()
    )]
    Write {
        /// The folder for temporary files.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Copies the source files of `submission` into `folder`, which is empty.
///
/// # Errors
///
/// When the submission holds what none may hold, or files cannot be read or written.
pub fn intake(submission: &Submission, folder: &Path) -> Result<Staged, IntakeError> {
    let shown = submission.shown.to_string_lossy().replace('\\', "/");
    let (renamed, mut files) = match &submission.source {
        Source::Folder(path) => {
            let to = if shown.is_empty() { "src".to_owned() } else { format!("{shown}/src") };
            let mut walk = Walk { shown: &shown, files: Vec::new(), bytes: 0 };
            let root = openat(CWD, path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
            let root = root.map_err(|error| walk.unreadable("", error.into()))?;
            walk.folder(&root, "src", 0)?;
            (Renamed { from: "src".to_owned(), to }, walk.files)
        }
        Source::File(path) => {
            let mut walk = Walk { shown: "", files: Vec::new(), bytes: 0 };
            let file = openat(CWD, path, READ, Mode::empty()).map_err(|error| walk.unreadable(&shown, error.into()))?;
            walk.file(file, &shown)?;
            let files = walk.files.into_iter().map(|(_, bytes)| ("src/lib.rs".to_owned(), bytes));
            (Renamed { from: "src/lib.rs".to_owned(), to: shown.clone() }, files.collect())
        }
    };
    files.sort();
    let mut sources = Vec::new();
    for (path, bytes) in files {
        let shown = format!("{}{}", renamed.to, &path[renamed.from.len()..]);
        let text = String::from_utf8(bytes).map_err(|error| IntakeError::Refused(not_text(&shown, &error)))?;
        write(folder, &path, &text)?;
        sources.push((shown, text));
    }
    Ok(Staged { folder: folder.to_owned(), renamed, sources })
}

fn write(folder: &Path, path: &str, text: &str) -> Result<(), IntakeError> {
    let target = folder.join(path);
    let parent = target.parent().unwrap_or(folder);
    let written = std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&target, text));
    written.map_err(|source| IntakeError::Write { path: std::env::temp_dir(), source })
}

/// Not through a link, not waiting for the other end of a pipe.
const READ: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

struct Walk<'a> {
    shown: &'a str,
    files: Vec<(String, Vec<u8>)>,
    bytes: u64,
}

impl Walk<'_> {
    /// Takes the entry `path` of `root`, a folder whose links were not followed to get there.
    fn folder(&mut self, parent: &OwnedFd, path: &str, depth: usize) -> Result<(), IntakeError> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let folder = openat(parent, name, READ | OFlags::DIRECTORY, Mode::empty());
        let folder = folder.map_err(|error| match statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink => self.link(path),
            _ => self.unreadable(path, error.into()),
        })?;
        if depth > MAX_DEPTH {
            return Err(self.too_much(format!("folders nested deeper than {MAX_DEPTH}")));
        }
        for name in self.names(&folder, path)? {
            let path = format!("{path}/{name}");
            let stat = statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW);
            let stat = stat.map_err(|error| self.unreadable(&path, error.into()))?;
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::Directory => self.folder(&folder, &path, depth + 1)?,
                FileType::Symlink => return Err(self.link(&path)),
                _ if !name.ends_with(".rs") || path == "src/main.rs" => {}
                _ => {
                    let file = openat(&folder, &name, READ, Mode::empty());
                    self.file(file.map_err(|error| self.unreadable(&path, error.into()))?, &path)?;
                }
            }
        }
        Ok(())
    }

    /// The names in a folder, sorted; no module has a name that is no text, and editors hide theirs.
    fn names(&self, folder: &OwnedFd, path: &str) -> Result<Vec<String>, IntakeError> {
        let entries = Dir::read_from(folder).map_err(|error| self.unreadable(path, error.into()))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| self.unreadable(path, error.into()))?;
            if let Ok(name) = entry.file_name().to_str()
                && !name.starts_with('.')
            {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    fn file(&mut self, file: OwnedFd, path: &str) -> Result<(), IntakeError> {
        let stat = fstat(&file).map_err(|error| self.unreadable(path, error.into()))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            let message = format!("`{}` is not a plain file; a submission consists of plain files", self.show(path));
            return Err(refused(Finding::AccessDenied, message));
        }
        if self.files.len() == MAX_FILES {
            return Err(self.too_much(format!("more than {MAX_FILES} files")));
        }
        let mut bytes = Vec::new();
        let room = MAX_BYTES - self.bytes;
        let read = File::from(file).take(room + 1).read_to_end(&mut bytes);
        read.map_err(|error| self.unreadable(path, error))?;
        self.bytes += bytes.len() as u64;
        if self.bytes > MAX_BYTES {
            return Err(self.too_much(format!("more than {} MiB of source", MAX_BYTES >> 20)));
        }
        self.files.push((path.to_owned(), bytes));
        Ok(())
    }

    fn show(&self, path: &str) -> String {
        if self.shown.is_empty() { path.to_owned() } else { format!("{}/{path}", self.shown) }
    }

    fn link(&self, path: &str) -> IntakeError {
        let message = format!("`{}` is a link; a submission consists of plain files and folders", self.show(path));
        refused(Finding::AccessDenied, message)
    }

    fn too_much(&self, what: String) -> IntakeError {
        refused(Finding::ForbiddenCode, format!("the submission has {what}"))
    }

    fn unreadable(&self, path: &str, source: io::Error) -> IntakeError {
        IntakeError::Read { path: PathBuf::from(self.show(path)), source }
    }
}

fn refused(finding: Finding, message: String) -> IntakeError {
    IntakeError::Refused(Fault { finding, message, evidence: Evidence::None })
}

fn not_text(shown: &str, error: &std::string::FromUtf8Error) -> Fault {
    let valid = error.utf8_error().valid_up_to();
    let line = error.as_bytes()[..valid].iter().filter(|&&byte| byte == b'\n').count() + 1;
    let byte = error.as_bytes()[valid];
    let message = format!("`{shown}` is not UTF-8 text: line {line} holds the byte 0x{byte:02x}, which begins no character");
    Fault { finding: Finding::CompileError, message, evidence: Evidence::None }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    struct Case {
        folder: tempfile::TempDir,
        staged: tempfile::TempDir,
    }

    impl Case {
        fn new(files: &[(&str, &[u8])]) -> Case {
            let folder = tempfile::tempdir().expect("a temporary folder");
            for (path, bytes) in files {
                let path = folder.path().join(path);
                std::fs::create_dir_all(path.parent().expect("inside the folder")).expect("a folder");
                std::fs::write(path, bytes).expect("a file");
            }
            Case { folder, staged: tempfile::tempdir().expect("a temporary folder") }
        }

        fn intake(&self) -> Result<Staged, IntakeError> {
            let source = Source::Folder(self.folder.path().to_owned());
            intake(&Submission { shown: PathBuf::from("exercises/x"), source }, self.staged.path())
        }

        #[track_caller]
        fn refused(&self, finding: Finding, expected: &str) {
            match self.intake() {
                Err(IntakeError::Refused(fault)) => {
                    assert_eq!(fault.finding, finding);
                    assert!(fault.message.contains(expected), "{}", fault.message);
                }
                other => panic!("expected a refusal, got {other:?}"),
            }
        }
    }

    fn names(staged: &Staged) -> Vec<&str> {
        staged.sources.iter().map(|(path, _)| path.as_str()).collect()
    }

    #[test]
    fn only_source_files_below_src_are_taken() {
        let case = Case::new(&[
            ("src/lib.rs", b"mod a;"),
            ("src/a/b.rs", b""),
            ("src/a.rs", b"mod b;"),
            ("src/main.rs", b""),
            ("src/notes.txt", b"\xff"),
            ("src/.lib.rs.swp.rs", b"\xff"),
            ("build.rs", b"fn main() {}"),
            ("Cargo.toml", b""),
        ]);
        let staged = case.intake().expect("the submission is acceptable");
        assert_eq!(names(&staged), ["exercises/x/src/a.rs", "exercises/x/src/a/b.rs", "exercises/x/src/lib.rs"]);
        assert!(!case.staged.path().join("build.rs").exists());
    }

    #[test]
    fn one_file_stands_for_the_library_and_keeps_its_name() {
        let case = Case::new(&[("no_lock.rs", b"pub fn f() {}")]);
        let source = Source::File(case.folder.path().join("no_lock.rs"));
        let submission = Submission { shown: PathBuf::from("solutions/x/mistakes/no_lock.rs"), source };
        let staged = intake(&submission, case.staged.path()).expect("the submission is acceptable");
        assert_eq!(names(&staged), ["solutions/x/mistakes/no_lock.rs"]);
        assert!(case.staged.path().join("src/lib.rs").is_file());
    }

    #[test]
    fn a_link_to_a_file_outside_is_refused() {
        let case = Case::new(&[("src/lib.rs", b"")]);
        symlink("/etc/passwd", case.folder.path().join("src/data.rs")).expect("a link");
        case.refused(Finding::AccessDenied, "`exercises/x/src/data.rs` is a link");
    }

    #[test]
    fn a_source_folder_that_is_a_link_is_refused() {
        let case = Case::new(&[("elsewhere/lib.rs", b"")]);
        symlink("elsewhere", case.folder.path().join("src")).expect("a link");
        case.refused(Finding::AccessDenied, "`exercises/x/src` is a link");
    }

    #[test]
    fn a_pipe_is_refused_and_not_waited_for() {
        let case = Case::new(&[("src/lib.rs", b"")]);
        let path = case.folder.path().join("src/pipe.rs");
        rustix::fs::mknodat(CWD, path, FileType::Fifo, Mode::RWXU, 0).expect("a pipe");
        case.refused(Finding::AccessDenied, "not a plain file");
    }

    #[test]
    fn text_that_is_not_utf_8_is_a_compile_error_with_its_line() {
        let case = Case::new(&[("src/lib.rs", b"// a\n// caf\xe9\n")]);
        case.refused(Finding::CompileError, "`exercises/x/src/lib.rs` is not UTF-8 text: line 2 holds the byte 0xe9");
    }

    #[test]
    fn too_many_files_and_too_many_bytes_are_refused() {
        let names: Vec<String> = (0..=MAX_FILES).map(|index| format!("src/m{index}.rs")).collect();
        let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
        Case::new(&files).refused(Finding::ForbiddenCode, "more than 200 files");
        let large = vec![b' '; MAX_BYTES as usize + 1];
        Case::new(&[("src/lib.rs", &large)]).refused(Finding::ForbiddenCode, "more than 4 MiB");
    }

    #[test]
    fn a_folder_for_the_copy_that_is_not_there_is_the_graders_failure() {
        let case = Case::new(&[("src/lib.rs", b"")]);
        let source = Source::Folder(case.folder.path().to_owned());
        let submission = Submission { shown: PathBuf::from("x"), source };
        let result = intake(&submission, Path::new("/dev/null/nowhere"));
        assert!(matches!(result, Err(IntakeError::Write { .. })), "{result:?}");
    }
}
