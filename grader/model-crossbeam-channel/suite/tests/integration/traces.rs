//! Traces of channel operations: the line of each, its result, and which thread waits for what in a deadlock.

use std::time::Duration;

use model_crossbeam_channel::{Select, after, bounded, never, select, unbounded};
use model_std::model::trace::{
    ChannelOutcome, ChannelProperty, ChannelSide, End, ObjectKind, ObjectState, Op, ReceiveFunction, SelectCase,
    SelectFunction, SelectOutcome, SendFunction, TimerKind, Trace, Wait, WaitReason,
};
use model_std::thread;
use model_std_suite::{Explorer, ends, first_failure, line};

/// The waits of a deadlock.
#[track_caller]
fn waits(body: impl Fn() + 'static) -> Vec<Wait> {
    let trace = first_failure(body);
    match trace.end {
        End::Deadlock { waits, cycle } if cycle.is_empty() => waits,
        other => panic!("{other:?}"),
    }
}

/// The reason for which each thread waits.
fn told(waits: &[Wait]) -> Vec<(usize, WaitReason)> {
    waits.iter().map(|wait| (wait.thread, wait.reason.clone())).collect()
}

const RECV: ReceiveFunction = ReceiveFunction::Recv;
const SEND: SendFunction = SendFunction::Send;
const SELECT: SelectFunction = SelectFunction::Select;

/// The reason of a wait in `recv` while so many senders are left.
fn for_message(senders: usize) -> WaitReason {
    WaitReason::Message {
        function: RECV,
        senders,
    }
}

/// The events at channels and timers: thread, operation, and the number of messages in the channel where the event
/// tells it.
fn events(trace: &Trace) -> Vec<(usize, &Op, Option<usize>)> {
    let is_at_channel = |object: usize| match trace.objects[object].kind {
        ObjectKind::CrossbeamChannel | ObjectKind::Timer(TimerKind::After) => true,
        other => panic!("{other:?} has no place in these programs"),
    };
    let at_channels = trace
        .events
        .iter()
        .filter(|event| event.object.is_some_and(is_at_channel));
    let told = at_channels.map(|event| {
        let mut len = event.states.iter().map(|(_, state)| match state {
            ObjectState::Queue { len, capacity: Some(1) } => *len,
            other => panic!("no channel holds {other:?}"),
        });
        (event.thread, &event.op, len.next())
    });
    told.collect()
}

#[test]
fn a_kept_sender_keeps_the_receiver_waiting() {
    let first_line = line!() + 5;
    let waits = waits(|| {
        let (s, r) = unbounded::<u8>();
        let _kept = s.clone();
        let thread = thread::spawn(move || drop(s));
        r.iter().for_each(drop);
        thread.join().unwrap();
    });
    assert_eq!(told(&waits), [(0, for_message(1))]);
    assert_eq!(waits[0].object, Some(0));
    assert_eq!(line(waits[0].place.as_ref()), first_line);
}

#[test]
fn a_deadlock_at_a_full_channel_tells_how_many_receivers_are_left() {
    let waits = waits(|| {
        let (s, r) = bounded(1);
        let _second = r.clone();
        s.send(1).unwrap();
        s.send(2).unwrap();
    });
    let (function, receivers) = (SEND, 2);
    assert_eq!(told(&waits), [(0, WaitReason::Room { function, receivers })]);
}

#[test]
fn a_deadlock_at_a_selection_tells_its_cases() {
    let waits = waits(|| {
        let ((s, _r), (_s, r)) = (bounded::<u8>(0), bounded::<u8>(1));
        select! { send(s, 1) -> _ => {}, recv(r) -> _ => {} }
    });
    let case = |channel, side| SelectCase {
        channel: Some(channel),
        side,
        left: 1,
    };
    let WaitReason::Select { function, cases } = &waits[0].reason else {
        panic!("{waits:?}")
    };
    assert_eq!(waits.len(), 1);
    assert_eq!(
        (*function, &cases[..]),
        (SELECT, &[case(0, ChannelSide::Send), case(1, ChannelSide::Receive)][..])
    );
    assert_eq!(waits[0].object, None);
    assert_eq!(line(waits[0].place.as_ref()), line!() - 16);
}

#[test]
fn two_threads_that_wait_for_each_others_message_are_a_deadlock() {
    let waits = waits(|| {
        let ((s1, r1), (s2, r2)) = (unbounded::<u8>(), unbounded::<u8>());
        let thread = thread::spawn(move || {
            r1.recv().unwrap();
            s2.send(1).unwrap();
        });
        r2.recv().unwrap();
        s1.send(1).unwrap();
        thread.join().unwrap();
    });
    assert_eq!(told(&waits), [(0, for_message(1)), (1, for_message(1))]);
}

