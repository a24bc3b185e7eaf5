//! `grade --format github`, as a step of a job runs it.

use std::fs;

use super::small_course::{COUNTS, LOSES_COUNTS, SmallCourse};

#[test]
fn a_step_marks_lines_and_adds_to_the_summary_of_its_job() {
    let course = SmallCourse::new();
    let summary = course.root().join("summary.md");
    fs::write(&summary, "what another command wrote\n").expect("a file");
    let grade = |args: &[&str]| {
        let mut command = course.xtask(&["grade", "--format", "github"]);
        command
            .args(args)
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_WORKSPACE", course.root().parent().expect("it is in a folder"))
            .env("GITHUB_STEP_SUMMARY", &summary);
        command.assert()
    };
    grade(&["--changed"])
        .code(0)
        .stdout("")
        .stderr("nothing to grade: every exercise is as it was handed out\n");

    course.write("counting", LOSES_COUNTS);
    let graded = grade(&["--changed"]).code(1).stderr("");
    let printed = String::from_utf8(graded.get_output().stdout.clone()).expect("a text");
    let marks: Vec<&str> = printed.lines().filter(|line| line.starts_with("::error ")).collect();
    let name = course.root().file_name().expect("it has a name").to_string_lossy();
    let [mark] = &marks[..] else {
        panic!("unexpected: {printed}");
    };
    let begin = format!("::error file={name}/exercises/counting/src/lib.rs,line=");
    assert!(
        mark.starts_with(&begin) && mark.contains("title=counting%3A race in "),
        "{mark}"
    );
    assert!(
        printed.starts_with("::group::counting  6 of 10\n::stop-commands::"),
        "{printed}"
    );

    course.write("counting", COUNTS);
    grade(&["counting"]).code(0);
    let text = fs::read_to_string(&summary).expect("a text");
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
    assert!(text.starts_with("what another command wrote\n"), "{text}");
    assert_eq!(
        headings,
        [
            "## Interleave: nothing to grade",
            "## Interleave: 6 of 10 points",
            "## Interleave: 10 of 10 points"
        ]
    );
    assert!(
        text.contains("<details><summary>") && text.contains("cargo xtask replay counting "),
        "{text}"
    );

    fs::remove_file(&summary).expect("it is there");
    fs::create_dir(&summary).expect("a folder");
    let graded = grade(&["counting"]).code(0);
    let told = String::from_utf8_lossy(&graded.get_output().stderr).into_owned();
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.starts_with("warning: failed to write the job summary to "),
        "{told}"
    );
}
