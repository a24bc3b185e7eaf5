//! As many holders as permits can be inside at once, and never more. A holder sees what those before it did.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use harness::inside::Gauge;
use harness::waiting::{MILLISECOND, join};
use harness::{Execution, Finding, Model, Violation};
use semaphores::{Permit, Semaphore};

/// Numbers of permits of which nothing, or only 1, is left where they are cut down to 8, 16 or 32 bits, or where they
/// become negative with a sign.
const MANY_PERMITS: [usize; 5] = [
    (1 << 8) + 1,
    (1 << 16) + 1,
    (1 << 32) + 1,
    isize::MAX as usize + 1,
    usize::MAX,
];

/// How many permits one thread takes: more than 16 bits can count.
const MANY_USES: usize = 66_000;

pub(crate) fn never_more_holders_than_permits(model: &mut Model) {
    model.never_ends(
        "no permits, 1 thread that acquires one",
        || drop(Semaphore::new(0).acquire()),
        |_| {
            let violation = Violation::new(
                Finding::LimitExceeded,
                "expected acquire to wait for ever, since there are no permits",
            );
            violation.got("it gave one")
        },
    );
    model.every(
        "1 permit, 2 threads that each acquire it twice",
        twice_each,
        |execution| at_most(1, execution),
    );
    model.every(
        "2 permits, 3 threads that acquire one",
        || all_acquire(2, 3),
        |execution| at_most(2, execution),
    );
    model.every(
        "1 permit, wanted by acquire, try_acquire and acquire_timeout",
        one_of_each,
        |execution| at_most(1, execution),
    );
    model.spurious_wakeups(1);
    model.every(
        "1 permit, 2 threads that acquire it, a spurious wake-up",
        || all_acquire(1, 2),
        |execution| at_most(1, execution),
    );
    model.spurious_wakeups(0);
    for (label, ways) in [
        ("by acquire and acquire_timeout", [Way::Acquire, Way::AcquireTimeout]),
        ("by try_acquire and acquire", [Way::TryAcquire, Way::Acquire]),
    ] {
        model.every(
            format!("1 permit, taken {label}, protects a number"),
            move || add_one_each(ways),
            none_is_lost,
        );
    }
}

pub(crate) fn all_permits_can_be_out_at_once(model: &mut Model) {
    for (label, permits) in [
        ("1 permit, 1 thread", 1),
        ("2 permits, 2 threads", 2),
        ("5 permits, 5 threads", 5),
    ] {
        model.reach(
            label,
            move || all_acquire(permits, permits),
            "every thread holds a permit at the same time",
            permits,
            |execution| execution.value,
        );
    }
    model.every(
        "300 permits, 1 thread that asks for 301",
        || try_times(301),
        |execution| are_out(300, execution),
    );
    for permits in MANY_PERMITS {
        model.every(
            format!("{permits} permits, 1 thread that takes 3"),
            move || take_three(permits),
            move |execution| three_were_taken(permits, &execution.value),
        );
    }
    model.executions(1);
    model.random(0);
    model.steps(50 * MANY_USES as u64);
    for (label, way) in [
        ("in acquire", Way::Acquire),
        ("in try_acquire", Way::TryAcquire),
        ("in acquire_timeout", Way::AcquireTimeout),
    ] {
        model.every(
            format!("{MANY_USES} permits, all of them taken {label}, and then given back"),
            move || take_all(way),
            |execution| all_were_taken(execution.value),
        );
    }
}

/// Each thread takes a permit once and keeps it for a moment; returns the most holders at once.
fn all_acquire(permits: usize, threads: usize) -> usize {
    let semaphore = Semaphore::new(permits);
    let holders = Gauge::default();
    let hold = || {
        let _permit = semaphore.acquire();
        holders.pass(|| thread::sleep(MILLISECOND))
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(hold)).collect();
        threads.into_iter().map(join).max().unwrap_or(0)
    })
}

/// Asks `n` times for one of 300 permits and keeps those that it gets. Returns how many these are.
fn try_times(n: usize) -> usize {
    let semaphore = Semaphore::new(300);
    let permits: Vec<_> = (0..n).map(|_| semaphore.try_acquire()).collect();
    permits.iter().flatten().count()
}

/// What a semaphore said while three of its permits were taken and given back.
struct Taken {
    /// Whether `try_acquire`, called twice, and then `acquire_timeout` gave a permit.
    got: [bool; 3],
    /// How many permits were free before, in between and afterwards.
    available: [usize; 3],
}

fn take_three(permits: usize) -> Taken {
    let semaphore = Semaphore::new(permits);
    let before = semaphore.available();
    let taken = [Way::TryAcquire, Way::TryAcquire, Way::AcquireTimeout].map(|way| way.take(&semaphore));
    let in_between = semaphore.available();
    let got = taken.each_ref().map(Option::is_some);
    drop(taken);
    // Where there were three, there are as many for a call that would wait for ever if there were none.
    if got == [true; 3] {
        drop(semaphore.acquire());
    }
    Taken {
        got,
        available: [before, in_between, semaphore.available()],
    }
}

