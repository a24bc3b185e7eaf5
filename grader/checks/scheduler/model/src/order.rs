//! The order of events: time, then priority, then entry.

use std::thread;
use std::time::Duration;

use harness::waiting::MILLISECOND;
use harness::{Model, Violation};
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
                    &[
                        (1, u32::MAX),
                        (1, u32::MAX - 1),
                        (1, 1 << 16),
                        (1, 0),
                        (1, 256),
                        (1, 1),
                        (1, 1 << 31),
                    ],
                    late,
                )
            },
            |execution| ran_in_order(&execution.value, &[3, 5, 4, 2, 6, 1, 0, RETURN]),
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
        |execution| are_in_order(&execution.value, &(0..INSIDE).collect::<Vec<_>>()),
    );
    model.every(
        format!("{INSIDE} events at 3 times, with 4 priorities, in a mixed order"),
        || enter_and_run(&mixed(), Duration::ZERO),
        |execution| {
            let events = mixed();
            let mut due: Vec<usize> = (0..INSIDE).collect();
            due.sort_by_key(|&event| events[event]);
            are_in_order(&execution.value, &due)
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

/// Times in milliseconds and priorities, each pair of them many times.
fn mixed() -> [(u32, u32); INSIDE] {
    std::array::from_fn(|event| ((event * 7 / 5 % 3) as u32, (event * 11 / 3 % 4) as u32))
}

/// Requires this order of many events. Names the first one that is wrong: a table of so many says nothing.
fn are_in_order(ran: &[Ran], due: &[usize]) -> Result<(), Violation> {
    let events = numbers(ran);
    let wrong = (0..due.len()).find(|&place| events.get(place) != Some(&due[place]));
    match wrong {
        None => Ok(()),
        Some(place) => ran_in_order(&ran[place.min(ran.len() - 1)..][..1], &[due[place]]),
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
