//! What is told of each way to fail: one story for every pattern.

use insta::assert_snapshot;
use protocol::trace::{
    AtomicType, ChannelOutcome, ChannelSide, ChoiceOptions, CompareExchangeFunction, CompareExchangeOutcome,
    CountAccess, CountKind, CrashSignal, Difference, End, Event, LockFunction, LockOutcome, MemoryOrder, ObjectKind,
    ObjectState, OnceFunction, Op, Outside, Panic, ReceiveFunction, RmwFunction, SelectCase, SelectFunction,
    SendFunction, Trace, Value, Wait, WaitReason, Whom, YieldFunction,
};
use protocol::{Failure, FailureCause, Finding, Measure};
use report::explain::explain;
use report::names::Names;
use report::text::{Text, Tone};

use super::failures::{self, COUNTER, counter};
use super::samples::{
    FILE, LOCKS, broken, ending, event, join, joins, load, lock, object, place, preempting, sleep, spawn, store, takes,
    trace, unlock, unwitnessed, wait,
};

const COLUMNS: usize = 80;

/// The story, as a terminal of 80 columns shows it: its message, then its sentences, then the steps that decide it.
pub(crate) fn told(failure: &Failure, source: &str) -> String {
    let sources = [(FILE.to_owned(), source.to_owned())];
    let story = explain(failure, &Names::of(failure, &sources));
    let steps: Vec<String> = story.steps.iter().map(|step| (step + 1).to_string()).collect();
    let mut text = Text::new();
    text.paragraph(Tone::Plain, 0, &story.message(), COLUMNS);
    text.blank();
    for sentence in &story.sentences {
        text.paragraph(Tone::Plain, 0, sentence, COLUMNS);
    }
    text.plain() + "steps: " + &steps.join(", ")
}

fn on_one_line(text: &str) -> String {
    text.replace('\n', " ")
}

/// A race of which the trace shows `events`.
fn race(events: Vec<Event>, preemptions: u32) -> Failure {
    let objects = vec![counter(), object(1, ObjectKind::Mutex, 0, 0)];
    let trace = trace(&["", "", ""], objects, events, End::Finished);
    broken(Finding::Race, "expected a count of 2", "got 1", preemptions, trace)
}

fn adds(thread: usize, line: u32) -> Event {
    let op = Op::Rmw {
        function: RmwFunction::FetchAdd,
        order: MemoryOrder::SeqCst,
        old: Value::Unsigned(0),
        new: Value::Unsigned(1),
    };
    event(
        thread,
        op,
        Some(0),
        &[(0, ObjectState::Value(Value::Unsigned(1)))],
        line,
    )
}

fn exchanges(thread: usize, line: u32) -> Event {
    let op = Op::CompareExchange {
        function: CompareExchangeFunction::CompareExchange,
        order: MemoryOrder::SeqCst,
        outcome: CompareExchangeOutcome::Exchanged {
            old: Value::Unsigned(0),
            new: Value::Unsigned(1),
        },
    };
    event(
        thread,
        op,
        Some(0),
        &[(0, ObjectState::Value(Value::Unsigned(1)))],
        line,
    )
}