fn three_were_taken(permits: usize, taken: &Taken) -> Result<(), Violation> {
    let n_got = taken.got.iter().filter(|got| **got).count();
    if n_got < 3 {
        let violation = Violation::new(Finding::WrongResult, format!("expected 3 of {permits} permits"));
        return Err(violation.got(format!("there were {n_got}")));
    }
    let expected = [permits, permits - 3, permits];
    if taken.available != expected {
        let violation = Violation::new(
            Finding::WrongResult,
            format!("expected available() to say {expected:?} before, with and after 3 holders"),
        );
        return Err(violation.got(format!("it said {:?}", taken.available)));
    }
    Ok(())
}

/// How many of [`MANY_USES`] permits were taken, and what `available` said while they were out and afterwards.
fn take_all(way: Way) -> (usize, [usize; 2]) {
    let semaphore = Semaphore::new(MANY_USES);
    let permits: Vec<_> = (0..MANY_USES).map_while(|_| way.take(&semaphore)).collect();
    let n_taken = permits.len();
    let in_between = semaphore.available();
    drop(permits);
    (n_taken, [in_between, semaphore.available()])
}

fn all_were_taken((n_taken, available): (usize, [usize; 2])) -> Result<(), Violation> {
    if n_taken != MANY_USES {
        let violation = Violation::new(Finding::WrongResult, format!("expected all {MANY_USES} permits"));
        return Err(violation.got(format!("there were {n_taken}")));
    }
    let expected = [0, MANY_USES];
    if available != expected {
        let violation = Violation::new(
            Finding::WrongResult,
            format!("expected available() to say {expected:?} while all permits were out and afterwards"),
        );
        return Err(violation.got(format!("it said {available:?}")));
    }
    Ok(())
}

/// Two threads take the only permit twice each, so that the other may take it before one that was woken.
fn twice_each() -> usize {
    let semaphore = Semaphore::new(1);
    let holders = Gauge::default();
    let hold_twice = || {
        let hold = || {
            let _permit = semaphore.acquire();
            holders.pass(|| ())
        };
        hold().max(hold())
    };
    thread::scope(|scope| {
        let other = scope.spawn(hold_twice);
        let most = hold_twice();
        most.max(join(other))
    })
}

/// The three ways to a permit, at the same time.
fn one_of_each() -> usize {
    let semaphore = Semaphore::new(1);
    let holders = Gauge::default();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let _permit = semaphore.acquire();
            holders.pass(|| ())
        });
        let trying = scope.spawn(|| semaphore.try_acquire().map_or(0, |_permit| holders.pass(|| ())));
        let most = timed(&semaphore, &holders);
        most.max(join(waiting)).max(join(trying))
    })
}

fn timed(semaphore: &Semaphore, holders: &Gauge) -> usize {
    let timeout: Duration = MILLISECOND;
    semaphore
        .acquire_timeout(timeout)
        .map_or(0, |_permit| holders.pass(|| ()))
}

/// A way to a permit.
#[derive(Clone, Copy)]
enum Way {
    Acquire,
    TryAcquire,
    AcquireTimeout,
}

impl Way {
    fn take(self, semaphore: &Semaphore) -> Option<Permit<'_>> {
        match self {
            Way::Acquire => Some(semaphore.acquire()),
            Way::TryAcquire => semaphore.try_acquire(),
            Way::AcquireTimeout => semaphore.acquire_timeout(MILLISECOND),
        }
    }
}

/// How many threads held the permit, and what they counted while they did.
struct Count {
    holders: usize,
    counted: usize,
}

/// Two threads add 1 each to a number while they hold the only permit.
///
/// The number is read and written with `Relaxed`, as if it were no atomic. So a thread sees what the other one wrote
/// only if giving back the permit happens before taking it again.
fn add_one_each(ways: [Way; 2]) -> Count {
    let semaphore = Semaphore::new(1);
    let number = AtomicUsize::new(0);
    let add_one = |way: Way| {
        let Some(_permit) = way.take(&semaphore) else { return 0 };
        thread::yield_now();
        number.store(number.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        1
    };
    let [one, other] = ways;
    let holders = thread::scope(|scope| {
        let other = scope.spawn(|| add_one(other));
        add_one(one) + join(other)
    });
    Count {
        holders,
        counted: number.into_inner(),
    }
}

fn none_is_lost(execution: &Execution<Count>) -> Result<(), Violation> {
    let Count { holders, counted } = execution.value;
    if counted == holders {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::Race,
        "expected a holder of the only permit to see what the holder before it wrote",
    );
    Err(violation.got(format!(
        "{holders} holders added 1 each to a number, and it is {counted}"
    )))
}

fn at_most(permits: usize, execution: &Execution<usize>) -> Result<(), Violation> {
    let most = execution.value;
    if most > permits {
        let violation = Violation::new(
            Finding::LimitExceeded,
            format!("expected at most {permits} of the threads to hold a permit at once"),
        );
        return Err(violation.got(format!("{most} permits were out at the same time")));
    }
    Ok(())
}

fn are_out(permits: usize, execution: &Execution<usize>) -> Result<(), Violation> {
    at_most(permits, execution)?;
    if execution.value < permits {
        let violation = Violation::new(
            Finding::WrongResult,
            format!("expected try_acquire to give {permits} permits of {permits}"),
        );
        return Err(violation.got(format!("it gave {}", execution.value)));
    }
    Ok(())
}
