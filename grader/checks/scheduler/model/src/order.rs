//! The order of events: time, then priority, then entry.

use std::thread;
use std::time::Duration;

use harness::Model;
use harness::waiting::MILLISECOND;
use scheduler::Scheduler;

use crate::log::{Log, RETURN, Ran, numbers, ran_in_order};
use crate::times::run_with;

/// How many events are inside at the same time where they are many: more than a byte can count.
const INSIDE: usize = 300;

pub(crate) fn order_is_time_priority_entry(model: &mut Model) {
    for (label, late) in [("", Duration::ZERO), (", overdue", 9 * MILLISECOND)] {
        model.every(
            format!("4 events at one time with the priorities 2, 1, 3, 1{label}"),
            move || enter_and_run(&[(5, 2), (5, 1), (5, 3), (5, 1)], late),
            |execution| ran_in_order(&execution.value, &[1, 3, 0, 2, RETURN]),
        );
        model.every(
            format!("4 events at different times, whose priorities are the other way round{label}"),
            move || enter_and_run(&[(4, 3), (2, 5), (1, 6), (3, 4)], late),
            |execution| ran_in_order(&execution.value, &[2, 1, 3, 0, RETURN]),
        );
        model.every(
            format!("priorities from 0 to {}{label}", u32::MAX),
            move || {
                enter_and_run(
                    &[(1, u32::MAX), (1, 1 << 16), (1, 0), (1, 256), (1, 1), (1, 1 << 31)],
                    late,
                )
            },
            |execution| ran_in_order(&execution.value, &[2, 4, 3, 1, 5, 0, RETURN]),
        );
    }
    model.every(
        "5 events at one time, all of one priority, between others",
        || {
            enter_and_run(
                &[(3, 1), (3, 1), (4, 0), (3, 1), (2, 2), (3, 1), (3, 1)],
                Duration::ZERO,
            )
        },
        |execution| ran_in_order(&execution.value, &[4, 0, 1, 3, 5, 6, 2, RETURN]),
    );
    model.executions(1);
    model.random(0);
    model.steps(8_000_000);
    model.every(
        format!("{INSIDE} events at one time, all of one priority"),
        || enter_and_run(&[(1, 1); INSIDE], Duration::ZERO),
        |execution| {
            let ran = numbers(&execution.value);
            let wrong = (0..INSIDE).find(|&event| ran.get(event) != Some(&event));
            match wrong {
                None => Ok(()),
                // The table of so many events says nothing.
                Some(event) => ran_in_order(&execution.value[event.min(execution.value.len() - 1)..][..1], &[event]),
            }
        },
    );
    for (before, between) in [(250, 50), (60_000, 6_000)] {
        model.every(
            format!("{before} events entered and cancelled, then 2 at one time, and {between} between them"),
            move || enter_after_others(before, between),
            |execution| ran_in_order(&execution.value, &[1, 2, RETURN]),
        );
    }
}

/// Enters events at so many milliseconds with these priorities, numbered from 0, and runs them so much later.
fn enter_and_run(events: &[(u32, u32)], late: Duration) -> Vec<Ran> {
    run_with(|scheduler, log| {
        for (event, (time, priority)) in events.iter().enumerate() {
            scheduler.enter_at(log.at(*time * MILLISECOND), *priority, log.event(event));
        }
        if !late.is_zero() {
            thread::sleep(late);
        }
    })
}

/// Few events are inside at the same time, and many in all.
fn enter_after_others(before: usize, between: usize) -> Vec<Ran> {
    let come_and_go = |scheduler: &Scheduler, log: &std::sync::Arc<Log>, times: usize| {
        for _ in 0..times {
            let id = scheduler.enter_at(log.at(MILLISECOND), 1, |_| ());
            scheduler.cancel(id);
        }
    };
    run_with(|scheduler, log| {
        come_and_go(scheduler, log, before);
        scheduler.enter_at(log.at(MILLISECOND), 1, log.event(1));
        come_and_go(scheduler, log, between);
        scheduler.enter_at(log.at(MILLISECOND), 1, log.event(2));
    })
}
