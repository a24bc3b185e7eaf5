//! A timer runs or is cancelled, and `cancel` says which.

#![allow(
    clippy::drop_non_drop,
    reason = "the timer of the stub has nothing to drop, that of a submission has"
)]

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use harness::waiting::{HUNDRED_DAYS, MILLISECOND, takes_few_steps, time_of};
use harness::{Finding, Model, Violation};
use timer::Timer;

use crate::record::{Record, never_ran, ran_once, took_no_time};

pub(crate) fn after_cancel_it_never_runs(model: &mut Model) {
    for (label, after, cancel_at) in [
        ("1 timer of 5 ms, cancelled at once", 5 * MILLISECOND, Duration::ZERO),
        (
            "1 timer of 5 ms, cancelled after 3 ms",
            5 * MILLISECOND,
            3 * MILLISECOND,
        ),
        (
            "1 timer of 100 days, cancelled after 3 ms",
            HUNDRED_DAYS,
            3 * MILLISECOND,
        ),
        (
            "1 timer of Duration::MAX, cancelled after 3 ms",
            Duration::MAX,
            3 * MILLISECOND,
        ),
    ] {
        model.every(
            label,
            move || start_and_cancel(after, cancel_at, Duration::ZERO),
            |execution| was_cancelled(&execution.value),
        );
    }
    model.every(
        "2 timers of 5 ms, of which 1 is cancelled after 3 ms",
        cancel_one_of_two,
        |execution| {
            let (is_cancelled, [cancelled, other]) = &execution.value;
            is("cancel", *is_cancelled, true)?;
            never_ran(cancelled)?;
            ran_once(other, 5 * MILLISECOND)
        },
    );
    model.every(
        "1 timer of 5 ms that is cancelled after 3 ms, then another of 5 ms",
        || {
            let first = start_and_cancel(5 * MILLISECOND, 3 * MILLISECOND, Duration::ZERO);
            let record = Record::new();
            Timer::start(5 * MILLISECOND, record.function()).join();
            (first, record.times())
        },
        |execution| {
            let (first, second) = &execution.value;
            was_cancelled(first)?;
            ran_once(second, 5 * MILLISECOND)
        },
    );
    model.spurious_wakeups(1);
    model.every(
        "1 timer of 5 ms, cancelled after 3 ms, a spurious wake-up",
        || start_and_cancel(5 * MILLISECOND, 3 * MILLISECOND, Duration::ZERO),
        |execution| was_cancelled(&execution.value),
    );
}

pub(crate) fn it_runs_unless_it_is_cancelled(model: &mut Model) {
    for (label, after) in [
        ("1 timer of 0, cancelled at once", Duration::ZERO),
        ("1 timer of 1 ns, cancelled at once", Duration::from_nanos(1)),
    ] {
        model.every(
            label,
            move || start_and_cancel(after, Duration::ZERO, Duration::ZERO),
            |execution| either_or(&execution.value),
        );
    }
    for (label, takes) in [
        ("1 timer of 5 ms, cancelled at its time", Duration::ZERO),
        (
            "1 timer of 5 ms, cancelled at its time, its function takes 2 ms",
            2 * MILLISECOND,
        ),
    ] {
        model.every(
            label,
            move || start_and_cancel(5 * MILLISECOND, 5 * MILLISECOND, takes),
            |execution| either_or(&execution.value),
        );
    }
    for (label, takes) in [
        ("1 timer of 5 ms, cancelled when its function has run", Duration::ZERO),
        ("1 timer of 5 ms, cancelled while its function runs", 4 * MILLISECOND),
    ] {
        model.every(
            label,
            move || start_and_cancel(5 * MILLISECOND, 7 * MILLISECOND, takes),
            |execution| {
                let Cancelled {
                    is_cancelled,
                    took,
                    times,
                    ..
                } = &execution.value;
                ran_once(times, 5 * MILLISECOND)?;
                is("cancel", *is_cancelled, false)?;
                took_no_time("cancel", *took)
            },
        );
    }
    model.every(
        "1 timer of 5 ms, whose function cancels it",
        cancel_in_the_function,
        |execution| {
            let (answers, times) = &execution.value;
            ran_once(times, 5 * MILLISECOND)?;
            answers.iter().try_for_each(|&answer| is("cancel", answer, false))
        },
    );
    model.every(
        "1 timer of 5 ms, cancelled at its time and again later",
        cancel_twice,
        |execution| {
            let (answers, times) = &execution.value;
            match times[..] {
                [] => is("the first cancel", answers[0], true),
                _ => {
                    ran_once(times, 5 * MILLISECOND)?;
                    is("the first cancel", answers[0], false)?;
                    is("the second cancel", answers[1], false)
                }
            }
        },
    );
    model.spurious_wakeups(1);
    model.every(
        "1 timer of 5 ms, cancelled at its time, a spurious wake-up",
        || start_and_cancel(5 * MILLISECOND, 5 * MILLISECOND, Duration::ZERO),
        |execution| either_or(&execution.value),
    );
}

