//! A latch opens with the last count, and then stays open for everybody.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use event::Latch;
use harness::waiting::{
    HUNDRED_DAYS, MILLISECOND, TWENTY_YEARS, in_words, is_late, is_on_time, join, takes_few_steps, time_of,
};
use harness::{Finding, Model, Violation};

use crate::wakeups::CROWD;

/// Counts of which 1 is left where they are cut down to 8, 16 or 32 bits, or which become negative with a sign.
const LARGE_COUNTS: [usize; 5] = [
    (1 << 8) + 1,
    (1 << 16) + 1,
    (1 << 32) + 1,
    isize::MAX as usize + 1,
    usize::MAX,
];

/// How often a latch is counted down where it is often: more than 16 bits can count.
const MANY_TIMES: usize = 70_000;

pub(crate) fn a_latch_opens_at_zero_and_not_before(model: &mut Model) {
    for (label, count, calls) in [
        ("a latch of 1, not counted down, 1 thread that waits", 1, 0),
        ("a latch of 2, counted down once, 1 thread that waits", 2, 1),
        ("a latch of 3, counted down twice, 1 thread that waits", 3, 2),
    ] {
        stays_shut(model, label, count, calls);
    }
    for count in LARGE_COUNTS {
        let label = format!("a latch of {count}, counted down once, 1 thread that waits");
        stays_shut(model, label, count, 1);
    }
    model.every(
        "a latch of 1, 1 thread that counts it down, 1 that waits",
        || wait_for_counts(1, 1),
        |execution| nothing_was_missing(1, &execution.value),
    );
    model.every(
        "a latch of 2, 2 threads that count it down, 1 that waits",
        || wait_for_counts(2, 1),
        |execution| nothing_was_missing(2, &execution.value),
    );
    model.preemptions(1);
    model.random(200);
    model.every(
        "a latch of 3, 3 threads that count it down, 2 that wait",
        || wait_for_counts(3, 2),
        |execution| nothing_was_missing(3, &execution.value),
    );
    model.every(
        "a latch of 3, 3 threads that each count it down and wait",
        || {
            let latch = Latch::new(3);
            let counted = AtomicUsize::new(0);
            thread::scope(|scope| {
                let (latch, counted) = (&latch, &counted);
                let threads = [(); 3].map(|()| {
                    scope.spawn(move || {
                        counted.fetch_add(1, Ordering::SeqCst);
                        latch.count_down();
                        latch.wait();
                        counted.load(Ordering::SeqCst)
                    })
                });
                threads.map(join).to_vec()
            })
        },
        |execution| nothing_was_missing(3, &execution.value),
    );
    model.preemptions(2);
    model.every(
        "a latch of 1, 1 thread that writes a number and counts down, 1 that waits and reads it",
        read_what_was_written,
        |execution| sees_all(1, execution.value),
    );
    model.every(
        "a latch of 2, 2 threads that write a number each and count down, 1 that waits and reads them",
        read_what_both_wrote,
        |execution| sees_all(2, execution.value),
    );
    for (label, count) in [
        ("a latch of 2, counted down after 1 ms and after 2 ms", 2),
        ("a latch of 3, counted down after 1, 2 and 3 ms", 3),
    ] {
        model.every(
            label,
            move || wait_from([Duration::ZERO], count),
            move |execution| all_went_on(&execution.value, count as u32 * MILLISECOND),
        );
    }
    model.every(
        "2 latches of 1, the first counted down after 1 ms, the second after 2 ms",
        wait_at_two,
        |execution| {
            went_on(execution.value[0], MILLISECOND)?;
            went_on(execution.value[1], 2 * MILLISECOND)
        },
    );
    model.spurious_wakeups(1);
    model.every(
        "a latch of 2, counted down after 1 ms and after 2 ms, a spurious wake-up",
        || wait_from([Duration::ZERO], 2),
        |execution| all_went_on(&execution.value, 2 * MILLISECOND),
    );
    model.spurious_wakeups(0);
    model.executions(1);
    model.random(0);
    model.steps(4_000_000);
    for count in [CROWD, MANY_TIMES] {
        model.every(
            format!(
                "a latch of {count}, counted down {} times, and once after 1 ms",
                count - 1
            ),
            move || {
                let latch = Latch::new(count);
                (1..count).for_each(|_| latch.count_down());
                thread::scope(|scope| {
                    let waiter = scope.spawn(|| time_of(|| latch.wait()));
                    thread::sleep(MILLISECOND);
                    latch.count_down();
                    join(waiter)
                })
            },
            |execution| went_on(execution.value, MILLISECOND),
        );
    }
    model.every(
        "a latch of 300, 300 threads that each count it down and wait",
        || {
            let latch = Latch::new(CROWD);
            let counted = AtomicUsize::new(0);
            thread::scope(|scope| {
                let threads: Vec<_> = (0..CROWD)
                    .map(|_| {
                        scope.spawn(|| {
                            counted.fetch_add(1, Ordering::SeqCst);
                            latch.count_down();
                            latch.wait();
                            counted.load(Ordering::SeqCst)
                        })
                    })
                    .collect();
                threads.into_iter().map(join).collect::<Vec<usize>>()
            })
        },
        |execution| nothing_was_missing(CROWD, &execution.value),
    );
}