#[test]
fn a_lost_update_of_two_that_read_the_same() {
    assert_snapshot!(told(&failures::lost_update(), COUNTER), @r"
    expected a count of 2, got 1

    Thread 1 and thread 2 both read 0 from `counter` before either wrote, so one of
    the two writes is lost. Between the load at lib.rs:12 and the store at lib.rs:13
    another thread may run.
    steps: 3, 4, 5, 6
    ");
}

/// An operation of `thread` on an atomic that holds 1 afterwards.
fn accesses(thread: usize, op: Op, object: usize, line: u32) -> Event {
    let held = ObjectState::Value(Value::Unsigned(1));
    event(thread, op, Some(object), &[(object, held)], line)
}

fn stores(order: MemoryOrder) -> Op {
    let value = Value::Unsigned(1);
    Op::Store { order, value }
}

/// Reads 0 although 1 is newer.
fn loads_stale(order: MemoryOrder) -> Op {
    let [value, newest] = [0, 1].map(Value::Unsigned);
    let newest = Some(newest);
    Op::Load { order, value, newest }
}

/// A race with a counter and a flag.
fn race_with_flag(events: Vec<Event>) -> Failure {
    let objects = vec![counter(), object(1, ObjectKind::Atomic(AtomicType::Bool), 0, 0)];
    let trace = trace(&["", "", ""], objects, events, End::Finished);
    broken(Finding::Race, "expected 1", "got 0", 1, trace)
}

/// Thread 1 stores to the counter and then to the flag. Thread 2 sees the flag and not the counter.
fn passes(store: MemoryOrder, load: MemoryOrder) -> Failure {
    let (order, value, newest) = (load, Value::Unsigned(1), None);
    race_with_flag(vec![
        accesses(1, stores(MemoryOrder::Relaxed), 0, 12),
        accesses(1, stores(store), 1, 13),
        accesses(2, Op::Load { order, value, newest }, 1, 20),
        accesses(2, loads_stale(MemoryOrder::Relaxed), 0, 21),
    ])
}

#[test]
fn a_stale_read_after_a_message_that_orders_nothing() {
    assert_snapshot!(told(&passes(MemoryOrder::Relaxed, MemoryOrder::Relaxed), COUNTER), @r"
    expected 1, got 0

    Thread 2 read 0 from `counter` at lib.rs:21, although thread 1 had written 1 at
    lib.rs:12 before.
    It had seen what thread 1 wrote to `AtomicBool` after that, but the store at
    lib.rs:13 is `Relaxed` and the load at lib.rs:20 is `Relaxed`. Only a store with
    `Release` and a load with `Acquire` make what came before the store visible
    after the load.
    steps: 1, 2, 3, 4
    ");
    let half = on_one_line(&told(&passes(MemoryOrder::Release, MemoryOrder::Relaxed), COUNTER));
    assert!(
        half.contains("after that, but the load at lib.rs:20 is `Relaxed`. Only"),
        "{half}"
    );
    let half = on_one_line(&told(&passes(MemoryOrder::Relaxed, MemoryOrder::Acquire), COUNTER));
    assert!(
        half.contains("after that, but the store at lib.rs:13 is `Relaxed`. Only"),
        "{half}"
    );
}

#[test]
fn a_stale_read_that_nothing_orders_after_the_store() {
    let events = vec![
        accesses(1, stores(MemoryOrder::Release), 0, 12),
        accesses(2, loads_stale(MemoryOrder::Acquire), 0, 21),
    ];
    assert_snapshot!(told(&race_with_flag(events), COUNTER), @r"
    expected 1, got 0

    Thread 2 read 0 from `counter` at lib.rs:21, although thread 1 had written 1 at
    lib.rs:12 before.
    No lock, no join and no pair of `Release` and `Acquire` orders that write before
    this load, so the memory model allows the older value. With `SeqCst` at both, it
    would have to be the newest.
    steps: 1, 2
    ");
}

#[test]
fn a_compare_exchange_that_fails_for_a_stale_value_before_a_deadlock() {
    let [found, newest] = [0, 1].map(Value::Unsigned);
    let fails = Op::CompareExchange {
        function: CompareExchangeFunction::CompareExchange,
        order: MemoryOrder::Relaxed,
        outcome: CompareExchangeOutcome::Differs {
            found,
            expected: newest,
            newest: Some(newest),
        },
    };
    let events = vec![
        accesses(1, stores(MemoryOrder::Relaxed), 0, 12),
        accesses(2, fails, 0, 21),
    ];
    let waits = vec![joins(0, 30)];
    let end = End::Deadlock {
        waits,
        cycle: Vec::new(),
    };
    let failure = ending(1, trace(&["", "", ""], vec![counter()], events, end));
    let told = told(&failure, COUNTER);
    let first: Vec<&str> = told.lines().skip(3).take(2).collect();
    let expected = [
        "Thread 2 read 0 from `counter` at lib.rs:21, although thread 1 had written 1 at",
        "lib.rs:12 before.",
    ];
    assert_eq!(first, expected, "{told}");
}

#[test]
fn a_lost_update_over_a_change_of_another_kind() {
    let events = vec![load(1, 0, 0, 12), preempting(adds(2, 20)), store(1, 0, 1, 13)];
    assert_snapshot!(told(&race(events, 1), COUNTER), @r"
    expected a count of 2, got 1

    Between the load at lib.rs:12 and the store at lib.rs:13 thread 2 changed
    `counter`, and the store wrote over that change.
    steps: 1, 1, 2, 3
    ");
    let events = vec![load(1, 0, 0, 12), preempting(exchanges(2, 20)), store(1, 0, 1, 13)];
    assert_snapshot!(told(&race(events, 1), COUNTER), @r"
    expected a count of 2, got 1

    Between the load at lib.rs:12 and the store at lib.rs:13 thread 2 changed
    `counter`, and the store wrote over that change.
    steps: 1, 1, 2, 3
    ");
}

#[test]
fn a_check_before_an_act() {
    let events = vec![load(1, 0, 1, 12), preempting(adds(2, 20)), adds(1, 13)];
    assert_snapshot!(told(&race(events, 1), COUNTER), @r"
    expected a count of 2, got 1

    Thread 1 read 1 from `counter` at lib.rs:12 and acted on it at lib.rs:13. In
    between, thread 2 changed it at lib.rs:20.
    steps: 1, 2, 3
    ");
}

#[test]
fn a_lock_that_was_released_in_between() {
    let events = vec![
        lock(1, 1, 12),
        unlock(1, 1),
        preempting(lock(2, 1, 20)),
        unlock(2, 1),
        lock(1, 1, 13),
        unlock(1, 1),
    ];
    assert_snapshot!(told(&race(events.clone(), 1), COUNTER), @r"
    expected a count of 2, got 1

    Thread 1 locked `Mutex` at lib.rs:12, unlocked it and locked it again at
    lib.rs:13. In between, thread 2 locked it at lib.rs:20, so what thread 1 had
    read before may have changed.
    steps: 1, 3, 5
    ");
    let limit_exceeded = Failure {
        finding: Finding::LimitExceeded,
        ..race(events, 1)
    };
    assert_snapshot!(told(&limit_exceeded, COUNTER), @r"
    expected a count of 2, got 1

    Thread 1 was interrupted, and thread 2 ran in between.
    steps: 2, 3
    ");
}

#[test]
fn a_wakeup_that_another_thread_was_quicker_than() {
    let events = |then: Event| {
        vec![
            lock(1, 0, 13),
            failures::waits(1),
            failures::notifies(Whom::One, &[1]),
            lock(2, 0, 19),
            unlock(2, 0),
            failures::wakes_up(1),
            then,
        ]
    };
    let shown = |events| {
        let trace = trace(&["", "", ""], failures::event_objects(), events, End::Finished);
        let failure = broken(Finding::LimitExceeded, "expected at most 1", "2 did", 0, trace);
        told(&failure, failures::EVENT)
    };
    assert_snapshot!(shown(events(unlock(1, 0))), @r"
    expected at most 1, 2 did

    Thread 1 was woken (step 3), but thread 2 locked `is_set` at lib.rs:19 (step 4)
    before thread 1 had the lock again (step 6). After lib.rs:14 it went on without
    waiting again, although what it had waited for may be gone: a wake-up only says
    to look again.
    steps: 3, 4, 6
    ");
    // A loop around the wait looks again, also if what it looks for is there.
    let looped = failures::EVENT.replace("if ", "while ");
    let trace = trace(
        &["", "", ""],
        failures::event_objects(),
        events(unlock(1, 0)),
        End::Finished,
    );
    let failure = broken(Finding::LimitExceeded, "expected at most 1", "2 did", 0, trace);
    assert!(!told(&failure, &looped).contains("was woken"));
    assert_snapshot!(shown(events(failures::waits(1))), @r"
    expected at most 1, 2 did

    No thread has to be interrupted for this: it happens even if each thread runs
    until it waits or ends.
    steps:
    ");
}

#[test]
fn a_torn_line() {
    assert_snapshot!(told(&failures::torn_line(), failures::WRITER), @r"
    expected every line to be whole, got a line that two threads wrote

    Thread-2 wrote at lib.rs:5 into the line that Thread-1 had begun at lib.rs:5 and
    not ended yet.
    steps: 1, 3
    ");
}

#[test]
fn an_interruption_where_no_pattern_fits() {
    let events = vec![adds(1, 12), preempting(adds(2, 20)), adds(1, 13)];
    assert_snapshot!(told(&race(events, 1), COUNTER), @r"
    expected a count of 2, got 1

    Thread 1 was interrupted between lib.rs:12 and lib.rs:13, and thread 2 ran in
    between.
    steps: 1, 2
    ");
    assert_snapshot!(told(&race(vec![adds(1, 12), adds(2, 20)], 0), COUNTER), @r"
    expected a count of 2, got 1

    No thread has to be interrupted for this: it happens even if each thread runs
    until it waits or ends.
    steps:
    ");
}

#[test]
fn a_wrong_result_does_not_depend_on_the_order() {
    let failure = Failure {
        finding: Finding::WrongResult,
        ..failures::lost_update()
    };
    assert_snapshot!(told(&failure, COUNTER), @r"
    expected a count of 2, got 1

    steps:
    ");
}

/// A deadlock of threads that hold and want mutexes.
fn deadlock(waits: Vec<Wait>, cycle: &[usize]) -> Failure {
    let objects = vec![
        object(0, ObjectKind::Mutex, 10, 25),
        object(1, ObjectKind::Mutex, 10, 52),
        object(2, ObjectKind::LazyLock, 0, 0),
    ];
    let events = vec![lock(1, 0, 14), lock(2, 1, 15)];
    let end = End::Deadlock {
        waits,
        cycle: cycle.into(),
    };
    ending(0, trace(&["", "", "", ""], objects, events, end))
}

#[test]
fn a_deadlock_in_a_cycle() {
    assert_snapshot!(told(&failures::deadlock(), failures::TRANSFER), @r"
    expected every thread to end, ada and bob wait for each other

    ada waits at lib.rs:15 to lock `savings`, held by bob since lib.rs:21.
    bob waits at lib.rs:22 to lock `checking`, held by ada since lib.rs:14.
    main waits at lib.rs:30 for ada to end.
    steps:
    ");
    let three = vec![
        wait(1, LOCKS, Some(1), 15, &[2], 15),
        wait(2, WaitReason::Join { thread: 3 }, None, 16, &[3], 0),
        wait(3, LOCKS, Some(0), 17, &[1], 14),
    ];
    assert_snapshot!(told(&deadlock(three, &[1, 2, 3]), failures::TRANSFER), @r"
    expected every thread to end, thread 1, thread 2 and thread 3 wait for each
    other in a circle

    Thread 1 waits at lib.rs:15 to lock `checking`, held by thread 2 since
    lib.rs:15.
    Thread 2 waits at lib.rs:16 for thread 3 to end.
    Thread 3 waits at lib.rs:17 to lock `savings`, held by thread 1 since lib.rs:14.
    steps:
    ");
}

#[test]
fn a_deadlock_of_one_thread_with_itself() {
    let again = vec![joins(1, 30), wait(1, LOCKS, Some(0), 15, &[1], 14)];
    assert_snapshot!(told(&deadlock(again, &[1]), failures::TRANSFER), @r"
    expected every thread to end, thread 1 waits for a lock that it holds itself

    Thread 1 waits at lib.rs:15 to lock `savings`, held by itself since lib.rs:14.
    main waits at lib.rs:30 for thread 1 to end.
    steps:
    ");
    let reason = WaitReason::Initialization {
        function: OnceFunction::Force,
    };
    let again = vec![wait(1, reason, Some(2), 15, &[1], 0)];
    assert_snapshot!(told(&deadlock(again, &[1]), failures::TRANSFER), @r"
    expected every thread to end, thread 1 waits for an initialisation that it has
    begun itself

    Thread 1 waits at lib.rs:15 for `LazyLock` to be initialised by itself.
    steps:
    ");
    let again = vec![wait(1, WaitReason::Join { thread: 1 }, None, 15, &[1], 0)];
    assert_snapshot!(told(&deadlock(again, &[1]), failures::TRANSFER), @r"
    expected every thread to end, thread 1 waits for its own end

    Thread 1 waits at lib.rs:15 for itself to end.
    steps:
    ");
}

#[test]
fn a_deadlock_without_a_cycle() {
    let parks = |thread| wait(thread, WaitReason::Park { has_timeout: false }, None, 15, &[], 0);
    assert_snapshot!(told(&deadlock(vec![parks(0)], &[]), failures::TRANSFER), @r"
    expected every thread to end, main waits, and no thread is left that could end
    the wait

    main waits at lib.rs:15 to be unparked.
    steps:
    ");
    assert_snapshot!(told(&deadlock(vec![joins(1, 30), parks(1)], &[]), failures::TRANSFER), @r"
    expected every thread to end, main and thread 1 wait, and no thread is left that
    could end a wait

    Thread 1 waits at lib.rs:15 to be unparked.
    main waits at lib.rs:30 for thread 1 to end.
    steps:
    ");
    assert_snapshot!(told(&deadlock((0..9).map(parks).collect(), &[]), failures::TRANSFER), @r"
    expected every thread to end, main, thread 1, thread 2 and 6 more wait, and no
    thread is left that could end a wait

    main waits at lib.rs:15 to be unparked.
    Thread 1 waits at lib.rs:15 to be unparked.
    Thread 2 waits at lib.rs:15 to be unparked.
    Thread 3 waits at lib.rs:15 to be unparked.
    Thread 4 waits at lib.rs:15 to be unparked.
    Thread 5 waits at lib.rs:15 to be unparked.
    3 more threads wait.
    steps:
    ");
}

#[test]
fn every_reason_to_wait() {
    let case = |channel, side, left| SelectCase { channel, side, left };
    let reasons = [
        (LOCKS, Some(0), vec![1]),
        (takes_as(LockFunction::Read), Some(3), vec![2]),
        (takes_as(LockFunction::Write), Some(3), vec![1]),
        (WaitReason::WriteLock, Some(4), vec![1]),
        (WaitReason::Relock { lock: 0 }, Some(5), vec![1]),
        (
            WaitReason::Notification {
                lock: 0,
                has_timeout: false,
            },
            Some(5),
            vec![],
        ),
        (WaitReason::Barrier { arrived: 1, needed: 3 }, Some(6), vec![]),
        (
            WaitReason::Message {
                function: ReceiveFunction::Recv,
                senders: 1,
            },
            Some(7),
            vec![],
        ),
        (
            WaitReason::TimerMessage {
                function: ReceiveFunction::Recv,
            },
            Some(7),
            vec![],
        ),
        (
            WaitReason::Room {
                function: SendFunction::Send,
                receivers: 2,
            },
            Some(7),
            vec![],
        ),
        (
            WaitReason::HandOver {
                function: SendFunction::Send,
                receivers: 1,
            },
            Some(7),
            vec![],
        ),
        (
            WaitReason::Partner {
                side: ChannelSide::Send,
            },
            Some(7),
            vec![],
        ),
        (
            WaitReason::Select {
                function: SelectFunction::Select,
                cases: vec![case(Some(7), ChannelSide::Send, 1), case(None, ChannelSide::Receive, 2)],
            },
            None,
            vec![],
        ),
        (
            WaitReason::Select {
                function: SelectFunction::Select,
                cases: vec![],
            },
            None,
            vec![],
        ),
        (
            WaitReason::Initialization {
                function: OnceFunction::CallOnce,
            },
            Some(2),
            vec![1],
        ),
        (WaitReason::Join { thread: 1 }, None, vec![1]),
        (WaitReason::ScopeEnd, None, vec![1, 2]),
        (WaitReason::Park { has_timeout: true }, None, vec![]),
        (WaitReason::Clock, None, vec![]),
        (WaitReason::Jobs { left: 1 }, Some(8), vec![1]),
        (WaitReason::Jobs { left: 2 }, Some(8), vec![]),
        (WaitReason::Work, Some(8), vec![]),
        (WaitReason::Bytes { writers: 1 }, Some(9), vec![]),
        (WaitReason::RoomForBytes { readers: 2 }, Some(9), vec![]),
        (WaitReason::Bytes { writers: 0 }, Some(10), vec![]),
        (WaitReason::Descriptors, None, vec![]),
    ];
    let kinds = [
        ObjectKind::Mutex,
        ObjectKind::Mutex,
        ObjectKind::LazyLock,
        ObjectKind::RwLock,
        ObjectKind::Stdout,
        ObjectKind::Condvar,
        ObjectKind::Barrier,
        ObjectKind::MpscChannel,
        ObjectKind::RayonPool,
        ObjectKind::Pipe,
        ObjectKind::SocketPair,
    ];
    let mut objects: Vec<_> = kinds
        .iter()
        .enumerate()
        .map(|(id, kind)| object(id, *kind, 0, 0))
        .collect();
    objects[9].created_at = Some(place(31, 5));
    let events = vec![
        lock(1, 0, 14),
        takes(1, LockFunction::Read, 3, ObjectState::ReadBy(vec![1]), 15),
    ];
    let sentence = |(reason, object, held_by): (WaitReason, Option<usize>, Vec<usize>)| {
        let end = End::Deadlock {
            waits: vec![wait(3, reason, object, 20, &held_by, 14)],
            cycle: vec![],
        };
        let failure = ending(0, trace(&["", "", "", ""], objects.clone(), events.clone(), end));
        explain(&failure, &Names::of(&failure, &[])).sentences.join(" ")
    };
    assert_snapshot!(reasons.into_iter().map(sentence).collect::<Vec<_>>().join("\n"), @r"
    Thread 3 waits at lib.rs:20 to lock `Mutex #1`, held by thread 1 since lib.rs:14.
    Thread 3 waits at lib.rs:20 to read `RwLock`, behind thread 2, which waits to write.
    Thread 3 waits at lib.rs:20 to write `RwLock`, held by thread 1 since lib.rs:14.
    Thread 3 waits at lib.rs:20 to write to `Stdout`, held by thread 1 since lib.rs:14.
    Thread 3 waits at lib.rs:20 to lock `Mutex #1` again after it was notified, held by thread 1 since lib.rs:14.
    Thread 3 waits at lib.rs:20 for a notification of `Condvar`. No thread notified `Condvar`.
    Thread 3 waits at lib.rs:20 for 2 more threads to arrive at `Barrier`, which opens for 3.
    Thread 3 waits at lib.rs:20 to receive from `mpsc::channel`, which has 1 sender left.
    Thread 3 waits at lib.rs:20 to receive from `mpsc::channel`, into which the clock sends no more.
    Thread 3 waits at lib.rs:20 to send into `mpsc::channel`, which has 2 receivers left.
    Thread 3 waits at lib.rs:20 for its message to be received from `mpsc::channel`, which has 1 receiver left.
    Thread 3 waits at lib.rs:20 for the thread at the other end of `mpsc::channel` to complete its operation.
    Thread 3 waits at lib.rs:20 to send into `mpsc::channel` (1 receiver left) or to receive from a channel (2 senders left).
    Thread 3 waits at lib.rs:20 for one of several channels, none of which can become ready.
    Thread 3 waits at lib.rs:20 for `LazyLock` to be initialised by thread 1.
    Thread 3 waits at lib.rs:20 for thread 1 to end.
    Thread 3 waits at lib.rs:20 for thread 1 and thread 2 to end.
    Thread 3 waits at lib.rs:20 to be unparked.
    Thread 3 waits at lib.rs:20 for a time that never comes.
    Thread 3 waits at lib.rs:20 for 1 job to end, run by thread 1.
    Thread 3 waits at lib.rs:20 for 2 jobs to end, which no thread of `pool` runs.
    Thread 3 waits at lib.rs:20 for a job of `pool`.
    Thread 3 waits at lib.rs:20 to read from the pipe made at lib.rs:31, which has 1 writer left.
    Thread 3 waits at lib.rs:20 for room to write into the pipe made at lib.rs:31, which has 2 readers left.
    Thread 3 waits at lib.rs:20 to read from a socket pair, which has 0 writers left.
    Thread 3 waits at lib.rs:20 for one of several descriptors to be ready.
    ");
}

fn takes_as(function: LockFunction) -> WaitReason {
    WaitReason::Lock { function }
}

#[test]
fn a_lost_wakeup() {
    assert_snapshot!(told(&failures::lost_wakeup(), failures::EVENT), @r"
    expected every waiting thread to be woken, thread 1 waits for a notification
    that was sent before it began to wait

    Thread 1 waits at lib.rs:14 for a notification of `changed`.
    main sent it at lib.rs:20 (step 6), when no thread was waiting. A notification
    is not kept for threads that begin to wait later.
    main waits at lib.rs:30 for thread 1 to end.
    steps: 6
    ");
}

/// A trace with these ends of threads: by a panic with a message, or without one.
fn panics(messages: &[Option<&str>], events: Vec<Event>, end: End) -> Trace {
    let objects = vec![object(0, ObjectKind::Mutex, 0, 0)];
    let mut trace = trace(&vec![""; messages.len()], objects, events, end);
    for (thread, message) in trace.threads.iter_mut().zip(messages) {
        thread.panic = message.map(|message| panic(message, 10 + thread.id as u32));
    }
    trace
}

#[test]
fn a_thread_that_is_not_the_only_owner() {
    let counts = |access, found| {
        let op = Op::Count {
            access,
            of: CountKind::Strong,
            found,
        };
        event(0, op, Some(0), &[(0, ObjectState::Value(Value::Unsigned(found)))], 0)
    };
    let sends = Op::Send {
        function: SendFunction::Send,
        outcome: ChannelOutcome::Done,
    };
    let ends = event(2, Op::EndThread { panicked: false }, None, &[], 0);
    let claims = |other_ends: bool| {
        let mut events = vec![spawn(1, 5), spawn(2, 6), event(1, sends.clone(), Some(1), &[], 7)];
        events.extend(other_ends.then(|| ends.clone()));
        events.push(preempting(counts(CountAccess::Claim, 2)));
        let objects = vec![
            object(0, ObjectKind::StrongCount, 0, 0),
            object(1, ObjectKind::MpscChannel, 4, 9),
        ];
        let end = End::Panicked(panic("nobody else has it", 10));
        ending(1, trace(&["", "", ""], objects, events, end))
    };
    assert_snapshot!(told(&claims(true), ""), @r"
    expected the function to return, main panicked at lib.rs:10: nobody else has it

    main needed to be the only owner of an `Arc` (step 5), but it had 2 owners.
    Thread 1 still had its `Arc`: its last operation was `send` at lib.rs:7 (step
    3).
    steps: 3, 5
    ");
    assert_snapshot!(told(&claims(false), ""), @"
    expected the function to return, main panicked at lib.rs:10: nobody else has it

    main needed to be the only owner of an `Arc` (step 4), but it had 2 owners.
    steps: 4
    ");
}

fn panic(message: &str, line: u32) -> Panic {
    Panic {
        message: message.into(),
        place: Some(place(line, 5)),
    }
}

fn dies(thread: usize) -> Event {
    event(thread, Op::EndThread { panicked: true }, None, &[], 0)
}

#[test]
fn a_panic_and_what_followed_from_it() {
    let finds_poison = |thread| {
        let op = Op::Lock {
            function: LockFunction::Lock,
            outcome: LockOutcome::Poisoned,
        };
        event(thread, op, Some(0), &[(0, ObjectState::HeldBy(thread))], 20)
    };
    // The first thread is the victim of the second, and ends before it.
    let events = vec![
        lock(2, 0, 19),
        unlock(2, 0),
        finds_poison(1),
        unlock(1, 0),
        dies(1),
        dies(2),
    ];
    let messages = [
        Some("a scoped thread panicked"),
        Some("PoisonError { .. }"),
        Some("index out of bounds"),
    ];
    let end = End::Panicked(panic("a scoped thread panicked", 10));
    assert_snapshot!(told(&ending(1, panics(&messages, events, end)), COUNTER), @r"
    expected the function to return, thread 2 panicked at lib.rs:12: index out of
    bounds

    Thread 1 then panicked too: it found `Mutex` poisoned at lib.rs:20. That follows
    from the first panic.
    main panicked at lib.rs:10: a scoped thread panicked
    steps:
    ");
}

#[test]
fn a_panic_that_was_passed_on() {
    let passed_on = Panic {
        message: "no".into(),
        place: None,
    };
    let mut trace = panics(&[None, Some("no")], vec![dies(1)], End::Panicked(passed_on.clone()));
    trace.threads[0].panic = Some(passed_on);
    assert_snapshot!(told(&ending(0, trace), COUNTER), @r"
    expected the function to return, thread 1 panicked at lib.rs:11: no

    main then panicked with the same message.
    steps:
    ");
}

#[test]
fn a_panic_of_the_body_alone() {
    let end = End::Panicked(panic("attempt to divide by zero", 10));
    assert_snapshot!(told(&ending(0, panics(&[None], vec![], end)), COUNTER), @r"
    expected the function to return, main panicked at lib.rs:10: attempt to divide
    by zero

    steps:
    ");
}

#[test]
fn a_panic_that_led_to_another_end() {
    let reason = WaitReason::Message {
        function: ReceiveFunction::Recv,
        senders: 1,
    };
    let end = End::Deadlock {
        waits: vec![wait(0, reason, None, 30, &[], 0)],
        cycle: vec![],
    };
    let trace = panics(&[None, Some("no")], vec![dies(1)], end);
    assert_snapshot!(told(&ending(0, trace), COUNTER), @r"
    expected every thread to end, main waits, and no thread is left that could end
    the wait

    Thread 1 panicked at lib.rs:11: no
    main waits at lib.rs:30 to receive from a channel, which has 1 sender left.
    steps:
    ");
}

#[test]
fn many_panics() {
    let messages = [None, Some("a"), Some("b"), Some("c"), Some("d"), Some("e"), Some("f")];
    let trace = panics(&messages, (1..7).map(dies).collect(), End::Finished);
    let failure = broken(Finding::WrongResult, "expected 6", "got 0", 0, trace);
    assert_snapshot!(told(&failure, COUNTER), @r"
    expected 6, got 0

    Thread 1 panicked at lib.rs:11: a
    Thread 2 panicked at lib.rs:12: b
    Thread 3 panicked at lib.rs:13: c
    Thread 4 panicked at lib.rs:14: d
    2 more threads panicked.
    steps:
    ");
}

#[test]
fn what_no_interleaving_shows() {
    let shown = |finding, executions, most_alive| told(&unwitnessed(finding, executions, most_alive), "");
    assert_snapshot!(shown(Finding::NotConcurrent, 1, 1), @r"
    expected at least one interleaving in which two threads count at once, only one
    interleaving exists, and this does not happen in it: no two threads that the
    function started were alive at the same time

    steps:
    ");
    assert_snapshot!(shown(Finding::OverSerialized, 4120, 2), @r"
    expected at least one interleaving in which two threads count at once, this
    happens in none of 4 120 interleavings, although 2 threads that the function
    started were alive at the same time

    steps:
    ");
}

/// An execution in which no two threads count at once, although it came closest to that.
fn closest(events: Vec<Event>, measure: Option<Measure>) -> Failure {
    let failure = unwitnessed(Finding::OverSerialized, 20, 2);
    let FailureCause::Unwitnessed {
        what,
        executions,
        most_alive,
        ..
    } = failure.cause
    else {
        unreachable!("the sample is one")
    };
    Failure {
        trace: Some(trace(
            &["", "", ""],
            vec![object(0, ObjectKind::Mutex, 0, 0)],
            events,
            End::Finished,
        )),
        cause: FailureCause::Unwitnessed {
            what,
            measure,
            executions,
            most_alive,
        },
        ..failure
    }
}

#[test]
fn what_keeps_threads_from_working_at_once() {
    let reached = Some(Measure { reached: 3, wanted: 4 });
    let early = vec![
        spawn(1, 12),
        sleep(1, 1, 20),
        join(1, 13),
        spawn(2, 12),
        sleep(2, 1, 20),
        join(2, 13),
    ];
    assert_snapshot!(told(&closest(early, reached), ""), @r"
    expected at least one interleaving in which two threads count at once, the best
    of 20 interleavings reaches 3 of 4

    The `join` at lib.rs:13 waits for thread 1, and only after that main starts
    thread 2 at lib.rs:12: the two never run at once.
    steps: 1, 3, 4
    ");
    let scope = |line| event(0, Op::LeaveScope, None, &[], line);
    let scopes = vec![
        spawn(1, 12),
        sleep(1, 1, 20),
        scope(14),
        spawn(2, 12),
        sleep(2, 1, 20),
        scope(14),
    ];
    assert_snapshot!(told(&closest(scopes, reached), ""), @r"
    expected at least one interleaving in which two threads count at once, the best
    of 20 interleavings reaches 3 of 4

    The end of the scope at lib.rs:14 waits for its threads, and only after that
    main starts thread 2 at lib.rs:12: the two never run at once.
    steps: 1, 3, 4
    ");
    let locked = |thread| {
        vec![
            lock(thread, 0, 30),
            sleep(thread, 1, 31),
            sleep(thread, 1, 32),
            unlock(thread, 0),
        ]
    };
    let held = [vec![spawn(1, 12), spawn(2, 12)], locked(1), locked(2)].concat();
    assert_snapshot!(told(&closest(held.clone(), None), ""), @r"
    expected at least one interleaving in which two threads count at once, this
    happens in none of 20 interleavings

    Thread 1 holds `Mutex` at lib.rs:30, and sleeps 1 s meanwhile at lib.rs:32.
    Thread 2 waits for `Mutex` at lib.rs:30 until then.
    steps: 3, 6, 7
    ");
    let whole = |thread| vec![lock(thread, 0, 30), unlock(thread, 0)];
    let whole = [vec![spawn(1, 12), spawn(2, 12)], whole(1), whole(2)].concat();
    assert_snapshot!(told(&closest(whole, None), ""), @r"
    expected at least one interleaving in which two threads count at once, this
    happens in none of 20 interleavings

    Thread 1 holds `Mutex` at lib.rs:30, for as long as it lives. Thread 2 waits for
    `Mutex` at lib.rs:30 until then.
    steps: 3, 4, 5
    ");
    // Thread 2 does something else once the lock is free, so it did not wait for it.
    let mut busy = held;
    busy.insert(6, sleep(2, 1, 40));
    assert_snapshot!(told(&closest(busy, reached), ""), @r"
    expected at least one interleaving in which two threads count at once, the best
    of 20 interleavings reaches 3 of 4: no more than 2 threads that the function
    started were alive at the same time

    steps:
    ");
    // Another lock, which thread 2 has meanwhile, keeps it from nothing.
    let passing = vec![lock(2, 1, 33), unlock(2, 1)];
    let passed = [vec![spawn(1, 12), spawn(2, 12)], locked(1)].concat();
    let passed = [&passed[..4], &passing, &passed[4..], &locked(2)].concat();
    assert!(told(&closest(passed, None), "").contains("Thread 1 holds `Mutex` at lib.rs:30"));
}

#[test]
fn a_thread_that_sleeps_until_another_one_has_had_its_turn() {
    let events = vec![
        spawn(1, 12),
        spawn(2, 12),
        lock(1, 0, 13),
        failures::waits(1),
        lock(2, 0, 19),
        unlock(2, 0),
        event(
            2,
            Op::Notify {
                whom: Whom::One,
                woke: vec![1],
            },
            Some(1),
            &[],
            20,
        ),
        failures::wakes_up(1),
        unlock(1, 0),
    ];
    assert_snapshot!(told(&closest(events, None), ""), @r"
    expected at least one interleaving in which two threads count at once, this
    happens in none of 20 interleavings

    Thread 1 sleeps at lib.rs:14 until thread 2 notifies it at lib.rs:20.
    steps: 4, 7
    ");
}

#[test]
fn what_is_in_the_way_of_a_property_is_a_join_or_a_pause_under_a_lock() {
    let shown = |finding, lines: [u32; 2]| {
        let work = |thread, line| vec![lock(thread, 0, 12), sleep(thread, 1, line), unlock(thread, 0)];
        let events = [vec![spawn(1, 5), spawn(2, 5)], work(1, lines[0]), work(2, lines[1])].concat();
        let objects = vec![object(0, ObjectKind::Mutex, 4, 9)];
        let trace = trace(&["", "", ""], objects, events, End::Finished);
        told(
            &broken(finding, "expected the pauses to take 1s.", "got 2s.", 0, trace),
            COUNTER,
        )
    };
    assert_snapshot!(shown(Finding::OverSerialized, [13, 13]), @r"
    expected the pauses to take 1s, got 2s

    Thread 1 holds `Mutex #1` at lib.rs:12, and sleeps 1 s meanwhile at lib.rs:13.
    Thread 2 waits for `Mutex #1` at lib.rs:12 until then.
    steps: 3, 5, 6
    ");
    // The task may ask for this pause, and then nothing is in the way of other threads.
    assert_snapshot!(shown(Finding::NotConcurrent, [13, 13]), @r"
    expected the pauses to take 1s, got 2s

    steps:
    ");
}

#[test]
fn a_busy_wait() {
    let spins = |events: Vec<Event>, place| {
        let events = (0..9).flat_map(|_| events.clone()).collect();
        let objects = vec![counter(), object(1, ObjectKind::Mutex, 0, 0)];
        told(
            &ending(0, trace(&["", ""], objects, events, End::BusyWait { thread: 1, place })),
            COUNTER,
        )
    };
    assert_snapshot!(spins(vec![load(1, 0, 0, 12)], Some(place(12, 5))), @r"
    expected a waiting thread to sleep until it is woken, thread 1 waits in a loop
    at lib.rs:12

    Thread 1 checks `counter` again and again instead of sleeping until another
    thread wakes it.
    steps:
    ");
    assert_snapshot!(spins(vec![lock(1, 1, 12), unlock(1, 1), load(1, 0, 0, 13)], None), @r"
    expected a waiting thread to sleep until it is woken, thread 1 waits in a loop

    Thread 1 checks `counter` and `Mutex` again and again instead of sleeping until
    another thread wakes it.
    steps:
    ");
    let yields = Op::Yield {
        function: YieldFunction::SpinLoop,
    };
    assert_snapshot!(spins(vec![event(1, yields, None, &[], 12)], Some(place(12, 5))), @r"
    expected a waiting thread to sleep until it is woken, thread 1 waits in a loop
    at lib.rs:12

    Thread 1 checks again and again instead of sleeping until another thread wakes
    it.
    steps:
    ");
}

#[test]
fn a_livelock() {
    let circles = |threads: &[usize]| {
        let round = |&thread: &usize| [adds(thread, 12), lock(thread, 1, 13), unlock(thread, 1)];
        let events = (0..9).flat_map(|_| threads.iter().flat_map(round)).collect();
        let objects = vec![counter(), object(1, ObjectKind::Mutex, 0, 0)];
        let end = End::Livelock {
            threads: threads.into(),
        };
        told(&ending(1, trace(&["", "", ""], objects, events, end)), COUNTER)
    };
    assert_snapshot!(circles(&[1]), @r"
    expected every thread to end, thread 1 runs in a loop that does not end

    Thread 1 repeats lib.rs:12 and lib.rs:13.
    steps:
    ");
    assert_snapshot!(circles(&[1, 2]), @r"
    expected every thread to end, thread 1 and thread 2 run in loops that do not end

    Thread 1 repeats lib.rs:12 and lib.rs:13.
    Thread 2 repeats lib.rs:12 and lib.rs:13.
    steps:
    ");
}

#[test]
fn an_endless_loop() {
    let computes = |events: Vec<Event>, place| {
        let end = End::EndlessLoop {
            thread: 1,
            place,
            backtraces: Vec::new(),
        };
        let objects = vec![counter(), object(1, ObjectKind::Mutex, 0, 0)];
        told(&ending(0, trace(&["", ""], objects, events, end)), COUNTER)
    };
    assert_snapshot!(computes(vec![lock(1, 1, 12), load(0, 0, 0, 30)], Some(place(14, 5))), @r"
    expected every thread to end, thread 1 runs in a loop at lib.rs:14 that does not
    end

    Thread 1 has only computed since lib.rs:12. It has used no lock, channel, atomic
    or clock, so nothing that another thread does can end the loop.
    steps:
    ");
    assert_snapshot!(computes(vec![load(0, 0, 0, 30)], None), @r"
    expected every thread to end, thread 1 runs in a loop that does not end

    Thread 1 has only computed since it started. It has used no lock, channel,
    atomic or clock, so nothing that another thread does can end the loop.
    steps:
    ");
}

#[test]
fn a_stack_that_overflows() {
    let overflows = |size, place| {
        let end = End::StackOverflow {
            thread: 1,
            size,
            place,
            backtraces: Vec::new(),
        };
        told(&ending(0, trace(&["", ""], vec![], vec![spawn(1, 30)], end)), COUNTER)
    };
    assert_snapshot!(overflows(2 << 20, Some(place(14, 5))), @r"
    expected every thread to end, thread 1 overflowed its stack of 2 MiB at
    lib.rs:14

    Mostly a function that calls itself without end does this. Here the calls go
    through lib.rs:14.
    steps:
    ");
    assert_snapshot!(overflows(192 << 10, None), @r"
    expected every thread to end, thread 1 overflowed its stack of 192 KiB

    Mostly a function that calls itself without end does this.
    steps:
    ");
}

#[test]
fn panics_that_end_the_process() {
    let panic = |message: &str, line| Panic {
        message: message.to_owned(),
        place: Some(place(line, 5)),
    };
    let aborts = |panics| {
        let end = End::Aborted { thread: 1, panics };
        told(&ending(0, trace(&["", ""], vec![], vec![spawn(1, 30)], end)), COUNTER)
    };
    assert_snapshot!(aborts(vec![panic("first", 12), panic("second", 14)]), @r"
    expected the function to return, thread 1 panicked at lib.rs:12: first; while
    that panic unwound, thread 1 panicked at lib.rs:14: second

    The second panic left a destructor that ran because of the first one: that ends
    the whole process.
    steps:
    ");
    assert_snapshot!(aborts(vec![panic("only", 12)]), @r"
    expected the function to return, thread 1 panicked at lib.rs:12: only

    Thread 1 panicked where no panic may pass: that ends the whole process.
    steps:
    ");
}

#[test]
fn a_crash() {
    let crashes = |finding, signal| {
        let end = End::Crashed {
            thread: 1,
            signal,
            place: Some(place(14, 5)),
            backtraces: Vec::new(),
        };
        let mut failure = ending(0, trace(&["", ""], vec![], vec![spawn(1, 30)], end));
        failure.finding = finding;
        told(&failure, COUNTER)
    };
    assert_snapshot!(crashes(Finding::Panic, CrashSignal::SegmentationFault), @r"
    expected the function to return, thread 1 used memory that the process does not
    have (SIGSEGV) at lib.rs:14

    steps:
    ");
    assert_snapshot!(crashes(Finding::Panic, CrashSignal::Abort), @r"
    expected the function to return, thread 1 aborted the process (SIGABRT) at
    lib.rs:14

    steps:
    ");
    assert_snapshot!(crashes(Finding::MemoryLimit, CrashSignal::Abort), @r"
    expected the function to return, thread 1 asked for more memory than the limit
    at lib.rs:14

    steps:
    ");
}

#[test]
fn a_wait_outside_the_model() {
    let waits = |outside, place| {
        let end = End::OutsideWait {
            thread: 1,
            outside,
            place,
            backtraces: Vec::new(),
        };
        told(&ending(0, trace(&["", ""], vec![], vec![spawn(1, 30)], end)), COUNTER)
    };
    assert_snapshot!(waits(Outside::Pipe, Some(place(14, 5))), @r"
    expected every wait to be for another thread, thread 1 waits at lib.rs:14 for a
    pipe from outside the program

    This check controls every thread and explores the orders in which they run.
    Pipes of `std::io::pipe` and pairs of sockets are controlled as well. What
    another process does, and what else a thread waits for, is not, so the check
    cannot go on.
    steps:
    ");
    assert_snapshot!(waits(Outside::ChildProcess, Some(place(14, 5))), @r"
    expected no other process to be started, thread 1 starts one at lib.rs:14

    This check controls every thread and explores the orders in which they run.
    Pipes of `std::io::pipe` and pairs of sockets are controlled as well. What
    another process does, and what else a thread waits for, is not, so the check
    cannot go on.
    steps:
    ");
    assert_snapshot!(waits(Outside::Other, None), @r"
    expected every wait to be for another thread, thread 1 waits for something
    outside the program

    This check controls every thread and explores the orders in which they run.
    Pipes of `std::io::pipe` and pairs of sockets are controlled as well. What
    another process does, and what else a thread waits for, is not, so the check
    cannot go on.
    steps:
    ");
}

#[test]
fn a_limit_of_steps() {
    let mut trace = trace(&["", ""], vec![counter()], vec![load(1, 0, 0, 12)], End::StepLimit);
    trace.threads[1].operations = 9999;
    assert_snapshot!(told(&ending(0, trace), COUNTER), @r"
    expected the work to be done within the limit of operations, after 9 999
    operations the threads were still working

    steps:
    ");
}

#[test]
fn threads_that_are_left() {
    let left = |threads: &[usize]| {
        let names = vec![""; threads.len() + 1];
        let end = End::ThreadsLeft {
            threads: threads.into(),
        };
        told(&ending(0, trace(&names, vec![], vec![spawn(1, 12)], end)), COUNTER)
    };
    assert_snapshot!(left(&[1]), @r"
    expected every thread to have ended when the function returns, thread 1 was
    still running

    Thread 1 was spawned at lib.rs:12, and nobody joined it.
    steps:
    ");
    assert_snapshot!(left(&[1, 2, 3, 4, 5]), @r"
    expected every thread to have ended when the function returns, thread 1, thread
    2, thread 3 and 2 more were still running

    Thread 1, thread 2, thread 3 and 2 more were spawned at lib.rs:12, and nobody
    joined them.
    steps:
    ");
}

#[test]
fn a_process_that_was_ended() {
    let exits = |code, events: Vec<Event>| {
        let end = End::Exited {
            code,
            thread: 1,
            place: Some(place(12, 5)),
        };
        told(&ending(0, trace(&["", ""], vec![], events, end)), COUNTER)
    };
    let call = |code| event(1, Op::Exit { code }, None, &[], 12);
    assert_snapshot!(exits(Some(3), vec![call(Some(3))]), @r"
    expected the function to return, thread 1 called `process::exit(3)` at
    lib.rs:12, which ends the whole process

    steps:
    ");
    assert_snapshot!(exits(None, vec![call(None)]), @r"
    expected the function to return, thread 1 called `process::abort()` at
    lib.rs:12, which ends the whole process

    steps:
    ");
}

#[test]
fn an_execution_that_does_not_follow_its_schedule() {
    let differs = |difference| {
        let end = End::Nondeterministic(difference);
        told(&ending(0, trace(&["", "", ""], vec![counter()], vec![], end)), COUNTER)
    };
    let options = |options| ChoiceOptions {
        options,
        n_non_preemptive: 1,
    };
    let choice = |expected| Difference::Choice {
        index: 2,
        chosen: 1,
        expected,
        found: options(1),
    };
    assert_snapshot!(differs(choice(Some(options(2)))), @r"
    expected the same schedule to give the same execution, it did not: the
    submission depends on something other than its schedule

    The executions first differ at choice 3: the scheduler had 2 options at first,
    and 1 option this time.
    steps:
    ");
    assert_snapshot!(differs(choice(None)), @r"
    expected the same schedule to give the same execution, it did not: the
    submission depends on something other than its schedule

    Choice 3 of the schedule does not fit: the scheduler had 1 option this time.
    steps:
    ");
    assert_snapshot!(differs(Difference::Operations { index: 2 }), @r"
    expected the same schedule to give the same execution, it did not: the
    submission depends on something other than its schedule

    Before choice 3 of the schedule, the threads did something else this time.
    steps:
    ");
    let other = Difference::Event {
        index: 3,
        expected: Some(Box::new(load(1, 0, 7, 12))),
        found: Some(Box::new(sleep(2, 1, 13))),
    };
    assert_snapshot!(differs(other), @r"
    expected the same schedule to give the same execution, it did not: the
    submission depends on something other than its schedule

    The executions first differ at step 4: thread 1 did `load → 7` on `counter` at
    lib.rs:12 at first, and thread 2 did `sleep 1 s` at lib.rs:13 this time.
    steps:
    ");
    let over = Difference::Event {
        index: 3,
        expected: Some(Box::new(load(1, 0, 7, 12))),
        found: None,
    };
    assert_snapshot!(differs(over), @r"
    expected the same schedule to give the same execution, it did not: the
    submission depends on something other than its schedule

    The executions first differ at step 4: thread 1 did `load → 7` on `counter` at
    lib.rs:12 at first, and nothing happened this time.
    steps:
    ");
    assert_snapshot!(differs(Difference::Outcome), @r"
    expected the same schedule to give the same execution, it did not: the
    submission depends on something other than its schedule

    Every operation was the same, but the output or the end was not.
    steps:
    ");
}

#[test]
fn a_schedule_that_fails_in_two_ways() {
    let failure = |then| Failure {
        finding: Finding::Nondeterministic,
        cause: FailureCause::Nondeterministic {
            first: Finding::Race,
            then,
        },
        ..failures::lost_update()
    };
    assert_snapshot!(told(&failure(None), COUNTER), @r"
    expected the same schedule to give the same execution, it gave `race` first and
    nothing wrong the second time: the submission depends on something other than
    its schedule

    steps:
    ");
    assert_snapshot!(told(&failure(Some(Finding::Deadlock)), COUNTER), @r"
    expected the same schedule to give the same execution, it gave `race` first and
    `deadlock` the second time: the submission depends on something other than its
    schedule

    steps:
    ");
}
