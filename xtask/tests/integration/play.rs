//! `play` through a pipe: every key, the end of the input, and how it ends.

use std::io::Read as _;
use std::process::Stdio;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

use super::root;

const MISTAKE: &str = "solutions/iteration_counting/mistakes/store_of_load_plus_one.rs";

#[track_caller]
fn play(args: &[&str], lines: &str) -> assert_cmd::assert::Assert {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("play")
        .args(args)
        .current_dir(root())
        .env_remove("CI")
        .write_stdin(lines)
        .assert()
}

/// Plays the mistake, and returns what was printed.
#[track_caller]
fn played(lines: &str, code: i32) -> String {
    let played = play(&["iteration_counting", "--submission", MISTAKE], lines)
        .code(code)
        .stderr("");
    let text = String::from_utf8(played.get_output().stdout.clone()).expect("it prints text");
    let too_wide = text
        .lines()
        .find(|line| line.chars().count() > 80 && !line.contains("replay: "));
    assert_eq!(too_wide, None, "{text}");
    text
}

/// The token in the last `replay:` line.
fn token(text: &str) -> &str {
    let line = text.lines().rfind(|line| line.contains("replay: ")).expect("it ended");
    line.split_whitespace().nth(5).expect("the token is the sixth word")
}

#[test]
fn a_student_makes_the_failure_and_the_token_replays_it() {
    let text = played("1\n2\n", 0);
    assert!(text.contains("whose turn is it?"), "{text}");
    assert!(text.contains("» preempts"), "{text}");
    // Both have read 0. Whatever follows, a step is lost.
    let text = played("1\nthread 2\na\nf\n", 1);
    assert!(text.contains("Yes: it can still end as race"), "{text}");
    assert!(text.contains("✗ race"), "{text}");
    let replayed = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["replay", "iteration_counting", token(&text), "--submission", MISTAKE])
        .current_dir(root())
        .assert()
        .code(1);
    replayed.stdout(contains("✗ race"));
}

#[test]
fn every_choice_can_be_taken_back_and_the_end_of_the_input_ends_the_game() {
    let text = played("?\n1\n2\nb 2\nn\nt\nr\nb\nr\n", 0);
    assert!(text.contains("take back the last choice"), "{text}");
    assert!(text.contains("This is the start."), "{text}");
    assert_eq!(text.matches("✓ this interleaving is right").count(), 2, "{text}");
    let text = played("9\nnobody\nf\nb\nq\n1\n", 0);
    assert_eq!(text.matches("There is no such choice").count(), 2, "{text}");
    assert!(text.contains("There is no way to follow"), "{text}");
    assert!(text.contains("There are 0 choices to take back."), "{text}");
    // Nothing is read after `q`.
    assert_eq!(text.matches("whose turn is it?").count(), 1, "{text}");
}

#[test]
fn where_nothing_can_go_wrong_the_answer_is_no() {
    play(&["iteration_counting", "--solution"], "a\n").code(0).stdout(
        contains("found no order")
            .and(contains("whose turn is it?"))
            .and(contains("No: ").or(contains("None was found: "))),
    );
}

#[test]
fn what_cannot_be_played_is_named() {
    let is_wrong = |args: &[&str], says: &str| {
        play(args, "").code(2).stdout("").stderr(contains(says));
    };
    is_wrong(
        &["iteration_counting", "no_such_check"],
        "failed to find the check `no_such_check`",
    );
    is_wrong(
        &[
            "iteration_counting",
            "--submission",
            MISTAKE,
            "--scenario",
            "no such scenario",
        ],
        "help: give a part of one name",
    );
}

/// The game waits for a line when the signal comes.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_ends_the_game_at_once() {
    let mut game = std::process::Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["play", "iteration_counting", "--submission", MISTAKE])
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command starts");
    // `wait` would close it, and the end of the input ends the game as well.
    let _input = game.stdin.take();
    let mut shown = Vec::new();
    let mut output = game.stdout.take().expect("it is piped");
    while !shown.ends_with(b"\n> ") {
        let mut byte = [0];
        output.read_exact(&mut byte).expect("it asks for a choice");
        shown.extend(byte);
    }
    let id = game.id().to_string();
    let sent = std::process::Command::new("kill").args(["-INT", &id]).status();
    assert!(sent.expect("`kill` starts").success());
    assert_eq!(game.wait().expect("it ends").code(), Some(130));
}
