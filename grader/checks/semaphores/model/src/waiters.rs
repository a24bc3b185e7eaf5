//! A waiter sleeps, taking no steps, until a permit is free, and no longer.

use std::fmt;
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use harness::waiting::{HUNDRED_DAYS, MILLISECOND, in_words, is_on_time, join, takes_few_steps};
use harness::{Execution, Finding, Model, Violation};
use semaphores::Semaphore;

/// How long a thread without a timeout, or with one of `Duration::MAX`, is kept waiting: long enough that polling once
/// a month is noticed, longer than an hour, day or year that a submission may use by mistake, and shorter than the 30
/// years that some libraries use for a timeout that never ends.
const TWENTY_YEARS: Duration = Duration::from_secs(20 * 365 * 24 * 60 * 60);

/// How many threads wait at once where they are many.
const CROWD: usize = 300;

pub(crate) fn waiters_sleep_until_a_permit_is_free(model: &mut Model) {
    // One waiter and one holder have few interleavings, and the exhaustive search tries nearly all of them.
    model.random(50);
    long_waits(model);
    short_waits(model);
    model.random(500);
    several_waiters(model);
    three_at_once(model);
    give_up_between_two(model);
    model.spurious_wakeups(1);
    model.every(
        "1 permit, 1 thread waiting, a spurious wake-up",
        || wait(Call::Acquire, MILLISECOND),
        |execution| went_on(&execution.value),
    );
    model.spurious_wakeups(0);
    model.executions(1);
    model.random(0);
    model.steps(2_000_000);
    // All permits come back before the first thread is awake.
    model.turn(u32::MAX);
    let timed = Call::Timeout(HUNDRED_DAYS);
    for (label, permits, call) in [
        ("1 permit, 300 threads that wait in acquire", 1, Call::Acquire),
        ("1 permit, 300 threads that wait in acquire_timeout", 1, timed),
        (
            "300 permits given back at once, 300 threads waiting in acquire",
            CROWD,
            Call::Acquire,
        ),
        (
            "300 permits given back at once, 300 threads waiting in acquire_timeout",
            CROWD,
            timed,
        ),
    ] {
        model.every(
            label,
            move || wait_in_a_crowd(permits, call),
            move |execution| all_of_the_crowd_went_on(permits, execution.value),
        );
    }
    model.every(
        "1 permit, a thread waiting, and 300 calls after it that give up",
        wait_while_others_give_up,
        |execution| went_on(&execution.value),
    );
}

/// Each permit that comes back is for another thread, however the three of them wait. Each keeps its permit for as long
/// as the others may need to get theirs.
fn three_at_once(model: &mut Model) {
    model.preemptions(1);
    model.executions(1000);
    model.random(100);
    let timed = Call::Timeout(4000 * MILLISECOND);
    for (label, calls) in [
        ("in acquire", [Call::Acquire; 3]),
        ("in acquire_timeout", [timed; 3]),
        ("2 of them in acquire", [Call::Acquire, timed, Call::Acquire]),
        ("2 of them in acquire_timeout", [timed, Call::Acquire, timed]),
    ] {
        model.every(
            format!("3 permits given back at once, 3 threads waiting {label}"),
            move || wait_for_three(calls),
            nobody_slept_on,
        );
    }
    model.preemptions(2);
    model.executions(20_000);
    model.random(500);
}

/// When a waiter gives up, those that came after it still get the permit.
fn give_up_between_two(model: &mut Model) {
    model.preemptions(1);
    model.every(
        "1 permit, 3 threads waiting, of which the second gives up after 5 ms",
        || {
            let semaphore = Semaphore::new(1);
            let permit = semaphore.acquire();
            thread::scope(|scope| {
                scope.spawn(|| drop(semaphore.acquire()));
                thread::sleep(MILLISECOND);
                scope.spawn(|| drop(semaphore.acquire_timeout(5 * MILLISECOND)));
                thread::sleep(MILLISECOND);
                scope.spawn(|| drop(semaphore.acquire()));
                thread::sleep(10 * MILLISECOND);
                drop(permit);
            });
        },
        |_| Ok(()),
    );
    model.preemptions(2);
}

fn long_waits(model: &mut Model) {
    for (label, call, kept) in [
        (
            "1 permit, kept for 100 days while a thread waits in acquire",
            Call::Acquire,
            HUNDRED_DAYS,
        ),
        (
            "1 permit, kept for 100 days while a thread waits in acquire_timeout",
            Call::Timeout(HUNDRED_DAYS.saturating_mul(2)),
            HUNDRED_DAYS,
        ),
        (
            "1 permit, kept for 20 years while a thread waits in acquire",
            Call::Acquire,
            TWENTY_YEARS,
        ),
        (
            "1 permit, kept for 20 years, a timeout of Duration::MAX",
            Call::Timeout(Duration::MAX),
            TWENTY_YEARS,
        ),
    ] {
        model.every(
            label,
            move || wait(call, kept),
            move |execution| takes_few_steps(execution, kept).and_then(|()| went_on(&execution.value)),
        );
    }
}

