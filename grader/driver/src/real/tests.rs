//! A trial, a gate and stillness, without a submission.

use std::sync::mpsc;
use std::thread;

use super::*;

fn trial(run: impl FnOnce(&mut Trial)) -> Trials {
    keep_places_of_panics();
    let mut trial = Trial::new(Scenario::default());
    run(&mut trial);
    trial.trials
}

#[test]
fn a_trial_stops_at_its_first_failure() {
    let trials = trial(|trial| {
        trial.scenario("first", || Ok(()));
        trial.scenario("second", || {
            Err(Fault::new(Finding::WrongResult, "expected 2").got("got 3"))
        });
        trial.scenario("third", || Err(Fault::new(Finding::Race, "expected nothing")));
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
fn somebody_who_computes_is_not_still() {
    if !kernel::is_telling() {
        return;
    }
    let (stop, stopped) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || while stopped.try_recv() == Err(mpsc::TryRecvError::Empty) {});
        let _observer = kernel::observe_only();
        let mut stillness = Stillness::default();
        let looks = (0..20).map(|_| stillness.look(&kernel::tasks())).max();
        assert_eq!(looks, Some(0));
        drop(stop);
    });
}

#[test]
fn the_place_of_a_panic_that_was_caught_before_is_not_told_of_another() {
    keep_places_of_panics();
    let _ = panic::catch_unwind(|| panic!("somebody else's"));
    let handed_on = catch(|| panic::resume_unwind(Box::new("from another thread")));
    assert_eq!(handed_on, Err::<(), _>("it panicked: from another thread".to_owned()));
}
