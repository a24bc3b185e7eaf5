//! Events run when they are due, and overdue ones at once.

use std::time::{Duration, Instant};
use std::{panic, thread};

use harness::waiting::{HUNDRED_DAYS, MILLISECOND, in_words};
use harness::{Execution, Finding, Model, Violation};
use scheduler::Scheduler;

use crate::log::{Log, RETURN, Ran, ran_in_order, ran_on_time};

/// More nanoseconds than 64 bits can hold.
const SIX_HUNDRED_YEARS: Duration = Duration::from_secs(600 * 365 * 24 * 60 * 60);

pub(crate) fn events_run_at_their_time(model: &mut Model) {
    model.every(
        "no events",
        || run_with(|_, _| ()),
        |execution| ran_on_time(&execution.value, &[(RETURN, Duration::ZERO)]),
    );
    model.every(
        "3 events, at 5 ms, at 7 ms, and after 2 ms",
        || {
            run_with(|scheduler, log| {
                scheduler.enter_at(log.at(5 * MILLISECOND), 1, log.event(2));
                scheduler.enter_at(log.at(7 * MILLISECOND), 0, log.event(3));
                scheduler.enter_after(2 * MILLISECOND, 2, log.event(1));
            })
        },
        |execution| ran_on_time(&execution.value, &in_ms(&[(1, 2), (2, 5), (3, 7), (RETURN, 7)])),
    );
    model.every(
        "an event that needs 10 ms, and others that are due meanwhile and later",
        || {
            run_with(|scheduler, log| {
                let running = log.event(1);
                scheduler.enter_at(log.at(MILLISECOND), 1, move |scheduler| {
                    running(scheduler);
                    thread::sleep(10 * MILLISECOND);
                });
                scheduler.enter_at(log.at(20 * MILLISECOND), 0, log.event(4));
                scheduler.enter_at(log.at(6 * MILLISECOND), 0, log.event(3));
                scheduler.enter_at(log.at(5 * MILLISECOND), 9, log.event(2));
            })
        },
        |execution| {
            ran_on_time(
                &execution.value,
                &in_ms(&[(1, 1), (2, 11), (3, 11), (4, 20), (RETURN, 20)]),
            )
        },
    );
    model.every(
        "events after 5 ms and after 1 ms, 3 ms before run",
        || {
            run_with(|scheduler, log| {
                scheduler.enter_after(5 * MILLISECOND, 1, log.event(2));
                scheduler.enter_after(MILLISECOND, 1, log.event(1));
                thread::sleep(3 * MILLISECOND);
            })
        },
        |execution| ran_on_time(&execution.value, &in_ms(&[(1, 3), (2, 5), (RETURN, 5)])),
    );
    model.every(
        "events due before there was a scheduler, and now",
        overdue,
        |execution| ran_on_time(&execution.value, &in_ms(&[(1, 1), (2, 1), (3, 1), (RETURN, 1)])),
    );
    for delay in [
        Duration::from_nanos(1),
        Duration::from_micros(300),
        Duration::from_micros(2500),
        HUNDRED_DAYS,
        SIX_HUNDRED_YEARS,
        // A floating-point number of seconds does not hold the microsecond.
        SIX_HUNDRED_YEARS + Duration::from_micros(1),
    ] {
        model.every(
            format!("an event after {}", in_words(delay)),
            move || run_with(|scheduler, log| _ = scheduler.enter_after(delay, 1, log.event(1))),
            move |execution| ran_on_time(&execution.value, &[(1, delay), (RETURN, delay)]),
        );
    }
    model.every(
        "an event after Duration::MAX, cancelled by one after 1 ms",
        || {
            run_with(|scheduler, log| {
                let never = scheduler.enter_after(Duration::MAX, 0, log.event(2));
                let running = log.event(1);
                scheduler.enter_after(MILLISECOND, 1, move |scheduler| {
                    running(scheduler);
                    scheduler.cancel(never);
                });
            })
        },
        |execution| ran_on_time(&execution.value, &in_ms(&[(1, 1), (RETURN, 1)])),
    );
    model.every("run, then run again with another event", run_twice, |execution| {
        ran_on_time(&execution.value, &in_ms(&[(1, 1), (RETURN, 1), (2, 3), (RETURN, 3)]))
    });
    model.every("2 schedulers with an event each", two_schedulers, |execution| {
        ran_in_order(&execution.value, &[2, RETURN, 1, RETURN])
    });
    model.every("is_empty, before and after", ask_whether_empty, answers_are_right);
    model.every(
        "is_empty, while another thread is in run or cancels",
        ask_beside_another_thread,
        answers_are_right,
    );
    waits_alone(model);
}

