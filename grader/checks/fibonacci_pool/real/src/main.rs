//! The checks of the exercise `fibonacci_pool` on real threads: how many of them call the function, and what is left.
//!
//! A gate inside the mapped function holds every thread until no more can arrive. So the checks know how many threads
//! call it at once, on any machine and under any load. A submission may build its pool from anything.

mod contract;

use std::ops::Range;
use std::process::ExitCode;
use std::thread;

use fibonacci_pool::{fib_pool, fib_sequence};
use fibonacci_pool_support::{
    are_exactly, are_squares, is_left_to_the_pool, label, leaves_no_thread, nobody_polls, square,
};
use harness::real::{self, Check, Gate, Trial};
use harness::{Finding, Violation};

use crate::contract::pool_map;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("exactly_the_workers_call_at_once", exactly_the_workers_call_at_once),
    Check::new("the_threads_are_gone_afterwards", the_threads_are_gone_afterwards),
];

/// More workers than nearly any machine has processors: half of the threads that a check program may have.
const MANY_WORKERS: usize = 128;

fn main() -> ExitCode {
    real::main(CHECKS)
}

fn exactly_the_workers_call_at_once(trial: &mut Trial) {
    // First of all, so that a submission that never has more workers than there are processors fails here on every
    // machine.
    trial.scenario(format!("{MANY_WORKERS} workers, as many inputs"), many_at_once);
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
    trial.scenario("two callers at once, with 2 workers each", two_callers_at_once);
    // `fib_pool` calls no function of the check, so no gate can hold a thread.
    let inputs = 3000..3200;
    trial.scenario(format!("fib_pool, {}", label(8, &inputs)), || {
        is_left_to_the_pool(
            || drop(fib_sequence(inputs.clone())),
            || drop(fib_pool(8, inputs.clone())),
        )
    });
}

/// No message says how many there were: a submission may have as many workers as the machine has processors.
fn many_at_once() -> Result<(), Violation> {
    let inputs = 0..u32::try_from(MANY_WORKERS).expect("it is a small number");
    let gate = Gate::new();
    let values = pool_map(MANY_WORKERS, inputs.clone(), |input| gate.pass(|| square(input)));
    nobody_polls(&gate)?;
    if gate.most_at_once() < MANY_WORKERS {
        let expected = format!("expected exactly {MANY_WORKERS} threads of the pool to call `f` at once");
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
    nobody_polls(&gate)?;
    are_exactly(4, &gate, thread::current().id())?;
    are_squares(0..6, &own)?;
    are_squares(0..6, &other.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
}

fn calls_at_once(workers: usize, inputs: Range<u32>) -> Result<(), Violation> {
    let gate = Gate::new();
    let values = pool_map(workers, inputs.clone(), |input| gate.pass(|| square(input)));
    nobody_polls(&gate)?;
    are_exactly(workers.max(1), &gate, thread::current().id())?;
    are_squares(inputs, &values)
}

fn the_threads_are_gone_afterwards(trial: &mut Trial) {
    trial.scenario("pool_map with 3 workers", || {
        let mut n_values = 0;
        leaves_no_thread("`pool_map`", || n_values = pool_map(3, 0..9, square).len())?;
        all_have_come(9, n_values)
    });
    trial.scenario("fib_pool with 4 workers", || {
        let mut n_values = 0;
        leaves_no_thread("`fib_pool`", || n_values = fib_pool(4, 0..20).len())?;
        all_have_come(20, n_values)
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

/// Holds if a value came for each input: whoever starts no thread leaves none behind.
fn all_have_come(n_inputs: usize, n_values: usize) -> Result<(), Violation> {
    if n_values == n_inputs {
        return Ok(());
    }
    let expected = format!("expected {n_inputs} values");
    Err(Violation::new(Finding::WrongResult, expected).got(format!("{n_values} came")))
}
