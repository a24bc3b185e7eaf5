//! Sources and how they fail, one of each kind that has a story.

use protocol::trace::End;
use protocol::{Failure, Finding};

use super::samples::{at, event, failure, object, place, preempting, segment, trace, wait};

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
