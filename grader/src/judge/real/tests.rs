//! What each answer of a check on real threads means, without any process.

use protocol::{Activity, BlockingCall, Reply, Request, ThreadOwner, Work};
use sandbox::process::ExitReason;

use super::*;
use crate::judge::tests::output;
use crate::run::Answer;

fn run(observation: CheckObservation) -> CheckRun {
    let request = Request {
        check: "c".to_owned(),
        work: Work::Try,
    };
    let reply = Reply {
        check: request.check.clone(),
        observation,
    };
    CheckRun {
        output: output(ExitReason::Code(0)),
        request,
        answer: Answer::Reply(Box::new(reply)),
    }
}

fn trials(scenarios: u32, failure: Option<TrialFailure>, unclear: Option<&str>) -> CheckRun {
    run(CheckObservation::Tried(Trials {
        scenarios,
        failure,
        unclear: unclear.map(str::to_owned),
    }))
}

fn failure() -> TrialFailure {
    TrialFailure {
        finding: Finding::NotConcurrent,
        scenario: "four workers".to_owned(),
        expected: "expected four at once".to_owned(),
        got: Some("one was".to_owned()),
        panic: None,
    }
}

fn check_failure(run: &CheckRun) -> CheckFailure {
    match judge(run) {
        Verdict::Failed(check_failure) => check_failure,
        other => panic!("expected a failure, got {other:?}"),
    }
}

#[test]
fn a_pass_needs_a_scenario_that_was_run() {
    assert_eq!(judge(&trials(1, None, None)), Verdict::Passed);
    assert!(matches!(judge(&trials(0, None, None)), Verdict::Ungraded { .. }));
}

#[test]
fn a_failure_names_its_scenario() {
    let check_failure = check_failure(&trials(1, Some(failure()), None));
    assert_eq!(check_failure.finding, Finding::NotConcurrent);
    assert_eq!(check_failure.message, "four workers: expected four at once, one was");
}

#[test]
fn what_the_machine_cannot_show_costs_no_points() {
    let verdict = judge(&trials(1, None, Some("there is one core")));
    let reason = "there is one core".to_owned();
    assert_eq!(verdict, Verdict::Ungraded { reason, help: None });
    // But what was shown counts.
    assert_eq!(
        check_failure(&trials(1, Some(failure()), Some("there is one core"))).finding,
        Finding::NotConcurrent
    );
}

#[test]
fn a_check_that_hangs_is_a_deadlock_that_says_who_waits() {
    let check_failure = check_failure(&run(CheckObservation::Hung {
        scenario: "two workers".to_owned(),
        threads: vec![ThreadActivity {
            owner: ThreadOwner::Main,
            name: None,
            activity: Activity::Blocked {
                call: BlockingCall::WaitForChild,
                descriptor: None,
            },
            count: 1,
        }],
    }));
    assert_eq!(check_failure.finding, Finding::Deadlock);
    assert!(
        check_failure
            .message
            .ends_with("\n  the main thread waits for a child process to end"),
        "{}",
        check_failure.message
    );
}

#[test]
fn a_child_that_is_left_is_a_failure_of_a_check_that_went_right() {
    let mut left = trials(1, None, None);
    left.output.left_behind = 1;
    assert_eq!(check_failure(&left).finding, Finding::ChildLeak);
}

#[test]
fn an_exploration_is_no_answer_on_real_threads() {
    let reason = String::new();
    let verdict = judge(&run(CheckObservation::TokenRefused { reason }));
    assert!(matches!(verdict, Verdict::Ungraded { .. }));
    let (scenario, seconds) = (Some("two workers".to_owned()), 8);
    let stalled = check_failure(&run(CheckObservation::Stalled { scenario, seconds }));
    assert_eq!(stalled.finding, Finding::Timeout);
    assert!(
        stalled.message.starts_with("two workers: expected "),
        "{}",
        stalled.message
    );
    let mut forged = trials(1, None, None);
    forged.request.check = "another".to_owned();
    assert_eq!(check_failure(&forged).finding, Finding::AccessDenied);
}
