//! The checks of the exercise `fibonacci_pool`, on real threads.
//!
//! A gate inside the mapped function holds every thread until no more can arrive. So the checks know how many threads
//! call it at once, on any machine and under any load. A submission may build its pool from anything.

mod contract;

use std::ops::Range;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fibonacci_pool::{fib, fib_pool, fib_sequence};
use fibonacci_pool_support::{
    are_exactly, are_numbers, are_numbers_in_any_order, are_squares, are_squares_in_order, is_left_to_the_pool,
    leaves_no_thread, square,
};
use harness::real::{self, Check, Gate, Trial};
use harness::{Finding, Violation};

use crate::contract::pool_map;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("fib_is_right", fib_is_right),
    Check::new("fib_sequence_keeps_order", fib_sequence_keeps_order),
    Check::new(
        "pool_map_calls_f_once_for_each_input",
        pool_map_calls_f_once_for_each_input,
    ),
    Check::new("exactly_the_workers_call_at_once", exactly_the_workers_call_at_once),
    Check::new("results_keep_the_order_of_inputs", results_keep_the_order_of_inputs),
    Check::new("a_panic_reaches_the_caller", a_panic_reaches_the_caller),
    Check::new("the_threads_are_gone_afterwards", the_threads_are_gone_afterwards),
    Check::new("fib_pool_gives_the_same_numbers", fib_pool_gives_the_same_numbers),
];

/// The last number that the program of the exercise shows, and one beyond every machine's integers.
const LAST: u32 = 1099;

/// The most workers that a check asks for: half of the threads that a check program may have.
const MOST_WORKERS: usize = 128;

fn main() -> ExitCode {
    real::main(CHECKS)
}

fn fib_is_right(trial: &mut Trial) {
    for inputs in [0..3, 3..30, 90..95, 184..189, LAST..LAST + 1] {
        trial.scenario(format!("fib of {}", in_words(&inputs)), || {
            for input in inputs {
                are_numbers("`fib`", input..input + 1, &[fib(input)])?;
            }
            Ok(())
        });
    }
}

fn fib_sequence_keeps_order(trial: &mut Trial) {
    for inputs in [0..10, 0..0, 5..6, 90..100, 1000..LAST + 1, backwards()] {
        trial.scenario(format!("fib_sequence of {}", in_words(&inputs)), || {
            are_numbers("`fib_sequence`", inputs.clone(), &fib_sequence(inputs))
        });
    }
}

fn pool_map_calls_f_once_for_each_input(trial: &mut Trial) {
    for (workers, inputs) in [
        (1, 0..5),
        (4, 0..40),
        (3, 7..17),
        (8, 0..3),
        (0, 0..4),
        (2, 0..0),
        (3, backwards()),
    ] {
        trial.scenario(label(workers, &inputs), || calls_once(workers, inputs));
    }
}

fn calls_once(workers: usize, inputs: Range<u32>) -> Result<(), Violation> {
    let calls: Vec<AtomicUsize> = inputs.clone().map(|_| AtomicUsize::new(0)).collect();
    let unexpected = OnceLock::new();
    let values = real::catch(|| {
        pool_map(workers, inputs.clone(), |input| {
            let Some(index) = input.checked_sub(inputs.start).filter(|_| inputs.contains(&input)) else {
                // A submission that has gone past the end would go on for long.
                panic!(
                    "`f` was called with {}, which is no input",
                    unexpected.get_or_init(|| input)
                );
            };
            // Relaxed: only the number counts, and it is read after the call.
            calls[index as usize].fetch_add(1, Ordering::Relaxed);
            square(input)
        })
    });
    if let Some(input) = unexpected.get() {
        let expected = "expected `f` to be called with the inputs and nothing else";
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("it was called with {input}")));
    }
    let values = values.map_err(|panic| Violation::new(Finding::Panic, "expected no panic").got(panic))?;
    for (input, calls) in inputs.clone().zip(&calls) {
        let calls = calls.load(Ordering::Relaxed);
        if calls != 1 {
            let expected = format!("expected one call of `f` with {input}");
            return Err(Violation::new(Finding::WrongResult, expected).got(format!("there were {calls}")));
        }
    }
    are_squares(inputs, &values)
}

fn exactly_the_workers_call_at_once(trial: &mut Trial) {
    // Several calls in one process, with different numbers: each call must have a pool of its own.
    for (workers, inputs) in [
        (2, 0..6),
        (4, 0..8),
        (1, 0..3),
        (3, 10..22),
        (5, 0..5),
        // Equal chunks, rounded up, would leave a worker without one.
        (4, 0..9),
        (5, 10..16),
        (0, 0..2),
        (2, 0..2000),
    ] {
        trial.scenario(label(workers, &inputs), || calls_at_once(workers, inputs));
    }
    trial.scenario(
        "one worker more than the machine has processors",
        more_than_the_processors,
    );
    trial.scenario("two callers at once, with 2 workers each", two_callers_at_once);
}

/// The other numbers of workers are small, so a submission that never has more workers than there are processors would
/// pass on a large machine. No message names the number, which is another one on each machine.
fn more_than_the_processors() -> Result<(), Violation> {
    let n_processors = thread::available_parallelism().map_or(1, usize::from);
    let workers = (n_processors + 1).min(MOST_WORKERS);
    let inputs = 0..u32::try_from(workers).expect("it is a small number");
    let gate = Gate::new();
    let values = pool_map(workers, inputs.clone(), |input| gate.pass(|| square(input)));
    if gate.most_at_once() < workers {
        let expected = "expected as many threads of the pool as asked for to call `f` at once";
        return Err(Violation::new(Finding::NotConcurrent, expected).got("fewer did"));
    }
    are_squares(inputs, &values)
}

