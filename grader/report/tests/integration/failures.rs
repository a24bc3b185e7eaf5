//! Sources and how they fail, one of each kind that has a story.

use protocol::trace::{AtomicType, End, Event, Object, ObjectKind, ObjectState, Op, WaitReason, WakeReason, Whom};
use protocol::{Failure, Finding};

use super::samples::{
    LOCKS, at, broken, ending, event, join, joins, load, lock, object, place, preempting, segment, sleep, spawn, store,
    trace, unlock, wait, writes,
};

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
    let events = vec![
        spawn(1, 11),
        spawn(2, 11),
        load(1, 0, 0, 12),
        preempting(load(2, 0, 0, 12)),
        store(2, 0, 1, 13),
        store(1, 0, 1, 13),
        join(1, 17),
        join(2, 17),
        load(0, 0, 1, 18),
    ];
    let trace = trace(&["", "", ""], vec![counter()], events, End::Finished);
    broken(Finding::Race, "expected a count of 2", "got 1", 1, trace)
}

/// The counter of [`COUNTER`].
pub(crate) fn counter() -> Object {
    object(0, ObjectKind::Atomic(AtomicType::U64), 7, 28)
}

/// The lost update after 40 increments that went well.
pub(crate) fn late_lost_update() -> Failure {
    let mut failure = lost_update();
    let trace = failure.trace.as_mut().expect("a lost update has a trace");
    let before = (0..20).flat_map(|n| [load(1, 0, n, 12), store(1, 0, n + 1, 13)]);
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
    let events = vec![spawn(1, 0), spawn(2, 0), lock(1, 1, 14), preempting(lock(2, 0, 21))];
    let waits = vec![
        joins(1, 30),
        wait(1, LOCKS, Some(0), 15, &[2], 21),
        wait(2, LOCKS, Some(1), 22, &[1], 14),
    ];
    let objects = vec![
        object(0, ObjectKind::Mutex, 10, 25),
        object(1, ObjectKind::Mutex, 10, 52),
    ];
    let end = End::Deadlock {
        waits,
        cycle: vec![1, 2],
    };
    ending(1, trace(&["", "ada", "bob"], objects, events, end))
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
        spawn(1, 0),
        lock(1, 0, 12),
        unlock(1, 0),
        preempting(lock(0, 0, 19)),
        unlock(0, 0),
        notifies(Whom::All, &[]),
        lock(1, 0, 13),
        waits(1),
    ];
    let reason = WaitReason::Notification {
        lock: 0,
        has_timeout: false,
    };
    let end = End::LostWakeup {
        waits: vec![joins(1, 30), wait(1, reason, Some(1), 14, &[], 0)],
        waiter: 1,
        notified_at: Some(place(20, 5)),
    };
    ending(1, trace(&["", ""], event_objects(), events, end))
}

/// The lock and the condition variable of [`EVENT`].
pub(crate) fn event_objects() -> Vec<Object> {
    vec![
        object(0, ObjectKind::Mutex, 8, 24),
        object(1, ObjectKind::Condvar, 8, 52),
    ]
}

/// A thread begins to wait at the condition variable of [`EVENT`].
pub(crate) fn waits(thread: usize) -> Event {
    let op = Op::Wait {
        lock: 0,
        has_timeout: false,
    };
    event(thread, op, Some(1), &[(0, ObjectState::Free)], 14)
}

/// The body notifies it.
pub(crate) fn notifies(whom: Whom, woke: &[usize]) -> Event {
    let op = Op::Notify {
        whom,
        woke: woke.into(),
    };
    event(0, op, Some(1), &[], 20)
}

/// A thread that was notified there goes on.
pub(crate) fn wakes_up(thread: usize) -> Event {
    let op = Op::WakeUp {
        lock: 0,
        reason: WakeReason::Notified,
        poisoned: false,
    };
    event(thread, op, Some(1), &[(0, ObjectState::HeldBy(thread))], 14)
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
    let events = vec![
        writes(1, 0, "Thread-1 writing..", 5),
        sleep(1, 1, 6),
        writes(2, 0, "Thread-2 writing..", 5),
        sleep(2, 2, 6),
        at(1, writes(1, 0, "..done\n", 7)),
        at(2, writes(2, 0, "..done\n", 7)),
    ];
    let mut trace = trace(
        &["", "Thread-1", "Thread-2"],
        vec![object(0, ObjectKind::Stdout, 0, 0)],
        events,
        End::Finished,
    );
    trace.stdout = vec![
        segment(1, "Thread-1", b"Thread-1 writing..", 0),
        segment(2, "Thread-2", b"Thread-2 writing..", 0),
        segment(1, "Thread-1", b"..done\n", 1),
        segment(2, "Thread-2", b"..done\n", 2),
    ];
    broken(
        Finding::Race,
        "expected every line to be whole",
        "got a line that two threads wrote",
        0,
        trace,
    )
}
