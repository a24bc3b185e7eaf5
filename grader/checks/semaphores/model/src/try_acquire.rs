//! `try_acquire` and `available` answer at once and tell the truth, whoever holds and whoever waits.

use std::thread;

use harness::{Execution, Finding, Model, Violation};
use semaphores::Semaphore;

use crate::gauge::MILLISECOND;

pub(crate) fn try_acquire_answers_at_once(model: &mut Model) {
    model.every(
        "2 permits, taken and given back by 1 thread",
        count_down_and_up,
        counts_are_right,
    );
    model.every(
        "two semaphores with 1 permit each",
        use_two_semaphores,
        each_has_its_own,
    );
    model.every(
        "1 permit, 1 thread waiting in acquire, its holder tries",
        try_beside_a_waiter,
        nothing_is_free,
    );
    model.every(
        "2 permits, taken by 2 threads at the same time",
        take_both_at_once,
        nothing_is_free,
    );
    model.every(
        "1 permit, used by 2 threads, watched by a third",
        watch,
        never_above_the_permits,
    );
}

/// What `available` said, and whether `try_acquire` gave a permit, in the order of asking.
#[derive(PartialEq)]
struct Answers {
    available: Vec<usize>,
    tries: Vec<bool>,
}

fn count_down_and_up() -> Answers {
    let empty = Semaphore::new(0);
    let semaphore = Semaphore::new(2);
    let mut available = vec![empty.available(), semaphore.available()];
    let mut tries = vec![empty.try_acquire().is_some()];

    let first = semaphore.try_acquire();
    available.push(semaphore.available());
    let second = semaphore.acquire();
    available.push(semaphore.available());
    let third = semaphore.try_acquire();
    tries.extend([first.is_some(), third.is_some()]);
    drop(first);
    available.push(semaphore.available());
    let fourth = semaphore.try_acquire();
    tries.push(fourth.is_some());
    drop((second, third, fourth));
    available.push(semaphore.available());
    Answers { available, tries }
}

fn counts_are_right(execution: &Execution<Answers>) -> Result<(), Violation> {
    expect_available(&execution.value.available, &[0, 2, 1, 0, 1, 2])?;
    expect_tries(&execution.value.tries, &[false, true, false, true])?;
    if !execution.elapsed.is_zero() {
        let violation = Violation::new(
            Finding::WrongResult,
            "expected try_acquire to answer without any time passing",
        );
        return Err(violation.got(format!("{:?} passed", execution.elapsed)));
    }
    Ok(())
}

fn use_two_semaphores() -> Answers {
    let one = Semaphore::new(1);
    let other = Semaphore::new(1);
    let permits = [one.try_acquire(), other.try_acquire()];
    let tries = permits.iter().map(Option::is_some).collect();
    let [first, second] = permits;
    drop(first);
    let available = vec![one.available(), other.available()];
    drop(second);
    Answers { available, tries }
}

fn each_has_its_own(execution: &Execution<Answers>) -> Result<(), Violation> {
    expect_tries(&execution.value.tries, &[true, true])?;
    expect_available(&execution.value.available, &[1, 0])
}

/// The holder of the only permit asks for another while a thread waits. Should its question wait for that thread, which
/// waits for the holder, then both wait for ever.
fn try_beside_a_waiter() -> Answers {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    thread::scope(|scope| {
        scope.spawn(|| drop(semaphore.acquire()));
        thread::sleep(MILLISECOND);
        let tries = vec![semaphore.try_acquire().is_some()];
        let available = vec![semaphore.available()];
        drop(permit);
        Answers { available, tries }
    })
}

/// When the caller looks, both threads have had their permit for a while.
fn take_both_at_once() -> Answers {
    let semaphore = Semaphore::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _permit = semaphore.acquire();
            thread::sleep(2 * MILLISECOND);
        });
        let _permit = semaphore.acquire();
        thread::sleep(MILLISECOND);
        let available = vec![semaphore.available()];
        let tries = vec![semaphore.try_acquire().is_some()];
        Answers { available, tries }
    })
}

fn nothing_is_free(execution: &Execution<Answers>) -> Result<(), Violation> {
    expect_tries(&execution.value.tries, &[false])?;
    expect_available(&execution.value.available, &[0])
}

/// Returns the most that `available` ever said, and what it said at the end.
fn watch() -> (usize, usize) {
    let semaphore = Semaphore::new(1);
    let most = thread::scope(|scope| {
        scope.spawn(|| {
            let _permit = semaphore.acquire_timeout(MILLISECOND);
            thread::sleep(MILLISECOND);
        });
        scope.spawn(|| {
            let _permit = semaphore.try_acquire();
            thread::sleep(MILLISECOND);
        });
        semaphore.available().max(semaphore.available())
    });
    (most, semaphore.available())
}

fn never_above_the_permits(execution: &Execution<(usize, usize)>) -> Result<(), Violation> {
    let (most, last) = execution.value;
    if most > 1 {
        let violation = Violation::new(Finding::WrongResult, "expected at most 1 available permit of 1");
        return Err(violation.got(format!("available() said {most}")));
    }
    expect_available(&[last], &[1])
}

#[track_caller]
fn expect_available(got: &[usize], expected: &[usize]) -> Result<(), Violation> {
    if got != expected {
        let violation = Violation::new(
            Finding::WrongResult,
            format!("expected available() to say {expected:?}"),
        );
        return Err(violation.got(format!("it said {got:?}")));
    }
    Ok(())
}

#[track_caller]
fn expect_tries(got: &[bool], expected: &[bool]) -> Result<(), Violation> {
    if got != expected {
        let expected: Vec<&str> = expected.iter().copied().map(in_words).collect();
        let got: Vec<&str> = got.iter().copied().map(in_words).collect();
        let violation = Violation::new(
            Finding::WrongResult,
            format!("expected try_acquire to give {}", expected.join(", ")),
        );
        return Err(violation.got(format!("it gave {}", got.join(", "))));
    }
    Ok(())
}

fn in_words(got_a_permit: bool) -> &'static str {
    if got_a_permit { "a permit" } else { "none" }
}