pub(crate) fn cancel_ends_the_thread_at_once(model: &mut Model) {
    for (label, after, cancel_at) in [
        (
            "1 timer of 5 ms, cancelled at once and joined",
            5 * MILLISECOND,
            Duration::ZERO,
        ),
        (
            "1 timer of 5 ms, cancelled after 3 ms and joined",
            5 * MILLISECOND,
            3 * MILLISECOND,
        ),
        (
            "1 timer of 100 days, cancelled after 3 ms and joined",
            HUNDRED_DAYS,
            3 * MILLISECOND,
        ),
        (
            "1 timer of Duration::MAX, cancelled after 3 ms and joined",
            Duration::MAX,
            3 * MILLISECOND,
        ),
        (
            "1 timer of 200 days, cancelled after 100 and joined",
            2 * HUNDRED_DAYS,
            HUNDRED_DAYS,
        ),
    ] {
        model.every(
            label,
            move || cancel_and_join(after, cancel_at),
            move |execution| {
                takes_few_steps(execution, cancel_at)?;
                let (is_cancelled, cancelling, joining) = execution.value;
                is("cancel", is_cancelled, true)?;
                took_no_time("cancel", cancelling)?;
                took_no_time("join after cancel", joining)
            },
        );
    }
    // A thread that is still there at the end of the execution fails it.
    model.every(
        "1 timer of 5 ms, cancelled after 3 ms and dropped",
        || {
            let timer = Timer::start(5 * MILLISECOND, || ());
            thread::sleep(3 * MILLISECOND);
            let is_cancelled = timer.cancel();
            drop(timer);
            thread::sleep(MILLISECOND);
            is_cancelled
        },
        |execution| is("cancel", execution.value, true),
    );
    model.every(
        "1 timer of 5 ms, cancelled and kept",
        || {
            let timer = Timer::start(5 * MILLISECOND, || ());
            let is_cancelled = timer.cancel();
            thread::sleep(MILLISECOND);
            drop(timer);
            is_cancelled
        },
        |execution| is("cancel", execution.value, true),
    );
    model.every(
        "1 timer of 5 ms, cancelled twice and joined",
        || {
            let timer = Timer::start(5 * MILLISECOND, || ());
            thread::sleep(3 * MILLISECOND);
            timer.cancel();
            let again = time_of(|| _ = timer.cancel());
            (again, time_of(|| timer.join()))
        },
        |execution| {
            took_no_time("the second cancel", execution.value.0)?;
            took_no_time("join after cancel", execution.value.1)
        },
    );
    for (label, index) in [
        (
            "2 timers of 5 ms, of which the first is cancelled after 3 ms and joined",
            0,
        ),
        (
            "2 timers of 5 ms, of which the second is cancelled after 3 ms and joined",
            1,
        ),
    ] {
        model.every(
            label,
            move || {
                let mut timers = Vec::from([(); 2].map(|()| Timer::start(5 * MILLISECOND, || ())));
                thread::sleep(3 * MILLISECOND);
                let timer = timers.remove(index);
                timer.cancel();
                let joining = time_of(|| timer.join());
                timers.into_iter().for_each(Timer::join);
                joining
            },
            |execution| took_no_time("join after cancel", execution.value),
        );
    }
    model.spurious_wakeups(1);
    model.every(
        "1 timer of 5 ms, cancelled after 3 ms and joined, a spurious wake-up",
        || cancel_and_join(5 * MILLISECOND, 3 * MILLISECOND),
        |execution| {
            let (is_cancelled, cancelling, joining) = execution.value;
            is("cancel", is_cancelled, true)?;
            took_no_time("cancel", cancelling)?;
            took_no_time("join after cancel", joining)
        },
    );
}

/// A timer that somebody tried to cancel.
struct Cancelled {
    is_cancelled: bool,
    /// How long `cancel` took.
    took: Duration,
    /// When the function ran.
    times: Vec<Duration>,
    /// When it had ended.
    ends: Vec<Duration>,
    takes: Duration,
}

