//! The whole command from outside: exit codes, what goes to which stream, and one grading from end to end.

use std::process::{Command as Process, Stdio};

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

use super::root;

/// The command in the root of this repository, with an environment of its own.
fn xtask(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .args(args)
        .current_dir(root())
        .env_remove("NO_COLOR")
        .env_remove("CI")
        .env("TERM", "xterm");
    command
}

#[track_caller]
fn is_wrong_usage(args: &[&str], says: &str) {
    xtask(args).assert().code(2).stdout("").stderr(contains(says));
}

#[test]
fn wrong_usage_ends_with_2_and_says_why() {
    is_wrong_usage(&["gade"], "'grade'");
    is_wrong_usage(&["reset"], "<EXERCISE>");
    is_wrong_usage(&["grade", "--all", "stdout_writer"], "cannot be used with");
    is_wrong_usage(
        &["grade", "stdout_writer", "--format", "xml"],
        "[possible values: human, json, rustc, github, junit, sarif, gradescope, exercism, classroom50]",
    );
    is_wrong_usage(
        &["grade", "stdout_writer", "--submission", "no/such/file.rs"],
        "help: give a folder",
    );
    is_wrong_usage(
        &["grade", "stdout_writer", "semaphores", "--submission", "xtask"],
        "help: name one exercise",
    );
    is_wrong_usage(
        &["grade", "stdout_writer", "--check", "no_such_check"],
        "`no_such_check`",
    );
    is_wrong_usage(
        &["grade", "stdout_writer", "--hint", "2"],
        "help: write `--hint=2` to see more hints",
    );
    is_wrong_usage(
        &["grade", "stdout_writer", "semaphores", "--html", "page.html"],
        "help: grade one submission for a page",
    );
    is_wrong_usage(&["show", "stdout_writer", "no_such_check"], "`no_such_check`");
    is_wrong_usage(&["replay", "stdout_writer", "no-token"], "`no-token`");
    is_wrong_usage(
        &["replay", "stdout_writer", "3-fbxj1dtje00ea"],
        "help: grade the submission again",
    );
}

#[test]
fn an_unknown_exercise_lists_the_known_ones() {
    is_wrong_usage(&["grade", "stdout_writr"], "help: did you mean `stdout_writer`?");
    is_wrong_usage(&["verify", "stdout_writr"], "`semaphores`");
}

#[test]
fn a_choice_of_no_mutants_is_no_pass() {
    is_wrong_usage(
        &["mutate", "stdout_writer", "--only", "no_such_name"],
        "help: names are like",
    );
    is_wrong_usage(&["mutate", "stdout_writer", "--sample", "0"], "'--sample <N>'");
}

#[test]
fn outside_of_a_course_there_is_nothing_to_grade() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    xtask(&["list"])
        .current_dir(folder.path())
        .assert()
        .code(2)
        .stderr(contains("failed to find the course"));
}

#[test]
fn help_goes_to_standard_output_with_examples() {
    xtask(&["--help"])
        .assert()
        .code(0)
        .stderr("")
        .stdout(contains("Exit codes:"));
    xtask(&["grade", "--help"])
        .assert()
        .code(0)
        .stdout(contains("cargo xtask grade --all --format json"));
}

#[test]
fn list_works_in_any_folder_of_the_course() {
    let folder = root().join("grader/src");
    xtask(&["list"])
        .current_dir(folder)
        .assert()
        .code(0)
        .stderr("")
        .stdout(contains("stdout_writer"));
}

#[test]
fn a_pipe_gets_colours_only_when_asked() {
    let escape = || contains("\u{1b}[");
    xtask(&["list"]).assert().stdout(escape().not());
    xtask(&["list", "--color", "always"]).assert().stdout(escape());
    xtask(&["list", "--color", "never"]).assert().stdout(escape().not());
}

