//! `Once`: one call, waiting for it, and panics.

use super::library::panic::{AssertUnwindSafe, catch_unwind};
use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::sync::mpsc::channel;
use super::library::sync::{Arc, Once};
use super::library::thread;
use super::{comes_to, message, message_of};

/// Panics in the call.
fn poison(once: &Once) {
    let panicked = catch_unwind(AssertUnwindSafe(|| once.call_once(|| panic!("in the call"))));
    assert!(panicked.is_err());
}

#[test]
fn only_the_first_call_runs() {
    let body = || {
        let (once, mut n_called) = (Once::new(), 0);
        let before = once.is_completed();
        once.call_once(|| n_called += 1);
        once.call_once(|| n_called += 1);
        once.call_once_force(|_| n_called += 1);
        (before, once.is_completed(), n_called)
    };
    comes_to(body, [(false, true, 1)]);
}

#[test]
fn every_call_of_a_once_returns_after_the_initialisation() {
    let body = || {
        let shared = Arc::new((Once::new(), AtomicUsize::new(0)));
        let call = |shared: &(Once, AtomicUsize)| {
            shared.0.call_once(|| {
                shared.1.fetch_add(1, SeqCst);
                thread::yield_now();
                shared.1.fetch_add(1, SeqCst);
            });
            shared.1.load(SeqCst)
        };
        let theirs = Arc::clone(&shared);
        let thread = thread::spawn(move || call(&theirs));
        (call(&shared), thread.join().unwrap())
    };
    comes_to(body, [(2, 2)]);
}

#[test]
fn a_panic_in_the_call_poisons_it_until_one_succeeds() {
    let body = || {
        let once = Once::new();
        poison(&once);
        let message = message_of(|| once.call_once(|| {}));
        let mut found_poison = false;
        once.call_once_force(|state| found_poison = state.is_poisoned());
        once.call_once(|| unreachable!("it was made"));
        (message, found_poison, once.is_completed())
    };
    comes_to(
        body,
        [(message("Once instance has previously been poisoned"), true, true)],
    );
}

#[test]
fn a_forced_call_that_panics_leaves_the_once_poisoned() {
    let body = || {
        let once = Once::new();
        let states = [0, 1].map(|_| {
            let mut found_poison = None;
            let panicked = message_of(|| {
                once.call_once_force(|state| {
                    found_poison = Some(state.is_poisoned());
                    panic!("again");
                });
            });
            (found_poison, panicked)
        });
        (states, once.is_completed())
    };
    let again = || message("again");
    comes_to(body, [([(Some(false), again()), (Some(true), again())], false)]);
}

#[test]
fn a_call_during_a_forced_call_waits_for_it() {
    let body = || {
        let once = Arc::new(Once::new());
        poison(&once);
        let ((began, has_begun), (go_on, may_go_on)) = (channel(), channel());
        let theirs = Arc::clone(&once);
        let forcing = thread::spawn(move || {
            theirs.call_once_force(|_| {
                began.send(()).unwrap();
                may_go_on.recv().unwrap();
            });
        });
        has_begun.recv().unwrap();
        let theirs = Arc::clone(&once);
        let waiting = thread::spawn(move || {
            let mut called = false;
            theirs.call_once(|| called = true);
            called
        });
        go_on.send(()).unwrap();
        (forcing.join().is_ok(), waiting.join().unwrap())
    };
    comes_to(body, [(true, false)]);
}

#[test]
fn a_wait_ends_when_the_call_is_made() {
    let body = || {
        let (once, value) = (Once::new(), AtomicUsize::new(0));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                once.wait();
                value.load(SeqCst)
            });
            once.call_once(|| value.store(5, SeqCst));
            waiting.join().unwrap()
        })
    };
    comes_to(body, [5]);
}

#[test]
fn a_wait_for_a_poisoned_once_panics_unless_forced() {
    let body = || {
        let once = Once::new();
        poison(&once);
        let message = message_of(|| once.wait());
        thread::scope(|scope| {
            scope.spawn(|| once.call_once_force(|_| {}));
            once.wait_force();
        });
        (message.is_some(), once.is_completed())
    };
    comes_to(body, [(true, true)]);
}

#[test]
fn calls_of_different_onces_may_nest() {
    let body = || {
        let (outer, inner) = (Once::new(), Once::new());
        outer.call_once(|| inner.call_once(|| {}));
        (outer.is_completed(), inner.is_completed(), format!("{outer:?}"))
    };
    comes_to(body, [(true, true, "Once { .. }".to_owned())]);
}

#[test]
fn a_thread_may_find_a_once_poisoned_by_another() {
    let body = || {
        let once = Arc::new(Once::new());
        let theirs = Arc::clone(&once);
        let thread = thread::spawn(move || theirs.call_once(|| panic!("in the call")));
        let mut called = false;
        let mine = catch_unwind(AssertUnwindSafe(|| once.call_once(|| called = true))).is_ok();
        (mine, called, thread.join().is_ok())
    };
    comes_to(body, [(true, true, true), (false, false, false)]);
}
