//! Dropping a timer changes nothing: its function runs at its time, and nobody waits for it.

#![allow(
    clippy::drop_non_drop,
    reason = "the timer of the stub has nothing to drop, that of a submission has"
)]

use std::thread;
use std::time::Duration;

use harness::Model;
use harness::waiting::{MILLISECOND, time_of};
use timer::Timer;

use crate::record::{Record, ran_once, took_no_time};

pub(crate) fn drop_neither_cancels_nor_waits(model: &mut Model) {
    for (label, drop_at, takes) in [
        ("1 timer of 5 ms, dropped at once", Duration::ZERO, Duration::ZERO),
        ("1 timer of 5 ms, dropped after 3 ms", 3 * MILLISECOND, Duration::ZERO),
        ("1 timer of 5 ms, dropped at its time", 5 * MILLISECOND, Duration::ZERO),
        (
            "1 timer of 5 ms, dropped while its function runs",
            6 * MILLISECOND,
            4 * MILLISECOND,
        ),
        (
            "1 timer of 5 ms, dropped when its function has run",
            8 * MILLISECOND,
            Duration::ZERO,
        ),
    ] {
        model.every(
            label,
            move || start_and_drop(drop_at, takes),
            |execution| {
                let (took, times) = &execution.value;
                took_no_time("drop", *took)?;
                ran_once(times, 5 * MILLISECOND)
            },
        );
    }
    model.every(
        "2 timers of 5 ms, both dropped, the function of one takes 4 ms",
        || {
            let records = [Record::new(), Record::new()];
            for (record, takes) in records.iter().zip([4 * MILLISECOND, Duration::ZERO]) {
                let record = record.clone();
                drop(Timer::start(5 * MILLISECOND, move || {
                    record.note();
                    if !takes.is_zero() {
                        thread::sleep(takes);
                    }
                }));
            }
            thread::sleep(20 * MILLISECOND);
            records.map(|record| record.times())
        },
        |execution| {
            let mut records = execution.value.iter();
            records.try_for_each(|times| ran_once(times, 5 * MILLISECOND))
        },
    );
    model.spurious_wakeups(1);
    model.every(
        "1 timer of 5 ms, dropped at once, a spurious wake-up",
        || start_and_drop(Duration::ZERO, Duration::ZERO),
        |execution| ran_once(&execution.value.1, 5 * MILLISECOND),
    );
    model.spurious_wakeups(0);
    model.executions(10);
    model.random(0);
    model.every(
        "10 timers of 5 ms, all dropped",
        || {
            let records: Vec<Record> = (0..10).map(|_| Record::new()).collect();
            for record in &records {
                let _ = Timer::start(5 * MILLISECOND, record.function());
            }
            thread::sleep(20 * MILLISECOND);
            records.iter().map(Record::times).collect::<Vec<_>>()
        },
        |execution| {
            let mut records = execution.value.iter();
            records.try_for_each(|times| ran_once(times, 5 * MILLISECOND))
        },
    );
}

/// How long the drop took, and when the function ran.
fn start_and_drop(drop_at: Duration, takes: Duration) -> (Duration, Vec<Duration>) {
    let record = Record::new();
    let noting = record.clone();
    let timer = Timer::start(5 * MILLISECOND, move || {
        noting.note();
        if !takes.is_zero() {
            thread::sleep(takes);
        }
    });
    if !drop_at.is_zero() {
        thread::sleep(drop_at);
    }
    let took = time_of(|| drop(timer));
    // A thread that is still there at the end of the execution fails it.
    thread::sleep(20 * MILLISECOND);
    (took, record.times())
}
