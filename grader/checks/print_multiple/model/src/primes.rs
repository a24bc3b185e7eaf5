//! A thread for each number says whether that is prime, and somebody says when all have ended.

use std::ops::RangeInclusive;

use harness::{Execution, Finding, Model, Violation};

use crate::all_at_once;
use crate::contract::print_primes;
use crate::copies::{found_as, shown};

const LAST: &str = "all threads finished";

/// A line of the output.
struct Line {
    text: String,
    /// The thread that printed it; `None` if there were several.
    thread: Option<usize>,
}

/// The lines in the order in which they came out; a line without its newline counts as well.
fn lines<T>(execution: &Execution<T>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut ends = true;
    for segment in &execution.stdout {
        for byte in &segment.bytes {
            if ends {
                lines.push(Line {
                    text: String::new(),
                    thread: Some(segment.thread),
                });
            }
            let line = lines.last_mut().expect("a line has just begun");
            if line.thread != Some(segment.thread) {
                line.thread = None;
            }
            ends = *byte == b'\n';
            if !ends {
                line.text.push(char::from(*byte));
            }
        }
    }
    lines
}

fn line_of(number: u64, is_prime: bool) -> String {
    format!("{number} is {}prime", if is_prime { "" } else { "not " })
}

/// Small numbers, by a sieve.
fn small_primes(most: u64) -> Vec<u64> {
    let mut primes = Vec::new();
    for number in 2..=most {
        if primes.iter().all(|prime| number % prime != 0) {
            primes.push(number);
        }
    }
    primes
}

/// Ranges of large numbers, with the primes in them.
const LARGE: &[(RangeInclusive<u64>, &[u64])] = &[
    // Products that do not fit 32 bits.
    (65_535..=65_538, &[65_537]),
    (4_294_967_290..=4_294_967_292, &[4_294_967_291]),
    // The square of a prime, beyond 32 bits, and of a prime of twenty bits.
    (4_295_098_369..=4_295_098_369, &[]),
    (1_000_006_000_009..=1_000_006_000_009, &[]),
    (1_000_000_000_038..=1_000_000_000_039, &[1_000_000_000_039]),
    // Products that pass for primes in the tests of Fermat, or of Miller and Rabin, with the base 2, with 2 and 3, with
    // the primes up to 7, and with those up to 23.
    (341..=341, &[]),
    (2_047..=2_047, &[]),
    (1_373_653..=1_373_653, &[]),
    (3_215_031_751..=3_215_031_751, &[]),
    (3_825_123_056_546_413_051..=3_825_123_056_546_413_051, &[]),
    // The end of what 64 bits can hold.
    (u64::MAX - 1..=u64::MAX, &[]),
];

pub(crate) fn primes_are_told_from_others(model: &mut Model) {
    model.preemptions(0);
    model.executions(1);
    model.random(0);
    for number in [0, 1, 2, 3, 4, 9, 25] {
        let is_prime = matches!(number, 2 | 3);
        model.every(
            number.to_string(),
            move || print_primes(number..=number),
            move |execution| tells(execution, &[(number, is_prime)]),
        );
    }
    model.one_execution();
    let primes = small_primes(300);
    let expected: Vec<(u64, bool)> = (0..=300).map(|number| (number, primes.contains(&number))).collect();
    model.every(
        "0 to 300",
        || print_primes(0..=300),
        move |execution| tells(execution, &expected),
    );
    model.steps(20_000_000);
    for (range, primes) in LARGE {
        let expected: Vec<(u64, bool)> = range.clone().map(|number| (number, primes.contains(&number))).collect();
        model.every(
            format!("{} to {}", range.start(), range.end()),
            || print_primes(range.clone()),
            move |execution| tells(execution, &expected),
        );
    }
}

/// Holds if there is the right line for each number. Other checks judge the last line, and who printed what.
fn tells(execution: &Execution<()>, expected: &[(u64, bool)]) -> Result<(), Violation> {
    let lines = lines(execution);
    for (number, is_prime) in expected {
        let line = line_of(*number, *is_prime);
        if lines.iter().any(|other| other.text == line) {
            continue;
        }
        let opposite = line_of(*number, !is_prime);
        let violation = Violation::new(Finding::WrongResult, format!("expected the line {line:?}"));
        return Err(violation.got(if lines.iter().any(|other| other.text == opposite) {
            format!("there was {opposite:?}")
        } else {
            shown(&execution.stdout)
        }));
    }
    Ok(())
}