#[test]
fn waits_for_a_message_that_never_comes_are_deadlocks() {
    let for_clock = WaitReason::TimerMessage { function: RECV };
    let from_never = || {
        let _ = never::<u8>().recv();
    };
    assert_eq!(told(&waits(from_never)), [(0, for_clock.clone())]);
    let twice = || {
        let r = after(Duration::from_secs(1));
        let _ = (r.recv(), r.recv());
    };
    assert_eq!(told(&waits(twice)), [(0, for_clock)]);
    ends(
        || {
            let (s, r) = unbounded::<u8>();
            let mut select = Select::new();
            select.recv(&r);
            let _ = select.ready();
            drop(s);
        },
        &["deadlock []"],
    );
}

#[test]
fn a_selected_send_that_is_never_completed_keeps_the_receiver_waiting() {
    let waits = waits(|| {
        let (s, r) = bounded(1);
        let mut select = Select::new();
        select.send(&s);
        std::mem::forget(select.select());
        r.recv().unwrap();
        s.send(1).unwrap();
    });
    let side = ChannelSide::Receive;
    assert_eq!(told(&waits), [(0, WaitReason::Partner { side })]);
}

fn no_message() -> u8 {
    panic!("no message")
}

#[test]
fn a_panic_between_the_selection_and_its_completion_ends_the_process() {
    let body = || {
        let (s, _r) = bounded::<u8>(1);
        select! { send(s, no_message()) -> _ => {}, recv(never::<u8>()) -> _ => {} }
    };
    ends(body, &["0 exited with None"]);
}

#[test]
fn a_thread_that_is_left_waiting_is_reported() {
    let body = || {
        let (s, r) = unbounded::<u8>();
        thread::spawn(move || r.recv());
        std::mem::forget(s);
    };
    ends(body, &["threads left [1]"]);
}

#[test]
fn polling_a_channel_in_a_loop_is_a_busy_wait() {
    let body = || {
        let (s, r) = unbounded();
        let thread = thread::spawn(move || {
            thread::sleep(Duration::from_secs(1));
            s.send(1).unwrap();
        });
        while r.try_recv().is_err() {}
        thread.join().unwrap();
    };
    ends(body, &["busy wait of 0"]);
}

#[test]
fn each_operation_is_one_event() {
    let trace = recorded(|| {
        let (s, r) = bounded(1);
        s.send(1).unwrap();
        assert!(s.try_send(2).is_err());
        assert_eq!((r.len(), r.recv()), (1, Ok(1)));
        select! { recv(r) -> _ => {}, send(s, 3) -> _ => {} }
        drop(s);
        r.iter().for_each(drop);
        let clock = after(Duration::from_secs(1));
        select! { recv(clock) -> _ => {}, recv(never::<u8>()) -> _ => {} }
    });
    let send = |function, outcome| Op::Send { function, outcome };
    let receive = |outcome| Op::Receive {
        function: RECV,
        outcome,
    };
    let select = |side| Op::Select {
        function: SELECT,
        outcome: SelectOutcome::Taken(side),
    };
    let seen = ChannelProperty::Len(1);
    let expected = [
        (0, &send(SEND, ChannelOutcome::Done), Some(1)),
        (0, &send(SendFunction::TrySend, ChannelOutcome::WouldBlock), None),
        (0, &Op::Inspect { seen }, Some(1)),
        (0, &receive(ChannelOutcome::Done), Some(0)),
        (0, &select(ChannelSide::Send), Some(1)),
        (0, &Op::DropSender { left: 0 }, Some(1)),
        (0, &receive(ChannelOutcome::Done), Some(0)),
        (0, &receive(ChannelOutcome::Disconnected), Some(0)),
        (0, &select(ChannelSide::Receive), None),
        (0, &Op::DropReceiver { left: 0 }, Some(0)),
    ];
    assert_eq!(events(&trace), expected);
}

#[test]
fn a_handed_over_message_is_an_event_of_each_side_the_sender_first() {
    let body = |sends_first: bool| {
        move || {
            let (s, r) = bounded(0);
            let thread = thread::spawn(move || {
                thread::sleep(Duration::from_secs(u64::from(sends_first)));
                r.recv().unwrap();
            });
            thread::sleep(Duration::from_secs(u64::from(!sends_first)));
            s.send(1).unwrap();
            thread.join().unwrap();
            drop(s);
        }
    };
    for sends_first in [true, false] {
        let trace = recorded(body(sends_first));
        let events = events(&trace);
        let outcome = ChannelOutcome::Done;
        let send = Op::Send {
            function: SEND,
            outcome,
        };
        let receive = Op::Receive {
            function: RECV,
            outcome,
        };
        assert_eq!(events[..2], [(0, &send, None), (1, &receive, None)], "{events:?}");
        assert_eq!(events.len(), 4, "{events:?}");
    }
}

/// The first execution of `body`, recorded.
#[track_caller]
fn recorded(body: impl Fn() + 'static) -> Trace {
    Explorer::default().first(body, |_| true).0
}
