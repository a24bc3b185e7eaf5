//! Each line is written once and in order, `log` does not wait for that, and `flush` and `drop` do.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use daemon_threads::Journal;
use harness::waiting::{HUNDRED_DAYS, MILLISECOND, in_words, is_on_time, join, takes_few_steps};
use harness::{Execution, Finding, Model, Violation};

use crate::notes::{Notes, TICK};

/// A tick that never comes.
const NEVER: Duration = Duration::MAX;

/// More lines than two bytes can number.
const MANY: usize = 70_000;

/// Lines that may be taken for something else.
const STRANGE: [&str; 9] = ["a", "", "tick", "stop", "two\nlines", "a", "ÄÖ \u{1F422}", " ", "\0"];

pub(crate) fn every_line_is_written_once_in_order(model: &mut Model) {
    model.executions(5_000);
    model.random(200);
    model.every(
        "no lines",
        || log_all(&[]),
        |execution| are_written(&execution.value, &[]),
    );
    model.every(
        "1 line",
        || log_all(&["hello"]),
        |execution| are_written(&execution.value, &["hello"]),
    );
    model.every(
        "9 strange lines",
        || log_all(&STRANGE),
        |execution| are_written(&execution.value, &STRANGE),
    );
    model.every(
        "2 threads log 2 lines each",
        || log_from_threads(2, 2),
        |execution| each_in_its_order(&execution.value, 2, 2),
    );
    model.every(
        "3 threads log 1 line each",
        || log_from_threads(3, 1),
        |execution| each_in_its_order(&execution.value, 3, 1),
    );
    model.every("2 journals, 1 line each, twice", log_to_two, |execution| {
        are_written(&execution.value, &["one", "one again", "other", "other again"])
    });
    model.every("a journal after another one", log_in_turn, |execution| {
        are_written(&execution.value, &["first", "second"])
    });
    model.preemptions(0);
    model.executions(1);
    model.random(0);
    model.steps(4_000_000);
    for (label, threads, lines) in [
        ("300 threads log 1 line each", 300, 1),
        ("1 thread logs 70000 lines", 1, MANY),
    ] {
        model.every(
            label,
            move || log_from_threads(threads, lines),
            move |execution| each_in_its_order(&execution.value, threads, lines),
        );
    }
}

fn log_all(lines: &[&str]) -> Vec<String> {
    let notes = Notes::default();
    let journal = notes.start(Duration::ZERO, NEVER);
    for line in lines {
        journal.log(line);
    }
    drop(journal);
    notes.lines()
}

/// Each thread logs its number and that of the line.
fn log_from_threads(threads: usize, lines: usize) -> Vec<String> {
    let notes = Notes::default();
    let journal = notes.start(Duration::ZERO, NEVER);
    let log = |thread: usize| (0..lines).for_each(|line| journal.log(&format!("{thread} {line}")));
    thread::scope(|scope| {
        (1..threads).for_each(|thread| drop(scope.spawn(move || log(thread))));
        log(0);
    });
    drop(journal);
    notes.lines()
}

fn log_to_two() -> Vec<String> {
    let [one, other] = [Notes::default(), Notes::default()];
    let journals = [one.start(Duration::ZERO, NEVER), other.start(Duration::ZERO, NEVER)];
    journals[0].log("one");
    journals[1].log("other");
    journals[0].log("one again");
    journals[1].log("other again");
    drop(journals);
    [one.lines(), other.lines()].concat()
}

fn log_in_turn() -> Vec<String> {
    [log_all(&["first"]), log_all(&["second"])].concat()
}

fn are_written(written: &[String], expected: &[&str]) -> Result<(), Violation> {
    if written == expected {
        return Ok(());
    }
    let expected = format!("expected the sink to get {expected:?} before the journal was dropped");
    Err(Violation::new(Finding::WrongResult, expected).got(format!("it got {written:?}")))
}

