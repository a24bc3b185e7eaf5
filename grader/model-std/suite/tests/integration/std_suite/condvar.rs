//! `Condvar`: which threads a notification wakes, and how long a wait takes.

use std::time::Duration;

use super::comes_to;
use super::library::panic::{AssertUnwindSafe, catch_unwind};
use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::sync::mpsc::channel;
use super::library::sync::{Arc, Condvar, Mutex};
use super::library::thread;
use super::library::time::Instant;

const MOMENT: Duration = Duration::from_millis(1);

/// Starts a thread that sets the flag and notifies, with the lock held or after releasing it.
fn set_later(pair: &Arc<(Mutex<bool>, Condvar)>, holds_the_lock: bool) -> thread::JoinHandle<()> {
    let pair = Arc::clone(pair);
    thread::spawn(move || {
        let mut flag = pair.0.lock().unwrap();
        *flag = true;
        if holds_the_lock {
            pair.1.notify_one();
        } else {
            drop(flag);
            pair.1.notify_one();
        }
    })
}

#[test]
fn a_notification_that_nobody_waits_for_is_lost() {
    let body = || {
        let (mutex, condvar) = (Mutex::new(()), Condvar::new());
        condvar.notify_one();
        condvar.notify_all();
        let mut guard = mutex.lock().unwrap();
        loop {
            let (again, result) = condvar.wait_timeout(guard, MOMENT).unwrap();
            guard = again;
            if result.timed_out() {
                return mutex.try_lock().is_err();
            }
        }
    };
    comes_to(body, [true]);
}

#[test]
fn a_wait_in_a_loop_ends_whether_or_not_the_notifier_holds_the_lock() {
    let body = || {
        [true, false].map(|holds_the_lock| {
            let pair = Arc::new((Mutex::new(false), Condvar::new()));
            let thread = set_later(&pair, holds_the_lock);
            let mut flag = pair.0.lock().unwrap();
            while !*flag {
                flag = pair.1.wait(flag).unwrap();
            }
            drop(flag);
            thread.join().is_ok()
        })
    };
    comes_to(body, [[true, true]]);
}

#[test]
fn a_notification_for_all_reaches_everyone_who_waits() {
    let body = || {
        let shared = Arc::new((Mutex::new(0), Condvar::new()));
        let (sender, receiver) = channel();
        let threads = [1, 2].map(|_| {
            let (shared, sender) = (Arc::clone(&shared), sender.clone());
            thread::spawn(move || {
                let mut count = shared.0.lock().unwrap();
                *count += 1;
                if *count == 2 {
                    sender.send(()).unwrap();
                }
                while *count != 0 {
                    count = shared.1.wait(count).unwrap();
                }
            })
        });
        receiver.recv().unwrap();
        *shared.0.lock().unwrap() = 0;
        shared.1.notify_all();
        threads.map(|thread| thread.join().is_ok())
    };
    comes_to(body, [[true, true]]);
}

#[test]
fn wait_while_tests_its_condition_first_and_after_each_wake_up() {
    let body = || {
        let pair = Arc::new((Mutex::new(true), Condvar::new()));
        let n_asked = AtomicUsize::new(0);
        let at_once = pair.1.wait_while(pair.0.lock().unwrap(), |flag| {
            n_asked.fetch_add(1, SeqCst);
            !*flag
        });
        drop(at_once);
        *pair.0.lock().unwrap() = false;
        let thread = set_later(&pair, true);
        let later = *pair.1.wait_while(pair.0.lock().unwrap(), |flag| !*flag).unwrap();
        thread.join().unwrap();
        (n_asked.load(SeqCst), later)
    };
    comes_to(body, [(1, true)]);
}

#[test]
fn wait_timeout_ends_after_its_time_without_a_notification() {
    let body = || {
        let (mutex, condvar) = (Mutex::new(()), Condvar::new());
        let start = Instant::now();
        let mut guard = mutex.lock().unwrap();
        loop {
            let (again, result) = condvar.wait_timeout(guard, MOMENT).unwrap();
            guard = again;
            if result.timed_out() {
                return start.elapsed() >= MOMENT;
            }
        }
    };
    comes_to(body, [true]);
}

