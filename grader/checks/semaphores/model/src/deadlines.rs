//! `acquire_timeout` gives up at its deadline, neither before nor after, and loses no permit that comes at that moment.

use std::thread;
use std::time::{Duration, Instant};

use harness::waiting::{HUNDRED_DAYS, MILLISECOND, in_words, is_on_time, join};
use harness::{Execution, Finding, Model, Violation};
use semaphores::Semaphore;

/// More nanoseconds than 64 bits can hold.
const SIX_HUNDRED_YEARS: Duration = Duration::from_secs(600 * 365 * 24 * 60 * 60);

pub(crate) fn timeouts_end_at_their_deadline(model: &mut Model) {
    model.every(
        "no permits, a timeout of 0",
        || ask_in_vain(Duration::ZERO),
        |execution| gave_up(execution.value, Duration::ZERO),
    );
    model.every(
        "no permits, a timeout of 5 ms",
        || ask_in_vain(5 * MILLISECOND),
        |execution| gave_up(execution.value, 5 * MILLISECOND),
    );
    for (label, timeout) in [
        ("no permits, a timeout of 300 µs", Duration::from_micros(300)),
        ("no permits, a timeout of 2500 µs", Duration::from_micros(2500)),
        ("no permits, a timeout of 1 ns", Duration::from_nanos(1)),
        ("no permits, a timeout of 100 days", HUNDRED_DAYS),
        ("no permits, a timeout of 600 years", SIX_HUNDRED_YEARS),
        // A floating-point number of seconds does not hold the microsecond.
        (
            "no permits, a timeout of 600 years and 1 µs",
            SIX_HUNDRED_YEARS + Duration::from_micros(1),
        ),
    ] {
        model.every(
            label,
            move || ask_in_vain(timeout),
            move |execution| gave_up(execution.value, timeout),
        );
    }
    model.every(
        "a free permit, timeouts of 0 and Duration::MAX",
        ask_for_a_free_one,
        |execution| {
            execution
                .value
                .iter()
                .try_for_each(|&wait| succeeded(wait, Duration::ZERO))
        },
    );
    model.every(
        "a timeout of 10 ms, the permit given back and taken again after 4 ms",
        ask_beside_a_thief,
        |execution| {
            if execution.value.got {
                succeeded(execution.value, 4 * MILLISECOND)
            } else {
                gave_up(execution.value, 10 * MILLISECOND)
            }
        },
    );
    model.every(
        "the permit given back at the very deadline",
        ask_until_it_comes,
        either_way_and_still_one,
    );
    model.every(
        "a timeout of 5 ms, another thread waiting already",
        ask_behind_another,
        |execution| gave_up(execution.value, 5 * MILLISECOND),
    );
    model.every(
        "a timeout of 0, another thread waiting already",
        ask_at_once_behind_another,
        |execution| gave_up(execution.value, Duration::ZERO),
    );
    model.every(
        "the permit given back at the very deadline of 2 threads",
        ask_twice_until_it_comes,
        either_way_and_still_one,
    );
    model.spurious_wakeups(1);
    model.every(
        "a timeout of 5 ms, a spurious wake-up",
        ask_while_it_is_kept,
        |execution| gave_up(execution.value, 5 * MILLISECOND),
    );
}

/// How a call of `acquire_timeout` ended.
#[derive(Clone, Copy)]
struct Wait {
    timeout: Duration,
    got: bool,
    elapsed: Duration,
}

/// Asks, and gives the permit back at once.
fn ask(semaphore: &Semaphore, timeout: Duration) -> Wait {
    let start = Instant::now();
    let permit = semaphore.acquire_timeout(timeout);
    Wait {
        timeout,
        got: permit.is_some(),
        elapsed: start.elapsed(),
    }
}

fn ask_in_vain(timeout: Duration) -> Wait {
    ask(&Semaphore::new(0), timeout)
}

fn ask_for_a_free_one() -> [Wait; 2] {
    let semaphore = Semaphore::new(1);
    [ask(&semaphore, Duration::ZERO), ask(&semaphore, Duration::MAX)]
}

/// The thread that gives the permit back takes it again at once, so that the woken waiter mostly finds none.
fn ask_beside_a_thief() -> Wait {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| ask(&semaphore, 10 * MILLISECOND));
        thread::sleep(4 * MILLISECOND);
        drop(permit);
        let again = semaphore.try_acquire();
        thread::sleep(16 * MILLISECOND);
        drop(again);
        join(waiter)
    })
}

