//! The checks of the exercise `fibonacci_pool` that look at every interleaving of few threads.
//!
//! A submission may build its pool from threads of its own or with rayon, whose threads the scheduler controls as well.
//! The mapped function notes its inputs, and the properties are judged outside of the execution.

mod contract;

use std::cell::Cell;
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use fibonacci_pool::{fib, fib_pool, fib_sequence};
use fibonacci_pool_support::{
    Calls, Crowd, Started, are_called_once, are_numbers, are_squares, are_squares_in_order, backwards,
    grows_with_the_workers, in_words, is_on_a_pool, label, square, were_inside,
};
use harness::{Check, Execution, Finding, Model, Violation};

use crate::contract::pool_map;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("fib_is_right", fib_is_right),
    Check::new("fib_sequence_keeps_order", fib_sequence_keeps_order),
    Check::new(
        "pool_map_calls_f_once_for_each_input",
        pool_map_calls_f_once_for_each_input,
    ),
    Check::new("as_many_workers_as_asked_for", as_many_workers_as_asked_for),
    Check::new("results_keep_the_order_of_inputs", results_keep_the_order_of_inputs),
    Check::new("a_panic_reaches_the_caller", a_panic_reaches_the_caller),
    Check::new("fib_pool_gives_the_same_numbers", fib_pool_gives_the_same_numbers),
];

/// The last number that the program of the exercise shows, and one beyond every machine's integers.
const LAST: u32 = 1099;

/// So long that all other inputs are done first. The clock is virtual, and a caller may look at it again and again.
const LONG: Duration = Duration::from_millis(10);

/// So long that a thread that looks again and again, at whatever interval, looks more often than a check lets it. The
/// clock is virtual.
const AGES: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// More than 16 bits can count.
const MANY: u32 = 70_000;

/// Enough operations for a submission that takes some for each of them.
const STEPS_FOR_MANY: u64 = 100 * MANY as u64;

fn main() -> ExitCode {
    harness::main(CHECKS)
}

fn fib_is_right(model: &mut Model) {
    for inputs in [0..3, 3..30, 90..95, 184..189, LAST..LAST + 1] {
        let of = inputs.clone();
        model.every(
            format!("fib of {}", in_words(&inputs)),
            move || of.clone().map(fib).collect::<Vec<_>>(),
            move |execution| are_numbers("`fib`", inputs.clone(), &execution.value),
        );
    }
}

fn fib_sequence_keeps_order(model: &mut Model) {
    for inputs in [0..10, 0..0, 5..6, 90..100, 1000..LAST + 1, backwards()] {
        let of = inputs.clone();
        model.every(
            format!("fib_sequence of {}", in_words(&inputs)),
            move || fib_sequence(of.clone()),
            move |execution| are_numbers("`fib_sequence`", inputs.clone(), &execution.value),
        );
    }
}

/// What a call of `pool_map` did.
struct Mapped {
    values: Vec<u64>,
    /// The inputs with which the function was called.
    calls: Vec<u32>,
}

impl Mapped {
    /// Lets `pool_map` compute squares.
    fn by(workers: usize, inputs: Range<u32>) -> Mapped {
        let calls = Calls::default();
        let values = pool_map(workers, inputs, |input| calls.square(input));
        Mapped {
            values,
            calls: calls.into_inputs(),
        }
    }

    fn is_right(&self, inputs: Range<u32>) -> Result<(), Violation> {
        are_called_once(inputs.clone(), &self.calls)?;
        are_squares(inputs, &self.values)
    }
}

fn pool_map_calls_f_once_for_each_input(model: &mut Model) {
    model.random(100);
    for (workers, inputs) in [
        (2, 0..3),
        (2, 3..5),
        (1, 0..3),
        (3, 0..3),
        (3, 0..2),
        (0, 0..2),
        (2, 0..0),
        (2, backwards()),
    ] {
        calls_once(model, workers, inputs);
    }
    model.executions(1000);
    model.every(
        "3 workers, inputs 0 to 4, `f` takes a moment",
        || {
            let calls = Calls::default();
            let values = pool_map(3, 0..5, |input| {
                thread::sleep(LONG);
                calls.square(input)
            });
            let calls = calls.into_inputs();
            Mapped { values, calls }
        },
        |execution| by_schedule(execution, execution.value.is_right(0..5)),
    );
    several_calls(model);
    // For all interleavings there are too many inputs, or too many workers.
    model.preemptions(1);
    model.executions(200);
    model.random(20);
    for (workers, inputs) in [
        (3, 7..12),
        (4, 0..40),
        (8, 0..3),
        (3, backwards()),
        // A counter of the next input has nowhere to go from the last.
        (3, u32::MAX - 3..u32::MAX),
    ] {
        calls_once(model, workers, inputs);
    }
    waiting_takes_long(model);
    // What goes wrong with many inputs does so in any order.
    model.preemptions(0);
    model.executions(1);
    model.random(0);
    model.steps(STEPS_FOR_MANY);
    calls_once(model, 2, 0..MANY);
}