/// The lines of one thread come in its order, those of others anywhere between.
fn each_in_its_order(written: &[String], threads: usize, lines: usize) -> Result<(), Violation> {
    let mut next = vec![0; threads];
    for line in written {
        let number = line.split_once(' ').and_then(|(thread, line)| {
            let thread: usize = thread.parse().ok()?;
            let line: usize = line.parse().ok()?;
            next.get_mut(thread).filter(|next| **next == line)
        });
        match number {
            Some(next) => *next += 1,
            None => {
                let expected =
                    "expected each line once, and the lines of each thread in the order in which it logged them";
                let got = format!("the sink got `{line}` too early, too late or twice");
                return Err(Violation::new(Finding::WrongResult, expected).got(got));
            }
        }
    }
    match next.iter().enumerate().find(|(_, written)| **written < lines) {
        None => Ok(()),
        Some((thread, written)) => {
            let expected = format!("expected all {lines} lines of thread {thread} to be written");
            Err(Violation::new(Finding::WrongResult, expected).got(format!("{written} were")))
        }
    }
}

pub(crate) fn log_never_waits(model: &mut Model) {
    model.executions(5_000);
    model.random(100);
    for (label, lines, threads) in [
        ("a line takes 100 days, 3 more are logged", 4, 1),
        ("a line takes 100 days, 2 threads log 2 lines each", 2, 2),
    ] {
        model.every(
            label,
            move || log_beside(lines, threads),
            move |execution| took_no_time(execution, threads * lines),
        );
    }
    model.every(
        "a line takes 100 days, a thread flushes, another one logs",
        log_beside_a_flush,
        |execution| took_no_time(execution, 2),
    );
    model.preemptions(0);
    model.executions(1);
    model.random(0);
    model.steps(4_000_000);
    model.every("a line takes 100 days, 70000 more are logged", log_many, |execution| {
        took_no_time(execution, 1 + MANY)
    });
}

/// How long all calls of `log` took, and how many lines were written in the end.
struct Logged {
    took: Duration,
    written: usize,
}

fn log_beside(lines: usize, threads: usize) -> Logged {
    let notes = Notes::default();
    let journal = notes.start(HUNDRED_DAYS, NEVER);
    let start = Instant::now();
    let log = || (0..lines).for_each(|_| journal.log("a line"));
    thread::scope(|scope| {
        (1..threads).for_each(|_| drop(scope.spawn(log)));
        log();
    });
    let took = start.elapsed();
    drop(journal);
    Logged {
        took,
        written: notes.lines().len(),
    }
}

fn log_beside_a_flush() -> Logged {
    let notes = Notes::default();
    let journal = notes.start(HUNDRED_DAYS, NEVER);
    journal.log("a line");
    let took = thread::scope(|scope| {
        scope.spawn(|| journal.flush());
        thread::sleep(MILLISECOND);
        let start = Instant::now();
        journal.log("another line");
        start.elapsed()
    });
    drop(journal);
    Logged {
        took,
        written: notes.lines().len(),
    }
}

/// Only the first line takes so long.
fn log_many() -> Logged {
    let written = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&written);
    let journal = Journal::start(
        move |_| {
            if theirs.fetch_add(1, Ordering::SeqCst) == 0 {
                thread::sleep(HUNDRED_DAYS);
            }
        },
        NEVER,
    );
    journal.log("the first line");
    thread::sleep(MILLISECOND);
    let start = Instant::now();
    (0..MANY).for_each(|_| journal.log("a line"));
    let took = start.elapsed();
    drop(journal);
    Logged {
        took,
        written: written.load(Ordering::SeqCst),
    }
}

fn took_no_time(execution: &Execution<Logged>, lines: usize) -> Result<(), Violation> {
    let Logged { took, written } = execution.value;
    if took >= MILLISECOND {
        let expected = "expected `log` to return at once, whatever the sink does";
        let got = format!("the calls took {}", in_words(took));
        return Err(Violation::new(Finding::OverSerialized, expected).got(got));
    }
    if written != lines {
        let expected = format!("expected {lines} lines to be written in the end");
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("{written} were")));
    }
    Ok(())
}

