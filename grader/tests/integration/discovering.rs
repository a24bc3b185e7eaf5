//! Finding the workspace, exercises and submissions, and the errors where there are none.

use std::fs;
use std::path::Path;

use grader::discover::{DiscoverError, Submission, Workspace};
use grader::exercise::Exercise;
use grader::help::Help as _;

use crate::course::Course;

#[track_caller]
fn refused(files: &[&str], folders: &[&str], path: &str, expected: &str) {
    let course = Course::open();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in folders {
        fs::create_dir_all(folder.path().join(name)).expect("a folder");
    }
    for name in files {
        fs::write(folder.path().join(name), "").expect("a file");
    }
    let error = Submission::at(&folder.path().join(path), &course.exercise).expect_err("there is no submission");
    assert!(error.is_wrong_usage(), "{error}");
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn the_workspace_is_found_from_any_folder_in_it() {
    let course = Course::open();
    let found = Workspace::find_from(&course.path("exercises/counting/src")).expect("it is above");
    assert_eq!(found.root, course.workspace.root);
    let error = Workspace::find_from(Path::new("/")).expect_err("it is not there");
    assert!(error.is_wrong_usage() && error.help().is_some(), "{error}");
}

#[test]
fn an_unknown_exercise_lists_the_known_ones_and_offers_the_likely_one() {
    let error = Course::open().workspace.exercise("countin").expect_err("there is none");
    let text = "failed to find the exercise `countin`, known are `counting`";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.help().as_deref(), Some("did you mean `counting`?"));
    assert!(error.is_wrong_usage());
    let error = Course::open()
        .workspace
        .exercise("../counting")
        .expect_err("a path is no name");
    assert!(matches!(error, DiscoverError::UnknownExercise { .. }));
}

#[test]
fn exercises_come_in_the_order_of_the_course() {
    let names: Vec<String> = Course::open()
        .workspace
        .exercises()
        .expect("a list")
        .into_iter()
        .map(|e| e.name)
        .collect();
    assert_eq!(names, ["counting"]);
}

#[test]
fn a_submission_inside_the_workspace_is_shown_relative_to_it() {
    let course = Course::open();
    let student = Submission::student(&course.workspace, &course.exercise).expect("the stub");
    assert_eq!(student.shown, Path::new("exercises/counting"));
    assert_eq!(
        course.submission("submissions/hangs.rs").shown,
        Path::new("submissions/hangs.rs")
    );
}

#[test]
fn a_missing_stub_says_how_to_get_it_back() {
    let course = Course::open();
    let exercise = Exercise {
        folder: course.workspace.root.join("submissions"),
        ..course.exercise.clone()
    };
    let error = Submission::student(&course.workspace, &exercise).expect_err("nothing is there");
    assert!(
        error
            .to_string()
            .ends_with("submissions/src/lib.rs`, which a student edits"),
        "{error}"
    );
    let help = format!("`cargo xtask reset {}` brings the stub back", exercise.name);
    assert_eq!(error.help(), Some(help));
    assert!(error.is_wrong_usage());
}

#[test]
fn a_folder_that_is_not_there_or_empty_is_wrong_usage() {
    refused(&[], &[], "nowhere", "failed to find the submission `");
    refused(&[], &["empty"], "empty", "the folder is empty");
    refused(&[], &["a/src"], "a", "failed to find `");
}

#[test]
fn a_file_where_a_folder_belongs_is_wrong_usage() {
    refused(&["a/src"], &["a"], "a", "it is not a folder");
    refused(&[], &["a/src/lib.rs"], "a", "it is not a file");
    refused(
        &["notes.txt"],
        &[],
        "notes.txt",
        "it is not a folder with `src/lib.rs`, nor a `.rs` file",
    );
}