/// The caller, and whoever else waits, sleeps until there is something for it.
fn waiting_takes_long(model: &mut Model) {
    model.preemptions(0);
    model.executions(1);
    model.random(0);
    model.every(
        "2 workers, inputs 0 to 3, `f` takes a hundred years",
        || {
            let calls = Calls::default();
            let values = pool_map(2, 0..4, |input| {
                thread::sleep(AGES);
                calls.square(input)
            });
            let calls = calls.into_inputs();
            Mapped { values, calls }
        },
        |execution| execution.value.is_right(0..4),
    );
}

fn calls_once(model: &mut Model, workers: usize, inputs: Range<u32>) {
    let of = inputs.clone();
    model.every(
        label(workers, &inputs),
        move || Mapped::by(workers, of.clone()),
        move |execution| by_schedule(execution, execution.value.is_right(inputs.clone())),
    );
}

/// State that one call leaves to the next, or shares with another one at the same time, shows with few preemptions.
fn several_calls(model: &mut Model) {
    model.preemptions(1);
    let are_right = |execution: &Execution<[Mapped; 2]>| {
        let [first, second] = &execution.value;
        let judged = first.is_right(0..2).and_then(|()| second.is_right(5..8));
        by_schedule(execution, judged)
    };
    model.every(
        "inputs 0 to 1, then 5 to 7, 2 workers each",
        || [Mapped::by(2, 0..2), Mapped::by(2, 5..8)],
        are_right,
    );
    model.executions(1000);
    model.every(
        "inputs 5 to 7, then 0 to 1, then 5 to 7 again, 2 workers each",
        || [Mapped::by(2, 5..8), Mapped::by(2, 0..2), Mapped::by(2, 5..8)],
        |execution| {
            let [first, second, third] = &execution.value;
            let judged = first.is_right(5..8).and_then(|()| second.is_right(0..2));
            by_schedule(execution, judged.and_then(|()| third.is_right(5..8)))
        },
    );
    model.every(
        "two calls at the same time, inputs 0 to 1 and 5 to 7, 2 workers each",
        || {
            thread::scope(|scope| {
                let other = scope.spawn(|| Mapped::by(2, 5..8));
                let own = Mapped::by(2, 0..2);
                [own, other.join().unwrap_or_else(|panic| panic::resume_unwind(panic))]
            })
        },
        are_right,
    );
}

/// Here, unlike on real threads, there may be more threads than the sandbox allows, and the number of processors is the
/// same everywhere.
fn as_many_workers_as_asked_for(model: &mut Model) {
    model.preemptions(0);
    model.executions(1);
    model.random(0);
    for (workers, inputs) in [(2, 0..6), (1, 0..3), (5, 0..11), (17, 0..40), (300, 0..300), (0, 0..2)] {
        model.every(
            format!("{}, `f` takes a moment", label(workers, &inputs)),
            move || {
                let crowd = Crowd::default();
                let f = |input| {
                    crowd.pass(|| thread::sleep(LONG));
                    square(input)
                };
                pool_map(workers, inputs.clone(), f);
                crowd.most()
            },
            move |execution| were_inside(workers.max(1), execution.value),
        );
    }
}

fn results_keep_the_order_of_inputs(model: &mut Model) {
    model.random(100);
    for (workers, inputs) in [(2, 0..4), (3, 0..3), (2, 4..6)] {
        let of = inputs.clone();
        model.every(
            label(workers, &inputs),
            move || pool_map(workers, of.clone(), square),
            move |execution| are_squares_in_order(inputs.clone(), &execution.value),
        );
    }
    model.preemptions(1);
    for (slow, which) in [(0, "first"), (1, "second")] {
        model.every(
            format!("2 workers, inputs 0 to 3, the {which} is done last"),
            move || {
                pool_map(2, 0..4, |input| {
                    if input == slow {
                        thread::sleep(LONG);
                    }
                    square(input)
                })
            },
            |execution| are_squares_in_order(0..4, &execution.value),
        );
    }
}

