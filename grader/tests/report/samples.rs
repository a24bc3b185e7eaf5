//! Hand-made reports, one for every way to fail that reads differently.

use std::time::Duration;

use driver::protocol::{
    End, Event, Exploration, Failure, Finding, Object, Place, Replayed, Segment, Thread, Trace, Wait,
};
use grader::verdict::{
    CheckKind, CheckVerdict, Containment, Evidence, Fault, GraderIdentity, ReplayReport, Report, Verdict,
};

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
    Verdict::Failed(Fault {
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

pub(crate) const COUNTER: &str = "\
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Counts to two, on two threads.
pub fn count() -> u64 {
    let counter = Arc::new(AtomicU64::new(0));
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let counter = Arc::clone(&counter);
            thread::spawn(move || {
                let seen = counter.load(Ordering::SeqCst);
                counter.store(seen + 1, Ordering::SeqCst);
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    counter.load(Ordering::SeqCst)
}
";

pub(crate) fn lost_update() -> Failure {
    let counter = Some(0);
    let events = vec![
        event(0, "spawn", None, "thread 1", "", 11),
        event(0, "spawn", None, "thread 2", "", 11),
        event(1, "load", counter, "→ 0", "0", 12),
        preempting(event(2, "load", counter, "→ 0", "0", 12)),
        event(2, "store", counter, "1", "1", 13),
        event(1, "store", counter, "1", "1", 13),
        event(0, "join", None, "thread 1", "", 17),
        event(0, "join", None, "thread 2", "", 17),
        event(0, "load", counter, "→ 1", "1", 18),
    ];
    let trace = trace(
        &["", "", ""],
        vec![object(0, "AtomicU64", 7, 28)],
        events,
        End::Finished,
    );
    failure(Finding::Race, "expected a count of 2", "got 1", 1, trace)
}

/// The lost update after 40 increments that went well.
pub(crate) fn late_lost_update() -> Failure {
    let mut failure = lost_update();
    let trace = failure.trace.as_mut().expect("a lost update has a trace");
    let before = (0..20).flat_map(|n| {
        let (old, new) = (n.to_string(), (n + 1).to_string());
        [
            event(1, "load", Some(0), &format!("→ {old}"), &old, 12),
            event(1, "store", Some(0), &new, &new, 13),
        ]
    });
    trace.events.splice(2..2, before.collect::<Vec<_>>());
    failure
}

pub(crate) const TRANSFER: &str = "\
use std::sync::Mutex;

pub struct Bank {
    savings: Mutex<i64>,
    checking: Mutex<i64>,
}

impl Bank {
    pub fn new() -> Self {
        Self { savings: Mutex::new(100), checking: Mutex::new(100) }
    }

    pub fn save(&self, amount: i64) {
        let mut checking = self.checking.lock().unwrap();
        let mut savings = self.savings.lock().unwrap();
        *checking -= amount;
        *savings += amount;
    }

    pub fn spend(&self, amount: i64) {
        let mut savings = self.savings.lock().unwrap();
        let mut checking = self.checking.lock().unwrap();
        *savings -= amount;
        *checking += amount;
    }
}
";

pub(crate) fn deadlock() -> Failure {
    let events = vec![
        event(0, "spawn", None, "ada", "", 0),
        event(0, "spawn", None, "bob", "", 0),
        event(1, "lock", Some(1), "", "held by 1", 14),
        preempting(event(2, "lock", Some(0), "", "held by 2", 21)),
    ];
    let waits = vec![
        wait(0, "join thread 1", None, 30, &[1], 0),
        wait(1, "lock", Some(0), 15, &[2], 21),
        wait(2, "lock", Some(1), 22, &[1], 14),
    ];
    let objects = vec![object(0, "Mutex", 10, 25), object(1, "Mutex", 10, 52)];
    let trace = trace(
        &["", "ada", "bob"],
        objects,
        events,
        End::Deadlock {
            waits,
            cycle: vec![1, 2],
        },
    );
    failure(
        Finding::Deadlock,
        "expected all threads to end",
        "got threads that wait for each other",
        1,
        trace,
    )
}

pub(crate) const EVENT: &str = "\
pub struct Event {
    is_set: Mutex<bool>,
    changed: Condvar,
}

impl Event {
    pub fn new() -> Self {
        Self { is_set: Mutex::new(false), changed: Condvar::new() }
    }

    pub fn wait(&self) {
        if !*self.is_set.lock().unwrap() {
            let is_set = self.is_set.lock().unwrap();
            drop(self.changed.wait(is_set).unwrap());
        }
    }

    pub fn set(&self) {
        *self.is_set.lock().unwrap() = true;
        self.changed.notify_all();
    }
}
";

pub(crate) fn lost_wakeup() -> Failure {
    let events = vec![
        event(0, "spawn", None, "thread 1", "", 0),
        event(1, "lock", Some(0), "", "held by 1", 12),
        event(1, "unlock", Some(0), "", "free", 12),
        preempting(event(0, "lock", Some(0), "", "held by 0", 19)),
        event(0, "unlock", Some(0), "", "free", 19),
        event(0, "notify_all", Some(1), "→ nobody waits", "", 20),
        event(1, "lock", Some(0), "", "held by 1", 13),
        event(1, "wait", Some(1), "", "", 14),
    ];
    let waits = vec![
        wait(0, "join thread 1", None, 30, &[1], 0),
        wait(1, "wait on a condition variable", Some(1), 14, &[], 0),
    ];
    let objects = vec![object(0, "Mutex", 8, 24), object(1, "Condvar", 8, 52)];
    let end = End::LostWakeup {
        waits,
        waiter: 1,
        notified_at: Some(place(20, 5)),
    };
    let trace = trace(&["", ""], objects, events, end);
    failure(
        Finding::LostWakeup,
        "expected every waiter to wake",
        "got one that sleeps for ever",
        1,
        trace,
    )
}

pub(crate) const WRITER: &str = "\
pub fn one_at_a_time(pauses: &[Duration]) {
    thread::scope(|scope| {
        for (n, pause) in pauses.iter().enumerate() {
            scope.spawn(move || {
                print!(\"Thread-{n} writing..\");
                thread::sleep(*pause);
                println!(\"..done\");
            });
        }
    });
}
";

pub(crate) fn torn_line() -> Failure {
    let stdout = Some(0);
    let events = vec![
        event(1, "write", stdout, "\"Thread-1 writing..\"", "", 5),
        event(1, "sleep", None, "1 s", "", 6),
        event(2, "write", stdout, "\"Thread-2 writing..\"", "", 5),
        event(2, "sleep", None, "2 s", "", 6),
        at(1, event(1, "write", stdout, "\"..done\\n\"", "", 7)),
        at(2, event(2, "write", stdout, "\"..done\\n\"", "", 7)),
    ];
    let mut trace = trace(
        &["", "Thread-1", "Thread-2"],
        vec![object(0, "stdout", 0, 0)],
        events,
        End::Finished,
    );
    trace.stdout = vec![
        segment(1, "Thread-1", b"Thread-1 writing..", 0),
        segment(2, "Thread-2", b"Thread-2 writing..", 0),
        segment(1, "Thread-1", b"..done\n", 1),
        segment(2, "Thread-2", b"..done\n", 2),
    ];
    failure(
        Finding::Race,
        "expected every line to be whole",
        "got a line that two threads wrote",
        0,
        trace,
    )
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
