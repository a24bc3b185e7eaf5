//! The way of a student through the course: where she stands, what comes next, hints, a fresh start, the solution.

use std::fs;

use predicates::prelude::*;
use predicates::str::contains;

use super::small_course::{COUNTS, LOSES_COUNTS, SmallCourse};

#[track_caller]
fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "no {word:?} in:\n{text}");
    }
}

#[test]
fn without_a_command_it_says_where_the_student_stands_and_what_comes_next() {
    let course = SmallCourse::new();
    let fresh = course.prints(&[]);
    says(
        &fresh,
        &[
            "0 of 2 exercises done · 0 of 20 points",
            "exercises/counting/README.md",
            "Threads · counting  Counting",
        ],
    );
    course.write("counting", COUNTS);
    course
        .xtask(&["grade"])
        .assert()
        .code(0)
        .stdout(contains("score 10 of 10"));
    let second = course.prints(&[]);
    says(
        &second,
        &["1 of 2 exercises done · 10 of 20 points", "cargo xtask watch reckoning"],
    );
    let right =
        "//! Right.\n\n/// Seven times.\npub fn answer(question: u64) -> u64 {\n    question.wrapping_mul(7)\n}\n";
    course.write("reckoning", right);
    course
        .xtask(&["grade"])
        .assert()
        .code(0)
        .stdout(contains("reckoning  Reckoning"));
    says(&course.prints(&[]), &["Every exercise passes"]);
    course
        .xtask(&["grade"])
        .assert()
        .code(2)
        .stderr(contains("no exercise is left"));
}

#[test]
fn an_exercise_is_named_by_its_folder_or_a_file_in_it_and_is_the_one_whose_folder_one_is_in() {
    let course = SmallCourse::new();
    let graded = |args: &[&str], folder: &str| {
        let mut command = course.xtask(args);
        command.current_dir(course.root().join(folder));
        let output = command.assert().code(1).stderr("").get_output().clone();
        let text = String::from_utf8(output.stdout).expect("a report is text");
        text.split(' ').next().unwrap_or_default().to_owned()
    };
    assert_eq!(graded(&["grade", "exercises/reckoning/"], ""), "reckoning");
    assert_eq!(
        graded(&["grade", "exercises/reckoning/src/lib.rs"], "grader/checks"),
        "reckoning"
    );
    assert_eq!(graded(&["grade", "./lib.rs"], "exercises/reckoning/src"), "reckoning");
    assert_eq!(graded(&["grade"], "exercises/reckoning"), "reckoning");
    assert_eq!(graded(&["grade"], "exercises"), "counting");
    course
        .xtask(&["grade", "exercises/recking"])
        .assert()
        .code(2)
        .stderr(contains("did you mean `reckoning`?"));
    for flag in [&["--solution"][..], &["--submission", "exercises/counting"]] {
        let args = [&["grade"], flag].concat();
        course
            .xtask(&args)
            .assert()
            .code(2)
            .stderr(contains("help: name one exercise"));
    }
}

#[test]
fn next_leaves_an_exercise_for_later_and_skips_what_passes() {
    let course = SmallCourse::new();
    says(
        &course.prints(&["next"]),
        &["`counting` stays for later", "Threads · reckoning"],
    );
    says(&course.prints(&[]), &["Threads · reckoning"]);
    says(
        &course.prints(&["next"]),
        &["`reckoning` stays for later", "Threads · counting"],
    );
    course.write("counting", COUNTS);
    course.xtask(&["grade"]).assert().code(0);
    says(
        &course.prints(&["next"]),
        &["only exercise that is left", "Threads · reckoning"],
    );
}

#[test]
fn each_hint_is_one_step_more_until_something_else_fails() {
    let course = SmallCourse::new();
    course.write("counting", LOSES_COUNTS);
    let first = course.prints(&["hint"]);
    says(
        &first,
        &[
            "every_step_counts  race",
            "hint 1 of 6  race nudge",
            "next: cargo xtask hint counting",
        ],
    );
    assert!(!first.contains("hint 2"), "{first}");
    says(&course.prints(&["hint"]), &["hint 1 of 6", "hint 2 of 6  race concept"]);
    // Another code that fails in the same way goes on where it was.
    course.write("counting", &format!("{LOSES_COUNTS}\n// another try\n"));
    says(&course.prints(&["hint"]), &["hint 3 of 6  race item"]);
    for _ in 4..=6 {
        course.prints(&["hint"]);
    }
    says(
        &course.prints(&["hint"]),
        &["hint 6 of 6", "next: cargo xtask grade counting --full"],
    );
    course.xtask(&["reset", "counting"]).assert().code(0);
    says(&course.prints(&["hint", "counting"]), &["hint 1 of 3"]);
    course.write("counting", COUNTS);
    says(
        &course.prints(&["hint", "counting"]),
        &["nothing to hint at", "next: cargo xtask next"],
    );
}

