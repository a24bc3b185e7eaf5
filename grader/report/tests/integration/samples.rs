//! Hand-made reports, one for every way to fail that reads differently.

use std::time::Duration;

use protocol::trace::{End, Event, Object, Place, Segment, Thread, Trace, Wait};
use protocol::verdict::{
    CheckFailure, CheckKind, CheckVerdict, Containment, Evidence, GraderIdentity, ReplayReport, Report, Verdict,
};
use protocol::{Exploration, Failure, Finding, Replayed};

use super::failures::COUNTER;

pub(crate) const FILE: &str = "exercises/counting/src/lib.rs";

pub(crate) fn place(line: u32, column: u32) -> Place {
    Place {
        file: FILE.into(),
        line,
        column,
    }
}

/// An event of `thread` at `line`: `"load"`, `"→ 0"`, and what the object holds afterwards.
pub(crate) fn event(
    thread: usize,
    operation: &str,
    object: Option<usize>,
    detail: &str,
    state: &str,
    line: u32,
) -> Event {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Event {
        thread,
        operation: operation.into(),
        object,
        detail: text(detail),
        state: text(state),
        time: Duration::ZERO,
        place: (line > 0).then(|| place(line, 5)),
        preempts: false,
    }
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

/// An object whose creation stands at `line` and `column` of the source.
pub(crate) fn object(id: usize, kind: &str, line: u32, column: u32) -> Object {
    Object {
        id,
        kind: kind.into(),
        created_at: (line > 0).then(|| place(line, column)),
    }
}

pub(crate) fn trace(names: &[&str], objects: Vec<Object>, events: Vec<Event>, end: End) -> Trace {
    let thread = |(id, name): (usize, &&str)| Thread {
        id,
        name: (!name.is_empty()).then(|| (*name).to_owned()),
        spawned_at: (id > 0).then(|| place(12, 9)),
        panicked: None,
        panicked_at: None,
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

pub(crate) fn wait(
    thread: usize,
    operation: &str,
    object: Option<usize>,
    line: u32,
    held_by: &[usize],
    since: u32,
) -> Wait {
    Wait {
        thread,
        operation: operation.into(),
        object,
        place: Some(place(line, 5)),
        held_by: held_by.into(),
        held_since: (since > 0).then(|| place(since, 5)),
        detail: None,
        last_notification: None,
    }
}

pub(crate) fn exploration(executions: u64, random: u64) -> Exploration {
    Exploration {
        executions,
        random,
        preemption_bound: Some(2),
        complete: true,
        scenarios: 1,
        weak_orderings: Vec::new(),
        failure: None,
    }
}

pub(crate) fn failure(finding: Finding, expected: &str, got: &str, preemptions: u32, trace: Trace) -> Failure {
    Failure {
        finding,
        scenario: "two threads".into(),
        expected: expected.into(),
        got: Some(got.into()),
        executions: 3,
        preemptions,
        token: Some("1-9f3a".into()),
        trace: Some(trace),
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
    let score = if verdict == Verdict::Passed { 3 } else { 0 };
    CheckVerdict {
        name: name.into(),
        kind,
        property: "Every increment counts, whatever the order of the threads.".into(),
        verdict,
        points: 3,
        score,
        explored: (kind == CheckKind::Model && score > 0).then(|| exploration(6360, 500)),
        hints: hints.into_iter().map(str::to_owned).collect(),
    }
}

pub(crate) fn failed(finding: Finding, message: &str, evidence: Evidence) -> Verdict {
    Verdict::Failed(CheckFailure {
        finding,
        message: message.into(),
        evidence,
    })
}

/// A check of kind model that fails with `failure`.
pub(crate) fn model_failure(name: &str, failure: Failure) -> CheckVerdict {
    let message = format!("{} {}", failure.expected, failure.got.as_deref().unwrap_or_default());
    let explored = Exploration {
        executions: failure.executions,
        random: 0,
        preemption_bound: None,
        ..exploration(0, 0)
    };
    let verdict = failed(failure.finding, &message, Evidence::Interleaving(Box::new(failure)));
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
