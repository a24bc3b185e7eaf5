//! The table of an interleaving: the words for what threads do and for what objects hold.

use std::time::Duration;

use insta::assert_snapshot;
use protocol::Finding;
use protocol::trace::{
    AtomicType, ChannelOutcome, ChannelProperty, ChannelSide, CompareExchangeFunction, CompareExchangeOutcome,
    CountAccess, CountKind, End, Event, LockFunction, LockOutcome, MemoryOrder, ObjectKind, ObjectState, OnceFunction,
    OnceOutcome, Op, ReceiveFunction, RmwFunction, SelectFunction, SelectOutcome, SendFunction, Value, WakeReason,
    Whom, YieldFunction,
};
use report::{Extent, Options, human};

use super::samples::{broken, event, lock, object, replayed, takes, trace, unlock};

/// The table of all `events`, which thread 1, called `ada`, and thread 2, called `bob`, did to objects of these kinds.
fn table(kinds: &[ObjectKind], events: Vec<Event>, columns: usize) -> String {
    let objects = kinds.iter().enumerate().map(|(id, kind)| object(id, *kind, 0, 0));
    let trace = trace(&["", "ada", "bob"], objects.collect(), events, End::Finished);
    let options = Options {
        columns,
        extent: Extent::Full,
        ..Options::default()
    };
    human::replay(&replayed(None, trace), &options).plain()
}

