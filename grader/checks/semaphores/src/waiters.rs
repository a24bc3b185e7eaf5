//! A waiter sleeps, taking no steps, until a permit is free, and no longer.

use std::thread;
use std::time::{Duration, Instant};

use driver::{Execution, Fault, Finding, Model};
use semaphores::Semaphore;

use crate::gauge::{MILLISECOND, is_on_time};
use crate::join::join;

/// How long the holder of a permit lets another wait where that one must not poll: long enough that polling twenty times
/// a second shows, short enough for polling every millisecond to stay below the limit of steps.
const LONG_HOLD: Duration = Duration::from_secs(1);

/// More operations than any waiter needs that sleeps until it is woken (about a dozen), and fewer than one performs
/// that polls twenty times a second during [`LONG_HOLD`].
const OPERATIONS_OF_A_SLEEPER: u64 = 48;

pub(crate) fn waiters_sleep_until_a_permit_is_free(model: &mut Model) {
    model.every(
        "1 permit, kept for 1 s while a thread waits in acquire",
        wait_for_long,
        takes_few_steps,
    );
    model.every(
        "1 permit, kept for 1 s while a thread waits in acquire_timeout",
        wait_for_long_with_a_timeout,
        takes_few_steps,
    );
    model.every(
        "1 permit, its holder and 2 threads that come for it",
        queue_for_one,
        |_| Ok(()),
    );
    model.every(
        "2 permits given back at once, 2 threads waiting",
        wait_for_two,
        nobody_waited_longer,
    );
    model.every(
        "1 permit given back at the deadline of one of 2 threads waiting",
        give_back_at_a_deadline,
        |_| Ok(()),
    );
    model.every(
        "1 permit given back after 5 ms, a timeout of Duration::MAX",
        wait_without_end,
        got_it_after_5_ms,
    );
    model.spurious_wakeups(1);
    model.every(
        "1 permit, 1 thread waiting, a wake-up for no reason",
        wait_for_one,
        |_| Ok(()),
    );
}

fn wait_for_long() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    thread::scope(|scope| {
        scope.spawn(|| drop(semaphore.acquire()));
        thread::sleep(LONG_HOLD);
        drop(permit);
    });
}

fn wait_for_long_with_a_timeout() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    thread::scope(|scope| {
        scope.spawn(|| drop(semaphore.acquire_timeout(2 * LONG_HOLD)));
        thread::sleep(LONG_HOLD);
        drop(permit);
    });
}

fn takes_few_steps(execution: &Execution<()>) -> Result<(), Fault> {
    let most = execution
        .threads
        .iter()
        .skip(1)
        .map(|thread| thread.operations)
        .max()
        .unwrap_or(0);
    if most > OPERATIONS_OF_A_SLEEPER {
        let fault = Fault::new(
            Finding::BusyWait,
            "expected a waiting thread to sleep until it is woken",
        );
        return Err(fault.got(format!(
            "one performed {most} operations while the permit was kept for {LONG_HOLD:?}"
        )));
    }
    Ok(())
}

/// Nothing is asked but that everybody gets the permit: who does not, waits for ever.
fn queue_for_one() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    thread::scope(|scope| {
        scope.spawn(|| drop(semaphore.acquire()));
        scope.spawn(|| drop(semaphore.acquire()));
        drop(permit);
    });
}

/// Returns how long each of the two waited.
fn wait_for_two() -> [Duration; 2] {
    let semaphore = Semaphore::new(2);
    let permits = [semaphore.acquire(), semaphore.acquire()];
    let wait = || {
        let start = Instant::now();
        let _permit = semaphore.acquire();
        let waited = start.elapsed();
        thread::sleep(MILLISECOND);
        waited
    };
    thread::scope(|scope| {
        let waiters = [scope.spawn(wait), scope.spawn(wait)];
        thread::sleep(MILLISECOND);
        drop(permits);
        waiters.map(join)
    })
}

fn nobody_waited_longer(execution: &Execution<[Duration; 2]>) -> Result<(), Fault> {
    for waited in execution.value {
        if !is_on_time(waited, MILLISECOND) {
            let fault = Fault::new(
                Finding::LostWakeup,
                "expected both threads to go on when 2 permits came back, after 1 ms",
            );
            return Err(fault.got(format!("one went on after {waited:?}, beside a free permit")));
        }
    }
    Ok(())
}

/// The permit that comes back at the deadline may go to either thread, or to both in turn; it must not lie there while
/// the thread without a timeout sleeps.
fn give_back_at_a_deadline() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    thread::scope(|scope| {
        scope.spawn(|| drop(semaphore.acquire_timeout(5 * MILLISECOND)));
        scope.spawn(|| drop(semaphore.acquire()));
        thread::sleep(5 * MILLISECOND);
        drop(permit);
    });
}

/// Returns whether a thread that is ready to wait for ever got the permit, and when.
fn wait_without_end() -> (bool, Duration) {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let start = Instant::now();
            let permit = semaphore.acquire_timeout(Duration::MAX);
            (permit.is_some(), start.elapsed())
        });
        thread::sleep(5 * MILLISECOND);
        drop(permit);
        join(waiter)
    })
}

fn got_it_after_5_ms(execution: &Execution<(bool, Duration)>) -> Result<(), Fault> {
    let (got, waited) = execution.value;
    if !got || !is_on_time(waited, 5 * MILLISECOND) {
        let fault = Fault::new(
            Finding::WrongResult,
            "expected acquire_timeout(Duration::MAX) to give the permit after 5 ms",
        );
        return Err(fault.got(format!("it gave {} after {waited:?}", if got { "it" } else { "none" })));
    }
    Ok(())
}

fn wait_for_one() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.acquire();
    thread::scope(|scope| {
        scope.spawn(|| drop(semaphore.acquire()));
        thread::sleep(MILLISECOND);
        drop(permit);
    });
}
