//! The function of a timer runs once, when its time has passed, in a thread of its own.

use std::thread;
use std::time::Duration;

use harness::waiting::{HUNDRED_DAYS, MILLISECOND, TWENTY_YEARS, in_words, is_on_time, takes_few_steps, time_of};
use harness::{Execution, Finding, Model, Violation};
use timer::Timer;

use crate::record::{Record, Run, never_ran, ran_once, took_no_time};

/// More nanoseconds than 64 bits can hold.
const SIX_HUNDRED_YEARS: Duration = Duration::from_secs(600 * 365 * 24 * 60 * 60);

/// How many timers there are at once where they are many: more than a byte can count.
const MANY: usize = 300;

pub(crate) fn it_runs_once_at_its_time(model: &mut Model) {
    for (label, after) in [
        ("1 timer of 0", Duration::ZERO),
        ("1 timer of 1 ns", Duration::from_nanos(1)),
        ("1 timer of 300 µs", Duration::from_micros(300)),
        ("1 timer of 2500 µs", Duration::from_micros(2500)),
        ("1 timer of 5 ms", 5 * MILLISECOND),
        ("1 timer of 100 days", HUNDRED_DAYS),
        ("1 timer of 600 years", SIX_HUNDRED_YEARS),
        // A floating-point number of seconds does not hold the microsecond.
        (
            "1 timer of 600 years and 1 µs",
            SIX_HUNDRED_YEARS + Duration::from_micros(1),
        ),
    ] {
        model.every(
            label,
            move || start_one(after),
            move |execution| {
                takes_few_steps(execution, after)?;
                ran_by_itself(execution, after)
            },
        );
    }
    model.every(
        "1 timer of Duration::MAX, cancelled after 20 years",
        || {
            let record = Record::new();
            let timer = Timer::start(Duration::MAX, record.function());
            thread::sleep(TWENTY_YEARS);
            let is_cancelled = timer.cancel();
            timer.join();
            (is_cancelled, record.times())
        },
        |execution| {
            takes_few_steps(execution, TWENTY_YEARS)?;
            let (is_cancelled, times) = &execution.value;
            never_ran(times)?;
            if *is_cancelled {
                return Ok(());
            }
            let expected = "expected cancel to be in time after 20 years";
            Err(Violation::new(Finding::WrongResult, expected).got("it returned false"))
        },
    );
    for (label, afters) in [
        ("2 timers of 2 ms and 4 ms", [2, 4]),
        ("2 timers of 4 ms and 2 ms", [4, 2]),
        ("2 timers of 3 ms", [3, 3]),
    ] {
        model.every(
            label,
            move || start_all(&afters.map(|after| after * MILLISECOND), Duration::ZERO),
            move |execution| all_ran(&execution.value, &afters.map(|after| after * MILLISECOND)),
        );
    }
    model.every(
        "2 timers of 2 ms and 4 ms, the function of the first takes 10 ms",
        || start_all(&[2 * MILLISECOND, 4 * MILLISECOND], 10 * MILLISECOND),
        |execution| all_ran(&execution.value, &[2 * MILLISECOND, 4 * MILLISECOND]),
    );
    model.every(
        "1 timer of 2 ms, whose function starts another of 3 ms",
        start_in_a_function,
        |execution| ran_once(&execution.value, 5 * MILLISECOND),
    );
    model.spurious_wakeups(2);
    model.every(
        "1 timer of 5 ms, spurious wake-ups",
        || start_one(5 * MILLISECOND),
        |execution| ran_by_itself(execution, 5 * MILLISECOND),
    );
    // A thread that begins its wait again is late only if it is woken when some time has passed.
    model.every(
        "1 timer of 5 ms, joined after 3 ms, spurious wake-ups",
        start_and_join_later,
        |execution| ran_once(&execution.value, 5 * MILLISECOND),
    );
    model.spurious_wakeups(0);
    model.executions(1);
    model.random(0);
    model.steps(2_000_000);
    model.every(
        "300 timers of 5 ms",
        || start_all(&[5 * MILLISECOND; MANY], Duration::ZERO),
        |execution| all_ran(&execution.value, &[5 * MILLISECOND; MANY]),
    );
}

/// How a timer was started and what became of it.
struct Started {
    took: Duration,
    runs: Vec<Run>,
    caller: thread::ThreadId,
}

fn start_one(after: Duration) -> Started {
    let record = Record::new();
    let mut timer = None;
    let took = time_of(|| timer = Some(Timer::start(after, record.function())));
    if let Some(timer) = timer {
        timer.join();
    }
    Started {
        took,
        runs: record.runs(),
        caller: thread::current().id(),
    }
}

fn ran_by_itself(execution: &Execution<Started>, after: Duration) -> Result<(), Violation> {
    let Started { took, runs, caller } = &execution.value;
    took_no_time("start", *took)?;
    let times: Vec<Duration> = runs.iter().map(|run| run.at).collect();
    ran_once(&times, after)?;
    if runs.iter().any(|run| run.thread == *caller) {
        let expected = "expected the function to run in another thread than that which started the timer";
        return Err(Violation::new(Finding::NotConcurrent, expected).got("it ran in the same one"));
    }
    Ok(())
}

/// While the caller sleeps and wakes up, so may the timer's thread.
fn start_and_join_later() -> Vec<Duration> {
    let record = Record::new();
    let timer = Timer::start(5 * MILLISECOND, record.function());
    thread::sleep(3 * MILLISECOND);
    timer.join();
    record.times()
}

/// Starts all timers, the first with a function that takes so long, and joins them. Returns when each ran.
fn start_all(afters: &[Duration], first_takes: Duration) -> Vec<Vec<Duration>> {
    let records: Vec<Record> = afters.iter().map(|_| Record::new()).collect();
    let timers: Vec<Timer> = afters
        .iter()
        .zip(&records)
        .enumerate()
        .map(|(number, (after, record))| {
            let record = record.clone();
            let takes = if number == 0 { first_takes } else { Duration::ZERO };
            Timer::start(*after, move || {
                record.note();
                if !takes.is_zero() {
                    thread::sleep(takes);
                }
            })
        })
        .collect();
    timers.into_iter().for_each(Timer::join);
    records.iter().map(Record::times).collect()
}

fn all_ran(times: &[Vec<Duration>], dues: &[Duration]) -> Result<(), Violation> {
    for ((times, due), number) in times.iter().zip(dues).zip(1..) {
        if !matches!(times[..], [at] if is_on_time(at, *due)) {
            let expected = format!(
                "expected the function of timer {number} to run once, after {}",
                in_words(*due)
            );
            let times: Vec<String> = times.iter().map(|at| in_words(*at)).collect();
            return Err(Violation::new(Finding::WrongResult, expected).got(format!("it ran after {times:?}")));
        }
    }
    Ok(())
}

/// The second timer is dropped, as it is not needed.
fn start_in_a_function() -> Vec<Duration> {
    let record = Record::new();
    let function = record.function();
    Timer::start(2 * MILLISECOND, move || _ = Timer::start(3 * MILLISECOND, function)).join();
    thread::sleep(10 * MILLISECOND);
    record.times()
}