#[test]
fn a_hint_does_not_grade_again_what_was_graded() {
    let course = SmallCourse::new();
    course.write("counting", LOSES_COUNTS);
    course.xtask(&["grade"]).assert().code(1);
    // Without its checks, the exercise cannot be graded.
    fs::remove_dir_all(course.root().join("grader/checks/counting/model")).expect("they were there");
    says(&course.prints(&["hint"]), &["hint 1 of 6  race nudge"]);
    course.write("counting", COUNTS);
    course.xtask(&["hint"]).assert().code(3).stdout(contains("not graded"));
}

#[test]
fn reset_keeps_what_was_written_under_a_name_of_its_own() {
    let course = SmallCourse::new();
    let stub = fs::read_to_string(course.library("counting")).expect("a file");
    says(&course.prints(&["reset", "counting"]), &["is the stub already"]);
    for number in [1, 2] {
        course.write("counting", &format!("// try {number}\n"));
        let kept = format!("exercises/counting/src/lib.rs.old-{number}");
        says(
            &course.prints(&["reset", "exercises/counting/"]),
            &["is the stub again", &kept],
        );
        let text = fs::read_to_string(course.root().join(&kept)).expect("a file");
        assert_eq!(text, format!("// try {number}\n"));
        assert_eq!(fs::read_to_string(course.library("counting")).expect("a file"), stub);
    }
    fs::remove_file(course.library("counting")).expect("it was there");
    course
        .xtask(&["grade", "counting"])
        .assert()
        .code(2)
        .stderr(contains("`cargo xtask reset counting` brings the stub back"));
    says(&course.prints(&["reset", "counting"]), &["is the stub again"]);
    course.xtask(&["reset"]).assert().code(2).stderr(contains("<EXERCISE>"));
}

#[test]
fn without_room_on_the_disk_a_reset_changes_nothing() {
    let course = SmallCourse::new();
    let mine = "// mine\n".repeat(1_000);
    course.write("counting", &mine);
    let script = "ulimit -f 1; trap '' XFSZ; exec \"$0\" reset counting";
    let mut limited = assert_cmd::Command::new("sh");
    limited
        .args(["-c", script, env!("CARGO_BIN_EXE_xtask")])
        .current_dir(course.root());
    limited
        .assert()
        .code(3)
        .stderr(contains("failed to keep what you wrote").and(contains("help: nothing was changed")));
    assert_eq!(fs::read_to_string(course.library("counting")).expect("a file"), mine);
    let src = course.root().join("exercises/counting/src");
    assert_eq!(src.read_dir().expect("a folder").count(), 2);
}

#[test]
fn the_solution_is_shown_once_ones_own_passes_or_anyway() {
    let course = SmallCourse::new();
    let solution = fs::read_to_string(course.root().join("solutions/counting/src/lib.rs")).expect("a file");
    course
        .xtask(&["solution", "counting"])
        .assert()
        .code(2)
        .stdout("")
        .stderr(contains("once yours passes").and(contains("--anyway")));
    assert_eq!(course.prints(&["solution", "counting", "--anyway"]), solution);
    course.write("counting", COUNTS);
    course.xtask(&["grade", "counting"]).assert().code(0);
    assert_eq!(course.prints(&["solution", "counting"]), solution);
    fs::remove_dir_all(course.root().join("solutions/counting")).expect("it was there");
    course
        .xtask(&["solution", "counting"])
        .assert()
        .code(2)
        .stderr(contains("this copy of the course has no solution"));
}

#[test]
fn a_damaged_standing_is_told_and_kept() {
    let course = SmallCourse::new();
    course.write("counting", LOSES_COUNTS);
    course.xtask(&["grade"]).assert().code(1);
    says(&course.prints(&["list"]), &["/10"]);
    let file = course.root().join(".interleave/standing/counting.json");
    fs::write(&file, "{ half a fi").expect("a file");
    course.xtask(&["list"]).assert().code(0).stderr(
        contains("warning: failed to understand")
            .and(contains("counting.json.old-1"))
            .and(contains("help: it is kept as")),
    );
    assert_eq!(
        fs::read_to_string(file.with_extension("json.old-1")).expect("it is kept"),
        "{ half a fi"
    );
    says(&course.prints(&["list"]), &["not graded yet"]);
}