pub(crate) fn flush_returns_when_all_is_written(model: &mut Model) {
    model.executions(5_000);
    model.random(200);
    model.every(
        "2 lines that take no time, then flush",
        || flush_after(2, Duration::ZERO),
        |execution| was_flushed(execution, 2, Duration::ZERO),
    );
    model.every(
        "3 lines that take 100 days each, then flush",
        || flush_after(3, HUNDRED_DAYS),
        |execution| was_flushed(execution, 3, 3 * HUNDRED_DAYS),
    );
    model.every(
        "flush without a line",
        || flush_after(0, Duration::ZERO),
        |execution| was_flushed(execution, 0, Duration::ZERO),
    );
    model.every("a line of another thread, then flush", flush_for_another, |execution| {
        was_flushed(execution, 1, HUNDRED_DAYS)
    });
    model.every("2 threads log a line and flush", flush_twice, each_saw_its_line);
    model.every(
        "a line that takes no time and flush, beside a journal whose line takes 100 days",
        flush_beside_another_journal,
        |execution| was_flushed(execution, 1, Duration::ZERO),
    );
    model.every("flush, a line, flush, a line, flush", flush_again, |execution| {
        if execution.value == [0, 1, 2] {
            return Ok(());
        }
        let expected = "expected 0, 1 and 2 lines to be written after the first, second and third flush";
        Err(Violation::new(Finding::WrongResult, expected).got(format!("got {:?}", execution.value)))
    });
    model.every(
        "a line that takes 10 ms, a flush, and meanwhile a line that takes no time",
        flush_while_another_logs,
        |execution| {
            let Flushed { written, took } = execution.value;
            // Whether the flush waits for the second line is left open.
            all_are_flushed(
                &Flushed {
                    written: written.min(1),
                    took,
                },
                1,
                10 * MILLISECOND,
            )
        },
    );
    model.every(
        "a tick, a line that takes 5 ms, then flush",
        flush_after_a_tick,
        |execution| was_flushed(execution, 1, 5 * MILLISECOND),
    );
    model.spurious_wakeups(1);
    model.every(
        "2 lines that take 100 days each, then flush, with a wake-up for no reason",
        || flush_after(2, HUNDRED_DAYS),
        |execution| was_flushed(execution, 2, 2 * HUNDRED_DAYS),
    );
    model.spurious_wakeups(0);
    model.preemptions(0);
    model.executions(1);
    model.random(0);
    model.steps(4_000_000);
    model.every(
        format!("{MANY} lines, of which one takes 1 ms, then flush"),
        flush_many,
        |execution| {
            let Flushed { written, .. } = execution.value;
            // Each look at the clock takes a moment, and there may be one for each line.
            let took = MILLISECOND;
            all_are_flushed(&Flushed { written, took }, MANY, took)
        },
    );
}

/// How many lines were written when `flush` returned, and when it did.
struct Flushed {
    written: usize,
    took: Duration,
}

fn flush_after(lines: usize, takes: Duration) -> Flushed {
    let notes = Notes::default();
    let journal = notes.start(takes, NEVER);
    (0..lines).for_each(|_| journal.log("a line"));
    let start = Instant::now();
    journal.flush();
    Flushed {
        written: notes.lines().len(),
        took: start.elapsed(),
    }
}

fn flush_for_another() -> Flushed {
    let notes = Notes::default();
    let journal = notes.start(HUNDRED_DAYS, NEVER);
    thread::scope(|scope| join(scope.spawn(|| journal.log("a line"))));
    let start = Instant::now();
    journal.flush();
    Flushed {
        written: notes.lines().len(),
        took: start.elapsed(),
    }
}

fn flush_beside_another_journal() -> Flushed {
    let [notes, other_notes] = [Notes::default(), Notes::default()];
    let other = other_notes.start(HUNDRED_DAYS, NEVER);
    other.log("a line of the other journal");
    // Its sink has been called, and sleeps.
    thread::sleep(MILLISECOND);
    let journal = notes.start(Duration::ZERO, NEVER);
    journal.log("a line");
    let start = Instant::now();
    journal.flush();
    Flushed {
        written: notes.lines().len(),
        took: start.elapsed(),
    }
}

