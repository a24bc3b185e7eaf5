//! A thread in `run` sleeps until an event is due, taking no steps.

use std::thread;
use std::time::Duration;

use harness::Model;
use harness::waiting::{HUNDRED_DAYS, MILLISECOND, in_words, takes_few_steps};
use scheduler::Scheduler;

use crate::log::{Log, RETURN, Ran, ran_on_time};
use crate::times::in_ms;

/// How long a thread is kept waiting: long enough that polling once a month is noticed, longer than an hour, day or
/// year that a submission may use by mistake, and shorter than the 30 years that some libraries use for a timeout that
/// never ends.
const TWENTY_YEARS: Duration = Duration::from_secs(20 * 365 * 24 * 60 * 60);

pub(crate) fn waiting_takes_no_steps(model: &mut Model) {
    model.random(50);
    for delay in [HUNDRED_DAYS, TWENTY_YEARS] {
        model.every(
            format!("an event after {}", in_words(delay)),
            move || run_one(delay),
            move |execution| {
                takes_few_steps(execution, delay)?;
                ran_on_time(&execution.value, &[(1, delay), (RETURN, delay)])
            },
        );
    }
    model.every(
        format!(
            "an event after Duration::MAX, which another thread cancels after {}",
            in_words(TWENTY_YEARS)
        ),
        || {
            let scheduler = Scheduler::new();
            let log = Log::new();
            let id = scheduler.enter_after(Duration::MAX, 1, log.event(1));
            thread::scope(|scope| {
                scope.spawn(|| {
                    thread::sleep(TWENTY_YEARS);
                    scheduler.cancel(id);
                });
                scheduler.run();
            });
            log.note(RETURN);
            log.ran()
        },
        |execution| {
            takes_few_steps(execution, TWENTY_YEARS)?;
            ran_on_time(&execution.value, &[(RETURN, TWENTY_YEARS)])
        },
    );
    model.executions(4000);
    model.every(
        format!("2 threads in run, an event after {}", in_words(HUNDRED_DAYS)),
        || {
            let scheduler = Scheduler::new();
            let log = Log::new();
            scheduler.enter_after(HUNDRED_DAYS, 1, log.event(1));
            thread::scope(|scope| {
                scope.spawn(|| scheduler.run());
                scheduler.run();
            });
            log.ran()
        },
        |execution| {
            takes_few_steps(execution, HUNDRED_DAYS)?;
            ran_on_time(&execution.value, &[(1, HUNDRED_DAYS)])
        },
    );
    model.every(
        format!("2 threads in run, an event that takes {}", in_words(HUNDRED_DAYS)),
        || {
            let scheduler = Scheduler::new();
            scheduler.enter_after(Duration::ZERO, 1, |_| thread::sleep(HUNDRED_DAYS));
            thread::scope(|scope| {
                scope.spawn(|| scheduler.run());
                scheduler.run();
            });
        },
        |execution| takes_few_steps(execution, HUNDRED_DAYS),
    );
    model.spurious_wakeups(1);
    model.every(
        "an event after 5 ms, a spurious wake-up",
        || run_one(5 * MILLISECOND),
        |execution| ran_on_time(&execution.value, &in_ms(&[(1, 5), (RETURN, 5)])),
    );
}

/// The event waits in another thread than the body, which has time to pass in between.
fn run_one(delay: Duration) -> Vec<Ran> {
    let scheduler = Scheduler::new();
    let log = Log::new();
    scheduler.enter_after(delay, 1, log.event(1));
    thread::scope(|scope| {
        scope.spawn(|| thread::sleep(2 * MILLISECOND));
        scheduler.run();
    });
    log.note(RETURN);
    log.ran()
}
