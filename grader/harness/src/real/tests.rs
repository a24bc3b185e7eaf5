//! A trial, a gate and quiescence, without a submission.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::*;

/// Tests that panic take turns: the panic hook, and the panics that it keeps, belong to the whole process.
static PANICS: Mutex<()> = Mutex::new(());

fn keep_panics_of_one_test() -> MutexGuard<'static, ()> {
    let guard = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
    keep_panics();
    guard
}

fn trial(run: impl FnOnce(&mut Trial)) -> Trials {
    let _panics = keep_panics_of_one_test();
    let mut trial = Trial::new(Scenario::default());
    run(&mut trial);
    trial.trials
}

#[test]
fn a_trial_stops_at_its_first_failure() {
    let trials = trial(|trial| {
        trial.scenario("first", || Ok(()));
        trial.scenario("second", || {
            Err(Violation::new(Finding::WrongResult, "expected 2").got("got 3"))
        });
        trial.scenario("third", || Err(Violation::new(Finding::Race, "expected nothing")));
    });
    assert_eq!(trials.scenarios, 2);
    let failure = trials.failure.expect("the second failed");
    assert_eq!(
        (failure.finding, failure.scenario.as_str()),
        (Finding::WrongResult, "second")
    );
}

#[test]
fn a_panic_in_a_scenario_is_a_failure_that_says_where() {
    let trials = trial(|trial| trial.scenario("only", || panic!("no {}", "way")));
    let failure = trials.failure.expect("it panicked");
    assert_eq!(failure.finding, Finding::Panic);
    let got = failure.got.expect("a message");
    assert!(got.contains("real/tests.rs:") && got.ends_with(": no way"), "{got}");
}

#[test]
fn a_gate_lets_everybody_in_before_it_opens() {
    for n_threads in [1, 2, 5] {
        let gate = Gate::new();
        thread::scope(|scope| {
            for _ in 0..n_threads {
                scope.spawn(|| gate.pass(|| ()));
            }
        });
        assert_eq!(gate.most_at_once(), n_threads);
        assert_eq!(gate.passes().len(), n_threads);
    }
}

#[test]
fn a_gate_shows_that_a_lock_lets_in_one_at_a_time() {
    let (gate, lock) = (Gate::new(), Mutex::new(()));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let _guard = lock.lock();
                gate.pass(|| ());
            });
        }
    });
    assert_eq!(gate.most_at_once(), 1);
}

#[test]
fn a_gate_opens_when_a_thread_polls_and_says_so() {
    let gate = Gate::new();
    thread::scope(|scope| {
        let held = scope.spawn(|| gate.pass(|| ()));
        while !held.is_finished() {
            thread::sleep(Duration::from_millis(10));
        }
    });
    assert!(gate.was_polled());
    assert_eq!(gate.most_at_once(), 1);
}

/// On a machine with nothing else to do, such a thread is never switched away from.
#[test]
fn a_gate_opens_when_a_thread_only_yields_and_says_so() {
    let gate = Gate::new();
    thread::scope(|scope| {
        let held = scope.spawn(|| gate.pass(|| ()));
        while !held.is_finished() {
            thread::yield_now();
        }
    });
    assert!(gate.was_polled());
}

#[test]
fn a_process_in_which_a_thread_computes_is_not_quiescent() {
    if !kernel::is_visible() {
        return;
    }
    let (stop, stopped) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || while stopped.try_recv() == Err(mpsc::TryRecvError::Empty) {});
        let _observer = kernel::observe_only();
        let mut quiescence = Quiescence::default();
        assert!(!(0..100).any(|_| quiescence.poll(&kernel::tasks())));
        drop(stop);
    });
}

#[test]
fn the_place_of_an_earlier_panic_is_not_shown_with_a_later_one() {
    let _panics = keep_panics_of_one_test();
    let _ = panic::catch_unwind(|| panic!("somebody else's"));
    let handed_on = catch(|| panic::resume_unwind(Box::new("from another thread")));
    assert_eq!(handed_on, Err::<(), _>("it panicked: from another thread".to_owned()));
}

#[test]
fn a_panic_that_reports_the_panic_of_another_thread_is_shown_with_it() {
    let _panics = keep_panics_of_one_test();
    let failing = || thread::spawn(|| panic!("the cause")).join();
    let message = catch(|| failing().expect("joined")).expect_err("it panics");
    let (last, first) = message
        .split_once("; before that, another thread ")
        .expect("two panics");
    assert!(last.ends_with(": joined: Any { .. }"), "{last}");
    assert!(
        first.starts_with("panicked at ") && first.ends_with(": the cause"),
        "{first}"
    );
}

#[test]
fn a_resumed_panic_is_shown_once_with_the_place_where_it_was_raised() {
    let _panics = keep_panics_of_one_test();
    let message = catch(|| {
        let panic = thread::spawn(|| panic!("the cause")).join().expect_err("it panics");
        panic::resume_unwind(panic)
    });
    let message = message.expect_err("it is handed on");
    assert!(
        message.starts_with("it panicked at ") && message.ends_with(": the cause"),
        "{message}"
    );
    assert!(
        message.contains("real/tests.rs:") && !message.contains("before that"),
        "{message}"
    );
}

#[test]
fn a_panic_is_shown_without_earlier_panics() {
    let _panics = keep_panics_of_one_test();
    let caught = thread::spawn(|| panic!("long ago")).join();
    assert!(caught.is_err());
    let message: Result<(), _> = catch(|| panic!("now"));
    let message = message.expect_err("it panics");
    assert!(message.ends_with(": now") && !message.contains("long ago"), "{message}");
}
