//! What a manifest may and may not say.

use super::*;

/// An exercise with the function `f` and the check `c`, for tests in which no more is asked of it.
pub(crate) fn small_exercise(name: &str) -> Exercise {
    let manifest = r#"
        title = "t"
        part = "Locks"
        order = 1
        summary = "s"
        item = [{ name = "f", signature = "pub fn f()" }]
        check = [{ name = "c", kind = "model", points = 10, property = "p", hints = ["a", "b", "c"] }]
    "#;
    Exercise::parse(&Path::new("/course/exercises").join(name), manifest).expect("the manifest is good")
}

const GOOD: &str = r#"
title = "One at a time"
part = "Locks"
order = 2
summary = "Threads that take turns at standard output."

[[item]]
name = "one_at_a_time"
signature = "pub fn one_at_a_time(pauses: &[Duration])"

[[check]]
name = "every_line_is_whole"
kind = "model"
points = 6
property = "No other thread writes between the two parts of a line."
hints = ["nudge", "concept", "Mutex"]

[[check]]
name = "program_prints_both_ways"
kind = "program"
points = 4
property = "The program prints both ways."
args = ["--pause", "1ms"]
sort_lines = true
snapshot = "program"
filters = [{ pattern = '\d+ ms', replacement = "[time]" }]
stderr = "empty"
hints = ["a", "b", "c"]

[[hint]]
finding = "deadlock"
steps = ["x", "y", "z"]
"#;

fn read(text: &str) -> Result<Exercise, Vec<String>> {
    Exercise::parse(Path::new("/course/exercises/stdout_writer"), text)
}

#[track_caller]
fn has_problems(text: &str, expected: &[&str]) {
    let problems = read(text).expect_err("the manifest has problems");
    for expected in expected {
        assert!(
            problems.iter().any(|problem| problem.contains(expected)),
            "no {expected:?} in {problems:#?}"
        );
    }
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
}

#[test]
fn a_good_manifest_is_read_with_its_defaults() {
    let exercise = read(GOOD).expect("the manifest is good");
    assert_eq!(exercise.name, "stdout_writer");
    assert_eq!(exercise.checks[0].kind(), CheckKind::Model);
    let CheckWork::Program(program) = &exercise.checks[1].work else {
        panic!("expected a program")
    };
    assert_eq!(
        (program.exit, program.sort_lines, program.stderr_empty),
        (0, true, true)
    );
    assert_eq!(program.filters.len(), 1);
}

#[test]
fn the_hints_of_a_finding_come_before_those_of_the_check() {
    let exercise = read(GOOD).expect("the manifest is good");
    let check = &exercise.checks[0];
    assert_eq!(
        exercise.hints(check, Finding::Deadlock),
        ["x", "y", "z", "nudge", "concept", "Mutex"]
    );
    assert_eq!(exercise.hints(check, Finding::Race), ["nudge", "concept", "Mutex"]);
}

#[test]
fn the_hints_of_a_check_come_first_where_they_are_about_the_finding() {
    let exercise = read(&GOOD.replace("kind = \"model\"", "kind = \"model\"\nhints_about = \"deadlock\""));
    let exercise = exercise.expect("the manifest is good");
    let check = &exercise.checks[0];
    assert_eq!(
        exercise.hints(check, Finding::Deadlock),
        ["nudge", "concept", "Mutex", "x", "y", "z"]
    );
    assert_eq!(exercise.hints(check, Finding::Race), ["nudge", "concept", "Mutex"]);
}

#[test]
fn all_problems_of_a_manifest_are_told_at_once() {
    let text = GOOD
        .replace("points = 6", "points = 5")
        .replace("\"b\", ", "")
        .replace("\"y\", ", "");
    has_problems(
        &text,
        &[
            "add up to 9",
            "the check `program_prints_both_ways` has 2 steps",
            "the hint for `deadlock` has 2 steps",
        ],
    );
}

#[test]
fn unknown_keys_in_several_places_are_all_told() {
    let text = GOOD
        .replace("order = 2", "order = 2\ncolour = 1")
        .replace("points = 6", "points = 6\nweight = 1");
    has_problems(
        &text,
        &[
            "unknown key `colour`",
            "check `every_line_is_whole`: unknown field `weight`",
        ],
    );
}

#[test]
fn an_unknown_finding_is_a_problem() {
    has_problems(
        &GOOD.replace("\"deadlock\"", "\"deadlok\""),
        &["unknown variant `deadlok`"],
    );
}

#[test]
fn a_model_check_has_no_program_keys() {
    has_problems(&GOOD.replace("points = 6", "points = 6\nexit = 1"), &["has `exit`"]);
}

#[test]
fn a_filter_that_is_no_pattern_is_a_problem() {
    has_problems(&GOOD.replace(r"'\d+ ms'", "'('"), &["a filter that is no pattern"]);
}

#[test]
fn two_checks_of_one_name_are_a_problem() {
    has_problems(
        &GOOD.replace("program_prints_both_ways", "every_line_is_whole"),
        &["two checks of the name"],
    );
}

#[test]
fn text_that_is_no_toml_is_a_problem_and_not_a_panic() {
    assert!(read("title = ").is_err());
}