/// The second line is logged while the first one is being written and its flush waits.
fn flush_while_another_logs() -> Flushed {
    let written = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&written);
    let journal = Journal::start(
        move |line| {
            if line == "slow" {
                thread::sleep(10 * MILLISECOND);
            }
            theirs.fetch_add(1, Ordering::SeqCst);
        },
        NEVER,
    );
    journal.log("slow");
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(MILLISECOND);
            journal.log("quick");
        });
        journal.flush();
        Flushed {
            written: written.load(Ordering::SeqCst),
            took: start.elapsed(),
        }
    })
}

/// A tick is no line.
fn flush_after_a_tick() -> Flushed {
    let notes = Notes::default();
    let journal = notes.start(5 * MILLISECOND, 10 * MILLISECOND);
    thread::sleep(15 * MILLISECOND);
    journal.log("a line");
    let start = Instant::now();
    journal.flush();
    let lines = notes.lines();
    Flushed {
        written: lines.iter().filter(|line| *line != TICK).count(),
        took: start.elapsed(),
    }
}

/// While a line takes a while, the flush is awake: counters of 8 and 16 bits, signed or not, say by then that all is
/// written.
fn flush_many() -> Flushed {
    let written = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&written);
    let journal = Journal::start(
        move |_| {
            if theirs.fetch_add(1, Ordering::SeqCst) == 20_100 {
                thread::sleep(MILLISECOND);
            }
        },
        NEVER,
    );
    (0..MANY).for_each(|_| journal.log("a line"));
    let start = Instant::now();
    journal.flush();
    Flushed {
        written: written.load(Ordering::SeqCst),
        took: start.elapsed(),
    }
}

fn was_flushed(execution: &Execution<Flushed>, lines: usize, due: Duration) -> Result<(), Violation> {
    all_are_flushed(&execution.value, lines, due)?;
    takes_few_steps(execution, due)
}

fn all_are_flushed(flushed: &Flushed, lines: usize, due: Duration) -> Result<(), Violation> {
    let Flushed { written, took } = *flushed;
    if written != lines {
        let expected = format!("expected {lines} lines to be written when `flush` returned");
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("{written} were")));
    }
    if !is_on_time(took, due) {
        let expected = format!(
            "expected `flush` to return as soon as all is written, after {}",
            in_words(due)
        );
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("it took {}", in_words(took))));
    }
    Ok(())
}

/// Whether each thread's line was written after its flush.
fn flush_twice() -> [bool; 2] {
    let notes = Notes::default();
    let journal = notes.start(MILLISECOND, NEVER);
    let log_and_flush = |line: &str| {
        journal.log(line);
        journal.flush();
        notes.lines().iter().any(|written| written == line)
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| log_and_flush("other"));
        [log_and_flush("one"), join(other)]
    })
}

fn each_saw_its_line(execution: &Execution<[bool; 2]>) -> Result<(), Violation> {
    if execution.value == [true; 2] {
        return Ok(());
    }
    let expected = "expected a thread's line to be written when its own `flush` returned, whoever else flushes";
    Err(Violation::new(Finding::Race, expected).got("one was not"))
}

fn flush_again() -> [usize; 3] {
    let notes = Notes::default();
    let journal = notes.start(Duration::ZERO, NEVER);
    let mut n_lines = 0;
    [(); 3].map(|()| {
        journal.flush();
        let written = notes.lines().len();
        n_lines += 1;
        journal.log(&format!("line {n_lines}"));
        written
    })
}

