//! Events may enter and cancel events.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use harness::waiting::MILLISECOND;
use harness::{Finding, Model, Violation};
use scheduler::Scheduler;

use crate::log::{Log, RETURN, ran_on_time};
use crate::times::{in_ms, run_with};

/// How many events enter the next one: more than 16 bits can count.
const MANY: usize = 70_000;

pub(crate) fn events_may_enter_events(model: &mut Model) {
    model.every(
        "3 events, of which each enters the next",
        || run_with(|scheduler, log| enter_chain(scheduler, log, 1)),
        |execution| ran_on_time(&execution.value, &in_ms(&[(1, 1), (2, 3), (3, 6), (RETURN, 6)])),
    );
    model.every(
        "an event that enters 3 others: overdue, between, and later than one that is there",
        || {
            run_with(|scheduler, log| {
                let (running, theirs) = (log.event(1), Arc::clone(log));
                scheduler.enter_at(log.at(5 * MILLISECOND), 1, move |scheduler| {
                    running(scheduler);
                    scheduler.enter_at(theirs.at(9 * MILLISECOND), 0, theirs.event(5));
                    scheduler.enter_at(theirs.at(5 * MILLISECOND), 2, theirs.event(3));
                    scheduler.enter_at(theirs.at(MILLISECOND), 9, theirs.event(2));
                });
                scheduler.enter_at(log.at(5 * MILLISECOND), 3, log.event(4));
                scheduler.enter_at(log.at(8 * MILLISECOND), 3, log.event(6));
            })
        },
        |execution| {
            let expected = in_ms(&[(1, 5), (2, 5), (3, 5), (4, 5), (6, 8), (5, 9), (RETURN, 9)]);
            ran_on_time(&execution.value, &expected)
        },
    );
    model.every(
        "an event that cancels the next, which is due at the same time",
        || {
            run_with(|scheduler, log| {
                let next = scheduler.enter_at(log.at(MILLISECOND), 2, log.event(2));
                let running = log.event(1);
                scheduler.enter_at(log.at(MILLISECOND), 1, move |scheduler| {
                    running(scheduler);
                    scheduler.cancel(next);
                });
                scheduler.enter_at(log.at(MILLISECOND), 3, log.event(3));
            })
        },
        |execution| ran_on_time(&execution.value, &in_ms(&[(1, 1), (3, 1), (RETURN, 1)])),
    );
    model.executions(1);
    model.random(0);
    model.steps(50 * MANY as u64);
    for n_events in [300, MANY] {
        model.every(
            format!("{n_events} events, of which each enters the next"),
            move || {
                let scheduler = Scheduler::new();
                let n_run = Arc::new(AtomicUsize::new(0));
                count_down(&scheduler, n_events, &n_run);
                scheduler.run();
                n_run.load(Ordering::SeqCst)
            },
            move |execution| {
                if execution.value == n_events {
                    return Ok(());
                }
                let violation = Violation::new(Finding::WrongResult, format!("expected {n_events} events to run"));
                Err(violation.got(format!("{} ran", execution.value)))
            },
        );
    }
}

/// Each event is as many milliseconds after the one before as its number says.
fn enter_chain(scheduler: &Scheduler, log: &Arc<Log>, event: usize) {
    let log = Arc::clone(log);
    scheduler.enter_after(event as u32 * MILLISECOND, 1, move |scheduler| {
        log.note(event);
        if event < 3 {
            enter_chain(scheduler, &log, event + 1);
        }
    });
}

fn count_down(scheduler: &Scheduler, left: usize, n_run: &Arc<AtomicUsize>) {
    let n_run = Arc::clone(n_run);
    scheduler.enter_after(Duration::ZERO, 1, move |scheduler| {
        n_run.fetch_add(1, Ordering::SeqCst);
        if left > 1 {
            count_down(scheduler, left - 1, &n_run);
        }
    });
}
