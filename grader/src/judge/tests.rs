//! What each observation means, without any process.

use protocol::signature::FailureSignature;
use protocol::trace::End as TraceEnd;
use protocol::trace::{AtomicAccess, AtomicFunction, AtomicType, MemoryOrder, Place, Trace};
use protocol::{CheckObservation, Failure, FailureCause, Replayed, Reply, Request, Work};

use protocol::Finding;
use sandbox::process::{Activity, ExitReason, ProcessOutput, Signal, Stream};

use protocol::verdict::{CheckFailure, Evidence};

use super::*;
use crate::run::{Answer, CheckRun};

pub(super) fn output(exit_reason: ExitReason) -> ProcessOutput {
    ProcessOutput {
        exit_reason,
        stdout: Vec::new(),
        stderr: Vec::new(),
        answer: Vec::new(),
        left_behind: 0,
        is_killed_from_within: false,
    }
}

fn check(work: CheckWork) -> Check {
    Check {
        name: "lines_are_whole".into(),
        points: 1,
        property: String::new(),
        hints: Vec::new(),
        hints_about: None,
        work,
    }
}

fn trace() -> Trace {
    Trace {
        threads: Vec::new(),
        objects: Vec::new(),
        events: Vec::new(),
        stdout: Vec::new(),
        stderr: Vec::new(),
        elapsed: std::time::Duration::ZERO,
        end: TraceEnd::Finished,
    }
}

fn exploration(executions: u64, failure: Option<Failure>) -> Exploration {
    Exploration {
        executions,
        random: 0,
        distinct: executions,
        preemption_bound: Some(2),
        complete: true,
        scenarios: 1,
        weak_orderings: Vec::new(),
        decided_orderings: Vec::new(),
        failure,
    }
}

fn place(line: u32) -> Place {
    Place {
        file: "src/lib.rs".into(),
        line,
        column: 5,
    }
}

fn failure() -> Failure {
    Failure {
        finding: Finding::Race,
        scenario: "two threads".into(),
        cause: FailureCause::Property {
            expected: "expected 2".into(),
            got: Some("got 1".into()),
        },
        signature: FailureSignature::Property {
            finding: Finding::Race,
            place: place(90),
        },
        executions: 3,
        preemptions: 1,
        token: Some("4-9f3a".into()),
        trace: Some(trace()),
        certainty: None,
    }
}

/// A run that was asked for one check and answered as the observation says.
fn answered(observation: CheckObservation) -> CheckRun {
    let request = Request {
        check: "lines_are_whole".into(),
        work: Work::Explore,
    };
    let reply = Reply {
        check: "lines_are_whole".into(),
        observation,
    };
    CheckRun {
        output: output(ExitReason::Code(0)),
        request,
        answer: Answer::Reply(Box::new(reply)),
    }
}

fn right() -> CheckRun {
    answered(CheckObservation::Explored(exploration(5860, None)))
}

fn judge_one(observation: &Observation) -> Judgement {
    judge_check(&check(CheckWork::Model), observation, &Snapshots::new())
}

fn judge_model(run: CheckRun) -> Verdict {
    judge_one(&Observation::Check(run)).verdict
}

#[track_caller]
pub(super) fn fails(verdict: Verdict, finding: Finding, message: &str) {
    match verdict {
        Verdict::Failed(check_failure) => {
            assert_eq!(check_failure.finding, finding, "{check_failure:?}");
            assert!(
                check_failure.message.contains(message),
                "no {message:?} in {:?}",
                check_failure.message
            );
        }
        other => panic!("expected a failure with {finding}, got {other:?}"),
    }
}

#[track_caller]
pub(super) fn ungraded(verdict: Verdict, expected: &str) {
    match verdict {
        Verdict::Ungraded { reason, .. } => assert!(reason.contains(expected), "no {expected:?} in {reason:?}"),
        other => panic!("expected ungraded, got {other:?}"),
    }
}

