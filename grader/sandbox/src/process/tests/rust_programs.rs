//! Runs programs in Rust in the sandbox, as submissions are run. What the sandbox prevents is tested in
//! `tests/integration`.

use std::path::Path;

use super::*;
use crate::probe;

/// A program that behaves in the way that its argument names.
const SOURCE: &str = r#"
use std::sync::{Arc, Barrier, Mutex};
use std::{env, fs, thread, time::Duration};

fn main() {
    match env::args().nth(1).as_deref() {
        Some("answer") => println!("42"),
        Some("read") => println!("{}", fs::read_to_string("/etc/passwd").unwrap()),
        Some("deadlock") => deadlock(),
        Some("wait") => wait(),
        Some("threads") => loop {
            thread::Builder::new().stack_size(16 << 10).spawn(|| thread::sleep(Duration::from_secs(1000))).unwrap();
        },
        _ => unreachable!(),
    }
}

fn deadlock() {
    let locks = Arc::new((Mutex::new(()), Mutex::new(()), Barrier::new(2)));
    let other = Arc::clone(&locks);
    let thread = thread::spawn(move || {
        let _second = other.1.lock();
        other.2.wait();
        let _first = other.0.lock();
    });
    let _first = locks.0.lock();
    locks.2.wait();
    let _second = locks.1.lock();
    thread.join().unwrap();
}

/// As in a deadlock, except that one thread will wake up.
fn wait() {
    thread::spawn(|| thread::sleep(Duration::from_secs(1000))).join().unwrap();
}
"#;

/// Compiles the program for one test.
fn compiled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut compiler = std::process::Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    std::fs::write(folder.path().join("program.rs"), SOURCE).expect("a file");
    compiler
        .args(["program.rs", "--edition=2024", "-Cdebuginfo=0"])
        .current_dir(folder.path());
    assert!(compiler.status().expect("there is a compiler").success());
    folder
}

fn program(folder: &Path, word: &str) -> Command {
    Command {
        program: folder.join("program"),
        args: vec![word.into()],
        env: Vec::new(),
        folder: PathBuf::from("/"),
        input: Input::Nothing,
        policy: Policy::of(Profile::Run, Level::Full),
    }
}

#[test]
fn a_program_may_print_and_may_not_read_files() {
    let folder = compiled();
    let answer = output_of(&program(folder.path(), "answer"), &LIMITS);
    assert_eq!(
        (answer.exit_reason, &*answer.stdout),
        (ExitReason::Code(0), &b"42\n"[..])
    );
    let curious = output_of(&program(folder.path(), "read"), &LIMITS);
    let is_refused = curious.exit_reason == ExitReason::Code(101) && curious.stdout.is_empty();
    assert_eq!(is_refused, probe().level >= Level::Strong, "{curious:?}");
}

#[test]
fn a_deadlock_is_reported_with_its_threads_and_a_sleep_is_not() {
    let folder = compiled();
    let limits = Limits {
        waiting: Duration::from_secs(3),
        ..LIMITS
    };
    let activity = |word| match output_of(&program(folder.path(), word), &limits).exit_reason {
        ExitReason::TimedOut { activity } => activity,
        other => panic!("expected {word} to be ended at the limit, got {other:?}"),
    };
    assert_eq!(activity("deadlock"), Activity::WaitingForEachOther { threads: 2 });
    assert_eq!(activity("wait"), Activity::Waiting);
}

#[test]
fn threads_are_limited() {
    let folder = compiled();
    let limits = Limits { threads: 50, ..LIMITS };
    let flood = |level| {
        let mut command = program(folder.path(), "threads");
        command.policy.level = level;
        output_of(&command, &limits).exit_reason
    };
    // The kernel refuses another thread, or the process layer has counted them.
    let expected = if probe().counts_threads() {
        ExitReason::Code(101)
    } else {
        ExitReason::ThreadLimit
    };
    assert_eq!(flood(Level::Full), expected);
    assert_eq!(flood(Level::Basic), ExitReason::ThreadLimit);
}

#[test]
fn a_sandbox_that_cannot_be_set_up_is_reported_with_the_step() {
    let folder = compiled();
    let mut command = program(folder.path(), "answer");
    command.policy.profile = Profile::RunWithChildren;
    command.folder = PathBuf::from("/nonexistent");
    let error = run(&command, &LIMITS, &Cancel::new()).expect_err("there is no such folder");
    assert_eq!(
        error.source.to_string(),
        "failed to set up the sandbox at the step `folder`: No such file or directory (os error 2)"
    );
}
