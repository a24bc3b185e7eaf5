//! What is taken from a submission and what is refused.

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
        Case {
            folder,
            staged: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    fn intake(&self) -> Result<Staged, IntakeError> {
        let source = Source::Folder(self.folder.path().to_owned());
        intake(
            &Submission {
                shown: PathBuf::from("exercises/x"),
                source,
            },
            self.staged.path(),
        )
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
    assert_eq!(
        names(&staged),
        [
            "exercises/x/src/a.rs",
            "exercises/x/src/a/b.rs",
            "exercises/x/src/lib.rs"
        ]
    );
    assert!(!case.staged.path().join("build.rs").exists());
}

#[test]
fn one_file_stands_for_the_library_and_keeps_its_name() {
    let case = Case::new(&[("no_lock.rs", b"pub fn f() {}")]);
    let source = Source::File(case.folder.path().join("no_lock.rs"));
    let submission = Submission {
        shown: PathBuf::from("solutions/x/mistakes/no_lock.rs"),
        source,
    };
    let staged = intake(&submission, case.staged.path()).expect("the submission is acceptable");
    assert_eq!(names(&staged), ["solutions/x/mistakes/no_lock.rs"]);
    assert!(case.staged.path().join("src/lib.rs").is_file());
}

#[test]
fn a_link_and_a_special_file_are_refused_with_the_path_that_the_student_knows() {
    let message = |error| match not_taken(error, |path| format!("exercises/x/{path}")) {
        IntakeError::Refused(check_failure) => {
            assert_eq!(check_failure.finding, Finding::AccessDenied);
            check_failure.message
        }
        other => panic!("expected a refusal, got {other:?}"),
    };
    let path = || "src/data.rs".to_owned();
    assert_eq!(
        message(SourceError::Link { path: path() }),
        "`exercises/x/src/data.rs` is a link; a submission consists of plain files and folders"
    );
    assert_eq!(
        message(SourceError::NotRegular { path: path() }),
        "`exercises/x/src/data.rs` is not a plain file; a submission consists of plain files"
    );
}

#[test]
fn a_submission_that_cannot_be_read_is_the_graders_failure() {
    match Case::new(&[]).intake() {
        Err(IntakeError::Read { path, .. }) => assert_eq!(path, Path::new("exercises/x/src")),
        other => panic!("expected an error, got {other:?}"),
    }
}

#[test]
fn text_that_is_not_utf_8_is_a_compile_error_with_its_line() {
    let case = Case::new(&[("src/lib.rs", b"// a\n// caf\xe9\n")]);
    case.refused(
        Finding::CompileError,
        "`exercises/x/src/lib.rs` is not UTF-8 text: line 2 holds the byte 0xe9",
    );
}

#[test]
fn too_many_files_too_many_bytes_and_too_deep_folders_are_refused() {
    let names: Vec<String> = (0..=MAX_FILES).map(|index| format!("src/m{index}.rs")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    Case::new(&files).refused(Finding::ForbiddenCode, "more than 200 files");
    let large = vec![b' '; MAX_BYTES as usize + 1];
    Case::new(&[("src/lib.rs", &large)]).refused(Finding::ForbiddenCode, "more than 4 MiB");
    let deep = format!("src/{}lib.rs", "m/".repeat(MAX_DEPTH + 1));
    Case::new(&[(&deep, b"")]).refused(Finding::ForbiddenCode, "folders nested deeper than 16");
}

#[test]
fn a_folder_for_the_copy_that_is_not_there_is_the_graders_failure() {
    let case = Case::new(&[("src/lib.rs", b"")]);
    let source = Source::Folder(case.folder.path().to_owned());
    let submission = Submission {
        shown: PathBuf::from("x"),
        source,
    };
    let result = intake(&submission, Path::new("/dev/null/nowhere"));
    assert!(matches!(result, Err(IntakeError::Write { .. })), "{result:?}");
}
