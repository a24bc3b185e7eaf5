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
    fn refused(&self, expected: Refusal) {
        match self.intake() {
            Err(IntakeError::Refused(refusal)) => assert_eq!(refusal, expected),
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

/// That links and special files are found at all is tested where files are read.
#[test]
fn a_link_and_a_special_file_are_refused_with_the_path_that_the_student_knows() {
    let refusal = |error| match not_taken(error, |path| format!("exercises/x/{path}")) {
        IntakeError::Refused(refusal) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    };
    let path = || "src/data.rs".to_owned();
    let shown = || "exercises/x/src/data.rs".to_owned();
    assert_eq!(
        refusal(SourceError::Link { path: path() }),
        Refusal::Link { path: shown() }
    );
    assert_eq!(
        refusal(SourceError::NotRegular { path: path() }),
        Refusal::SpecialFile { path: shown() }
    );
}

#[test]
fn text_that_is_not_utf_8_is_refused_with_its_line() {
    let case = Case::new(&[("src/lib.rs", b"// a\n// caf\xe9\n")]);
    case.refused(Refusal::NotText {
        path: "exercises/x/src/lib.rs".to_owned(),
        line: 2,
        byte: 0xe9,
    });
}

#[test]
fn too_many_files_and_too_many_bytes_are_refused() {
    let names: Vec<String> = (0..=MAX_FILES).map(|index| format!("src/m{index}.rs")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    Case::new(&files).refused(Refusal::TooManyFiles);
    let large = vec![b' '; MAX_BYTES as usize + 1];
    Case::new(&[("src/lib.rs", &large)]).refused(Refusal::TooManyBytes);
}

#[test]
fn folders_nested_too_deep_are_refused() {
    let path = format!("src/{}lib.rs", "m/".repeat(MAX_DEPTH + 1));
    Case::new(&[(&path, b"")]).refused(Refusal::TooDeep);
}

#[test]
fn an_extended_lifetime_and_what_is_too_long_to_search_for_one_are_refused() {
    let translate = "\nfn f<'a, 'b, T>(_: &'a &'b (), value: &'b T) -> &'a T { value }\nfn g() { call(f) }";
    Case::new(&[("src/lib.rs", translate.as_bytes())]).refused(Refusal::SoundnessHole(Hole {
        family: Family::ImpliedBounds,
        file: "exercises/x/src/lib.rs".to_owned(),
        line: 2,
    }));
    let n_bytes = MAX_SEARCHED_BYTES + 1;
    Case::new(&[("src/lib.rs", &vec![b' '; n_bytes])]).refused(Refusal::TooLongToSearch { n_bytes });
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
