//! Choices that are not about which thread runs next: which waiter a notification wakes, spurious wake-ups, and weak
//! compare-exchanges that fail. Faults are injected only when asked for, and only as often as asked.

use std::time::Duration;

use model_std::model::Settings;
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, Condvar, Mutex};
use model_std::thread;
use model_std_suite::{ends, plain, preemptions, returns, settings};

#[test]
fn notify_one_wakes_any_one_waiter() {
    let body = || {
        let shared = Arc::new((Mutex::new((0, Vec::new())), Condvar::new()));
        let wait = |id| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let mut state = shared.0.lock().unwrap();
                state.0 += 1;
                shared.1.wait(state).unwrap().1.push(id);
            })
        };
        let threads = [1, 2, 3].map(wait);
        while shared.0.lock().unwrap().0 < 3 {
            thread::yield_now();
        }
        for n in 1..=3 {
            shared.1.notify_one();
            while shared.0.lock().unwrap().1.len() < n {
                thread::yield_now();
            }
        }
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let state = shared.0.lock().unwrap();
        state.1.clone()
    };
    let orders = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];
    preemptions(1).returns(body, orders.map(Vec::from));
}

#[test]
fn a_wait_in_a_loop_survives_spurious_wake_ups() {
    let body = || {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let setter = thread::spawn(move || {
            *theirs.0.lock().unwrap() = true;
            theirs.1.notify_one();
        });
        let ready = *shared.1.wait_while(shared.0.lock().unwrap(), |ready| !*ready).unwrap();
        setter.join().unwrap();
        ready
    };
    settings(Settings {
        spurious_wakeups: 3,
        ..plain()
    })
    .returns(body, [true]);
}

#[test]
fn spurious_wake_ups_do_not_save_a_thread_that_nobody_notifies() {
    let body = || {
        let (mutex, condvar) = (Mutex::new(()), Condvar::new());
        drop(condvar.wait(mutex.lock().unwrap()).unwrap());
    };
    settings(Settings {
        spurious_wakeups: 2,
        ..plain()
    })
    .ends(body, &["deadlock []"]);
}

#[test]
fn spurious_wake_ups_of_park_are_off_by_default_and_bounded() {
    fn unpark_after_two_steps() -> usize {
        let steps = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&steps);
        let main = thread::current();
        let thread = thread::spawn(move || {
            theirs.store(1, SeqCst);
            theirs.store(2, SeqCst);
            main.unpark();
        });
        let mut wakes = 0;
        while steps.load(SeqCst) < 2 {
            thread::park();
            wakes += 1;
        }
        thread.join().unwrap();
        wakes
    }
    returns(unpark_after_two_steps, [0, 1]);
    let with = |spurious_wakeups| {
        settings(Settings {
            spurious_wakeups,
            ..plain()
        })
    };
    with(1).returns(unpark_after_two_steps, [0, 1, 2]);
    let mut deeper = with(2);
    deeper.bounds.preemptions = 4;
    deeper.returns(unpark_after_two_steps, [0, 1, 2, 3]);
}

/// How many of three weak exchanges succeed that could all succeed.
fn exchange_weakly() -> usize {
    let atomic = AtomicUsize::new(0);
    (0..3)
        .filter(|_| atomic.compare_exchange_weak(0, 0, SeqCst, SeqCst).is_ok())
        .count()
}

#[test]
fn weak_failures_are_off_by_default_and_bounded() {
    returns(exchange_weakly, [3]);
    let with = |weak_failures| {
        let mut explorer = settings(Settings {
            weak_failures,
            ..plain()
        });
        explorer.bounds.preemptions = 3;
        explorer
    };
    with(1).returns(exchange_weakly, [2, 3]);
    with(2).returns(exchange_weakly, [1, 2, 3]);
    with(9).returns(exchange_weakly, [0, 1, 2, 3]);
}

#[test]
fn strong_exchanges_never_fail_spuriously() {
    let body = || {
        let atomic = AtomicUsize::new(0);
        let strong = atomic.compare_exchange(0, 1, SeqCst, SeqCst);
        let differs = atomic.compare_exchange_weak(5, 6, SeqCst, SeqCst);
        let updated = atomic.fetch_update(SeqCst, SeqCst, |value| Some(value + 1));
        (strong, differs, updated, atomic.load(SeqCst))
    };
    settings(Settings {
        weak_failures: 3,
        ..plain()
    })
    .returns(body, [(Ok(0), Err(1), Ok(1), 2)]);
}

#[test]
fn is_finished_may_turn_true_late_but_never_turns_back() {
    let body = || {
        let thread = thread::spawn(|| {});
        thread::yield_now();
        let polls = [thread.is_finished(), thread.is_finished()];
        thread.join().unwrap();
        polls
    };
    returns(body, [[false, false], [false, true], [true, true]]);
    let body = || {
        let flag = AtomicUsize::new(0);
        thread::scope(|scope| {
            let thread = scope.spawn(|| flag.store(1, SeqCst));
            (flag.load(SeqCst), thread.is_finished())
        })
    };
    returns(body, [(0, false), (0, true), (1, false), (1, true)]);
    let body = || {
        let thread = thread::spawn(|| {});
        thread::sleep(Duration::from_nanos(1));
        thread.is_finished()
    };
    returns(body, [true]);
    ends(
        || {
            let thread = thread::spawn(|| {});
            while !thread.is_finished() {}
            thread.join().unwrap();
        },
        &["finished"],
    );
}