pub(crate) fn drop_writes_what_is_left(model: &mut Model) {
    model.executions(5_000);
    model.random(200);
    for (label, lines, takes, tick) in [
        ("no lines, then drop", 0, Duration::ZERO, HUNDRED_DAYS),
        ("3 lines that take no time, then drop", 3, Duration::ZERO, HUNDRED_DAYS),
        (
            "3 lines that take 5 ms each, then drop",
            3,
            5 * MILLISECOND,
            HUNDRED_DAYS,
        ),
        (
            "2 lines that take 100 days each, no ticks, then drop",
            2,
            HUNDRED_DAYS,
            NEVER,
        ),
        ("no lines, no ticks, then drop", 0, Duration::ZERO, NEVER),
    ] {
        let due = takes * u32::try_from(lines).expect("they are few");
        model.every(
            label,
            move || drop_after(lines, takes, tick),
            move |execution| was_closed(execution, lines, due),
        );
    }
    model.every("a line long ago, then drop", drop_later, |execution| {
        was_closed(execution, 1, Duration::ZERO)
    });
    model.every(
        "a line, and a panic of the thread that has the journal",
        drop_in_a_panic,
        |execution| was_closed(execution, 1, Duration::ZERO),
    );
    model.every(
        "a line of another thread, which drops the journal",
        drop_elsewhere,
        |execution| was_closed(execution, 2, Duration::ZERO),
    );
    model.spurious_wakeups(1);
    model.every(
        "2 lines that take 5 ms each, then drop, with a wake-up for no reason",
        || drop_after(2, 5 * MILLISECOND, HUNDRED_DAYS),
        |execution| was_closed(execution, 2, 10 * MILLISECOND),
    );
}

fn drop_after(lines: usize, takes: Duration, tick: Duration) -> Flushed {
    let notes = Notes::default();
    let journal = notes.start(takes, tick);
    (0..lines).for_each(|_| journal.log("a line"));
    let start = Instant::now();
    drop(journal);
    written_so_far(&notes, start)
}

/// The lines without the ticks, which may come while a line takes its time.
fn written_so_far(notes: &Notes, start: Instant) -> Flushed {
    Flushed {
        took: start.elapsed(),
        written: notes.lines().iter().filter(|line| *line != TICK).count(),
    }
}

/// The writer has gone to sleep when the journal is dropped, and its next tick is far away.
fn drop_later() -> Flushed {
    let notes = Notes::default();
    let journal = notes.start(Duration::ZERO, HUNDRED_DAYS);
    journal.log("a line");
    thread::sleep(MILLISECOND);
    let start = Instant::now();
    drop(journal);
    written_so_far(&notes, start)
}

fn drop_in_a_panic() -> Flushed {
    let notes = Notes::default();
    let start = Instant::now();
    let panics = || {
        let journal = notes.start(Duration::ZERO, HUNDRED_DAYS);
        journal.log("a line");
        panic!("the thread panics, as the check wants it");
    };
    let outcome = panic::catch_unwind(AssertUnwindSafe(panics));
    assert!(outcome.is_err(), "the thread panics");
    written_so_far(&notes, start)
}

fn drop_elsewhere() -> Flushed {
    let notes = Notes::default();
    let start = Instant::now();
    let journal = notes.start(Duration::ZERO, HUNDRED_DAYS);
    journal.log("a line");
    let other = thread::spawn(move || journal.log("another line"));
    assert!(other.join().is_ok(), "the thread does not panic");
    written_so_far(&notes, start)
}

fn was_closed(execution: &Execution<Flushed>, lines: usize, due: Duration) -> Result<(), Violation> {
    let Flushed { written, took } = execution.value;
    if written != lines {
        let expected = format!("expected all {lines} lines to be written when the journal was dropped");
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("{written} were")));
    }
    if !is_on_time(took, due) {
        let expected = format!(
            "expected the drop to take as long as the lines that are left, {}",
            in_words(due)
        );
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("it took {}", in_words(took))));
    }
    takes_few_steps(execution, due)
}