#[test]
fn a_closed_pipe_is_a_quiet_success() {
    let mut list = Process::new(env!("CARGO_BIN_EXE_xtask"));
    list.arg("list")
        .current_dir(root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = list.spawn().expect("the command starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!(
        (output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()),
        (Some(0), "")
    );
}

#[test]
fn a_submission_that_does_not_compile_is_graded_with_the_compilers_message() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("mine.rs");
    std::fs::write(&file, "pub fn one_at_a_time(\n").expect("a file");
    let file = file.to_str().expect("a path that is text");
    let grade = |format| {
        xtask(&["grade", "stdout_writer", "--submission", file, "--format", format])
            .assert()
            .code(1)
            .stderr("")
    };
    grade("human").stdout(
        contains("compile_error")
            .and(contains("mine.rs:1"))
            .and(contains("score 0 of 10")),
    );
    let finding = contains(r#""verdict":"failed","finding":"compile_error""#);
    let path = contains(folder.path().to_str().expect("a path that is text")).not();
    grade("json").stdout(
        finding
            .and(path)
            .and(predicate::str::starts_with(r#"{"schema":2,"exercise":"stdout_writer""#)),
    );
}

#[test]
fn without_room_for_what_the_compiler_writes_nothing_is_graded() {
    let graded = |limit: &str| {
        let script = format!("{limit}; exec \"$0\" grade iteration_counting --solution --format json");
        Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_xtask")])
            .current_dir(root())
            .env_remove("CI")
            .assert()
    };
    // The libraries are built first, outside of the limit.
    graded("true").code(0);
    let ungraded = contains(r#""verdict":"ungraded","score":null,"at_least":false"#);
    // In units of 512 bytes.
    graded("ulimit -f 2048")
        .code(3)
        .stdout(ungraded.and(contains("help: raise the limit, which `ulimit -f` shows")));
}

#[test]
fn after_a_failure_fast_skips_and_the_score_is_a_minimum() {
    let submission = "solutions/iteration_counting/mistakes/never_counts.rs";
    let graded = |more: &[&str]| {
        let args = ["grade", "iteration_counting", "--submission", submission];
        let output = xtask(&[&args, more].concat()).assert().code(1).get_output().clone();
        String::from_utf8(output.stdout).expect("a report is text")
    };
    let json: serde_json::Value = serde_json::from_str(&graded(&["--fast", "--format", "json"])).expect("one document");
    let of_program = &json["checks"][9];
    assert_eq!(
        (&of_program["verdict"], &of_program["score"], &json["at_least"]),
        (&"skipped".into(), &serde_json::Value::Null, &true.into())
    );
    let text = graded(&["--fast"]);
    assert!(
        text.contains("score at least 0 of 10 · 8 of 10 checks ran, 2 skipped"),
        "{text}"
    );
    let text = graded(&[]);
    assert!(text.contains("score 0 of 10 · 10 of 10 checks ran"), "{text}");
}

#[test]
fn containment_is_as_asked_for_and_required_where_ci_is_set() {
    let submission = "grader/testdata/course/submissions/does_not_compile.rs";
    let args = ["grade", "stdout_writer", "--format", "json", "--submission", submission];
    let graded = |flag: &[&str], ci: &str| {
        let output = xtask(&[&args, flag].concat())
            .env("CI", ci)
            .output()
            .expect("the command starts");
        let text = String::from_utf8(output.stdout).expect("JSON is text");
        let report: serde_json::Value = serde_json::from_str(&text).expect("one document");
        let level = report["grader"]["containment"]["level"]
            .as_str()
            .expect("a letter")
            .to_owned();
        (level, output.status.code())
    };
    let at_best = graded(&["--containment=auto"], "true").0;
    let is_enough = matches!(at_best.as_str(), "A" | "B");
    assert_eq!(graded(&["--containment=auto"], "true").1, Some(1));
    assert_eq!(graded(&["--containment=basic"], "true"), ("D".to_owned(), Some(1)));
    for required in [graded(&[], "true"), graded(&["--containment=require"], "")] {
        assert_eq!(required, (at_best.clone(), Some(if is_enough { 1 } else { 3 })));
    }
    assert_eq!(graded(&[], "false"), (at_best, Some(1)));
}

#[test]
fn the_solution_passes_and_the_stub_fails_with_a_replay_that_fails_again() {
    let one_line = || predicate::function(|text: &str| text.ends_with("}\n") && text.lines().count() == 1);
    let passed = contains(r#""verdict":"passed","score":10,"at_least":false,"max_score":10"#);
    xtask(&["grade", "iteration_counting", "--solution", "--format", "json"])
        .assert()
        .code(0)
        .stderr("")
        .stdout(passed.and(one_line()));
    let graded = xtask(&["grade", "iteration_counting", "--format", "human"]).assert();
    // In a repository in which the stub has been edited there may be no failure.
    let text = String::from_utf8(graded.get_output().stdout.clone()).expect("a report is text");
    if let Some(command) = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("replay: cargo xtask "))
    {
        let args: Vec<&str> = command.split(' ').collect();
        xtask(&args).assert().code(1).stderr("").stdout(contains("✗"));
    }
}

#[test]
fn show_writes_a_page_and_says_where_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("new folder/page.html");
    let name = file.to_string_lossy().into_owned();
    let check = "one_at_a_time_keeps_lines_whole";
    let no_lock = "solutions/stdout_writer/mistakes/no_lock.rs";
    let args = ["show", "stdout_writer", check, "--submission", no_lock, "--out", &name];
    let says = contains(format!("✗ {check}: race")).and(contains(&name));
    xtask(&args).assert().code(1).stdout(says);
    let page = std::fs::read_to_string(&file).expect("the page is there");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("print!"), "{page}");
    let nowhere = folder.path().join("new folder/page.html/page.html");
    let args = ["show", "stdout_writer", check, "--out", &nowhere.to_string_lossy()];
    xtask(&args).assert().code(3).stderr(contains("help: name a file"));
}

#[test]
fn mutate_tells_which_check_notices_a_mutant() {
    let selected = ["--only", "solution:65:while_to_if", "--list"];
    xtask(&["mutate", "iteration_counting"])
        .args(selected)
        .assert()
        .code(0)
        .stderr("")
        .stdout(contains("✓ solution:65:while_to_if  "))
        .stdout(contains(
            "0 do not compile, 1 are noticed, 0 survive with a reason, 0 without",
        ));
    xtask(&["mutate", "iteration_countin"])
        .assert()
        .code(2)
        .stderr(contains("did you mean `iteration_counting`?"));
}