#[test]
fn interleavings_without_a_failure_are_a_pass() {
    let judgement = judge_one(&Observation::Check(right()));
    assert_eq!(judgement.verdict, Verdict::Passed);
    assert_eq!(judgement.explored, Some(exploration(5860, None)));
}

#[test]
fn an_ordering_that_was_not_decided_is_passed_on_and_changes_no_verdict() {
    let weak = AtomicAccess {
        place: place(12),
        function: AtomicFunction::Store,
        order: MemoryOrder::Relaxed,
        atomic: Some(AtomicType::Bool),
    };
    for (failure, is_pass) in [(None, true), (Some(failure()), false)] {
        let explored = Exploration {
            weak_orderings: vec![weak.clone()],
            ..exploration(5860, failure.clone())
        };
        let run = answered(CheckObservation::Explored(explored.clone()));
        let judgement = judge_one(&Observation::Check(run));
        let without = judge_model(answered(CheckObservation::Explored(exploration(5860, failure))));
        assert_eq!(
            (judgement.verdict == Verdict::Passed, judgement.explored.as_ref()),
            (is_pass, Some(&explored))
        );
        assert_eq!(judgement.verdict, without);
    }
}

#[test]
fn a_failing_interleaving_is_the_evidence_and_speaks_for_itself() {
    let run = answered(CheckObservation::Explored(exploration(3, Some(failure()))));
    let expected = CheckFailure {
        finding: Finding::Race,
        message: String::new(),
        help: None,
        evidence: Evidence::Interleaving(Box::new(failure())),
        panic: None,
    };
    assert_eq!(judge_model(run), Verdict::Failed(expected));
}

#[test]
fn nothing_explored_is_no_pass() {
    ungraded(
        judge_model(answered(CheckObservation::Explored(exploration(0, None)))),
        "no interleaving was run",
    );
}

#[test]
fn silence_is_no_pass_whatever_the_exit_code() {
    for code in [0, 1, 101] {
        let run = CheckRun {
            answer: Answer::Nothing,
            output: output(ExitReason::Code(code)),
            ..right()
        };
        fails(
            judge_model(run),
            Finding::Exited,
            &format!("ended before with code {code}"),
        );
    }
}

#[test]
fn a_reply_without_a_seal_or_for_another_check_is_forged() {
    let mut run = right();
    let observation = CheckObservation::Explored(exploration(5860, None));
    run.answer = Answer::Reply(Box::new(Reply {
        check: "another_check".into(),
        observation,
    }));
    fails(
        judge_model(run),
        Finding::AccessDenied,
        "leave the channel of the check alone",
    );
    let run = CheckRun {
        answer: Answer::Unreadable,
        ..right()
    };
    fails(
        judge_model(run),
        Finding::AccessDenied,
        "leave the channel of the check alone",
    );
}

#[test]
fn a_right_reply_does_not_make_up_for_a_wrong_end() {
    fails(
        judge_model(CheckRun {
            output: output(ExitReason::Code(1)),
            ..right()
        }),
        Finding::Exited,
        "ended with code 1",
    );
    fails(
        judge_model(CheckRun {
            output: output(ExitReason::Signal(Signal::SegmentationFault)),
            ..right()
        }),
        Finding::Panic,
        "signal 11",
    );
    let run = CheckRun {
        output: ProcessOutput {
            left_behind: 1,
            ..output(ExitReason::Code(0))
        },
        ..right()
    };
    fails(judge_model(run), Finding::ChildLeak, "every child process");
}

#[test]
fn answers_that_do_not_fit_the_question_are_the_graders_failure() {
    ungraded(
        judge_model(answered(CheckObservation::UnknownCheck)),
        "no check `lines_are_whole`",
    );
    let refused = CheckObservation::TokenRefused { reason: "no".into() };
    ungraded(judge_model(answered(refused)), "another question");
    let observation = Observation::Program(output(ExitReason::Code(0)));
    ungraded(judge_one(&observation).verdict, "something else");
    let observation = Observation::NotStarted {
        reason: "no disk".into(),
        help: None,
    };
    ungraded(judge_one(&observation).verdict, "no disk");
}

