//! `increment_all` adds 1 in each thread, in three steps that nobody comes between.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::Duration;

use harness::{Execution, Finding, Model, Violation};

use crate::contract::increment_all;

/// How long threads are kept waiting where they must not poll: long enough that polling once a day is noticed.
const HUNDRED_DAYS: Duration = Duration::from_secs(100 * 24 * 60 * 60);

/// The most operations of a thread that starts some others, or waits for its turn, and sleeps meanwhile.
const MOST_OPERATIONS_OF_A_SLEEPER: u64 = 64;

/// What a workload in `between` does.
type Between = fn(u64);

const AT_ONCE: Between = |_| {};

pub(crate) fn increments_add_up(model: &mut Model) {
    model.executions(3_000);
    model.random(200);
    for (start, threads) in [(0, 1), (0, 2), (5, 3), (7, 0), (1 << 40, 2), (u64::MAX - 2, 2)] {
        adds_up(model, start, threads);
    }
    model.late_threads(1);
    adds_up(model, 0, 2);
    model.late_threads(0);
    model.spurious_wakeups(1);
    adds_up(model, 0, 3);
    model.spurious_wakeups(0);
    model.preemptions(1);
    model.every(
        "3 threads from 0, then 2 threads from 10, then 1 thread from 0",
        || [(0, 3), (10, 2), (0, 1)].map(|(start, threads)| increment_all(start, threads, |_| {})),
        |execution| {
            for (got, expected) in execution.value.iter().zip([3, 12, 1]) {
                is(execution, *got, expected)?;
            }
            Ok(())
        },
    );
    model.every(
        "two calls at the same time, 2 threads from 0 and 1 thread from 10",
        || {
            thread::scope(|scope| {
                let other = scope.spawn(|| increment_all(10, 1, |_| {}));
                let own = increment_all(0, 2, |_| {});
                [
                    own,
                    other.join().unwrap_or_else(|payload| panic::resume_unwind(payload)),
                ]
            })
        },
        |execution| {
            is(execution, execution.value[0], 2)?;
            is(execution, execution.value[1], 11)
        },
    );
    model.every(
        "2 threads from 0, each with a call in `between`, of 1 thread from 10",
        || {
            let inner = AtomicUsize::new(0);
            let outer = increment_all(0, 2, |_| {
                let is_right = increment_all(10, 1, |_| {}) == 11;
                inner.fetch_add(usize::from(is_right), Ordering::SeqCst);
            });
            (outer, inner.into_inner())
        },
        |execution| {
            let (outer, inner) = execution.value;
            is(execution, outer, 2)?;
            is(execution, inner as u64, 2)
        },
    );
    model.one_execution();
    for (start, threads) in [(1, 100), (0, 300)] {
        adds_up(model, start, threads);
    }
}

fn adds_up(model: &mut Model, start: u64, threads: usize) {
    model.every(
        label(start, threads),
        move || {
            // An operation, so that others can come in between.
            let called = AtomicUsize::new(0);
            increment_all(start, threads, |_| {
                called.fetch_add(1, Ordering::SeqCst);
            })
        },
        move |execution| is(execution, execution.value, start + threads.max(1) as u64),
    );
}

fn label(start: u64, threads: usize) -> String {
    format!("{threads} threads from {start}")
}

#[track_caller]
fn is<T>(execution: &Execution<T>, got: u64, expected: u64) -> Result<(), Violation> {
    if got == expected {
        return Ok(());
    }
    Err(Violation::new(found_as(execution), format!("expected {expected}")).got(format!("the result was {got}")))
}

/// What goes wrong without a preemption is wrong in whatever order the threads run.
fn found_as<T>(execution: &Execution<T>) -> Finding {
    match execution.preemptions {
        0 => Finding::WrongResult,
        _ => Finding::Race,
    }
}

/// The calls of `between`, in the order in which they began.
#[derive(Default)]
struct Calls {
    numbers: Vec<u64>,
    threads: Vec<ThreadId>,
    /// How many calls had begun and not ended, and the most that there were.
    open: usize,
    most_open: usize,
}

/// Calls the submission; `between` is called while the call is open.
fn record(start: u64, threads: usize, between: Between) -> Calls {
    let calls = Mutex::new(Calls::default());
    let lock = || calls.lock().expect("nothing panics here with the lock held");
    increment_all(start, threads, |number| {
        {
            let mut calls = lock();
            calls.numbers.push(number);
            calls.threads.push(thread::current().id());
            calls.open += 1;
            calls.most_open = calls.most_open.max(calls.open);
        }
        between(number);
        lock().open -= 1;
    });
    calls.into_inner().expect("nothing panics here with the lock held")
}

pub(crate) fn between_sees_each_number_once(model: &mut Model) {
    model.executions(3_000);
    model.random(200);
    for (start, threads) in [(5, 1), (0, 2), (5, 3), (0, 0)] {
        model.every(
            label(start, threads),
            move || record(start, threads, AT_ONCE),
            move |execution| sees_each_once(execution, start, threads.max(1)),
        );
    }
    let pause: Between = |_| thread::sleep(Duration::from_secs(1));
    for threads in [2, 3] {
        model.every(
            format!("{threads} threads from 0, and a second between each read and write"),
            move || record(0, threads, pause),
            move |execution| {
                sees_each_once(execution, 0, threads)?;
                let due = Duration::from_secs(threads as u64);
                if execution.elapsed < due || execution.elapsed > due + Duration::from_millis(1) {
                    let violation =
                        Violation::new(Finding::OverSerialized, format!("expected the calls to take {due:?}"));
                    return Err(violation.got(format!("they took {:?}", execution.elapsed)));
                }
                Ok(())
            },
        );
    }
    model.one_execution();
    model.every(
        label(1, 300),
        || record(1, 300, AT_ONCE),
        |execution| sees_each_once(execution, 1, 300),
    );
}

