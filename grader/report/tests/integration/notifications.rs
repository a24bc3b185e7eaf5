//! A deadlock at a condition variable tells what became of the last notification.

use insta::assert_snapshot;
use protocol::trace::{End, Event, Notification, WaitReason, Whom};

use super::failures::{self, notifies, waits, wakes_up};
use super::samples::{ending, place, trace, wait};
use super::stories::told;

/// What is told of thread 1, which waits for ever at a condition variable after `events`, the last of which that notify
/// woke `woke`.
fn last_notification(events: Vec<Event>, woke: &[usize]) -> String {
    let reason = WaitReason::Notification {
        lock: 0,
        has_timeout: false,
    };
    let mut wait = wait(1, reason, Some(1), 14, &[], 0);
    wait.last_notification = Some(Notification {
        by: 0,
        place: Some(place(20, 5)),
        woke: woke.into(),
    });
    let end = End::Deadlock {
        waits: vec![wait],
        cycle: Vec::new(),
    };
    let trace = trace(&["", "", ""], failures::event_objects(), events, end);
    told(&ending(0, trace), failures::EVENT)
}

#[test]
fn another_thread_that_was_woken_instead_is_named() {
    let events = vec![waits(1), waits(2), notifies(Whom::One, &[2]), wakes_up(2)];
    assert_snapshot!(last_notification(events, &[2]), @r"
    expected every thread to end, thread 1 waits, and no thread is left that could
    end the wait

    Thread 1 waits at lib.rs:14 for a notification of `changed`.
    The last notification, by main at lib.rs:20 (step 3), woke thread 2 instead.
    steps: 3
    ");
}

#[test]
fn a_thread_that_was_woken_before_the_wait_began_is_named() {
    let events = vec![waits(2), notifies(Whom::One, &[2]), waits(1), wakes_up(2)];
    assert_snapshot!(last_notification(events, &[2]), @r"
    expected every thread to end, thread 1 waits, and no thread is left that could
    end the wait

    Thread 1 waits at lib.rs:14 for a notification of `changed`.
    The last notification, by main at lib.rs:20 (step 2), woke thread 2, before
    thread 1 began to wait.
    steps: 2
    ");
}

#[test]
fn a_thread_that_was_woken_and_waits_again_is_told_so() {
    let events = vec![waits(1), notifies(Whom::One, &[1]), wakes_up(1), waits(1)];
    assert_snapshot!(last_notification(events, &[1]), @r"
    expected every thread to end, thread 1 waits, and no thread is left that could
    end the wait

    Thread 1 waits at lib.rs:14 for a notification of `changed`.
    The last notification, by main at lib.rs:20 (step 2), woke thread 1; thread 1
    began to wait again.
    steps: 2
    ");
    let events = vec![waits(1), waits(2), notifies(Whom::All, &[1, 2]), wakes_up(1), waits(1)];
    assert_snapshot!(last_notification(events, &[1, 2]), @r"
    expected every thread to end, thread 1 waits, and no thread is left that could
    end the wait

    Thread 1 waits at lib.rs:14 for a notification of `changed`.
    The last notification, by main at lib.rs:20 (step 3), woke thread 1 and thread
    2; thread 1 began to wait again.
    steps: 3
    ");
}

#[test]
fn a_thread_that_went_on_after_a_notification_for_nobody_is_told_so() {
    let events = vec![
        waits(1),
        notifies(Whom::One, &[1]),
        notifies(Whom::One, &[]),
        wakes_up(1),
        waits(1),
    ];
    assert_snapshot!(last_notification(events, &[]), @r"
    expected every thread to end, thread 1 waits, and no thread is left that could
    end the wait

    Thread 1 waits at lib.rs:14 for a notification of `changed`.
    The last notification, by main at lib.rs:20 (step 3), came after an earlier one
    had woken thread 1, which then began to wait again.
    steps: 3
    ");
    assert_snapshot!(last_notification(vec![notifies(Whom::One, &[]), waits(1)], &[]), @r"
    expected every thread to end, thread 1 waits, and no thread is left that could
    end the wait

    Thread 1 waits at lib.rs:14 for a notification of `changed`.
    The last notification, by main at lib.rs:20 (step 1), found nobody waiting.
    steps: 1
    ");
}
