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

use model_std_suite::{describe, plain};

use crate::configured;
use crate::programs::{Random, Size, TIMELESS, Topic, modelled};

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

/// Whatever the program, and whatever is wrong with an execution of it: the schedule that shortening returns leads to
/// the same outcome when it is replayed.
#[test]
fn shortened_schedules_of_random_programs_fail_in_the_same_way_when_they_are_replayed() {
    let mut random = Random(configured("SHORTENING_SEED", 11) << 32);
    let topics: Vec<Topic> = TIMELESS.into_iter().chain([Topic::Time; 2]).collect();
    let (mut n_shortened, mut n_simpler) = (0, 0);
    while n_shortened < 60 * configured("SHORTENING_TIMES", 1) {
        let size = Size {
            threads: 2 + random.below(2) as usize,
            steps: 4,
            main: true,
        };
        let program = std::sync::Arc::new(random.program_on(&topics, size));
        let settings = Settings {
            spurious_wakeups: random.below(2) as u32,
            weak_failures: random.below(2) as u32,
            late_threads: random.below(2) as u32,
            ..Settings::default()
        };
        let bounds = Bounds {
            preemptions: 0,
            executions: 1,
            random: 40,
            seed: random.below(1_000),
            depth: 6,
            ..Bounds::default()
        };
        let (body, usual) = {
            let program = std::sync::Arc::clone(&program);
            let body = body(move || modelled::run(&program));
            let usual = outcome(&replay(&settings, &body, &Schedule::default()));
            (body, usual)
        };
        let mut unusual = None;
        let coverage = explore(&bounds, &settings, &body, |execution| {
            let found = outcome(&execution);
            if found == usual {
                return ControlFlow::Continue(());
            }
            unusual = Some(found);
            ControlFlow::Break(())
        });
        let (Some(unusual), Some(stopped)) = (unusual, coverage.stopped) else {
            continue;
        };
        let fails = |execution| outcome(&execution) == unusual;
        let shortened = shorten(&settings, &body, &stopped.schedule, 200, fails);
        let again = replay(&settings, &body, &shortened.schedule);
        assert_eq!(outcome(&again), unusual, "{program:?} under {:?}", stopped.schedule);
        assert!(shortened.after <= shortened.before && shortened.executions <= 200);
        n_shortened += 1;
        n_simpler += u64::from(shortened.after < shortened.before);
    }
    assert!(n_simpler > n_shortened / 2, "{n_simpler} of {n_shortened}");
}

/// What the threads of a program saw, and how it ended.
fn outcome<T: std::fmt::Debug>(execution: &Execution<T>) -> String {
    format!("{:?} {:?}", execution.value, describe(&execution.trace.end))
}

/// An execution can depend on those before it, through something that is not modelled. Then the shortened schedule may
/// pass in a replay, and the given one is better than nothing.
#[test]
fn a_schedule_that_fails_only_while_it_is_shortened_is_not_returned() {
    let (settings, body) = (Settings::default(), body(lose_an_update));
    let found = sample(&settings, &body, 1, loses_an_update);
    let mut n_seen = 0;
    let shortened = shorten(&settings, &body, &found, 20, |execution| {
        n_seen += 1;
        // The last execution is the replay of the result.
        n_seen < 8 && loses_an_update(&execution)
    });
    assert_eq!((shortened.schedule, shortened.after), (found, shortened.before));
}

/// Two threads count in two steps so many times each.
fn count_long(n: usize) -> usize {
    let counter = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&counter);
    let count = move |counter: &AtomicUsize| {
        for _ in 0..n {
            let seen = counter.load(SeqCst);
            counter.store(seen + 1, SeqCst);
        }
    };
    let thread = thread::spawn(move || count(&theirs));
    count(&counter);
    thread.join().unwrap();
    counter.load(SeqCst)
}

#[test]
fn shortening_a_long_execution_keeps_to_its_budget_of_work() {
    let settings = Settings {
        steps: 1_000_000,
        ..Settings::default()
    };
    for n in [500, 4_000, 32_000] {
        let body = body(move || count_long(n));
        let fails = move |execution: &Execution<usize>| matches!(execution.value, Some(Ok(counted)) if counted < 2 * n);
        let found = sample(&settings, &body, 1, |execution| {
            execution.preemptions > 20 && fails(execution)
        });
        let n_before = model_std::model::operations();
        let shortened = shorten(&settings, &body, &found, BUDGET, |execution| fails(&execution));
        // The work that is counted, and at most one execution more for each of the first and the last.
        let n_operations = model_std::model::operations() - n_before;
        assert!(n_operations < 2_000_000 + 3 * 4 * n as u64, "{n}: {n_operations}");
        assert!(shortened.after < shortened.before, "{shortened:?}");
        assert!(fails(&replay(&settings, &body, &shortened.schedule)));
    }
}