pub(crate) fn a_panicking_sink_hangs_nobody(model: &mut Model) {
    model.executions(5_000);
    model.random(200);
    for (label, lines) in [
        ("the sink panics at the first line, then drop", 1),
        ("the sink panics at the first of 3 lines, then drop", 3),
    ] {
        model.every(
            label,
            move || log_with_panic(lines, &[]),
            |execution| nobody_noticed(&execution.value),
        );
    }
    for (label, later) in [
        ("the sink panics, a line is logged later, then drop", &[Later::Log][..]),
        ("the sink panics, then flush and drop", &[Later::Flush]),
        (
            "the sink panics, lines are logged later, with a flush in between",
            &[Later::Log, Later::Flush, Later::Log, Later::Log],
        ),
    ] {
        model.every(
            label,
            move || log_with_panic(2, later),
            |execution| nobody_noticed(&execution.value),
        );
    }
    model.every(
        "the sink panics at a tick, then a line and drop",
        panic_at_a_tick,
        |execution| nobody_noticed(&execution.value),
    );
    model.every(
        "the sink panics while a thread flushes",
        panic_beside_a_flush,
        |execution| nobody_noticed(&execution.value),
    );
}

/// What is done some time after the panic.
#[derive(Clone, Copy)]
enum Later {
    Log,
    Flush,
}

/// What became of the calls.
struct Calls {
    /// How often the sink was called.
    of_sink: usize,
    /// Whether a call of `log` panicked.
    log_panicked: bool,
    took: Duration,
}

fn panics(call: impl FnOnce()) -> bool {
    panic::catch_unwind(AssertUnwindSafe(call)).is_err()
}

/// A journal whose sink panics, and how often that was called.
fn panicking_journal(tick: Duration) -> (Journal, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&calls);
    let sink = move |line: &str| {
        theirs.fetch_add(1, Ordering::SeqCst);
        panic!("the sink panics at `{line}`, as the check wants it");
    };
    (Journal::start(sink, tick), calls)
}

/// Logs so many lines, waits until the sink has panicked, and does what is done later. Whether `flush` and the drop
/// pass the panic on is left open.
fn log_with_panic(lines: usize, later: &[Later]) -> Calls {
    let start = Instant::now();
    let (journal, calls) = panicking_journal(NEVER);
    let mut log_panicked = false;
    for _ in 0..lines {
        log_panicked |= panics(|| journal.log("a line"));
    }
    if !later.is_empty() {
        thread::sleep(MILLISECOND);
    }
    for later in later {
        match later {
            Later::Log => log_panicked |= panics(|| journal.log("a later line")),
            Later::Flush => drop(panics(|| journal.flush())),
        }
    }
    panics(|| drop(journal));
    Calls {
        of_sink: calls.load(Ordering::SeqCst),
        log_panicked,
        took: start.elapsed(),
    }
}

fn panic_at_a_tick() -> Calls {
    let start = Instant::now();
    let (journal, calls) = panicking_journal(MILLISECOND / 2);
    thread::sleep(MILLISECOND);
    let log_panicked = panics(|| journal.log("a line"));
    panics(|| drop(journal));
    Calls {
        of_sink: calls.load(Ordering::SeqCst),
        log_panicked,
        took: start.elapsed(),
    }
}

fn panic_beside_a_flush() -> Calls {
    let start = Instant::now();
    let (journal, calls) = panicking_journal(NEVER);
    let log_panicked = thread::scope(|scope| {
        let flush = scope.spawn(|| panics(|| journal.flush()));
        let log_panicked = panics(|| journal.log("a line"));
        panics(|| journal.flush());
        join(flush);
        log_panicked
    });
    panics(|| drop(journal));
    Calls {
        of_sink: calls.load(Ordering::SeqCst),
        log_panicked,
        took: start.elapsed(),
    }
}

fn nobody_noticed(calls: &Calls) -> Result<(), Violation> {
    if calls.log_panicked {
        let expected = "expected `log` to return, though the sink has panicked";
        return Err(Violation::new(Finding::Panic, expected).got("it panicked"));
    }
    if calls.of_sink == 0 {
        let expected = "expected the sink to be called, which then panics";
        return Err(Violation::new(Finding::WrongResult, expected).got("it was not"));
    }
    if calls.took >= 2 * MILLISECOND {
        let expected = "expected no call to wait once the sink has panicked";
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("all took {}", in_words(calls.took))));
    }
    Ok(())
}