#[test]
fn a_thread_that_waits_at_a_barrier_keeps_its_lock() {
    let arrives = |thread, arrived| {
        let op = Op::BarrierWait { arrived, needed: 2 };
        let state = ObjectState::Arrived {
            arrived: arrived % 2,
            needed: 2,
        };
        event(thread, op, Some(1), &[(1, state)], 12)
    };
    let events = vec![lock(1, 0, 11), arrives(1, 1), arrives(2, 2), unlock(1, 0)];
    assert_snapshot!(table(&[ObjectKind::Mutex, ObjectKind::Barrier], events, 100), @r"
    counting  every_increment_counts
    exercises/counting

     ✓ this interleaving is right, 1 preemption
         scenario  two threads

         step     ada                      bob                              Barrier  Mutex
            1     lock Mutex    lib.rs:11                                            held by ada
            2     wait Barrier  lib.rs:12                                   1 of 2   held by ada
            3                              wait Barrier → opens  lib.rs:12  0 of 2   held by ada
            4     unlock Mutex                                              0 of 2   free

         lib.rs:11  thread::spawn(move || {
         lib.rs:12      let seen = counter.load(Ordering::SeqCst);
    ");
}

#[test]
fn a_thread_that_waits_at_a_condition_variable_gives_up_the_lock_that_it_names() {
    let waits = Op::Wait {
        lock: 0,
        has_timeout: false,
    };
    let wakes_up = Op::WakeUp {
        lock: 0,
        reason: WakeReason::Notified,
        poisoned: false,
    };
    let events = vec![
        lock(1, 0, 11),
        // Not the lock that it took last.
        lock(1, 1, 12),
        event(1, waits, Some(2), &[(0, ObjectState::Free)], 13),
        event(1, wakes_up, Some(2), &[(0, ObjectState::HeldBy(1))], 13),
    ];
    let kinds = [ObjectKind::Mutex, ObjectKind::Mutex, ObjectKind::Condvar];
    assert_snapshot!(table(&kinds, events, 100), @r"
    counting  every_increment_counts
    exercises/counting

     ✓ this interleaving is right, 1 preemption
         scenario  two threads

         step     ada                         Mutex #1     Mutex #2
            1     lock Mutex #1    lib.rs:11  held by ada
            2     lock Mutex #2    lib.rs:12  held by ada  held by ada
            3     wait Condvar     lib.rs:13  free         held by ada
            4     wake up Condvar  lib.rs:13  held by ada  held by ada

         lib.rs:11  thread::spawn(move || {
         lib.rs:12      let seen = counter.load(Ordering::SeqCst);
         lib.rs:13      counter.store(seen + 1, Ordering::SeqCst);
    ");
}

#[test]
fn readers_of_a_lock_are_named() {
    let reads =
        |thread, readers: &[usize]| takes(thread, LockFunction::Read, 0, ObjectState::ReadBy(readers.into()), 11);
    let events = vec![reads(1, &[1]), reads(2, &[1, 2]), reads(1, &[1, 2, 1])];
    assert_snapshot!(table(&[ObjectKind::RwLock], events, 100), @r"
    counting  every_increment_counts
    exercises/counting

     ✓ this interleaving is right, 1 preemption
         scenario  two threads

         step     ada              bob              RwLock
            1     read  lib.rs:11                   read by ada
            2                      read  lib.rs:11  read by ada, bob
            3     read  lib.rs:11                   read by ada, bob

         lib.rs:11  thread::spawn(move || {
    ");
}

#[test]
fn every_operation_has_its_words() {
    let order = MemoryOrder::Relaxed;
    let (zero, one) = (Value::Unsigned(0), Value::Signed(-1));
    let compare = |function, outcome| Op::CompareExchange {
        function,
        order,
        outcome,
    };
    let strong = CompareExchangeFunction::CompareExchange;
    let weak = CompareExchangeFunction::CompareExchangeWeak;
    let locks = |function, outcome| Op::Lock { function, outcome };
    let wakes = |reason, poisoned| Op::WakeUp {
        lock: 0,
        reason,
        poisoned,
    };
    let sends = |function, outcome| Op::Send { function, outcome };
    let receives = |function, outcome| Op::Receive { function, outcome };
    let selects = |function, outcome| Op::Select { function, outcome };
    let initialises = |function, outcome| Op::Initialize { function, outcome };
    let inspects = |seen| Op::Inspect { seen };
    let parks = |has_timeout, reason| Op::Park { has_timeout, reason };
    let counts = |access, of| Op::Count { access, of, found: 2 };
    let ops = vec![
        Op::Load {
            order,
            value: zero,
            newest: None,
        },
        Op::Load {
            order,
            value: zero,
            newest: Some(one),
        },
        Op::Store {
            order,
            value: Value::Bool(true),
        },
        Op::Rmw {
            function: RmwFunction::Swap,
            order,
            old: Value::Pointer { is_null: true },
            new: Value::Pointer { is_null: false },
        },
        compare(strong, CompareExchangeOutcome::Exchanged { old: zero, new: one }),
        compare(
            strong,
            CompareExchangeOutcome::Differs {
                found: zero,
                expected: one,
                newest: None,
            },
        ),
        compare(
            strong,
            CompareExchangeOutcome::Differs {
                found: zero,
                expected: one,
                newest: Some(one),
            },
        ),
        compare(weak, CompareExchangeOutcome::Spurious { found: zero }),
        Op::Fence { order },
        locks(LockFunction::Lock, LockOutcome::Acquired),
        locks(LockFunction::Write, LockOutcome::Poisoned),
        locks(LockFunction::TryRead, LockOutcome::WouldBlock),
        Op::Unlock,
        Op::Downgrade,
        Op::IsPoisoned { poisoned: true },
        Op::ClearPoison,
        Op::Wait {
            lock: 0,
            has_timeout: false,
        },
        Op::Wait {
            lock: 0,
            has_timeout: true,
        },
        wakes(WakeReason::Notified, false),
        wakes(WakeReason::Notified, true),
        wakes(WakeReason::TimedOut, false),
        wakes(WakeReason::Spurious, false),
        Op::Notify {
            whom: Whom::One,
            woke: vec![],
        },
        Op::Notify {
            whom: Whom::All,
            woke: vec![2, 1, 0],
        },
        Op::BarrierWait { arrived: 1, needed: 2 },
        Op::BarrierWait { arrived: 2, needed: 2 },
        sends(SendFunction::Send, ChannelOutcome::Done),
        sends(SendFunction::TrySend, ChannelOutcome::WouldBlock),
        receives(ReceiveFunction::RecvTimeout, ChannelOutcome::TimedOut),
        receives(ReceiveFunction::Recv, ChannelOutcome::Disconnected),
        Op::DropSender { left: 1 },
        Op::DropReceiver { left: 0 },
        inspects(ChannelProperty::IsEmpty(true)),
        inspects(ChannelProperty::IsFull(false)),
        inspects(ChannelProperty::Len(3)),
        selects(SelectFunction::Select, SelectOutcome::Taken(ChannelSide::Send)),
        selects(
            SelectFunction::Select,
            SelectOutcome::Disconnected(ChannelSide::Receive),
        ),
        selects(SelectFunction::Ready, SelectOutcome::Ready(ChannelSide::Receive)),
        selects(SelectFunction::TrySelect, SelectOutcome::WouldBlock),
        selects(SelectFunction::SelectTimeout, SelectOutcome::TimedOut),
        initialises(OnceFunction::Get, OnceOutcome::Complete),
        initialises(OnceFunction::Force, OnceOutcome::Begins),
        initialises(OnceFunction::IsCompleted, OnceOutcome::Incomplete),
        initialises(OnceFunction::CallOnce, OnceOutcome::Poisoned),
        Op::Spawn { thread: 2 },
        Op::Join { thread: 2 },
        Op::IsFinished {
            thread: 2,
            finished: false,
        },
        Op::LeaveScope,
        Op::EndThread { panicked: false },
        Op::EndThread { panicked: true },
        parks(false, WakeReason::Notified),
        parks(true, WakeReason::TimedOut),
        Op::Unpark { thread: 2 },
        Op::Sleep {
            duration: Duration::from_millis(1500),
        },
        Op::Yield {
            function: YieldFunction::YieldNow,
        },
        Op::Yield {
            function: YieldFunction::SpinLoop,
        },
        Op::Write {
            bytes: b"line\n\xff".into(),
        },
        Op::Exit { code: Some(3) },
        Op::Exit { code: None },
        counts(CountAccess::Add, CountKind::Strong),
        counts(CountAccess::Remove, CountKind::Strong),
        counts(CountAccess::Read, CountKind::Strong),
        counts(CountAccess::Claim, CountKind::Strong),
        counts(CountAccess::Set, CountKind::Strong),
        counts(CountAccess::Add, CountKind::Weak),
    ];
    let events = ops.into_iter().map(|op| event(1, op, None, &[], 0)).collect();
    assert_snapshot!(table(&[], events, 100), @r#"
    counting  every_increment_counts
    exercises/counting

     ✓ this interleaving is right, 0 preemptions, 2 stale reads
         scenario  two threads

         step     ada
            1     load → 0
            2     load → 0 (newest: -1)
            3     store = true
            4     swap null → not null
            5     compare_exchange 0 → -1
            6     compare_exchange → failed: 0, not -1
            7     compare_exchange → failed: 0, not -1 (newest: -1)
            8     compare_exchange_weak → failed spuriously
            9     fence Relaxed
           10     lock
           11     write → poisoned
           12     try_read → would block
           13     unlock
           14     downgrade
           15     is_poisoned → true
           16     clear_poison
           17     wait
           18     wait_timeout
           19     wake up
           20     wake up → poisoned
           21     wake up → timed out
           22     wake up → spurious
           23     notify_one → nobody waits
           24     notify_all → wakes bob, ada and main
           25     wait
           26     wait → opens
           27     send
           28     try_send → would block
           29     recv_timeout → timed out
           30     recv → disconnected
           31     drop sender → 1 left
           32     drop receiver → 0 left
           33     is_empty → true
           34     is_full → false
           35     len → 3
           36     select → send
           37     select → recv, disconnected
           38     ready → recv
           39     try_select → would block
           40     select_timeout → timed out
           41     get → initialised
           42     force → initialises
           43     is_completed → not initialised
           44     call_once → poisoned
           45     spawn bob
           46     join bob
           47     is_finished bob → false
           48     leave scope
           49     end
           50     panic
           51     park
           52     park_timeout → timed out
           53     unpark bob
           54     sleep 1.5 s
           55     yield_now
           56     spin_loop
           57     write "line\n�"
           58     exit 3
           59     abort
           60     clone 2 → 3
           61     drop 2 → 1
           62     count → 2
           63     only owner? → no, 2
           64     set count
           65     clone
    "#);
}

#[test]
fn every_state_has_its_words() {
    let states = [
        (0, ObjectState::Value(Value::Unsigned(7))),
        (1, ObjectState::Free),
        (1, ObjectState::HeldBy(2)),
        (1, ObjectState::ReadBy(vec![1, 2])),
        (2, ObjectState::Arrived { arrived: 1, needed: 2 }),
        (3, ObjectState::Queue { len: 3, capacity: None }),
    ];
    let kinds = [
        ObjectKind::Atomic(AtomicType::Usize),
        ObjectKind::RwLock,
        ObjectKind::Barrier,
        ObjectKind::MpscChannel,
    ];
    let shown = |(id, state): (usize, ObjectState)| {
        let events = vec![event(1, Op::Unlock, Some(id), &[(id, state)], 0)];
        let table = table(&kinds, events, 60);
        table
            .lines()
            .rfind(|line| !line.is_empty())
            .unwrap_or_default()
            .to_owned()
    };
    assert_snapshot!(states.map(shown).join("\n"), @r"
    1     unlock  7
    1     unlock  free
    1     unlock  held by bob
    1     unlock  read by ada, bob
    1     unlock  1 of 2
    1     unlock  3 waiting
    ");
}

#[test]
fn the_states_of_a_replay_are_in_the_words_of_the_table() {
    let events = vec![lock(1, 0, 11)];
    let trace = trace(
        &["", "ada", "bob"],
        vec![object(0, ObjectKind::Mutex, 0, 0)],
        events,
        End::Finished,
    );
    let failure = broken(Finding::Race, "expected nothing", "got something", 0, trace.clone());
    let printed = report::json::replay(&replayed(Some(failure), trace));
    let document: serde_json::Value = serde_json::from_str(&printed).expect("it is JSON");
    let step = serde_json::to_string_pretty(&document["steps"][0]).expect("it is JSON");
    assert_snapshot!(step, @r#"
    {
      "detail": null,
      "object": 0,
      "operation": "lock",
      "place": "exercises/counting/src/lib.rs:11",
      "preempts": false,
      "state": "held by ada",
      "thread": 1,
      "virtual_nanos": 0
    }
    "#);
}

#[test]
fn a_stolen_job_names_the_thread_that_gave_it_to_the_pool() {
    let does = |thread, op, line| event(thread, op, Some(0), &[], line);
    let events = vec![
        does(1, Op::PushJob { job: 1 }, 11),
        does(1, Op::PushJob { job: 2 }, 11),
        does(2, Op::TakeJob { job: 1, from: 1 }, 0),
        does(1, Op::TakeJob { job: 2, from: 1 }, 11),
        does(2, Op::EndJob { job: 1 }, 0),
    ];
    assert_snapshot!(table(&[ObjectKind::RayonPool], events, 80), @r"
    counting  every_increment_counts
    exercises/counting

     ✓ this interleaving is right, 1 preemption
         scenario  two threads

         step     ada                         bob
            1     push pool job 1  lib.rs:11
            2     push pool job 2  lib.rs:11
            3                                 take pool job 1 of ada
            4     take pool job 2  lib.rs:11
            5                                 end pool job 1

         lib.rs:11  thread::spawn(move || {
    ");
}