/// Cancels a timer when so much time has passed. Waits for long enough afterwards to see whether it runs.
fn start_and_cancel(after: Duration, cancel_at: Duration, takes: Duration) -> Cancelled {
    let [begun, ended] = [Record::new(), Record::new()];
    let (at_begin, at_end) = (begun.function(), ended.function());
    let timer = Timer::start(after, move || {
        at_begin();
        if !takes.is_zero() {
            thread::sleep(takes);
        }
        at_end();
    });
    if !cancel_at.is_zero() {
        thread::sleep(cancel_at);
    }
    let mut is_cancelled = false;
    let took = time_of(|| is_cancelled = timer.cancel());
    thread::sleep(20 * MILLISECOND);
    timer.join();
    Cancelled {
        is_cancelled,
        took,
        times: begun.times(),
        ends: ended.times(),
        takes,
    }
}

fn was_cancelled(cancelled: &Cancelled) -> Result<(), Violation> {
    is("cancel", cancelled.is_cancelled, true)?;
    never_ran(&cancelled.times)
}

/// It ran and `cancel` said so, or it was cancelled.
fn either_or(cancelled: &Cancelled) -> Result<(), Violation> {
    took_no_time("cancel", cancelled.took)?;
    let answer = cancelled.is_cancelled;
    let ran = match cancelled.times[..] {
        [] => "did not run",
        [_] => "ran once",
        _ => "ran more than once",
    };
    let wanted = if answer { "did not run" } else { "ran once" };
    if ran != wanted {
        let expected = "expected the function to run once if cancel returns false, and not at all if it returns true";
        return Err(Violation::new(Finding::Race, expected).got(format!("cancel returned {answer}, and it {ran}")));
    }
    match (cancelled.times.first(), cancelled.ends.first()) {
        (Some(begin), None) => {
            let expected = format!(
                "expected the function, which takes {:?}, to run to its end",
                cancelled.takes
            );
            let got = format!("it began after {begin:?} and did not end");
            Err(Violation::new(Finding::WrongResult, expected).got(got))
        }
        _ => Ok(()),
    }
}

#[track_caller]
fn is(call: &str, answer: bool, expected: bool) -> Result<(), Violation> {
    if answer == expected {
        return Ok(());
    }
    let expected = match expected {
        true => format!("expected {call} to return true, since the function has not run and never will"),
        false => format!("expected {call} to return false, since the function runs or has run"),
    };
    Err(Violation::new(Finding::WrongResult, expected).got(format!("it returned {answer}")))
}

fn cancel_one_of_two() -> (bool, [Vec<Duration>; 2]) {
    let records = [Record::new(), Record::new()];
    let [one, other] = records
        .each_ref()
        .map(|record| Timer::start(5 * MILLISECOND, record.function()));
    thread::sleep(3 * MILLISECOND);
    let is_cancelled = one.cancel();
    one.join();
    other.join();
    (is_cancelled, records.map(|record| record.times()))
}

/// What `cancel` says in the function of the timer itself.
fn cancel_in_the_function() -> (Vec<bool>, Vec<Duration>) {
    let record = Record::new();
    let place: Arc<Mutex<Option<Timer>>> = Arc::default();
    let answers: Arc<Mutex<Vec<bool>>> = Arc::default();
    let timer = {
        let (record, place, answers) = (record.clone(), Arc::clone(&place), Arc::clone(&answers));
        Timer::start(5 * MILLISECOND, move || {
            record.note();
            if let Some(timer) = &*place.lock().expect("nothing panics while it is locked") {
                answers
                    .lock()
                    .expect("nothing panics while it is locked")
                    .push(timer.cancel());
            }
        })
    };
    *place.lock().expect("nothing panics while it is locked") = Some(timer);
    thread::sleep(20 * MILLISECOND);
    let timer = place.lock().expect("nothing panics while it is locked").take();
    if let Some(timer) = timer {
        timer.join();
    }
    let answers = answers.lock().expect("nothing panics while it is locked").clone();
    (answers, record.times())
}

fn cancel_twice() -> ([bool; 2], Vec<Duration>) {
    let record = Record::new();
    let timer = Timer::start(5 * MILLISECOND, record.function());
    thread::sleep(5 * MILLISECOND);
    let first = timer.cancel();
    thread::sleep(5 * MILLISECOND);
    let second = timer.cancel();
    timer.join();
    ([first, second], record.times())
}

/// What `cancel` said, and how long it and `join` took.
fn cancel_and_join(after: Duration, cancel_at: Duration) -> (bool, Duration, Duration) {
    let timer = Timer::start(after, || ());
    if !cancel_at.is_zero() {
        thread::sleep(cancel_at);
    }
    let mut is_cancelled = false;
    let cancelling = time_of(|| is_cancelled = timer.cancel());
    (is_cancelled, cancelling, time_of(|| timer.join()))
}
