//! `cargo xtask grade --format` for other systems, as they call it.

use std::process::Command;

use serde_json::Value;

use super::small_course::{COUNTS, LOSES_COUNTS, SmallCourse};

/// What is printed about a submission with a race, and the exit code.
fn graded(course: &SmallCourse, format: &str, environment: &[(&str, &str)]) -> (String, Option<i32>) {
    let mut command = course.xtask(&["grade", "counting", "--format", format]);
    let output = command.envs(environment.iter().copied()).output().expect("it runs");
    let stdout = String::from_utf8(output.stdout).expect("a text");
    (stdout, output.status.code())
}

#[test]
fn a_failing_check_is_a_failure_for_a_ci_service_and_none_of_a_system_that_gives_marks() {
    let course = SmallCourse::new();
    course.write("counting", LOSES_COUNTS);
    let (junit, code) = graded(&course, "junit", &[]);
    assert_eq!(code, Some(1));
    assert!(
        junit.contains("<testsuite name=\"counting\" tests=\"3\" failures=\"1\""),
        "{junit}"
    );
    let (sarif, code) = graded(&course, "sarif", &[]);
    assert_eq!(code, Some(1));
    let sarif: Value = serde_json::from_str(&sarif).expect("it is JSON");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "race");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "exercises/counting/src/lib.rs");
    let region = place["region"]["startLine"].as_u64().expect("a line") as usize;
    let line = LOSES_COUNTS.lines().nth(region - 1).expect("there is such a line");
    assert!(line.contains("store"), "{line}");
    for (format, key) in [("gradescope", "score"), ("exercism", "version")] {
        let (document, code) = graded(&course, format, &[]);
        assert_eq!(code, Some(0));
        let document: Value = serde_json::from_str(&document).expect("it is JSON");
        assert!(document[key].is_number(), "{document}");
    }
}

#[test]
fn several_submissions_are_one_document_with_a_replay_for_each() {
    let course = SmallCourse::new();
    let path = |name: &str| course.root().join(name).to_string_lossy().into_owned();
    std::fs::write(path("ada.rs"), COUNTS).expect("a file");
    std::fs::write(path("bo.rs"), LOSES_COUNTS).expect("a file");
    let args = [
        "grade",
        "counting",
        "--submission",
        "ada.rs",
        "--submission",
        "bo.rs",
        "--format",
        "junit",
    ];
    let graded = course.xtask(&args).assert().code(1).stderr("");
    let junit = String::from_utf8(graded.get_output().stdout.clone()).expect("a text");
    assert_eq!(junit.matches("<testsuite ").count(), 2, "{junit}");
    assert!(
        junit.contains("--submission bo.rs") && !junit.contains("--submission ada.rs"),
        "{junit}"
    );
}

#[test]
fn classroom50_tells_its_submission_in_the_environment_and_git_its_date() {
    let course = SmallCourse::new();
    course.write("counting", LOSES_COUNTS);
    let output = course
        .xtask(&["grade", "counting", "--format", "classroom50"])
        .env_remove("ASSIGNMENT")
        .assert();
    let output = output.code(2).stdout("").get_output().clone();
    let told = String::from_utf8(output.stderr).expect("a text");
    assert!(told.contains("SUBMISSION_TAG"), "{told}");

    for args in [
        &["init", "--quiet"][..],
        &[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.org",
            "commit",
            "--quiet",
            "--allow-empty",
            "-m",
            "submit",
        ],
    ] {
        let ended = Command::new("git")
            .args(args)
            .current_dir(course.root())
            .env("GIT_COMMITTER_DATE", "2026-09-01T12:00:00+02:00")
            .status();
        assert!(ended.expect("git runs").success());
    }
    let environment = [
        ("CLASSROOM", "autumn"),
        ("ASSIGNMENT", "counting"),
        ("ASSIGNMENT_TYPE", "individual"),
        ("OWNER", "ada"),
        ("SUBMISSION_TAG", "submit/2026-09-01T10-00-00Z-a1b2c3d"),
        ("COMMIT_URL", "https://example.org/c"),
        ("RELEASE_URL", "https://example.org/r"),
        ("REVIEW_URL", ""),
    ];
    let (document, code) = graded(&course, "classroom50", &environment);
    assert_eq!(code, Some(0));
    let document: Value = serde_json::from_str(&document).expect("it is JSON");
    assert_eq!(document["datetime"], "2026-09-01T10:00:00Z");
    assert_eq!(document["review"], "https://example.org/c");
    assert_eq!((&document["score"], &document["max-score"]), (&6.into(), &10.into()));
}
