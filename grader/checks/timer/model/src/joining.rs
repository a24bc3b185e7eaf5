//! `join` returns when the function has ended, and tells of its panic.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use harness::waiting::{HUNDRED_DAYS, MILLISECOND, takes_few_steps, time_of};
use harness::{Finding, Model, Violation};
use timer::Timer;

use crate::record::{Record, ran_once, took_no_time, took_so_long};

pub(crate) fn join_waits_for_the_end(model: &mut Model) {
    for (label, join_at, takes, due) in [
        ("1 timer of 5 ms, joined at once", 0, 0, 5),
        ("1 timer of 5 ms, joined at once, its function takes 3 ms", 0, 3, 8),
        ("1 timer of 5 ms, joined at its time, its function takes 3 ms", 5, 3, 3),
        ("1 timer of 5 ms, joined while its function runs, for 3 ms", 6, 3, 2),
        ("1 timer of 5 ms, joined when its function has run", 9, 0, 0),
    ] {
        model.every(
            label,
            move || start_and_join(5 * MILLISECOND, join_at * MILLISECOND, takes * MILLISECOND),
            move |execution| {
                let (took, number) = execution.value;
                sees_the_number(number)?;
                took_so_long("join", took, due * MILLISECOND)
            },
        );
    }
    model.every(
        "1 timer of 0, joined at once",
        || start_and_join(Duration::ZERO, Duration::ZERO, Duration::ZERO),
        |execution| sees_the_number(execution.value.1),
    );
    model.random(50);
    model.every(
        "1 timer of 5 ms, joined at once, its function takes 100 days",
        || start_and_join(5 * MILLISECOND, Duration::ZERO, HUNDRED_DAYS),
        |execution| {
            takes_few_steps(execution, HUNDRED_DAYS)?;
            took_so_long("join", execution.value.0, HUNDRED_DAYS + 5 * MILLISECOND)
        },
    );
    model.random(500);
    model.spurious_wakeups(1);
    model.every(
        "1 timer of 5 ms, joined at once, its function takes 3 ms, a spurious wake-up",
        || start_and_join(5 * MILLISECOND, Duration::ZERO, 3 * MILLISECOND),
        |execution| {
            let (took, number) = execution.value;
            sees_the_number(number)?;
            took_so_long("join", took, 8 * MILLISECOND)
        },
    );
}

pub(crate) fn join_tells_of_a_panic(model: &mut Model) {
    for (label, payload) in [
        ("1 timer, whose function panics with a literal", Payload::Literal),
        ("1 timer, whose function panics with a text", Payload::Text),
        ("1 timer, whose function panics with a number", Payload::Number),
    ] {
        model.every(
            label,
            move || join_of(Timer::start(MILLISECOND, move || payload.panic())),
            |execution| panicked(execution.value, true),
        );
    }
    model.every(
        "1 timer, whose function panics, joined later",
        || {
            let timer = Timer::start(MILLISECOND, || Payload::Text.panic());
            thread::sleep(5 * MILLISECOND);
            join_of(timer)
        },
        |execution| panicked(execution.value, true),
    );
    model.every(
        "1 timer that runs and 1 that is cancelled",
        || {
            let cancelled = Timer::start(5 * MILLISECOND, || Payload::Text.panic());
            cancelled.cancel();
            [join_of(Timer::start(MILLISECOND, || ())), join_of(cancelled)]
        },
        |execution| {
            let mut joins = execution.value.iter();
            joins.try_for_each(|&has_panicked| panicked(has_panicked, false))
        },
    );
    model.every(
        "1 timer, whose function panics, cancelled afterwards",
        || {
            let timer = Timer::start(MILLISECOND, || Payload::Text.panic());
            thread::sleep(5 * MILLISECOND);
            let mut is_cancelled = false;
            let took = time_of(|| is_cancelled = timer.cancel());
            (is_cancelled, took, join_of(timer))
        },
        |execution| {
            let (is_cancelled, took, has_panicked) = execution.value;
            if is_cancelled {
                let expected = "expected cancel to return false after the function has panicked, since it has run";
                return Err(Violation::new(Finding::WrongResult, expected).got("it returned true"));
            }
            took_no_time("cancel", took)?;
            panicked(has_panicked, true)
        },
    );
    model.every(
        "1 timer, whose function panics, dropped, and then another that runs",
        || {
            let _ = Timer::start(MILLISECOND, || Payload::Text.panic());
            thread::sleep(5 * MILLISECOND);
            let record = Record::new();
            let has_panicked = join_of(Timer::start(MILLISECOND, record.function()));
            (has_panicked, record.times())
        },
        |execution| {
            let (has_panicked, times) = &execution.value;
            ran_once(times, MILLISECOND)?;
            panicked(*has_panicked, false)
        },
    );
    model.every(
        "2 timers of 2 ms, of which the function of 1 panics",
        || {
            let record = Record::new();
            let timers = [
                Timer::start(2 * MILLISECOND, || Payload::Text.panic()),
                Timer::start(2 * MILLISECOND, record.function()),
            ];
            (timers.map(join_of), record.times())
        },
        |execution| {
            let ([first, second], times) = &execution.value;
            ran_once(times, 2 * MILLISECOND)?;
            panicked(*first, true)?;
            panicked(*second, false)
        },
    );
}

/// What a function panics with.
#[derive(Clone, Copy)]
enum Payload {
    /// A `&str`: what `panic!` makes of a message without arguments.
    Literal,
    /// A `String`: what it makes of one with arguments.
    Text,
    /// Neither, as only `panic_any` gives it.
    Number,
}

impl Payload {
    fn panic(self) {
        match self {
            Payload::Literal => panic!("a function panics, as the check wants it"),
            Payload::Text => panic!("function {} panics, as the check wants it", 1),
            Payload::Number => panic::panic_any(1),
        }
    }
}

/// Whether `join` panicked.
fn join_of(timer: Timer) -> bool {
    panic::catch_unwind(AssertUnwindSafe(|| timer.join())).is_err()
}

#[track_caller]
fn panicked(has_panicked: bool, expected: bool) -> Result<(), Violation> {
    if has_panicked == expected {
        return Ok(());
    }
    let (expected, got) = match expected {
        true => (
            "expected join to panic, because the function did",
            "it returned as if nothing had happened",
        ),
        false => (
            "expected join to return, since no function of its timer panicked",
            "it panicked",
        ),
    };
    Err(Violation::new(Finding::WrongResult, expected).got(got))
}

/// How long `join` took, and which number could be seen after it.
///
/// The function writes the number at its end. It is written and read with `Relaxed`, as if it were no atomic.
fn start_and_join(after: Duration, join_at: Duration, takes: Duration) -> (Duration, usize) {
    let number = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&number);
    let timer = Timer::start(after, move || {
        if !takes.is_zero() {
            thread::sleep(takes);
        }
        theirs.store(1, Ordering::Relaxed);
    });
    if !join_at.is_zero() {
        thread::sleep(join_at);
    }
    let took = time_of(|| timer.join());
    (took, number.load(Ordering::Relaxed))
}

fn sees_the_number(number: usize) -> Result<(), Violation> {
    if number == 1 {
        return Ok(());
    }
    let expected = "expected join to return when the function had ended, and its caller to see what the function wrote";
    Err(Violation::new(Finding::Race, expected).got("it was not there yet"))
}
