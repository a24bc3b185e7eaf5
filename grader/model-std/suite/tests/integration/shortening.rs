//! A failing schedule becomes simpler and still fails in the same way. A schedule that cannot become simpler stays as
//! it is.

use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;

use model_std::model::trace::End;
use model_std::model::{Bounds, Execution, Schedule, Settings, Shortened, explore, replay, shorten};
use model_std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, Condvar, Mutex};
use model_std::thread;
use model_std_suite::plain;

const BUDGET: u64 = 500;

type Body<T> = Rc<dyn Fn() -> T>;

fn body<T>(body: impl Fn() -> T + 'static) -> Body<T> {
    Rc::new(body)
}

/// Three threads that each add 1 to a counter in two steps. They also write to a log that does not matter.
fn lose_an_update() -> usize {
    let (counter, log) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(0)));
    let threads = [(); 3].map(|()| {
        let (counter, log) = (Arc::clone(&counter), Arc::clone(&log));
        thread::spawn(move || {
            *log.lock().unwrap() += 1;
            let seen = counter.load(SeqCst);
            counter.store(seen + 1, SeqCst);
            *log.lock().unwrap() += 1;
        })
    });
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    counter.load(SeqCst)
}

/// The first sampled execution from `seed` on that `fails`.
#[track_caller]
fn sample<T: 'static>(
    settings: &Settings,
    body: &Body<T>,
    seed: u64,
    fails: impl Fn(&Execution<T>) -> bool,
) -> Schedule {
    let bounds = Bounds {
        preemptions: 0,
        executions: 1,
        random: 2_000,
        seed,
        depth: 12,
        ..Bounds::default()
    };
    let coverage = explore(&bounds, settings, body, |execution| {
        if fails(&execution) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    coverage.stopped.expect("one of them fails").schedule
}

/// A sampled failure of `body`, shortened.
#[track_caller]
fn shortened<T: 'static>(settings: &Settings, body: &Body<T>, fails: fn(&Execution<T>) -> bool) -> Shortened {
    let found = sample(settings, body, 1, fails);
    let shortened = shorten(settings, body, &found, BUDGET, |execution| fails(&execution));
    assert!(fails(&replay(settings, body, &shortened.schedule)));
    shortened
}

fn loses_an_update(execution: &Execution<usize>) -> bool {
    matches!(execution.value, Some(Ok(2)))
}

#[test]
fn a_failure_that_needs_one_preemption_keeps_one() {
    let (settings, body) = (plain(), body(lose_an_update));
    let shortened = shortened(&settings, &body, loses_an_update);
    let (before, after) = (shortened.before.unwrap(), shortened.after.unwrap());
    assert!(before.preemptions > 2, "{before:?} leaves nothing to do");
    // The body, then one thread after the other, except for the one preempted.
    assert_eq!((after.preemptions, after.injected_faults), (1, 0));
    assert!(after.switches <= 6, "{after:?}");
    let replayed = replay(&settings, &body, &shortened.schedule);
    assert_eq!(replayed.preemptions, 1);
    let pairs = replayed.trace.events.windows(2);
    let n_switches = pairs.filter(|pair| pair[0].thread != pair[1].thread).count();
    assert_eq!(n_switches, after.switches as usize);
}

#[test]
fn shortening_is_deterministic_and_idempotent() {
    let (settings, body) = (plain(), body(lose_an_update));
    let found = sample(&settings, &body, 3, loses_an_update);
    let shorten = |schedule: &Schedule| shorten(&settings, &body, schedule, BUDGET, |found| loses_an_update(&found));
    let (first, second) = (shorten(&found), shorten(&found));
    assert_eq!(first, second);
    let third = shorten(&first.schedule);
    assert_eq!((third.schedule, third.before), (first.schedule, first.after));
}

#[test]
fn shortening_keeps_its_budget_and_returns_the_best_so_far() {
    let (settings, body) = (plain(), body(lose_an_update));
    let found = sample(&settings, &body, 1, loses_an_update);
    let mut before = None;
    for budget in [1, 2, 5, 10, 20, 40, 80] {
        let shortened = shorten(&settings, &body, &found, budget, |found| loses_an_update(&found));
        assert!(shortened.executions <= budget, "{shortened:?}");
        assert!(
            before.is_none_or(|before| shortened.after.unwrap() <= before),
            "{shortened:?}"
        );
        assert!(budget > 1 || shortened.schedule == found);
        before = shortened.after;
    }
}

#[test]
fn a_schedule_that_does_not_fail_again_is_returned_unchanged() {
    let (settings, body) = (plain(), body(lose_an_update));
    let found = sample(&settings, &body, 1, loses_an_update);
    let shortened = shorten(&settings, &body, &found, BUDGET, |_| false);
    let as_it_was = Shortened {
        schedule: found,
        before: None,
        after: None,
        executions: 1,
    };
    assert_eq!(shortened, as_it_was);
    // A schedule of another program is returned unchanged too.
    let foreign = Schedule {
        choices: vec![9; 4],
        ..Schedule::default()
    };
    let ends_well = |execution: Execution<usize>| execution.trace.end == End::Finished;
    assert_eq!(shorten(&settings, &body, &foreign, BUDGET, ends_well).schedule, foreign);
}

#[test]
fn shortening_keeps_the_kind_of_failure() {
    // In some executions both threads count, and each alone counts with fewer preemptions.
    let body = body(|| {
        let (counter, place) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let threads = [1, 2].map(|id| {
            let (counter, place) = (Arc::clone(&counter), Arc::clone(&place));
            thread::spawn(move || {
                place.store(id, SeqCst);
                counter.fetch_add(usize::from(place.load(SeqCst) != id), SeqCst);
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let main_sees = place.load(SeqCst);
        counter.load(SeqCst) * 10 + main_sees
    });
    let fails = |execution: &Execution<usize>| matches!(execution.value, Some(Ok(11)));
    let shortened = shortened(&plain(), &body, fails);
    assert_eq!(shortened.after.unwrap().preemptions, 1);
}

#[test]
fn injected_faults_that_a_failure_does_not_need_are_left_out() {
    let settings = Settings {
        spurious_wakeups: 2,
        weak_failures: 2,
        late_threads: 2,
        ..plain()
    };
    // Checks and waits in two steps. Late threads, weak failures and spurious wake-ups can occur but are not needed.
    let body = body(|| {
        let (door, is_open, changed) = (AtomicBool::new(false), Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(1));
                let _ = door.compare_exchange_weak(false, true, SeqCst, SeqCst);
                *is_open.lock().unwrap() = true;
                changed.notify_one();
            });
            let is_closed = !*is_open.lock().unwrap();
            if is_closed {
                drop(changed.wait(is_open.lock().unwrap()));
            }
        });
    });
    let shortened = shortened(&settings, &body, |execution| {
        matches!(execution.trace.end, End::LostWakeup { .. })
    });
    let (before, after) = (shortened.before.unwrap(), shortened.after.unwrap());
    assert!(before.preemptions > after.preemptions, "{before:?}");
    // The other thread has to begin its pause, and its pause has to end, while this thread could still run.
    assert_eq!((after.preemptions, after.injected_faults), (2, 1));
}

#[test]
fn the_woken_waiter_is_a_choice_that_shortening_keeps() {
    // Only a choice wakes the third waiter first; the order in which they came does not matter.
    let body = body(|| {
        let (queue, woken, changed) = (Mutex::new(0), Mutex::new(Vec::new()), Condvar::new());
        thread::scope(|scope| {
            for id in [1, 2, 3] {
                let (queue, woken, changed) = (&queue, &woken, &changed);
                scope.spawn(move || {
                    let ticket = queue.lock().unwrap();
                    drop(changed.wait(ticket).unwrap());
                    woken.lock().unwrap().push(id);
                });
            }
            thread::sleep(Duration::from_millis(1));
            for _ in 0..3 {
                changed.notify_one();
                thread::sleep(Duration::from_millis(1));
            }
        });
        woken.into_inner().unwrap()
    });
    let fails = |execution: &Execution<Vec<i32>>| matches!(&execution.value, Some(Ok(woken)) if woken[..] == [3, 1, 2]);
    let shortened = shortened(&plain(), &body, fails);
    let after = shortened.after.unwrap();
    assert_eq!(
        (after.preemptions, after.non_default),
        (0, 1),
        "{:?}",
        shortened.schedule
    );
}

#[test]
fn an_execution_that_never_ends_costs_no_more_than_the_budget() {
    let settings = Settings { steps: 300, ..plain() };
    let body = body(|| {
        let flags = [AtomicBool::new(false), AtomicBool::new(false)];
        thread::scope(|scope| {
            for me in 0..2 {
                let flags = &flags;
                scope.spawn(move || {
                    flags[me].store(true, SeqCst);
                    while flags[1 - me].load(SeqCst) {
                        thread::yield_now();
                    }
                    flags[me].store(false, SeqCst);
                });
            }
        });
    });
    let never_ends = |execution: &Execution<()>| execution.value.is_none();
    let found = sample(&settings, &body, 1, never_ends);
    let shortened = shorten(&settings, &body, &found, 60, |execution| never_ends(&execution));
    assert_eq!((shortened.executions, shortened.after.unwrap().preemptions), (60, 1));
}