#[test]
fn wait_timeout_while_tells_whether_the_condition_still_holds() {
    let body = || {
        let (mutex, condvar) = (Mutex::new(1), Condvar::new());
        let start = Instant::now();
        let wait = |timeout, holds: bool| {
            let guard = mutex.lock().unwrap();
            let (_guard, result) = condvar.wait_timeout_while(guard, timeout, |_| holds).unwrap();
            result.timed_out()
        };
        let late = wait(MOMENT, true);
        let waited = start.elapsed() >= MOMENT;
        (late, waited, wait(Duration::ZERO, false), wait(Duration::ZERO, true))
    };
    comes_to(body, [(true, true, false, true)]);
}

#[test]
fn a_long_wait_ends_with_the_notification() {
    for timeout in [
        Duration::from_secs(1_000),
        Duration::from_millis(u64::MAX),
        Duration::MAX,
    ] {
        let body = move || {
            let pair = Arc::new((Mutex::new(false), Condvar::new()));
            let guard = pair.0.lock().unwrap();
            let thread = set_later(&pair, true);
            let (flag, result) = pair.1.wait_timeout_while(guard, timeout, |flag| !*flag).unwrap();
            let seen = (*flag, result.timed_out());
            drop(flag);
            thread.join().unwrap();
            seen
        };
        comes_to(body, [(true, false)]);
    }
}

#[test]
fn a_woken_thread_sees_what_changed_before_the_notification() {
    let body = || {
        let shared = Arc::new((Mutex::new((false, 0)), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            thread::sleep(MOMENT);
            *theirs.0.lock().unwrap() = (true, 5);
            theirs.1.notify_one();
        });
        let guard = shared.0.lock().unwrap();
        let (state, result) = shared
            .1
            .wait_timeout_while(guard, Duration::MAX, |state| !state.0)
            .unwrap();
        let seen = (state.1, result.timed_out());
        drop(state);
        thread.join().unwrap();
        seen
    };
    comes_to(body, [(5, false)]);
}

#[test]
fn a_wait_returns_the_poison_of_its_lock() {
    let body = || {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let guard = shared.0.lock().unwrap();
        let thread = thread::spawn(move || {
            let mut flag = theirs.0.lock().unwrap();
            *flag = true;
            theirs.1.notify_one();
            panic!("with the lock held");
        });
        let woken = shared.1.wait_while(guard, |flag| !*flag);
        let seen = woken.map(|flag| *flag).map_err(|error| *error.into_inner());
        let again = shared.0.lock().unwrap_or_else(|error| error.into_inner());
        let timed = shared.1.wait_timeout(again, MOMENT);
        let poisoned = timed
            .map(|(_, result)| result.timed_out())
            .map_err(|error| error.into_inner().1.timed_out());
        (seen, poisoned.is_err(), thread.join().is_err())
    };
    comes_to(body, [(Err(true), true, true)]);
}

#[test]
fn a_panic_of_the_condition_poisons_the_lock() {
    let body = || {
        let (mutex, condvar) = (Mutex::new(0), Condvar::new());
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            drop(condvar.wait_while(mutex.lock().unwrap(), |_| panic!("in the condition")));
        }));
        (panicked.is_err(), mutex.is_poisoned())
    };
    comes_to(body, [(true, true)]);
}

#[test]
fn the_lock_is_free_while_its_holder_waits() {
    let body = || {
        let shared = Arc::new((Mutex::new(0), Condvar::new()));
        let guard = shared.0.lock().unwrap();
        let theirs = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            // Waits for the lock until the other thread waits for the notification.
            *theirs.0.lock().unwrap() = 1;
            theirs.1.notify_all();
        });
        let value = *shared.1.wait_while(guard, |value| *value == 0).unwrap();
        thread.join().unwrap();
        value
    };
    comes_to(body, [1]);
}

#[test]
fn one_condition_variable_may_serve_one_mutex_after_the_other() {
    let body = || {
        let (one, other, condvar) = (Mutex::new(1), Mutex::new(2), Condvar::new());
        let first = *condvar.wait_timeout(one.lock().unwrap(), MOMENT).unwrap().0;
        let second = *condvar.wait_timeout(other.lock().unwrap(), MOMENT).unwrap().0;
        (first, second, format!("{condvar:?}"))
    };
    comes_to(body, [(1, 2, "Condvar { .. }".to_owned())]);
}
