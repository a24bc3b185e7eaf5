//! Hand-made reports, one for every way to fail that reads differently.

use std::time::Duration;

use protocol::signature::{EndSignature, FailureSignature};
use protocol::trace::{
    End, Event, LockFunction, LockOutcome, MemoryOrder, Object, ObjectKind, ObjectState, Op, Place, Segment, Thread,
    Trace, Value, Wait, WaitReason,
};
use protocol::verdict::{
    CheckFailure, CheckVerdict, Containment, Evidence, GraderIdentity, ReplayReport, Report, Verdict,
};
use protocol::{Certainty, CheckKind, Exploration, Failure, FailureCause, Finding, NearestPassing, Replayed};

use super::failures::COUNTER;

pub(crate) const FILE: &str = "exercises/counting/src/lib.rs";

pub(crate) fn place(line: u32, column: u32) -> Place {
    Place {
        file: FILE.into(),
        line,
        column,
    }
}

/// An event of `thread` at `line`; of no line for 0.
pub(crate) fn event(thread: usize, op: Op, object: Option<usize>, states: &[(usize, ObjectState)], line: u32) -> Event {
    Event {
        thread,
        op,
        object,
        states: states.to_vec(),
        time: Duration::ZERO,
        place: (line > 0).then(|| place(line, 5)),
        preempts: false,
        calls: Vec::new(),
    }
}

pub(crate) fn spawn(thread: usize, line: u32) -> Event {
    event(0, Op::Spawn { thread }, None, &[], line)
}

pub(crate) fn join(thread: usize, line: u32) -> Event {
    event(0, Op::Join { thread }, None, &[], line)
}

pub(crate) fn load(thread: usize, object: usize, value: u64, line: u32) -> Event {
    let value = Value::Unsigned(value);
    let op = Op::Load {
        order: MemoryOrder::SeqCst,
        value,
        newest: None,
    };
    event(thread, op, Some(object), &[(object, ObjectState::Value(value))], line)
}

pub(crate) fn store(thread: usize, object: usize, value: u64, line: u32) -> Event {
    let value = Value::Unsigned(value);
    let op = Op::Store {
        order: MemoryOrder::SeqCst,
        value,
    };
    event(thread, op, Some(object), &[(object, ObjectState::Value(value))], line)
}

pub(crate) fn takes(thread: usize, function: LockFunction, object: usize, state: ObjectState, line: u32) -> Event {
    let op = Op::Lock {
        function,
        outcome: LockOutcome::Acquired,
    };
    event(thread, op, Some(object), &[(object, state)], line)
}

pub(crate) fn lock(thread: usize, object: usize, line: u32) -> Event {
    takes(thread, LockFunction::Lock, object, ObjectState::HeldBy(thread), line)
}

pub(crate) fn unlock(thread: usize, object: usize) -> Event {
    event(thread, Op::Unlock, Some(object), &[(object, ObjectState::Free)], 0)
}

pub(crate) fn writes(thread: usize, object: usize, text: &str, line: u32) -> Event {
    event(thread, Op::Write { bytes: text.into() }, Some(object), &[], line)
}

pub(crate) fn sleep(thread: usize, seconds: u64, line: u32) -> Event {
    let duration = Duration::from_secs(seconds);
    event(thread, Op::Sleep { duration }, None, &[], line)
}

pub(crate) fn preempting(event: Event) -> Event {
    Event {
        preempts: true,
        ..event
    }
}

pub(crate) fn at(seconds: u64, event: Event) -> Event {
    Event {
        time: Duration::from_secs(seconds),
        ..event
    }
}

/// An object whose creation stands at `line` and `column` of the source; of an atomic, the first use.
pub(crate) fn object(id: usize, kind: ObjectKind, line: u32, column: u32) -> Object {
    let place = (line > 0).then(|| place(line, column));
    let (first_used_at, created_at) = match kind {
        ObjectKind::Atomic(_) => (place, None),
        _ => (None, place),
    };
    Object {
        id,
        kind,
        created_at,
        first_used_at,
    }
}

pub(crate) fn trace(names: &[&str], objects: Vec<Object>, events: Vec<Event>, end: End) -> Trace {
    let thread = |(id, name): (usize, &&str)| Thread {
        id,
        name: (!name.is_empty()).then(|| (*name).to_owned()),
        spawned_at: (id > 0).then(|| place(12, 9)),
        panic: None,
        operations: events.iter().filter(|event| event.thread == id).count() as u64,
    };
    Trace {
        threads: names.iter().enumerate().map(thread).collect(),
        objects,
        elapsed: events.last().map_or(Duration::ZERO, |event| event.time),
        events,
        stdout: Vec::new(),
        stderr: Vec::new(),
        end,
    }
}

pub(crate) fn segment(thread: usize, name: &str, bytes: &[u8], seconds: u64) -> Segment {
    Segment {
        thread,
        thread_name: Some(name.into()),
        bytes: bytes.into(),
        time: Duration::from_secs(seconds),
    }
}

/// A thread that waits at `line`, for what the threads in `held_by` have since line `since`; of no line for 0.
pub(crate) fn wait(
    thread: usize,
    reason: WaitReason,
    object: Option<usize>,
    line: u32,
    held_by: &[usize],
    since: u32,
) -> Wait {
    Wait {
        thread,
        reason,
        object,
        place: (line > 0).then(|| place(line, 5)),
        held_by: held_by.into(),
        held_since: (since > 0).then(|| place(since, 5)),
        last_notification: None,
        calls: Vec::new(),
    }
}