fn short_waits(model: &mut Model) {
    for (label, timeout) in [
        ("1 permit given back after 5 ms, a timeout of 10 ms", 10 * MILLISECOND),
        (
            "1 permit given back after 5 ms, a timeout of Duration::MAX",
            Duration::MAX,
        ),
    ] {
        model.every(
            label,
            move || wait(Call::Timeout(timeout), 5 * MILLISECOND),
            |execution| went_on(&execution.value),
        );
    }
}

fn several_waiters(model: &mut Model) {
    model.every(
        "1 permit, its holder and 2 threads that come for it",
        queue_for_one,
        nobody_slept_on,
    );
    model.every(
        "2 permits given back at once, 2 threads waiting",
        wait_for_two,
        nobody_slept_on,
    );
    model.every(
        "1 permit given back at the deadline of one of 2 threads waiting",
        give_back_at_a_deadline,
        nobody_slept_on,
    );
    model.every(
        "two semaphores with 1 permit each, a thread waiting at each",
        wait_at_two_semaphores,
        each_went_on_with_its_own,
    );
}

/// How a thread waits.
#[derive(Clone, Copy)]
enum Call {
    Acquire,
    Timeout(Duration),
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Call::Acquire => f.write_str("acquire"),
            Call::Timeout(Duration::MAX) => f.write_str("acquire_timeout(Duration::MAX)"),
            Call::Timeout(timeout) => write!(f, "acquire_timeout({})", in_words(timeout)),
        }
    }
}

/// What became of a wait.
struct Wait {
    call: Call,
    /// When the permit came back, counted from the beginning of the wait.
    due: Duration,
    got: bool,
    elapsed: Duration,
}

impl Wait {
    /// Waits, keeps the permit for a moment and gives it back.
    fn of(semaphore: &Semaphore, call: Call, due: Duration, keep: Duration) -> Self {
        let start = Instant::now();
        let permit = match call {
            Call::Acquire => Some(semaphore.acquire()),
            Call::Timeout(timeout) => semaphore.acquire_timeout(timeout),
        };
        let elapsed = start.elapsed();
        if !keep.is_zero() {
            thread::sleep(keep);
        }
        let got = permit.is_some();
        Self {
            call,
            due,
            got,
            elapsed,
        }
    }
}

/// Lets one thread wait for a permit that is kept for so long.
fn wait(call: Call, kept: Duration) -> Wait {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| Wait::of(&semaphore, call, kept, Duration::ZERO));
        thread::sleep(kept);
        drop(permit);
        join(waiter)
    })
}

fn went_on(wait: &Wait) -> Result<(), Violation> {
    let Wait {
        call,
        due,
        got,
        elapsed,
    } = wait;
    if !got || !is_on_time(*elapsed, *due) {
        let expected = format!(
            "expected {call} to give the permit that came back after {}",
            in_words(*due)
        );
        let got = if *got { "it" } else { "none" };
        let violation = Violation::new(Finding::WrongResult, expected);
        return Err(violation.got(format!("it gave {got} after {}", in_words(*elapsed))));
    }
    Ok(())
}

/// So many threads wait as no byte can count. Returns how many of them got a permit, and how many permits there are.
///
/// `None` if there are fewer permits than asked for, which another check judges.
fn wait_in_a_crowd(permits: usize, call: Call) -> Option<(usize, usize)> {
    let semaphore = Semaphore::new(permits);
    let taken: Vec<_> = (0..permits).map_while(|_| semaphore.try_acquire()).collect();
    if taken.len() < permits {
        return None;
    }
    let waits: Vec<Wait> = thread::scope(|scope| {
        let waiters: Vec<_> = (0..CROWD)
            .map(|_| scope.spawn(|| Wait::of(&semaphore, call, MILLISECOND, Duration::ZERO)))
            .collect();
        thread::sleep(MILLISECOND);
        drop(taken);
        waiters.into_iter().map(join).collect()
    });
    Some((waits.iter().filter(|wait| wait.got).count(), semaphore.available()))
}

/// The thread waits before all others, and gets the permit in the end.
fn wait_while_others_give_up() -> Wait {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    let due = (CROWD as u32 + 1) * MILLISECOND;
    thread::scope(|scope| {
        let waiter = scope.spawn(|| Wait::of(&semaphore, Call::Acquire, due, Duration::ZERO));
        thread::sleep(MILLISECOND);
        for _ in 0..CROWD {
            drop(semaphore.acquire_timeout(MILLISECOND));
        }
        drop(permit);
        join(waiter)
    })
}

fn all_of_the_crowd_went_on(permits: usize, outcome: Option<(usize, usize)>) -> Result<(), Violation> {
    let Some((got, available)) = outcome.filter(|outcome| *outcome != (CROWD, permits)) else {
        return Ok(());
    };
    let permits = match permits {
        1 => "the only permit in turn".to_owned(),
        permits => format!("one of {permits} permits"),
    };
    let violation = Violation::new(
        Finding::WrongResult,
        format!("expected {CROWD} waiting threads to get {permits}"),
    );
    Err(violation.got(format!("{got} got it, and in the end {available} were free")))
}

