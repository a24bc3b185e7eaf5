//! `panic`: catching, resuming, and which thread is panicking.

use model_std_suite::OnDrop;

use super::library::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::sync::{Arc, Mutex, RwLock};
use super::library::thread;
use super::{comes_to, message, message_of};

#[test]
fn a_caught_panic_is_over() {
    let body = || {
        let message = message_of(|| panic!("caught"));
        (message, thread::panicking(), catch_unwind(|| 5).ok())
    };
    comes_to(body, [(message("caught"), false, Some(5))]);
}

#[test]
fn a_resumed_panic_keeps_its_payload_and_runs_no_hook() {
    let body = || {
        let first = catch_unwind(|| panic!("passed on")).unwrap_err();
        let second = catch_unwind(AssertUnwindSafe(|| resume_unwind(first))).unwrap_err();
        let thread = thread::spawn(move || resume_unwind(second));
        thread.join().map(|()| "").unwrap_err().downcast_ref::<&str>().copied()
    };
    comes_to(body, [Some("passed on")]);
}

#[test]
fn destructors_run_in_reverse_and_see_that_their_thread_is_panicking() {
    let body = || {
        let log = Mutex::new(Vec::new());
        let note = |name| {
            let log = &log;
            OnDrop(move || log.lock().unwrap().push((name, thread::panicking())))
        };
        let message = message_of(|| {
            let _first = note("first");
            let _second = note("second");
            panic!("boom");
        });
        drop(note("after"));
        (message, log.into_inner().unwrap())
    };
    comes_to(
        body,
        [(
            message("boom"),
            vec![("second", true), ("first", true), ("after", false)],
        )],
    );
}

#[test]
fn a_panic_caught_inside_a_destructor_leaves_the_outer_panic() {
    let body = || {
        let inner = Mutex::new(None);
        let outer = message_of(|| {
            let _inner = OnDrop(|| *inner.lock().unwrap() = message_of(|| panic!("inner")));
            panic!("outer");
        });
        (outer, inner.into_inner().unwrap(), thread::panicking())
    };
    comes_to(body, [(message("outer"), message("inner"), false)]);
}

#[test]
fn a_panic_of_one_thread_is_not_one_of_another() {
    let body = || {
        let seen = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&seen);
        let thread = thread::spawn(move || {
            let _on_drop = OnDrop(|| {
                theirs.fetch_add(usize::from(thread::panicking()), SeqCst);
            });
            panic!("boom");
        });
        let mine = thread::panicking();
        let before = seen.load(SeqCst);
        let mutex = Mutex::new(0);
        drop(mutex.lock());
        (
            mine,
            before <= 1,
            mutex.is_poisoned(),
            thread.join().is_err(),
            seen.load(SeqCst),
        )
    };
    comes_to(body, [(false, true, false, true, 1)]);
}

#[test]
fn only_locks_taken_before_the_panic_are_poisoned() {
    let body = || {
        let (before, during, read) = (Mutex::new(0), Mutex::new(0), RwLock::new(0));
        let message = message_of(|| {
            let _reading = read.read().unwrap();
            let _on_drop = OnDrop(|| *during.lock().unwrap() += 1);
            let _held = before.lock().unwrap();
            panic!("boom");
        });
        (message, before.is_poisoned(), during.is_poisoned(), read.is_poisoned())
    };
    comes_to(body, [(message("boom"), true, false, false)]);
}

#[test]
fn a_guard_that_outlives_a_caught_panic_poisons_nothing() {
    let body = || {
        let mutex = Mutex::new(0);
        let held = mutex.lock().unwrap();
        let message = message_of(|| panic!("boom"));
        drop(held);
        (message, mutex.is_poisoned())
    };
    comes_to(body, [(message("boom"), false)]);
}

#[test]
fn a_guard_taken_while_unwinding_and_dropped_later_poisons_nothing() {
    let body = || {
        let mutex = Mutex::new(0);
        let kept = Mutex::new(None);
        let message = message_of(|| {
            let _on_drop = OnDrop(|| *kept.lock().unwrap() = Some(mutex.lock().unwrap()));
            panic!("boom");
        });
        drop(kept.into_inner().unwrap());
        (message, mutex.is_poisoned())
    };
    comes_to(body, [(message("boom"), false)]);
}