pub(crate) fn an_open_latch_frees_everyone(model: &mut Model) {
    for (label, count, calls) in [
        ("a latch of 0", 0, 0),
        ("a latch of 0, counted down once", 0, 1),
        ("a latch of 1, counted down once", 1, 1),
        ("a latch of 1, counted down 3 times", 1, 3),
        ("a latch of 2, counted down 4 times", 2, 4),
    ] {
        opens_for_each(model, label, count, calls);
    }
    model.every(
        "a latch of 1, 2 threads that count it down at once, 1 that waits",
        || {
            let latch = Latch::new(1);
            thread::scope(|scope| {
                (0..2).for_each(|_| drop(scope.spawn(|| latch.count_down())));
                latch.wait();
            });
            time_of(|| latch.wait())
        },
        |execution| went_on(execution.value, Duration::ZERO),
    );
    model.every(
        "a latch of 1, 1 thread that waits, another that counts it down as it panics",
        count_down_during_a_panic,
        |execution| went_on(execution.value, MILLISECOND),
    );
    model.random(50);
    for (label, due) in [
        (
            "a latch of 1, counted down after 100 days, 1 thread that waits",
            HUNDRED_DAYS,
        ),
        (
            "a latch of 1, counted down after 20 years, 1 thread that waits",
            TWENTY_YEARS,
        ),
    ] {
        model.every(
            label,
            move || {
                let latch = Latch::new(1);
                thread::scope(|scope| {
                    let waiter = scope.spawn(|| time_of(|| latch.wait()));
                    thread::sleep(due);
                    latch.count_down();
                    join(waiter)
                })
            },
            move |execution| takes_few_steps(execution, due).and_then(|()| went_on(execution.value, due)),
        );
    }
    model.random(200);
    model.every(
        "a latch of 1, counted down after 1 ms, 2 threads that wait",
        || wait_from([Duration::ZERO; 2], 1),
        |execution| all_went_on(&execution.value, MILLISECOND),
    );
    model.preemptions(1);
    model.every(
        "a latch of 1, counted down after 1 ms, 3 threads that wait",
        || wait_from([Duration::ZERO; 3], 1),
        |execution| all_went_on(&execution.value, MILLISECOND),
    );
    model.every(
        "a latch of 2, counted down after 1 ms and after 2 ms, threads that wait from the beginning and from 1 ms on",
        || wait_from([Duration::ZERO, MILLISECOND], 2),
        |execution| {
            went_on(execution.value[0], 2 * MILLISECOND)?;
            went_on(execution.value[1], MILLISECOND)
        },
    );
    model.spurious_wakeups(1);
    model.every(
        "a latch of 1, counted down after 1 ms, 2 threads that wait, a spurious wake-up",
        || wait_from([Duration::ZERO; 2], 1),
        |execution| all_went_on(&execution.value, MILLISECOND),
    );
    model.spurious_wakeups(0);
    model.executions(1);
    model.random(0);
    model.steps(4_000_000);
    model.every(
        "a latch of 1, counted down after 1 ms, 300 threads that wait",
        || wait_from([Duration::ZERO; CROWD], 1),
        |execution| all_went_on(&execution.value, MILLISECOND),
    );
    opens_for_each(model, "a latch of 1, counted down 257 times", 1, 257);
    opens_for_each(model, "a latch of 1, counted down 70000 times", 1, MANY_TIMES);
}

/// Requires that a wait never ends, since fewer than `count` `calls` have counted down.
fn stays_shut(model: &mut Model, label: impl Into<String>, count: usize, calls: usize) {
    model.never_ends(
        label,
        move || {
            let latch = Latch::new(count);
            (0..calls).for_each(|_| latch.count_down());
            latch.wait();
        },
        |_| {
            let expected = "expected wait to sleep, since the latch has not been counted down to 0";
            Violation::new(Finding::WrongResult, expected).got("it returned")
        },
    );
}

/// Requires that waits end at once, two in a row and one in another thread.
fn opens_for_each(model: &mut Model, label: &str, count: usize, calls: usize) {
    model.every(
        label,
        move || {
            let latch = Latch::new(count);
            (0..calls).for_each(|_| latch.count_down());
            let waited = [(); 2].map(|()| time_of(|| latch.wait()));
            latch.count_down();
            let other = thread::scope(|scope| join(scope.spawn(|| time_of(|| latch.wait()))));
            [waited[0], waited[1], other]
        },
        |execution| all_went_on(&execution.value, Duration::ZERO),
    );
}