/// What became of the threads that waited, and of the permits that came back for them.
struct Sleepers<const N: usize = 2> {
    /// How many permits were free a second after they had come back.
    free: usize,
    waits: [Wait; N],
}

/// Counts the free permits a second later. Then takes one and gives it back for each thread, to wake those that still
/// sleep, so that the execution can end.
fn look_later<'scope, const N: usize>(
    semaphore: &Semaphore,
    waiters: [ScopedJoinHandle<'scope, Wait>; N],
) -> Sleepers<N> {
    thread::sleep(1000 * MILLISECOND);
    let free = semaphore.available();
    (1..N).for_each(|_| drop(semaphore.try_acquire()));
    Sleepers {
        free,
        waits: waiters.map(join),
    }
}

/// Starts a thread that waits in `acquire` for a permit that comes back at `due`.
fn spawn_waiter<'scope>(
    scope: &'scope Scope<'scope, '_>,
    semaphore: &'scope Semaphore,
    due: Duration,
    keep: Duration,
) -> ScopedJoinHandle<'scope, Wait> {
    scope.spawn(move || Wait::of(semaphore, Call::Acquire, due, keep))
}

fn wait_for_three(calls: [Call; 3]) -> Sleepers<3> {
    let semaphore = Semaphore::new(3);
    let permits = [(); 3].map(|()| semaphore.acquire());
    let semaphore = &semaphore;
    thread::scope(|scope| {
        let waiters = calls.map(|call| scope.spawn(move || Wait::of(semaphore, call, MILLISECOND, 2000 * MILLISECOND)));
        thread::sleep(MILLISECOND);
        drop(permits);
        look_later(semaphore, waiters)
    })
}

fn queue_for_one() -> Sleepers {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    thread::scope(|scope| {
        let waiters = [(); 2].map(|()| spawn_waiter(scope, &semaphore, Duration::ZERO, Duration::ZERO));
        drop(permit);
        look_later(&semaphore, waiters)
    })
}

fn wait_for_two() -> Sleepers {
    let semaphore = Semaphore::new(2);
    let permits = [semaphore.acquire(), semaphore.acquire()];
    thread::scope(|scope| {
        let waiters = [(); 2].map(|()| spawn_waiter(scope, &semaphore, MILLISECOND, 2000 * MILLISECOND));
        thread::sleep(MILLISECOND);
        drop(permits);
        look_later(&semaphore, waiters)
    })
}

/// The permit that comes back at the deadline may go to either thread, or to both in turn; it must not lie there while
/// the thread without a timeout sleeps.
fn give_back_at_a_deadline() -> Sleepers {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    let due = 5 * MILLISECOND;
    thread::scope(|scope| {
        let hasty = scope.spawn(|| Wait::of(&semaphore, Call::Timeout(due), due, Duration::ZERO));
        let patient = spawn_waiter(scope, &semaphore, due, Duration::ZERO);
        thread::sleep(due);
        drop(permit);
        look_later(&semaphore, [hasty, patient])
    })
}

fn nobody_slept_on<const N: usize>(execution: &Execution<Sleepers<N>>) -> Result<(), Violation> {
    let Sleepers { free, waits } = &execution.value;
    for (wait, thread) in waits.iter().zip(1..) {
        if !is_on_time(wait.elapsed, wait.due) {
            let due = in_words(wait.due);
            let violation = Violation::new(
                Finding::LostWakeup,
                format!("expected every waiting thread to get on with the permits that came back after {due}"),
            );
            let got = match free {
                0 => format!("thread {thread} slept on until {} had passed", in_words(wait.elapsed)),
                1 => format!("1 permit is free, and thread {thread} sleeps until the check wakes it"),
                _ => format!("{free} permits are free, and thread {thread} sleeps until the check wakes it"),
            };
            return Err(violation.got(got));
        }
    }
    Ok(())
}

/// The permits come back 1 ms and 2 ms after the beginning.
fn wait_at_two_semaphores() -> [Wait; 2] {
    let [one, other] = [Semaphore::new(1), Semaphore::new(1)];
    let permits = [one.acquire(), other.acquire()];
    thread::scope(|scope| {
        let waiters = [(&one, MILLISECOND), (&other, 2 * MILLISECOND)]
            .map(|(semaphore, due)| spawn_waiter(scope, semaphore, due, Duration::ZERO));
        for permit in permits {
            thread::sleep(MILLISECOND);
            drop(permit);
        }
        waiters.map(join)
    })
}

fn each_went_on_with_its_own(execution: &Execution<[Wait; 2]>) -> Result<(), Violation> {
    for (wait, semaphore) in execution.value.iter().zip(["first", "second"]) {
        if !is_on_time(wait.elapsed, wait.due) {
            let due = in_words(wait.due);
            let violation = Violation::new(
                Finding::LostWakeup,
                format!(
                    "expected the thread at the {semaphore} semaphore to get its permit when it came back, after {due}"
                ),
            );
            return Err(violation.got(format!("it slept on until {} had passed", in_words(wait.elapsed))));
        }
    }
    Ok(())
}
