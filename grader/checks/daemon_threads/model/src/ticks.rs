//! Ticks come when nothing was logged for so long, at that very moment, and never while a line waits.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use daemon_threads::Journal;
use harness::waiting::{HUNDRED_DAYS, MILLISECOND, MOST_LATENESS, is_on_time, takes_few_steps};
use harness::{Execution, Finding, Model, Violation};

use crate::notes::{self, Note, Notes, TICK};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The tick of a sink that is slow.
const TEN: Duration = Duration::from_millis(10);

/// What is done with a journal, in turn.
#[derive(Clone, Copy)]
enum Act {
    /// Waits so many milliseconds.
    Wait(u32),
    Log(&'static str),
    Flush,
}

use Act::{Flush, Log, Wait};

/// A line, and after how many milliseconds it is expected.
type Expected = (&'static str, u32);

pub(crate) fn ticks_come_on_time(model: &mut Model) {
    model.executions(5_000);
    model.random(100);
    let scenarios: [(&str, &'static [Act], &'static [Expected]); 8] = [
        ("a tick of 10 ms, dropped after 9 ms", &[Wait(9)], &[]),
        (
            "a tick of 10 ms, dropped after 35 ms",
            &[Wait(35)],
            &[(TICK, 10), (TICK, 20), (TICK, 30)],
        ),
        (
            "a tick of 10 ms, a line after 6 ms",
            &[Wait(6), Log("a"), Wait(12)],
            &[("a", 6), (TICK, 16)],
        ),
        (
            "a tick of 10 ms, lines after 6, 12 and 18 ms",
            &[Wait(6), Log("a"), Wait(6), Log("b"), Wait(6), Log("c"), Wait(13)],
            &[("a", 6), ("b", 12), ("c", 18), (TICK, 28)],
        ),
        (
            "a tick of 10 ms, a line after 25 ms",
            &[Wait(25), Log("a"), Wait(12)],
            &[(TICK, 10), (TICK, 20), ("a", 25), (TICK, 35)],
        ),
        (
            "a tick of 10 ms, a line at once and another after 15 ms",
            &[Log("a"), Wait(15), Log("b"), Wait(8)],
            &[("a", 0), (TICK, 10), ("b", 15)],
        ),
        (
            "a tick of 10 ms, 2 lines at the same time after 6 ms",
            &[Wait(6), Log("a"), Log("b"), Wait(12)],
            &[("a", 6), ("b", 6), (TICK, 16)],
        ),
        (
            "a tick of 10 ms, a line that reads like one after 6 ms",
            &[Wait(6), Log(TICK), Wait(12)],
            &[(TICK, 6), (TICK, 16)],
        ),
    ];
    for (label, acts, expected) in scenarios {
        model.every(
            label,
            move || act(Duration::ZERO, 10 * MILLISECOND, acts),
            move |execution| are(&execution.value, expected),
        );
    }
    // A wait that ends without a reason is no tick, and puts none off.
    model.spurious_wakeups(1);
    let pauses: (&str, &'static [Act], &'static [Expected]) = (
        "a tick of 10 ms, dropped after two pauses of 6 ms",
        &[Wait(6), Wait(6)],
        &[(TICK, 10)],
    );
    for (label, acts, expected) in [pauses, scenarios[2]] {
        model.every(
            label,
            move || act(Duration::ZERO, 10 * MILLISECOND, acts),
            move |execution| are(&execution.value, expected),
        );
    }
    model.spurious_wakeups(0);
    other_lengths(model);
    at_the_same_moment(model);
}

/// Does all that, drops the journal, and returns what its sink got.
fn act(takes: Duration, tick: Duration, acts: &[Act]) -> Vec<Note> {
    let notes = Notes::default();
    let journal = notes.start(takes, tick);
    for act in acts {
        match *act {
            Wait(milliseconds) => thread::sleep(milliseconds * MILLISECOND),
            Log(line) => journal.log(line),
            Flush => journal.flush(),
        }
    }
    drop(journal);
    notes.so_far()
}

#[track_caller]
fn are(got: &[Note], expected: &[Expected]) -> Result<(), Violation> {
    let expected: Vec<(&str, Duration)> = expected.iter().map(|(line, at)| (*line, *at * MILLISECOND)).collect();
    are_at(got, &expected)
}

#[track_caller]
fn are_at(got: &[Note], expected: &[(&str, Duration)]) -> Result<(), Violation> {
    if notes::are(got, expected) {
        return Ok(());
    }
    let expected = notes::in_words(expected.iter().map(|(line, at)| ((*line).to_owned(), *at)));
    let got = notes::in_words(got.iter().map(|note| (note.line.clone(), note.at)));
    let violation = Violation::new(Finding::WrongResult, format!("expected the sink to get {expected}"));
    Err(violation.got(format!("it got {got}")))
}

fn other_lengths(model: &mut Model) {
    for (label, tick) in [
        ("a tick of 300 µs, dropped after 2 of them", Duration::from_micros(300)),
        ("a tick of 2500 ns, dropped after 2 of them", Duration::from_nanos(2500)),
        (
            "a tick of 1500 µs, dropped after 2 of them",
            Duration::from_micros(1500),
        ),
        ("a tick of 30 days, dropped after 2 of them", 30 * DAY),
        ("a tick of 100 years, dropped after 2 of them", 36_500 * DAY),
    ] {
        model.every(
            label,
            move || {
                let notes = Notes::default();
                let journal = notes.start(Duration::ZERO, tick);
                thread::sleep(2 * tick + tick / 2);
                drop(journal);
                notes.so_far()
            },
            move |execution| are_at(&execution.value, &[(TICK, tick), (TICK, 2 * tick)]),
        );
    }
    model.every(
        "a tick of Duration::MAX, dropped after 100 days",
        || {
            let notes = Notes::default();
            let journal = notes.start(Duration::ZERO, Duration::MAX);
            thread::sleep(HUNDRED_DAYS);
            journal.log("a line");
            drop(journal);
            notes.so_far()
        },
        |execution| {
            takes_few_steps(execution, HUNDRED_DAYS)?;
            are_at(&execution.value, &[("a line", HUNDRED_DAYS)])
        },
    );
    model.every(
        "a tick of a day, dropped after 10 days and a half",
        || {
            let notes = Notes::default();
            let journal = notes.start(Duration::ZERO, DAY);
            thread::sleep(10 * DAY + DAY / 2);
            drop(journal);
            notes.so_far()
        },
        |execution| {
            let expected: Vec<(&str, Duration)> = (1..=10).map(|day| (TICK, day * DAY)).collect();
            are_at(&execution.value, &expected)?;
            the_writer_slept(execution)
        },
    );
}

/// The most operations for each tick: to look at the clock, to wait, and to call the sink.
const MOST_OPERATIONS_PER_TICK: u64 = 24;

fn the_writer_slept(execution: &Execution<Vec<Note>>) -> Result<(), Violation> {
    let most = execution
        .threads
        .iter()
        .map(|thread| thread.operations)
        .max()
        .unwrap_or(0);
    let allowed = MOST_OPERATIONS_PER_TICK * (execution.value.len() as u64 + 1);
    if most <= allowed {
        return Ok(());
    }
    let expected = "expected the thread to sleep until the next tick, or until something is logged";
    Err(Violation::new(Finding::BusyWait, expected).got(format!(
        "it performed {most} operations for {} ticks",
        execution.value.len()
    )))
}

/// A line that is logged when a tick is due may come before it, after it, or in place of it.
fn at_the_same_moment(model: &mut Model) {
    model.every(
        "a tick of 10 ms, a line after 10 ms",
        || act(Duration::ZERO, 10 * MILLISECOND, &[Wait(10), Log("a"), Wait(9)]),
        |execution| {
            let got = &execution.value;
            let is_there = got.iter().filter(|note| note.line == "a").count() == 1;
            let is_fine = got.len() <= 2 && got.iter().all(|note| is_on_time(note.at, 10 * MILLISECOND));
            if is_there && is_fine {
                return Ok(());
            }
            are(got, &[(TICK, 10), ("a", 10)])
        },
    );
    // Whether a flush puts off the tick is left open.
    model.every(
        "a tick of 10 ms, a flush after 6 ms",
        || act(Duration::ZERO, 10 * MILLISECOND, &[Wait(6), Flush, Wait(13)]),
        |execution| are(&execution.value, &[(TICK, 10)]).or_else(|_| are(&execution.value, &[(TICK, 16)])),
    );
}

pub(crate) fn no_tick_while_a_line_waits(model: &mut Model) {
    model.executions(5_000);
    model.random(100);
    for (label, lines, takes) in [
        ("a tick of 10 ms, 3 lines that take 30 ms each", 3, 30),
        ("a tick of 10 ms, 2 lines that take 10 ms each", 2, 10),
        ("a tick of 10 ms, 4 lines that take 9 ms each", 4, 9),
    ] {
        model.every(
            label,
            move || {
                let notes = Notes::default();
                let journal = notes.start(takes * MILLISECOND, 10 * MILLISECOND);
                (0..lines).for_each(|line| journal.log(&format!("line {line}")));
                // The last line is written, and the tick after it may have come or not.
                thread::sleep(lines * takes * MILLISECOND + 5 * MILLISECOND);
                drop(journal);
                notes.so_far()
            },
            move |execution| no_tick_between(&execution.value, lines as usize),
        );
    }
    model.every(
        "a tick of 10 ms, a line that takes 35 ms, and another one 5 ms after it",
        || {
            act(
                35 * MILLISECOND,
                10 * MILLISECOND,
                &[Log("line 0"), Wait(5), Log("line 1"), Wait(70)],
            )
        },
        |execution| no_tick_between(&execution.value, 2),
    );
    model.every(
        "a tick of 10 ms, and the sink takes 35 ms for the first tick",
        slow_first_tick,
        |execution| {
            let ticks = &execution.value;
            // Reading the clock takes a moment, and not everybody reads it equally often.
            let least = TEN - MOST_LATENESS;
            if ticks.len() >= 2 && ticks.windows(2).all(|pair| pair[1] >= pair[0] + least) {
                return Ok(());
            }
            let expected = "expected ticks that are at least 10 ms apart";
            Err(Violation::new(Finding::WrongResult, expected).got(format!("they came after {ticks:?}")))
        },
    );
}

/// When the ticks came, counted from the start of the journal.
fn slow_first_tick() -> Vec<Duration> {
    let ticks = Arc::new(Mutex::new(Vec::new()));
    let theirs = Arc::clone(&ticks);
    let start = Instant::now();
    let journal = Journal::start(
        move |_| {
            let is_first = {
                let mut ticks = theirs.lock().unwrap();
                ticks.push(start.elapsed());
                ticks.len() == 1
            };
            if is_first {
                thread::sleep(35 * MILLISECOND);
            }
        },
        TEN,
    );
    // Until 75 ms, the second tick comes at 45 or 55 ms.
    thread::sleep(75 * MILLISECOND);
    drop(journal);
    ticks.lock().unwrap().clone()
}

/// The lines come one after the other. At most one tick follows, since two ticks are a tick apart.
fn no_tick_between(got: &[Note], lines: usize) -> Result<(), Violation> {
    let names: Vec<&str> = got.iter().map(|note| note.line.as_str()).collect();
    let are_lines = names
        .iter()
        .take(lines)
        .enumerate()
        .all(|(i, name)| *name == format!("line {i}"));
    let ticks = names.get(lines..).unwrap_or_default();
    if names.len() >= lines && are_lines && ticks.len() <= 1 && ticks.iter().all(|name| *name == TICK) {
        return Ok(());
    }
    let expected =
        format!("expected {lines} lines without a tick in between, and at most one tick in the 5 ms after them");
    Err(Violation::new(Finding::WrongResult, expected).got(format!("the sink got {names:?}")))
}