/// What has to be, and what was: whether a scheduler was empty.
type Answers = Vec<(&'static str, bool, bool)>;

fn ask_whether_empty() -> Answers {
    let scheduler = Scheduler::new();
    let mut answers = vec![("before an event is entered", true, scheduler.is_empty())];
    let id = scheduler.enter_after(MILLISECOND, 1, |_| ());
    answers.push(("with an event", false, scheduler.is_empty()));
    scheduler.cancel(id);
    answers.push(("after the only event was cancelled", true, scheduler.is_empty()));
    scheduler.enter_after(MILLISECOND, 1, |_| ());
    scheduler.enter_after(MILLISECOND, 1, |_| ());
    scheduler.cancel(id);
    answers.push(("with 2 events", false, scheduler.is_empty()));
    scheduler.run();
    answers.push(("after run", true, scheduler.is_empty()));
    answers
}

/// That another thread uses the scheduler at the same moment changes no answer.
fn ask_beside_another_thread() -> Answers {
    let scheduler = Scheduler::new();
    let mut answers = Answers::new();
    let mut ask_beside = |when, expected, other: &(dyn Fn() + Sync)| {
        let got = thread::scope(|scope| {
            scope.spawn(other);
            scheduler.is_empty()
        });
        answers.push((when, expected, got));
    };
    ask_beside("while another thread finds nothing in run", true, &|| scheduler.run());
    let gone = scheduler.enter_after(MILLISECOND, 1, |_| ());
    scheduler.cancel(gone);
    scheduler.enter_after(MILLISECOND, 1, |_| ());
    ask_beside(
        "with an event, while another thread cancels one that is gone",
        false,
        &|| _ = scheduler.cancel(gone),
    );
    answers
}

fn answers_are_right(execution: &Execution<Answers>) -> Result<(), Violation> {
    for (when, expected, got) in &execution.value {
        if expected != got {
            let violation = Violation::new(
                Finding::WrongResult,
                format!("expected is_empty() to be {expected} {when}"),
            );
            return Err(violation.got(got.to_string()));
        }
    }
    Ok(())
}

/// While an event runs, the scheduler can be used as ever.
fn waits_alone(model: &mut Model) {
    model.every(
        "an event that needs 10 ms, and a thread that enters and cancels another one meanwhile",
        || {
            let scheduler = Scheduler::new();
            let log = Log::new();
            thread::scope(|scope| {
                let running = log.event(1);
                scheduler.enter_after(Duration::ZERO, 1, move |scheduler| {
                    running(scheduler);
                    thread::sleep(10 * MILLISECOND);
                });
                let runner = scope.spawn(|| scheduler.run());
                thread::sleep(MILLISECOND);
                let id = scheduler.enter_after(MILLISECOND, 1, log.event(2));
                scheduler.cancel(id);
                scheduler.is_empty();
                log.note(RETURN);
                runner.join().unwrap_or_else(|payload| panic::resume_unwind(payload));
            });
            log.ran()
        },
        |execution| ran_on_time(&execution.value, &in_ms(&[(1, 0), (RETURN, 1)])),
    );
}

/// Enters events, runs them, and returns what happened.
pub(crate) fn run_with(enter: impl FnOnce(&Scheduler, &std::sync::Arc<Log>)) -> Vec<Ran> {
    let scheduler = Scheduler::new();
    let log = Log::new();
    enter(&scheduler, &log);
    scheduler.run();
    log.note(RETURN);
    log.ran()
}

/// The same with whole milliseconds as durations.
pub(crate) fn in_ms(expected: &[(usize, u32)]) -> Vec<(usize, Duration)> {
    expected
        .iter()
        .map(|&(event, due)| (event, due * MILLISECOND))
        .collect()
}

fn overdue() -> Vec<Ran> {
    let early = Instant::now();
    let log = Log::new();
    thread::sleep(MILLISECOND);
    let scheduler = Scheduler::new();
    scheduler.enter_after(Duration::ZERO, 0, log.event(3));
    scheduler.enter_at(log.at(MILLISECOND / 2), 0, log.event(2));
    scheduler.enter_at(early, 7, log.event(1));
    scheduler.run();
    log.note(RETURN);
    log.ran()
}

fn run_twice() -> Vec<Ran> {
    run_with(|scheduler, log| {
        scheduler.enter_after(MILLISECOND, 1, log.event(1));
        scheduler.run();
        log.note(RETURN);
        scheduler.enter_after(2 * MILLISECOND, 1, log.event(2));
    })
}

fn two_schedulers() -> Vec<Ran> {
    run_with(|scheduler, log| {
        let other = Scheduler::new();
        scheduler.enter_after(MILLISECOND, 1, log.event(1));
        other.enter_after(2 * MILLISECOND, 1, log.event(2));
        other.run();
        log.note(RETURN);
    })
}