#[test]
fn a_submission_that_computes_where_nothing_is_counted_is_a_timeout_as_well() {
    let (scenario, seconds) = (None, 3);
    fails(
        judge_model(answered(CheckObservation::Stalled { scenario, seconds })),
        Finding::Timeout,
        "a loop that does not end",
    );
}

#[test]
fn an_end_by_force_says_by_which() {
    let end = |end| {
        judge_model(CheckRun {
            output: output(end),
            answer: Answer::Nothing,
            ..right()
        })
    };
    fails(
        end(ExitReason::TimedOut {
            activity: Activity::Running,
        }),
        Finding::Timeout,
        "a loop that locks nothing",
    );
    fails(
        end(ExitReason::Signal(Signal::CpuTimeLimit)),
        Finding::CpuLimit,
        "a loop that locks nothing",
    );
    fails(
        end(ExitReason::Signal(Signal::BadSystemCall)),
        Finding::AccessDenied,
        "called the system",
    );
    fails(
        end(ExitReason::Signal(Signal::FileSizeLimit)),
        Finding::OutputLimit,
        "to a file",
    );
    fails(
        end(ExitReason::ThreadLimit),
        Finding::ProcessLimit,
        "threads without end",
    );
    fails(
        end(ExitReason::TimedOut {
            activity: Activity::Waiting,
        }),
        Finding::Timeout,
        "outside of the model",
    );
    fails(
        end(ExitReason::OutputLimit(Stream::Stdout)),
        Finding::OutputLimit,
        "standard output without end",
    );
    fails(
        end(ExitReason::Signal(Signal::SegmentationFault)),
        Finding::Panic,
        "a stack that overflowed",
    );
    ungraded(end(ExitReason::Signal(Signal::Kill)), "killed from outside");
    let from_within = ProcessOutput {
        is_killed_from_within: true,
        ..output(ExitReason::Signal(Signal::Kill))
    };
    fails(
        judge_model(CheckRun {
            output: from_within,
            answer: Answer::Nothing,
            ..right()
        }),
        Finding::Exited,
        "signal 9 ended the process",
    );
    ungraded(end(ExitReason::Cancelled), "stopped");
}

#[test]
fn an_abort_is_told_apart_by_what_the_runtime_says() {
    let abort = |stderr: &str| {
        let output = ProcessOutput {
            stderr: stderr.into(),
            ..output(ExitReason::Signal(Signal::Abort))
        };
        judge_model(CheckRun {
            output,
            answer: Answer::Nothing,
            ..right()
        })
    };
    fails(
        abort("memory allocation of 9 bytes failed"),
        Finding::MemoryLimit,
        "more memory than the limit",
    );
    fails(
        abort("thread 'main' has overflowed its stack"),
        Finding::StackOverflow,
        "a stack overflowed",
    );
    fails(abort(""), Finding::Panic, "a panic while another panic");
}

#[test]
fn a_replay_is_replayed_refused_or_lost() {
    let replayed = Replayed {
        scenario: "s".into(),
        preemptions: 1,
        failure: None,
        trace: trace(),
    };
    let run = answered(CheckObservation::Replayed(replayed.clone()));
    assert_eq!(
        judge_replay(&Observation::Check(run)),
        Replay::Replayed(Box::new(replayed))
    );
    let run = answered(CheckObservation::TokenRefused {
        reason: "too old".into(),
    });
    assert_eq!(
        judge_replay(&Observation::Check(run)),
        Replay::Refused {
            reason: "too old".into()
        }
    );
    let run = CheckRun {
        answer: Answer::Nothing,
        ..right()
    };
    assert!(matches!(
        judge_replay(&Observation::Check(run)),
        Replay::Lost(Verdict::Failed(_))
    ));
}