/// The threads of both calls must meet at one gate: neither call waits for the other or uses its pool.
fn two_callers_at_once() -> Result<(), Violation> {
    let gate = Gate::new();
    let call = || pool_map(2, 0..6, |input| gate.pass(|| square(input)));
    let (own, other) = thread::scope(|scope| {
        let other = scope.spawn(call);
        (call(), other.join())
    });
    are_exactly(4, &gate, thread::current().id())?;
    are_squares(0..6, &own)?;
    are_squares(0..6, &other.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
}

fn calls_at_once(workers: usize, inputs: Range<u32>) -> Result<(), Violation> {
    let gate = Gate::new();
    let values = pool_map(workers, inputs.clone(), |input| gate.pass(|| square(input)));
    are_exactly(workers.max(1), &gate, thread::current().id())?;
    are_squares(inputs, &values)
}

fn results_keep_the_order_of_inputs(trial: &mut Trial) {
    // This scenario comes first because it always fails if each worker takes inputs from a shared queue and keeps its
    // values to itself. In the next one, it would depend on which worker takes the first input.
    trial.scenario("2 workers, inputs 0 to 3, the second is done last", || {
        let (first, second) = (Gate::new(), Gate::new());
        let values = pool_map(2, 0..4, |input| {
            if input < 2 {
                first.pass(|| ());
            }
            if input == 1 {
                second.pass(|| ());
            }
            square(input)
        });
        are_squares_in_order(0..4, &values)
    });
    trial.scenario("4 workers, inputs 0 to 7, the first is done last", || {
        let gate = Gate::new();
        let values = pool_map(4, 0..8, |input| {
            if input == 0 {
                gate.pass(|| ());
            }
            square(input)
        });
        are_squares_in_order(0..8, &values)
    });
}

fn a_panic_reaches_the_caller(trial: &mut Trial) {
    for (workers, inputs, bad) in [(1, 0..3, 1), (3, 0..9, 4), (4, 0..4, 0), (2, 0..40, 39)] {
        trial.scenario(format!("{}, `f` panics at {bad}", label(workers, &inputs)), || {
            let outcome = real::catch(|| {
                pool_map(workers, inputs, |input| {
                    assert_ne!(input, bad, "this input is bad");
                    square(input)
                })
            });
            match outcome {
                Err(_) => Ok(()),
                Ok(values) => {
                    let expected = "expected the panic of `f` to reach the caller of `pool_map`";
                    let got = format!("it returned {} values as if nothing had happened", values.len());
                    Err(Violation::new(Finding::WrongResult, expected).got(got))
                }
            }
        });
    }
    trial.scenario("a call after one that panicked", || {
        are_squares(0..6, &pool_map(3, 0..6, square))
    });
}

fn the_threads_are_gone_afterwards(trial: &mut Trial) {
    trial.scenario("pool_map with 3 workers", || {
        leaves_no_thread("`pool_map`", || drop(pool_map(3, 0..9, square)))
    });
    trial.scenario("fib_pool with 4 workers", || {
        leaves_no_thread("`fib_pool`", || drop(fib_pool(4, 0..20)))
    });
    trial.scenario("pool_map with no inputs", || {
        leaves_no_thread("`pool_map`", || drop(pool_map(4, 0..0, square)))
    });
    trial.scenario("pool_map with 3 workers, `f` panics", || {
        leaves_no_thread("a panic of `f`", || {
            let _ = real::catch(|| pool_map(3, 0..9, |input| assert_ne!(input, 4, "this input is bad")));
        })
    });
}

fn fib_pool_gives_the_same_numbers(trial: &mut Trial) {
    for (workers, inputs) in [
        (4, 1000..LAST + 1),
        (1, 0..30),
        (3, 90..97),
        (0, 0..5),
        (8, 0..2),
        (2, 0..0),
        (2, backwards()),
    ] {
        trial.scenario(format!("fib_pool, {}", label(workers, &inputs)), || {
            are_numbers_in_any_order("`fib_pool`", inputs.clone(), &fib_pool(workers, inputs))
        });
    }
    // `fib_pool` calls no function of the check, so no gate can hold a worker. The order is judged only here, where the
    // workers compute for so long that the system switches between them many times. A submission that returns its
    // numbers in the order of arrival was called 2200 times, on an idle and a loaded machine and on a single processor.
    // Each time, the order was wrong.
    let inputs = 3000..3200;
    trial.scenario(format!("fib_pool, {}", label(8, &inputs)), || {
        let mut numbers = Vec::new();
        is_left_to_the_pool(
            || drop(fib_sequence(inputs.clone())),
            || numbers = fib_pool(8, inputs.clone()),
        )?;
        are_numbers("`fib_pool`", inputs, &numbers)
    });
}

/// A range that ends before it begins, and so is empty.
fn backwards() -> Range<u32> {
    Range { start: 10, end: 5 }
}

fn label(workers: usize, inputs: &Range<u32>) -> String {
    let workers = if workers == 1 {
        "1 worker".to_owned()
    } else {
        format!("{workers} workers")
    };
    format!("{workers}, inputs {}", in_words(inputs))
}

fn in_words(inputs: &Range<u32>) -> String {
    match inputs.end.saturating_sub(inputs.start) {
        0 => format!("{}..{}", inputs.start, inputs.end),
        1 => inputs.start.to_string(),
        _ => format!("{} to {}", inputs.start, inputs.end - 1),
    }
}