/// So many threads count down, each after it has counted itself. Returns what each of the waiting ones found counted.
fn wait_for_counts(count: usize, waiters: usize) -> Vec<usize> {
    let latch = Latch::new(count);
    let counted = AtomicUsize::new(0);
    thread::scope(|scope| {
        let waiters: Vec<_> = (0..waiters)
            .map(|_| {
                scope.spawn(|| {
                    latch.wait();
                    counted.load(Ordering::SeqCst)
                })
            })
            .collect();
        for _ in 0..count {
            scope.spawn(|| {
                counted.fetch_add(1, Ordering::SeqCst);
                latch.count_down();
            });
        }
        waiters.into_iter().map(join).collect()
    })
}

fn nothing_was_missing(count: usize, found: &[usize]) -> Result<(), Violation> {
    match found.iter().find(|&&found| found != count) {
        None => Ok(()),
        Some(found) => {
            let expected = format!("expected wait to return after {count} threads had begun to count down");
            Err(Violation::new(Finding::Race, expected).got(format!("it returned after {found}")))
        }
    }
}

/// The number is written and read with `Relaxed`, as if it were no atomic. So a thread sees it only if `count_down`
/// happens before the end of the wait.
fn read_what_was_written() -> usize {
    let latch = Latch::new(1);
    let number = AtomicUsize::new(0);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            latch.wait();
            number.load(Ordering::Relaxed)
        });
        number.store(1, Ordering::Relaxed);
        latch.count_down();
        join(waiter)
    })
}

fn read_what_both_wrote() -> usize {
    let latch = Latch::new(2);
    let numbers = [AtomicUsize::new(0), AtomicUsize::new(0)];
    thread::scope(|scope| {
        for number in &numbers {
            let latch = &latch;
            scope.spawn(move || {
                number.store(1, Ordering::Relaxed);
                latch.count_down();
            });
        }
        latch.wait();
        numbers.iter().map(|number| number.load(Ordering::Relaxed)).sum()
    })
}

fn sees_all(written: usize, seen: usize) -> Result<(), Violation> {
    if seen == written {
        return Ok(());
    }
    let expected = format!("expected a thread that waited for the latch to see what {written} threads wrote before");
    Err(Violation::new(Finding::Race, expected).got(format!("it saw what {seen} of them wrote")))
}

/// Threads wait, each from its time on. The latch is counted down each millisecond. Returns how long they waited.
fn wait_from<const N: usize>(from: [Duration; N], count: usize) -> [Duration; N] {
    let latch = Latch::new(count);
    thread::scope(|scope| {
        let latch = &latch;
        let waiters = from.map(|from| {
            scope.spawn(move || {
                if !from.is_zero() {
                    thread::sleep(from);
                }
                time_of(|| latch.wait())
            })
        });
        for _ in 0..count {
            thread::sleep(MILLISECOND);
            latch.count_down();
        }
        waiters.map(join)
    })
}

fn wait_at_two() -> [Duration; 2] {
    let latches = [Latch::new(1), Latch::new(1)];
    thread::scope(|scope| {
        let [one, other] = &latches;
        let waiters = [one, other].map(|latch| scope.spawn(|| time_of(|| latch.wait())));
        for latch in [one, other] {
            thread::sleep(MILLISECOND);
            latch.count_down();
        }
        waiters.map(join)
    })
}

/// Counts down when it is dropped.
struct CountOnDrop<'a>(&'a Latch);

impl Drop for CountOnDrop<'_> {
    fn drop(&mut self) {
        self.0.count_down();
    }
}

fn count_down_during_a_panic() -> Duration {
    let latch = Latch::new(1);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| time_of(|| latch.wait()));
        thread::sleep(MILLISECOND);
        let panics = || {
            let _count = CountOnDrop(&latch);
            panic!("a thread panics, as the check wants it");
        };
        assert!(panic::catch_unwind(AssertUnwindSafe(panics)).is_err(), "it panics");
        join(waiter)
    })
}

fn all_went_on(waits: &[Duration], due: Duration) -> Result<(), Violation> {
    waits.iter().try_for_each(|&wait| went_on(wait, due))
}

#[track_caller]
fn went_on(waited: Duration, due: Duration) -> Result<(), Violation> {
    if is_on_time(waited, due) {
        return Ok(());
    }
    let finding = match is_late(waited, due) {
        true => Finding::LostWakeup,
        false => Finding::WrongResult,
    };
    let expected = match due.is_zero() {
        true => "expected wait to return at once, since the latch is open".to_owned(),
        false => format!("expected wait to return when the latch opened, after {}", in_words(due)),
    };
    Err(Violation::new(finding, expected).got(format!("it returned after {}", in_words(waited))))
}
