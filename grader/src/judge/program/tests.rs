//! What a run of the exercise's program means, without running it.

use regex::Regex;
use sandbox::process::{Activity, ExitReason};

use super::*;
use crate::exercise::Filter;
use crate::judge::tests::{fails, output};

fn program() -> ProgramCheck {
    ProgramCheck {
        args: Vec::new(),
        exit: 0,
        sort_lines: true,
        snapshot: Some("program".into()),
        filters: vec![Filter {
            pattern: Regex::new(r"\d+ms").expect("a pattern"),
            replacement: "[time]".into(),
        }],
        stderr_empty: true,
    }
}

fn printed(stdout: &str) -> ProcessOutput {
    ProcessOutput {
        stdout: stdout.into(),
        ..output(ExitReason::Code(0))
    }
}

fn judge_program(check: ProgramCheck, output: ProcessOutput, snapshot: Option<&str>) -> Verdict {
    let snapshots = snapshot.map(|text| ("program".to_owned(), Ok(text.to_owned())));
    judge(&check, &output, &snapshots.into_iter().collect())
}

#[test]
fn output_that_matches_after_filters_and_sorting_is_a_pass() {
    let verdict = judge_program(program(), printed("b 3ms\na\n"), Some("a\nb [time]"));
    assert_eq!(verdict, Verdict::Passed);
}

#[test]
fn other_output_is_wrong_output_with_both_texts() {
    let verdict = judge_program(program(), printed("b 3ms\nc\n"), Some("a\nb [time]"));
    let Verdict::Failed(check_failure) = verdict else {
        panic!("expected a failure, got {verdict:?}")
    };
    let difference = Evidence::Difference {
        expected: "a\nb [time]".into(),
        got: "b [time]\nc".into(),
    };
    assert_eq!(
        (check_failure.finding, check_failure.evidence),
        (Finding::WrongOutput, difference)
    );
}

#[test]
fn another_exit_code_is_told_before_the_output() {
    let with_code = |code| ProcessOutput {
        exit_reason: ExitReason::Code(code),
        ..printed("wrong")
    };
    fails(
        judge_program(program(), with_code(3), Some("a")),
        Finding::Exited,
        "code 0, it ended with code 3",
    );
    fails(
        judge_program(program(), with_code(101), Some("a")),
        Finding::Panic,
        "code 0, it panicked",
    );
    let check = ProgramCheck {
        exit: 3,
        snapshot: None,
        ..program()
    };
    assert_eq!(judge_program(check, with_code(3), None), Verdict::Passed);
}

#[test]
fn noise_on_standard_error_counts_only_where_the_check_says_so() {
    let noisy = ProcessOutput {
        stderr: b"noise".to_vec(),
        ..printed("a")
    };
    fails(
        judge_program(program(), noisy.clone(), Some("a")),
        Finding::WrongOutput,
        "nothing on standard error",
    );
    let check = ProgramCheck {
        stderr_empty: false,
        ..program()
    };
    assert_eq!(judge_program(check, noisy, Some("a")), Verdict::Passed);
}

#[test]
fn a_program_that_waits_for_ever_looks_like_a_deadlock() {
    let verdict = judge_program(
        program(),
        output(ExitReason::TimedOut {
            activity: Activity::Waiting,
        }),
        Some("a"),
    );
    fails(
        verdict,
        Finding::Timeout,
        "all its threads were waiting, as in a deadlock",
    );
}

#[test]
fn threads_that_wait_for_one_another_are_a_deadlock() {
    let deadlocked = |threads| {
        let activity = Activity::WaitingForEachOther { threads };
        judge_program(program(), output(ExitReason::TimedOut { activity }), Some("a"))
    };
    fails(deadlocked(3), Finding::Deadlock, "all 3 of its threads were asleep");
    fails(deadlocked(2), Finding::Deadlock, "both of its threads were asleep");
    fails(deadlocked(1), Finding::Deadlock, "its only thread was asleep");
}

#[test]
fn a_panic_over_a_refusal_or_a_limit_is_told_as_that() {
    let panicked = |stderr: &str| {
        let output = ProcessOutput {
            stderr: stderr.into(),
            ..output(ExitReason::Code(101))
        };
        judge_program(program(), output, Some("a"))
    };
    let refused = "called `Result::unwrap()` on an `Err` value: Os { code: 1, kind: PermissionDenied, message: ..";
    fails(panicked(refused), Finding::AccessDenied, "it was refused something");
    fails(
        panicked("No such file or directory (os error 2)"),
        Finding::AccessDenied,
        "a file",
    );
    let no_thread = "failed to spawn thread: Os { code: 11, kind: WouldBlock, message: ..";
    fails(panicked(no_thread), Finding::ProcessLimit, "no more threads");
    fails(panicked("index out of bounds"), Finding::Panic, "it panicked");
    fails(panicked("(os error 13"), Finding::Panic, "it panicked");
}

#[test]
fn without_the_snapshot_there_is_no_verdict() {
    let verdict = judge_program(program(), printed("a"), None);
    assert!(matches!(verdict, Verdict::Ungraded { .. }), "{verdict:?}");
}

#[test]
fn a_child_that_the_program_leaves_behind_is_told() {
    let leaky = ProcessOutput {
        left_behind: 1,
        ..printed("a")
    };
    fails(
        judge_program(program(), leaky, Some("a")),
        Finding::ChildLeak,
        "every child process",
    );
}
