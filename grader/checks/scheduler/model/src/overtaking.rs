//! An event that is entered while `run` sleeps takes its place in the order.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use harness::Model;
use harness::waiting::MILLISECOND;
use scheduler::Scheduler;

use crate::log::{Log, RETURN, Ran, ran_on_time};
use crate::times::in_ms;

/// Ten of these are a wait so short that a submission may think it not worth a condition variable.
const SHORT: Duration = Duration::from_micros(25);

/// How many changes there are where they are many: a counter of 8 or 16 bits that counts them is back where it was.
const MANY: usize = 1 << 16;

pub(crate) fn an_earlier_event_overtakes(model: &mut Model) {
    model.executions(4000);
    model.random(200);
    model.every(
        "run sleeps until 10 ms; at 3 ms an event at 5 ms is entered",
        || enter_at_three(|scheduler, log| _ = scheduler.enter_at(log.at(5 * MILLISECOND), 9, log.event(2))),
        |execution| ran_on_time(&execution.value, &in_ms(&[(2, 5), (1, 10), (RETURN, 10)])),
    );
    model.every(
        "run sleeps until 10 ms; at 3 ms an event after 2 ms is entered",
        || enter_at_three(|scheduler, log| _ = scheduler.enter_after(2 * MILLISECOND, 9, log.event(2))),
        |execution| ran_on_time(&execution.value, &in_ms(&[(2, 5), (1, 10), (RETURN, 10)])),
    );
    model.every(
        "run sleeps until 10 ms; at 3 ms an event at 1 ms is entered",
        || enter_at_three(|scheduler, log| _ = scheduler.enter_at(log.at(MILLISECOND), 9, log.event(2))),
        |execution| ran_on_time(&execution.value, &in_ms(&[(2, 3), (1, 10), (RETURN, 10)])),
    );
    model.every(
        "run sleeps until 10 ms; at 3 ms an event at 20 ms is entered",
        || enter_at_three(|scheduler, log| _ = scheduler.enter_at(log.at(20 * MILLISECOND), 0, log.event(2))),
        |execution| ran_on_time(&execution.value, &in_ms(&[(1, 10), (2, 20), (RETURN, 20)])),
    );
    model.every(
        "run sleeps until 10 ms; at 3 ms another event at 10 ms with a lower priority is entered",
        || enter_at_three(|scheduler, log| _ = scheduler.enter_at(log.at(10 * MILLISECOND), 4, log.event(2))),
        |execution| ran_on_time(&execution.value, &in_ms(&[(2, 10), (1, 10), (RETURN, 10)])),
    );
    model.every(
        "run sleeps until 10 ms; at 3 ms events at 7, 5 and 6 ms are entered",
        || {
            enter_at_three(|scheduler, log| {
                for (event, time) in [(4, 7), (2, 5), (3, 6)] {
                    scheduler.enter_at(log.at(time * MILLISECOND), 1, log.event(event));
                }
            })
        },
        |execution| {
            ran_on_time(
                &execution.value,
                &in_ms(&[(2, 5), (3, 6), (4, 7), (1, 10), (RETURN, 10)]),
            )
        },
    );
    model.every(
        "run sleeps until 250 µs; at 75 µs an event at 125 µs is entered",
        || {
            enter_while_asleep(SHORT, |scheduler, log| {
                scheduler.enter_at(log.at(5 * SHORT), 9, log.event(2));
            })
        },
        |execution| {
            ran_on_time(
                &execution.value,
                &[(2, 5 * SHORT), (1, 10 * SHORT), (RETURN, 10 * SHORT)],
            )
        },
    );
    model.every(
        "run begins with an event at 10 ms while another thread enters one that is due",
        || enter_beside(10 * MILLISECOND),
        |execution| ran_on_time(&execution.value, &in_ms(&[(2, 0), (1, 10), (RETURN, 10)])),
    );
    model.every(
        "run begins with an event after Duration::MAX while another thread enters one that is due",
        || enter_beside(Duration::MAX),
        |execution| ran_on_time(&execution.value, &in_ms(&[(2, 0), (RETURN, 0)])),
    );
    model.executions(1);
    model.random(0);
    model.steps(100 * MANY as u64);
    // All changes come before the thread in run is awake.
    model.turn(u32::MAX);
    for n_earlier in [1, 2] {
        model.every(
            format!(
                "run sleeps until 10 ms; at 3 ms events are entered: {n_earlier} at 5 ms, and many that are cancelled"
            ),
            move || enter_at_three(|scheduler, log| enter_among_many(scheduler, log, n_earlier)),
            move |execution| {
                let mut expected = vec![(2, 5); n_earlier];
                expected.extend([(1, 10), (RETURN, 10)]);
                ran_on_time(&execution.value, &in_ms(&expected))
            },
        );
    }
}

/// Event 1 is due at 10 ms and has priority 5.
fn enter_at_three(enter: impl FnOnce(&Scheduler, &Arc<Log>) + Send) -> Vec<Ran> {
    enter_while_asleep(MILLISECOND, enter)
}

/// Event 1 is due after ten of these units, and `enter` is called after three.
fn enter_while_asleep(unit: Duration, enter: impl FnOnce(&Scheduler, &Arc<Log>) + Send) -> Vec<Ran> {
    let scheduler = Scheduler::new();
    let log = Log::new();
    scheduler.enter_at(log.at(10 * unit), 5, log.event(1));
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(3 * unit);
            enter(&scheduler, &log);
        });
        scheduler.run();
    });
    log.note(RETURN);
    log.ran()
}

/// With one earlier event, [`MANY`] events are entered in all; with two, as many are entered and cancelled together.
fn enter_among_many(scheduler: &Scheduler, log: &Arc<Log>, n_earlier: usize) {
    for _ in 0..n_earlier {
        scheduler.enter_at(log.at(5 * MILLISECOND), 1, log.event(2));
    }
    for _ in 0..(MANY / n_earlier - 1) {
        let id = scheduler.enter_at(log.at(20 * MILLISECOND), 1, |_| ());
        scheduler.cancel(id);
    }
}

/// Event 2 cancels event 1 if that is never due.
fn enter_beside(delay: Duration) -> Vec<Ran> {
    let scheduler = Scheduler::new();
    let log = Log::new();
    let first = scheduler.enter_after(delay, 1, log.event(1));
    thread::scope(|scope| {
        scope.spawn(|| {
            let running = log.event(2);
            scheduler.enter_after(Duration::ZERO, 1, move |scheduler| {
                running(scheduler);
                if delay == Duration::MAX {
                    scheduler.cancel(first);
                }
            });
        });
        scheduler.run();
    });
    log.note(RETURN);
    log.ran()
}