pub(crate) fn every_number_has_a_thread_and_a_line(model: &mut Model) {
    model.executions(3_000);
    model.random(300);
    for range in [2..=3, 3..=5, 9..=9] {
        let numbers: Vec<u64> = range.clone().collect();
        model.every(
            in_words(&range),
            move || print_primes(range.clone()),
            move |execution| have_lines(execution, &numbers),
        );
    }
    for number in [5, 4, 3] {
        model.some(
            in_words(&(3..=5)),
            || print_primes(3..=5),
            format!("the line of {number} comes first"),
            move |execution| lines(execution).first().and_then(|line| number_of(&line.text)) == Some(number),
        );
    }
    model.one_execution();
    let numbers: Vec<u64> = (1..=300).collect();
    model.every(
        in_words(&(1..=300)),
        || print_primes(1..=300),
        move |execution| have_lines(execution, &numbers),
    );
    all_at_once(model, &in_words(&(1..=100)), || print_primes(1..=100));
}

fn in_words(range: &RangeInclusive<u64>) -> String {
    format!("{} to {}", range.start(), range.end())
}

/// The number that a line is about, whatever it says of it.
fn number_of(line: &str) -> Option<u64> {
    let (number, _) = line.split_once(" is ")?;
    number.parse().ok()
}

/// Holds if each number has a line, printed by a thread of its own. What it says is for another check.
fn have_lines(execution: &Execution<()>, numbers: &[u64]) -> Result<(), Violation> {
    let lines = lines(execution);
    let mut threads = Vec::new();
    let mut left = numbers.to_vec();
    for line in lines.iter().filter(|line| line.text != LAST) {
        let Some(thread) = line.thread else {
            let violation = Violation::new(found_as(execution), "expected each line to come out whole");
            return Err(violation.got(shown(&execution.stdout)));
        };
        threads.push(thread);
        let number = number_of(&line.text);
        let place = left.iter().position(|other| Some(*other) == number);
        let Some(place) = place else {
            let violation = Violation::new(
                found_as(execution),
                "expected one line for each number and nothing else",
            );
            return Err(violation.got(format!("there was {:?}; {}", line.text, shown(&execution.stdout))));
        };
        left.swap_remove(place);
    }
    if let Some(number) = left.first() {
        let violation = Violation::new(found_as(execution), format!("expected a line for {number}"));
        return Err(violation.got(shown(&execution.stdout)));
    }
    threads.sort_unstable();
    threads.dedup();
    if threads.len() < numbers.len() {
        let violation = Violation::new(
            Finding::NotConcurrent,
            "expected each number to have a thread of its own",
        );
        return Err(violation.got(format!("{} threads printed {} lines", threads.len(), numbers.len())));
    }
    Ok(())
}

/// That a thread still runs when the body returns is a failure of the execution.
pub(crate) fn finished_comes_last(model: &mut Model) {
    model.executions(3_000);
    model.random(300);
    #[expect(
        clippy::reversed_empty_ranges,
        reason = "an empty range is what the scenario is about"
    )]
    let empty = 5..=4;
    for range in [empty, 2..=2, 2..=3, 2..=4] {
        let n_numbers = range.clone().count();
        model.every(
            in_words(&range),
            move || print_primes(range.clone()),
            move |execution| is_last(execution, n_numbers),
        );
    }
    model.late_threads(1);
    model.every(
        "2 to 3, a thread may be slow",
        || print_primes(2..=3),
        |execution| is_last(execution, 2),
    );
    model.late_threads(0);
    model.preemptions(1);
    model.every(
        "2 to 3, and then 4 to 4",
        || {
            print_primes(2..=3);
            print_primes(4..=4);
        },
        |execution| {
            let lines = lines(execution);
            let places = lines.iter().enumerate().filter(|(_, line)| line.text == LAST);
            if places.map(|(place, _)| place).eq([2, 4]) {
                return Ok(());
            }
            let violation = Violation::new(
                found_as(execution),
                format!("expected `{LAST}` at the end of each call"),
            );
            Err(violation.got(shown(&execution.stdout)))
        },
    );
}

fn is_last(execution: &Execution<()>, n_numbers: usize) -> Result<(), Violation> {
    let lines = lines(execution);
    let places = lines.iter().enumerate().filter(|(_, line)| line.text == LAST);
    let is_whole = execution.text().ends_with(b"\n");
    if places.map(|(place, _)| place).eq([n_numbers]) && lines.len() == n_numbers + 1 && is_whole {
        return Ok(());
    }
    let violation = Violation::new(
        found_as(execution),
        format!("expected {n_numbers} lines and then, at the end, the line `{LAST}`"),
    );
    Err(violation.got(shown(&execution.stdout)))
}
