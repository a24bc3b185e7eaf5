//! A deadlock at a condition variable tells what became of the last notification.

use protocol::Finding;
use protocol::trace::{End, Event, Notification};
use report::Options;

use super::samples::{event, failure, object, place, trace, wait};
use super::{failures, of_model, printed};

/// What is told of thread 1, which waits for ever at a condition variable after `events`, the last of which that notify woke
/// `woke`.
#[track_caller]
fn tells(events: Vec<Event>, woke: &[usize], expected: &str) {
    let mut wait = wait(1, "wait", Some(1), 14, &[], 0);
    wait.last_notification = Some(Notification {
        by: 0,
        place: Some(place(20, 5)),
        woke: woke.into(),
    });
    let end = End::Deadlock {
        waits: vec![wait],
        cycle: Vec::new(),
    };
    let objects = vec![object(0, "Mutex", 8, 24), object(1, "Condvar", 8, 52)];
    let trace = trace(&["", "", ""], objects, events, end);
    let failure = failure(Finding::Deadlock, "expected all to end", "got one that waits", 0, trace);
    let printed = printed(&of_model(failure, failures::EVENT), &Options::default());
    let words: Vec<&str> = printed.split_whitespace().collect();
    assert!(words.join(" ").contains(expected), "{printed}");
}

fn waits(thread: usize) -> Event {
    event(thread, "wait", Some(1), "", "", 14)
}

fn notifies(detail: &str) -> Event {
    event(0, "notify_one", Some(1), detail, "", 20)
}

fn wakes_up(thread: usize) -> Event {
    event(thread, "wake up", Some(0), "", "held by 1", 14)
}

#[test]
fn another_thread_that_was_woken_instead_is_named() {
    let events = vec![waits(1), waits(2), notifies("→ wakes 2"), wakes_up(2)];
    tells(
        events,
        &[2],
        "The last notification, by main at lib.rs:20 (step 3), woke thread 2 instead.",
    );
}

#[test]
fn a_thread_that_was_woken_before_the_wait_began_is_named() {
    let events = vec![waits(2), notifies("→ wakes 2"), waits(1), wakes_up(2)];
    tells(events, &[2], "(step 2), woke thread 2, before thread 1 began to wait.");
}

#[test]
fn a_thread_that_was_woken_and_waits_again_is_told_so() {
    let events = vec![waits(1), notifies("→ wakes 1"), wakes_up(1), waits(1)];
    tells(events, &[1], "(step 2), woke thread 1; thread 1 went back to wait.");
    let events = vec![waits(1), waits(2), notifies("→ wakes 1, 2"), wakes_up(1), waits(1)];
    tells(
        events,
        &[1, 2],
        "woke thread 1 and thread 2; thread 1 went back to wait.",
    );
}

#[test]
fn a_thread_that_went_on_after_a_notification_for_nobody_is_told_so() {
    let events = vec![
        waits(1),
        notifies("→ wakes 1"),
        notifies("→ nobody waits"),
        wakes_up(1),
        waits(1),
    ];
    let expected = "(step 3), came when thread 1 had been woken by an earlier one; it went back to wait.";
    tells(events, &[], expected);
    tells(
        vec![notifies("→ nobody waits"), waits(1)],
        &[],
        "(step 1), found nobody waiting.",
    );
}