fn a_panic_reaches_the_caller(model: &mut Model) {
    model.random(100);
    for (workers, inputs, bad) in [(1, 0..3, 1), (2, 0..4, 0), (2, 0..4, 3), (3, 0..3, 1)] {
        model.every(
            format!("{}, `f` panics at {bad}", label(workers, &inputs)),
            move || {
                let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
                    pool_map(workers, inputs.clone(), |input| {
                        assert_ne!(input, bad, "this input is bad");
                        square(input)
                    })
                }));
                outcome.map(|values| values.len()).ok()
            },
            |execution| match execution.value {
                None => Ok(()),
                Some(n_values) => {
                    let expected = "expected the panic of `f` to reach the caller of `pool_map`";
                    let got = format!("it returned {n_values} values as if nothing had happened");
                    Err(Violation::new(Finding::WrongResult, expected).got(got))
                }
            },
        );
    }
    model.every(
        "2 workers, inputs 0 to 3, `f` panics at each",
        || {
            let panicking = |input: u32| panic!("{input} is bad");
            panic::catch_unwind(AssertUnwindSafe(|| pool_map::<u64, _>(2, 0..4, panicking))).is_ok()
        },
        |execution| {
            if !execution.value {
                return Ok(());
            }
            let expected = "expected a panic of `f` to reach the caller of `pool_map`";
            Err(Violation::new(Finding::WrongResult, expected).got("it returned as if nothing had happened"))
        },
    );
    // What the panic leaves behind shows without preemptions. Another check finds what needs them.
    model.preemptions(0);
    model.random(0);
    model.every(
        "2 workers, inputs 0 to 3, after a call that panicked",
        || {
            let panicking = |input: u32| panic!("{input} is bad");
            let _ = panic::catch_unwind(AssertUnwindSafe(|| pool_map::<u64, _>(2, 0..2, panicking)));
            Mapped::by(2, 0..4)
        },
        |execution| execution.value.is_right(0..4),
    );
}

fn fib_pool_gives_the_same_numbers(model: &mut Model) {
    model.random(100);
    for (workers, inputs) in [
        (2, 3..7),
        (3, 90..93),
        (1, 0..3),
        (0, 0..2),
        (2, 0..0),
        (2, backwards()),
    ] {
        numbers_of_a_pool(model, workers, inputs);
    }
    model.preemptions(0);
    model.executions(20);
    model.random(5);
    for (workers, inputs) in [(4, 1000..1040), (8, 0..2), (2, 185..190), (2, LAST..LAST + 1)] {
        numbers_of_a_pool(model, workers, inputs);
    }
    has_a_pool_of_its_own(model);
}

fn numbers_of_a_pool(model: &mut Model, workers: usize, inputs: Range<u32>) {
    let of = inputs.clone();
    model.every(
        format!("fib_pool, {}", label(workers, &inputs)),
        move || fib_pool(workers, of.clone()),
        move |execution| {
            let judged = are_numbers("`fib_pool`", inputs.clone(), &execution.value);
            by_schedule(execution, judged)
        },
    );
}

/// `fib_pool` calls no function of the check. But it starts as many threads as `pool_map` does for the same inputs, or
/// at least as many as there are workers.
fn has_a_pool_of_its_own(model: &mut Model) {
    model.executions(1);
    model.random(0);
    // The last are more workers than a byte can count.
    for (workers, inputs) in [(3, 0..12), (6, 0..12), (1, 0..12), (300, 0..300)] {
        let wanted = Cell::new(workers);
        let of = inputs.clone();
        model.every(
            label(workers, &inputs),
            move || pool_map(workers, of.clone(), square),
            |execution| {
                wanted.set(workers.min(n_started(execution)));
                Ok(())
            },
        );
        model.every(
            format!("fib_pool, {}", label(workers, &inputs)),
            move || fib_pool(workers, inputs.clone()),
            |execution| is_on_a_pool(wanted.get(), n_started(execution)),
        );
    }
    has_a_pool_of_that_size(model);
}

/// Where `fib_pool` does not start more threads for more inputs, it starts them for its workers.
fn has_a_pool_of_that_size(model: &mut Model) {
    let all: Cell<Vec<Started>> = Cell::default();
    for (workers, n_inputs) in [(2, 12), (2, 24), (4, 24), (7, 24)] {
        let inputs = 0..n_inputs;
        model.every(
            format!("fib_pool, {}", label(workers, &inputs)),
            move || fib_pool(workers, inputs.clone()),
            |execution| {
                let mut known = all.take();
                known.push(Started {
                    workers,
                    threads: n_started(execution),
                });
                let judged = match known[..] {
                    [one, other, .., many] if one.threads == other.threads => grows_with_the_workers(other, many),
                    _ => Ok(()),
                };
                all.set(known);
                judged
            },
        );
    }
}

/// How many threads an execution has started. The first is the body.
fn n_started<T>(execution: &Execution<T>) -> usize {
    execution.threads.len() - 1
}

/// A result that is wrong after a preemption is a race.
fn by_schedule<T>(execution: &Execution<T>, judged: Result<(), Violation>) -> Result<(), Violation> {
    judged.map_err(|mut violation| {
        if violation.finding == Finding::WrongResult && execution.preemptions > 0 {
            violation.finding = Finding::Race;
        }
        violation
    })
}
