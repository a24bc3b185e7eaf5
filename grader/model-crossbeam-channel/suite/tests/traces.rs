//! What a reader is told: the line of each operation, what it did, and who waits for what when nobody can go on.

use std::time::Duration;

use model_crossbeam_channel::{Select, after, bounded, never, select, unbounded};
use model_std::model::trace::{End, Trace, Wait};
use model_std::thread;

use outcomes::{Explorer, ends, first_failure, line};

/// The waits of a deadlock.
#[track_caller]
fn waits(body: impl Fn() + 'static) -> Vec<Wait> {
    let trace = first_failure(body);
    match trace.end {
        End::Deadlock { waits, cycle } if cycle.is_empty() => waits,
        other => panic!("{other:?}"),
    }
}

/// What each thread does, and what else a reader is told about it.
fn told(waits: &[Wait]) -> Vec<(usize, &str, &str)> {
    let told = waits.iter().map(|wait| {
        let detail = wait.detail.as_deref().unwrap_or_default();
        (wait.thread, wait.operation.as_str(), detail)
    });
    told.collect()
}

/// The events at channels and clocks, each in a line: thread, operation, detail, what the object holds then.
fn events(trace: &Trace) -> Vec<String> {
    let at_channels = trace.events.iter().filter(|event| {
        let kind = event.object.map_or("", |object| trace.objects[object].kind.as_str());
        kind == "channel" || kind == "after" || event.operation.starts_with("select")
    });
    let lines = at_channels.map(|event| {
        let parts = [Some(&event.operation), event.detail.as_ref(), event.state.as_ref()];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        format!("{} {}", event.thread, parts.join(", "))
    });
    lines.collect()
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
    assert_eq!(told(&waits), [(0, "recv", "1 sender left")]);
    assert_eq!(waits[0].object, Some(0));
    assert_eq!(line(waits[0].place.as_ref()), first_line);
}

#[test]
fn a_full_channel_whose_receivers_do_not_receive_is_told() {
    let waits = waits(|| {
        let (s, r) = bounded(1);
        let _second = r.clone();
        s.send(1).unwrap();
        s.send(2).unwrap();
    });
    assert_eq!(told(&waits), [(0, "send", "2 receivers left")]);
}

#[test]
fn a_selection_that_nobody_serves_is_told() {
    let waits = waits(|| {
        let ((s, _r), (_s, r)) = (bounded::<u8>(0), bounded::<u8>(1));
        select! { send(s, 1) -> _ => {}, recv(r) -> _ => {} }
    });
    assert_eq!(told(&waits), [(0, "select", "1 receiver left and 1 sender left")]);
    assert_eq!(waits[0].object, None);
    assert_eq!(line(waits[0].place.as_ref()), line!() - 4);
}

#[test]
fn two_threads_that_wait_for_each_others_message_are_told() {
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
    assert_eq!(
        told(&waits),
        [(0, "recv", "1 sender left"), (1, "recv", "1 sender left")]
    );
}

#[test]
fn waits_for_nothing_are_deadlocks() {
    ends(|| never::<u8>().recv(), &["deadlock []"]);
    ends(
        || {
            let r = after(Duration::from_secs(1));
            (r.recv(), r.recv())
        },
        &["deadlock []"],
    );
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
    assert_eq!(
        told(&waits),
        [(0, "recv", "and the other side has not completed its operation")]
    );
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
fn a_thread_that_is_left_waiting_is_told() {
    let body = || {
        let (s, r) = unbounded::<u8>();
        thread::spawn(move || r.recv());
        std::mem::forget(s);
    };
    ends(body, &["threads left [1]"]);
}

#[test]
fn a_loop_that_asks_again_and_again_is_busy_waiting() {
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
fn each_operation_is_one_line() {
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
    let expected = [
        "0 send, 1 waiting",
        "0 try_send, → would block",
        "0 len, → 1, 1 waiting",
        "0 recv, 0 waiting",
        "0 select, → send, 1 waiting",
        "0 drop sender, → 0 left, 1 waiting",
        "0 recv, 0 waiting",
        "0 recv, → disconnected, 0 waiting",
        "0 select",
        "0 drop receiver, → 0 left, 0 waiting",
    ];
    assert_eq!(events(&trace), expected);
}

#[test]
fn a_message_that_is_handed_over_is_a_line_of_each_side_the_senders_first() {
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
        let events = events(&recorded(body(sends_first)));
        assert_eq!(events[..2], ["0 send", "1 recv"], "{events:?}");
        assert_eq!(events.len(), 4, "{events:?}");
    }
}

/// The first execution of `body`, recorded.
#[track_caller]
fn recorded(body: impl Fn() + 'static) -> Trace {
    Explorer::default().first(body, |_| true).0
}