/// How waits for the only permit ended, and what became of that permit.
struct Aftermath<const N: usize = 1> {
    waits: [Wait; N],
    available: usize,
    /// Whether two threads could have it one after the other, and so at the same time: neither gives it back.
    served: [bool; 2],
}

impl<const N: usize> Aftermath<N> {
    fn of(semaphore: &Semaphore, waits: [Wait; N]) -> Self {
        let available = semaphore.available();
        let first = semaphore.acquire_timeout(MILLISECOND);
        let second = semaphore.acquire_timeout(MILLISECOND);
        Self {
            waits,
            available,
            served: [first.is_some(), second.is_some()],
        }
    }
}

fn ask_until_it_comes() -> Aftermath {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    let wait = thread::scope(|scope| {
        let waiter = scope.spawn(|| ask(&semaphore, 5 * MILLISECOND));
        thread::sleep(5 * MILLISECOND);
        drop(permit);
        join(waiter)
    });
    Aftermath::of(&semaphore, [wait])
}

fn ask_twice_until_it_comes() -> Aftermath<2> {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    let waits = thread::scope(|scope| {
        let waiters = [(); 2].map(|()| scope.spawn(|| ask(&semaphore, 5 * MILLISECOND)));
        thread::sleep(5 * MILLISECOND);
        drop(permit);
        waiters.map(join)
    });
    Aftermath::of(&semaphore, waits)
}

/// A thread with a long timeout waits as well; which of the two was first depends on the interleaving.
fn ask_behind_another() -> Wait {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    thread::scope(|scope| {
        scope.spawn(|| drop(semaphore.acquire_timeout(1000 * MILLISECOND)));
        let waiter = scope.spawn(|| ask(&semaphore, 5 * MILLISECOND));
        thread::sleep(10 * MILLISECOND);
        drop(permit);
        join(waiter)
    })
}

/// The thread that waits gets the permit in the end, and not before.
fn ask_at_once_behind_another() -> Wait {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    thread::scope(|scope| {
        scope.spawn(|| drop(semaphore.acquire()));
        thread::sleep(MILLISECOND);
        let wait = ask(&semaphore, Duration::ZERO);
        drop(permit);
        wait
    })
}

fn ask_while_it_is_kept() -> Wait {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| ask(&semaphore, 5 * MILLISECOND));
        thread::sleep(2 * MILLISECOND);
        thread::sleep(8 * MILLISECOND);
        drop(permit);
        join(waiter)
    })
}

fn either_way_and_still_one<const N: usize>(execution: &Execution<Aftermath<N>>) -> Result<(), Violation> {
    let Aftermath {
        waits,
        available,
        served,
    } = execution.value;
    for wait in waits {
        if wait.got {
            succeeded(wait, 5 * MILLISECOND)?;
        } else {
            gave_up(wait, 5 * MILLISECOND)?;
        }
    }
    if available != 1 {
        let violation = Violation::new(
            Finding::WrongResult,
            "expected the only permit to be free when all was over",
        );
        return Err(violation.got(format!("available() said {available}")));
    }
    let got = match served {
        [true, false] => return Ok(()),
        [true, true] => "two calls got one, with the first permit still kept",
        _ => "the first call of acquire_timeout got none",
    };
    let violation = Violation::new(
        Finding::WrongResult,
        "expected the only permit to serve one thread afterwards, and no second one beside it",
    );
    Err(violation.got(got))
}

fn gave_up(wait: Wait, due: Duration) -> Result<(), Violation> {
    if wait.got || !is_on_time(wait.elapsed, due) {
        return Err(differs(wait, "none", due));
    }
    Ok(())
}

fn succeeded(wait: Wait, due: Duration) -> Result<(), Violation> {
    if !wait.got || !is_on_time(wait.elapsed, due) {
        return Err(differs(wait, "a permit", due));
    }
    Ok(())
}

#[track_caller]
fn differs(wait: Wait, expected: &str, due: Duration) -> Violation {
    let Wait { timeout, got, elapsed } = wait;
    let timeout = if timeout == Duration::MAX {
        "Duration::MAX".to_owned()
    } else {
        in_words(timeout)
    };
    let [due, elapsed] = [due, elapsed].map(in_words);
    let expected = format!("expected acquire_timeout({timeout}) to give {expected} after {due}");
    let got = if got { "a permit" } else { "none" };
    Violation::new(Finding::WrongResult, expected).got(format!("it gave {got} after {elapsed}"))
}