fn sees_each_once(execution: &Execution<Calls>, start: u64, threads: usize) -> Result<(), Violation> {
    let calls = &execution.value;
    if calls.most_open > 1 {
        let violation = Violation::new(Finding::Race, "expected no two calls of `between` at the same time");
        return Err(violation.got(format!("there were {}", calls.most_open)));
    }
    if !calls
        .numbers
        .iter()
        .copied()
        .eq((0..threads as u64).map(|number| start + number))
    {
        let violation = Violation::new(
            found_as(execution),
            format!("expected {threads} calls of `between`, with {start} at first and one more each time"),
        );
        let mut shown = calls.numbers.clone();
        shown.truncate(12);
        return Err(violation.got(format!("there were {}, with {shown:?}", calls.numbers.len())));
    }
    let mut threads = calls.threads.clone();
    threads.sort_unstable_by_key(|id| format!("{id:?}"));
    threads.dedup();
    if threads.len() < calls.threads.len() {
        let violation = Violation::new(
            Finding::NotConcurrent,
            "expected each call of `between` in a thread of its own",
        );
        return Err(violation.got(format!(
            "{} calls came from {} threads",
            calls.threads.len(),
            threads.len()
        )));
    }
    Ok(())
}

pub(crate) fn any_thread_may_increment_first(model: &mut Model) {
    // What `between` prints tells which thread called it: threads are numbered in the order in which they start.
    for place in 0..3 {
        model.some(
            label(0, 3),
            || {
                increment_all(0, 3, |_| print!("."));
            },
            [
                "the thread that starts first calls first",
                "the second one calls first",
                "the last one calls first",
            ][place],
            move |execution| {
                let first = execution.stdout.first().map(|segment| segment.thread);
                let mut threads: Vec<usize> = execution.stdout.iter().map(|segment| segment.thread).collect();
                threads.sort_unstable();
                threads.dedup();
                threads.len() == 3 && threads.get(place).copied() == first
            },
        );
    }
    model.random(50);
    model.every(
        "2 threads from 0, and 100 days between each read and write",
        || record(0, 2, |_| thread::sleep(HUNDRED_DAYS)),
        |execution| {
            let most = execution
                .threads
                .iter()
                .map(|thread| thread.operations)
                .max()
                .unwrap_or(0);
            if most > MOST_OPERATIONS_OF_A_SLEEPER {
                let violation = Violation::new(
                    Finding::BusyWait,
                    "expected a waiting thread to sleep until it is woken",
                );
                return Err(violation.got(format!("one performed {most} operations in 200 days")));
            }
            Ok(())
        },
    );
    model.one_execution();
    model.reach(
        label(0, 100),
        || increment_all(0, 100, |_| {}),
        "all threads are there at the same time, with or without the calling thread",
        99,
        |execution| execution.most_alive,
    );
}

/// That a thread still runs when the body returns is a failure of the execution.
pub(crate) fn a_panic_between_reaches_the_caller(model: &mut Model) {
    model.executions(3_000);
    model.random(200);
    let panics: [(&str, usize, Between); 5] = [
        ("1 thread, which panics", 1, |_| panic!("in between")),
        ("2 threads, the first call panics", 2, |number| {
            assert!(number > 0, "in between")
        }),
        ("3 threads, the second call panics", 3, |number| {
            assert!(number != 1, "in between")
        }),
        ("3 threads, every call panics", 3, |_| panic!("in between")),
        ("2 threads, the last call panics with a number", 2, |number| {
            if number == 1 {
                panic::panic_any(number);
            }
        }),
    ];
    for (label, threads, between) in panics {
        model.every(
            label,
            move || (caught(threads, between), increment_all(1, 1, |_| {})),
            |execution| {
                let (first, second) = &execution.value;
                if let Ok(number) = first {
                    let violation = Violation::new(Finding::WrongResult, "expected the call to panic");
                    return Err(violation.got(format!("it returned {number}")));
                }
                is(execution, *second, 2)
            },
        );
    }
    model.late_threads(1);
    model.every(
        "2 threads, the first call panics, and the second one takes a while",
        || {
            caught(2, |number| {
                thread::sleep(Duration::from_secs(1));
                assert!(number > 0, "in between");
            })
        },
        |execution| match execution.value {
            Err(_) => Ok(()),
            Ok(number) => {
                let violation = Violation::new(Finding::WrongResult, "expected the call to panic");
                Err(violation.got(format!("it returned {number}")))
            }
        },
    );
}

fn caught(threads: usize, between: Between) -> Result<u64, Box<dyn Any + Send>> {
    panic::catch_unwind(AssertUnwindSafe(|| increment_all(0, threads, between)))
}
