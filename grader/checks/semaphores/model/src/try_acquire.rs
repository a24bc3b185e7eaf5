//! `try_acquire` and `available` answer at once and correctly, whichever threads hold permits or wait for them.

use std::thread;
use std::time::Duration;

use harness::waiting::{MILLISECOND, join};
use harness::{Execution, Finding, Model, Violation};
use semaphores::Semaphore;

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
    model.every(
        "1 permit, a holder and 2 threads waiting, watched by the holder",
        watch_waiters,
        never_above_the_permits,
    );
    model.every(
        "2 permits, 1 thread that takes one and looks, another that tries",
        try_beside_a_looker,
        one_is_always_left,
    );
    model.every(
        "1 permit, its holder gives it back and tries while another thread tries",
        try_beside_a_try,
        one_of_two_gets_it,
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

/// The holder of the only permit tries to get another while a thread waits. If `try_acquire` waited for that thread,
/// which waits for the holder, both would wait for ever.
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

/// Both waiters keep the permit for a moment, so that one of them waits on when the other has it.
fn watch_waiters() -> (usize, usize) {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    let most = thread::scope(|scope| {
        scope.spawn(|| {
            let _permit = semaphore.acquire();
            thread::sleep(MILLISECOND);
        });
        scope.spawn(|| {
            let _permit = semaphore.acquire_timeout(10 * MILLISECOND);
            thread::sleep(MILLISECOND);
        });
        thread::sleep(MILLISECOND);
        let before = semaphore.available();
        drop(permit);
        before.max(semaphore.available())
    });
    (most, semaphore.available())
}

/// Each of two threads uses at most one of two permits at a time, so neither ever has to wait, nor to do without.
fn try_beside_a_looker() -> Answers {
    let semaphore = Semaphore::new(2);
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            drop(semaphore.acquire());
            semaphore.available();
            semaphore.acquire_timeout(Duration::ZERO).is_some()
        });
        let first = semaphore.try_acquire().is_some();
        let second = semaphore.try_acquire().is_some();
        Answers {
            available: vec![semaphore.available()],
            tries: vec![first, second, join(other)],
        }
    })
}

fn one_is_always_left(execution: &Execution<Answers>) -> Result<(), Violation> {
    let Answers { available, tries } = &execution.value;
    if tries.contains(&false) {
        let violation = Violation::new(
            Finding::WrongResult,
            "expected a permit for each of 2 threads that want one of 2 permits",
        );
        let call = if tries[2] { "try_acquire" } else { "acquire_timeout(0)" };
        return Err(violation.got(format!("{call} gave none, though the other thread had at most one")));
    }
    if available.contains(&0) {
        let violation = Violation::new(
            Finding::WrongResult,
            "expected available() to say at least 1 while at most one of 2 permits is taken",
        );
        return Err(violation.got("it said 0"));
    }
    Ok(())
}

/// Returns whether the thread that gave the permit back got it again, and whether the other one got it.
fn try_beside_a_try() -> [bool; 2] {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    thread::scope(|scope| {
        let other = scope.spawn(|| semaphore.try_acquire().is_some());
        drop(permit);
        let again = semaphore.try_acquire().is_some();
        [again, join(other)]
    })
}

fn one_of_two_gets_it(execution: &Execution<[bool; 2]>) -> Result<(), Violation> {
    if execution.value == [false; 2] {
        let violation = Violation::new(
            Finding::WrongResult,
            "expected try_acquire to give the permit that was given back, unless the other thread took it",
        );
        return Err(violation.got("neither thread got it"));
    }
    Ok(())
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