pub(crate) const LOCKS: WaitReason = WaitReason::Lock {
    function: LockFunction::Lock,
};

/// The body, which waits for a thread to end.
pub(crate) fn joins(thread: usize, line: u32) -> Wait {
    wait(0, WaitReason::Join { thread }, None, line, &[thread], 0)
}

pub(crate) fn exploration(executions: u64, random: u64) -> Exploration {
    Exploration {
        executions,
        random,
        distinct: executions / 2,
        preemption_bound: Some(2),
        complete: true,
        scenarios: 1,
        weak_orderings: Vec::new(),
        decided_orderings: Vec::new(),
        failure: None,
    }
}

/// A property that does not hold in an execution.
pub(crate) fn broken(finding: Finding, expected: &str, got: &str, preemptions: u32, trace: Trace) -> Failure {
    Failure {
        finding,
        scenario: "two threads".into(),
        cause: FailureCause::Property {
            expected: expected.into(),
            got: Some(got.into()),
        },
        signature: FailureSignature::Property {
            finding,
            place: Place {
                file: "grader/checks/counting/model/src/main.rs".into(),
                line: 30,
                column: 9,
            },
        },
        executions: 3,
        preemptions,
        token: Some("1-9f3a".into()),
        certainty: Some(Certainty {
            steps: 2,
            nearest_passing: Some(Box::new(NearestPassing {
                preemptions: 0,
                token: "1-0".into(),
                trace: trace.clone(),
            })),
        }),
        trace: Some(trace),
    }
}

/// An execution that did not come to its end.
pub(crate) fn ending(preemptions: u32, trace: Trace) -> Failure {
    let signature = EndSignature::of(&trace).expect("the execution did not come to its end");
    Failure {
        finding: trace.end.finding().expect("the execution did not come to its end"),
        cause: FailureCause::Ending,
        signature: FailureSignature::Ending(signature),
        ..broken(Finding::Race, "", "", preemptions, trace)
    }
}

/// Something that no execution showed.
pub(crate) fn unwitnessed(finding: Finding, executions: u64, most_alive: usize) -> Failure {
    Failure {
        finding,
        scenario: "two threads".into(),
        cause: FailureCause::Unwitnessed {
            what: "two threads count at once".into(),
            measure: None,
            executions,
            most_alive,
        },
        signature: FailureSignature::Unwitnessed { finding },
        executions,
        preemptions: 0,
        token: None,
        trace: None,
        certainty: None,
    }
}

pub(crate) fn check(name: &str, kind: CheckKind, verdict: Verdict) -> CheckVerdict {
    let hints = match verdict {
        Verdict::Failed(_) => vec![
            "What is true between two lines?",
            "A read and a write are two steps.",
            "See `fetch_add`.",
        ],
        Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => Vec::new(),
    };
    let score = match &verdict {
        Verdict::Passed => Some(3),
        Verdict::Failed(_) => Some(0),
        Verdict::Skipped { because } => (because == "it_compiles").then_some(0),
        Verdict::Ungraded { .. } => None,
    };
    CheckVerdict {
        name: name.into(),
        kind,
        property: "Every increment counts, whatever the order of the threads.".into(),
        verdict,
        points: 3,
        score,
        explored: (kind == CheckKind::Model && score > Some(0)).then(|| exploration(6360, 500)),
        hints: hints.into_iter().map(str::to_owned).collect(),
    }
}

pub(crate) fn failed(finding: Finding, message: &str, evidence: Evidence) -> Verdict {
    Verdict::Failed(CheckFailure::new(finding, message, evidence))
}

/// A check of kind model that fails with `failure`.
pub(crate) fn model_failure(name: &str, failure: Failure) -> CheckVerdict {
    let explored = Exploration {
        executions: failure.executions,
        random: 0,
        distinct: failure.executions,
        preemption_bound: None,
        ..exploration(0, 0)
    };
    let verdict = failed(failure.finding, "", Evidence::Interleaving(Box::new(failure)));
    CheckVerdict {
        explored: Some(explored),
        ..check(name, CheckKind::Model, verdict)
    }
}

pub(crate) fn report(checks: Vec<CheckVerdict>, source: &str) -> Report {
    Report {
        exercise: "counting".into(),
        title: "Nobody loses count".into(),
        submission: "exercises/counting".into(),
        checks,
        grader: GraderIdentity {
            version: "0.1.0".into(),
            compiler: "rustc 1.95.0".into(),
            containment: Containment {
                level: "B".into(),
                processes: "process group and subreaper".into(),
                filesystem: "landlock 7".into(),
                network: "seccomp".into(),
                missing: Vec::new(),
            },
        },
        sources: vec![(FILE.into(), source.into())],
    }
}

pub(crate) fn replayed(failure: Option<Failure>, trace: Trace) -> ReplayReport {
    ReplayReport {
        exercise: "counting".into(),
        check: "every_increment_counts".into(),
        submission: "exercises/counting".into(),
        token: "1-9f3a".into(),
        replayed: Box::new(Replayed {
            scenario: "two threads".into(),
            preemptions: 1,
            failure,
            trace,
        }),
        sources: vec![(FILE.into(), COUNTER.into())],
    }
}
