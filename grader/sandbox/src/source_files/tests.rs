//! What is read from a folder, and what is refused.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::*;

const LIMITS: SourceLimits = SourceLimits {
    files: 3,
    bytes: 100,
    depth: 2,
};

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    folder
}

fn read(folder: &tempfile::TempDir) -> Result<Vec<SourceFile>, SourceError> {
    read_folder(folder.path(), "src", &LIMITS, |path| path.ends_with(".rs"))
}

#[track_caller]
fn check_refused(folder: &tempfile::TempDir, expected: &str) {
    let error = read(folder).expect_err("it is refused");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn source_files_are_read_sorted_by_path_and_others_are_skipped() {
    let folder = folder(&[
        ("src/a/b.rs", b"2"),
        ("src/a.rs", b"1"),
        ("src/notes.txt", b"\xff"),
        ("src/.hidden.rs", b"\xff"),
        ("other.rs", b"3"),
    ]);
    let not_text = folder.path().join("src").join(std::ffi::OsStr::from_bytes(b"\xff.rs"));
    fs::write(not_text, "4").expect("a file");
    let file = |path: &str, bytes: &[u8]| SourceFile {
        path: path.to_owned(),
        bytes: bytes.to_owned(),
    };
    assert_eq!(
        read(&folder).expect("nothing is refused"),
        [file("src/a.rs", b"1"), file("src/a/b.rs", b"2")]
    );
}

#[test]
fn links_are_refused_wherever_they_are() {
    let with_file = folder(&[("src/lib.rs", b"")]);
    symlink("/etc/passwd", with_file.path().join("src/data.txt")).expect("a link");
    check_refused(&with_file, "`src/data.txt` is a link");
    let with_folder = folder(&[("src/lib.rs", b""), ("elsewhere/a.rs", b"")]);
    symlink("../elsewhere", with_folder.path().join("src/m")).expect("a link");
    check_refused(&with_folder, "`src/m` is a link");
    let itself = folder(&[("elsewhere/lib.rs", b"")]);
    symlink("elsewhere", itself.path().join("src")).expect("a link");
    check_refused(&itself, "`src` is a link");
}

#[test]
fn the_parent_is_no_link() {
    let folder = folder(&[("real/src/lib.rs", b"1")]);
    let parent = folder.path().join("link");
    symlink("real", &parent).expect("a link");
    let refused = read_folder(&parent, "src", &LIMITS, |_| true);
    assert!(matches!(refused, Err(SourceError::Link { .. })), "{refused:?}");
}

#[test]
fn a_fifo_is_refused_without_waiting_for_its_other_end() {
    let folder = folder(&[("src/lib.rs", b"")]);
    let path = folder.path().join("src/pipe.rs");
    mknodat(CWD, &path, FileType::Fifo, Mode::RWXU, 0).expect("a FIFO");
    check_refused(&folder, "`src/pipe.rs` is not a regular file");
    assert!(matches!(read_file(&path, &LIMITS), Err(SourceError::NotRegular { .. })));
}

#[test]
fn one_file_is_read_and_a_link_to_it_is_not() {
    let folder = folder(&[("lib.rs", b"1")]);
    let path = folder.path().join("lib.rs");
    assert_eq!(read_file(&path, &LIMITS).expect("nothing is refused"), b"1");
    let link = folder.path().join("link.rs");
    symlink("lib.rs", &link).expect("a link");
    assert!(matches!(read_file(&link, &LIMITS), Err(SourceError::Link { .. })));
}

#[test]
fn each_limit_is_kept_exactly() {
    let files = ["src/a.rs", "src/b.rs", "src/c.rs", "src/d.rs"].map(|path| (path, &b""[..]));
    assert_eq!(read(&folder(&files[..3])).expect("three files are allowed").len(), 3);
    check_refused(&folder(&files), "there are too many files");
    assert!(read(&folder(&[("src/a.rs", &[b' '; 60]), ("src/b.rs", &[b' '; 40])])).is_ok());
    check_refused(
        &folder(&[("src/a.rs", &[b' '; 60]), ("src/b.rs", &[b' '; 41])]),
        "the files are too large",
    );
    assert!(read(&folder(&[("src/1/2/a.rs", b"")])).is_ok());
    check_refused(&folder(&[("src/1/2/3/a.rs", b"")]), "the folders are nested too deep");
}

#[test]
fn a_folder_that_does_not_exist_cannot_be_read() {
    check_refused(&folder(&[]), "failed to read `src`");
    let error = read_folder(Path::new("/nonexistent"), "src", &LIMITS, |_| true).expect_err("it does not exist");
    assert_eq!(error.to_string(), "failed to read ``");
}
