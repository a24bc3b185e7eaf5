//! What the checks of the exercise `fibonacci_pool` need besides the submission: the right numbers, and the properties
//! of a map on a pool.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

use harness::real::{Gate, thread_cpu_time, threads_left_by};
use harness::{Finding, Violation};
use num_bigint::BigUint;

/// How many digits a message shows at each end of a long number.
const SHOWN_DIGITS: usize = 8;

/// The first `n` Fibonacci numbers.
fn numbers(n: u32) -> Vec<BigUint> {
    let mut numbers = Vec::new();
    let (mut this, mut next) = (BigUint::from(0u32), BigUint::from(1u32));
    for _ in 0..n {
        numbers.push(this.clone());
        let after = &this + &next;
        (this, next) = (next, after);
    }
    numbers
}

/// Holds if `got` are the Fibonacci numbers of `inputs`, in their order. A message says that they come from `function`.
///
/// # Errors
///
/// That the order is another one, or the first difference.
pub fn are_numbers(function: &str, inputs: Range<u32>, got: &[BigUint]) -> Result<(), Violation> {
    are_numbers_in_any_order(function, inputs, got)?;
    if got.is_sorted() {
        return Ok(());
    }
    let expected = format!("expected the numbers in the order of the inputs from {function}");
    Err(Violation::new(Finding::WrongResult, expected).got(IN_ANOTHER_ORDER))
}

/// As [`are_numbers`], in any order.
fn are_numbers_in_any_order(function: &str, inputs: Range<u32>, got: &[BigUint]) -> Result<(), Violation> {
    let numbers = numbers(inputs.end.max(inputs.start));
    let expected = &numbers[inputs.start as usize..(inputs.end as usize).max(inputs.start as usize)];
    has_length(function, expected.len(), got.len())?;
    // The numbers grow.
    let mut sorted = got.to_vec();
    sorted.sort();
    if sorted == expected {
        return Ok(());
    }
    let mut places = inputs.zip(expected).zip(got);
    let ((index, expected), got) = places
        .find(|((_, expected), got)| expected != got)
        .expect("they differ even when they are sorted");
    let expected = format!("expected fib({index}) = {} from {function}", shown(expected));
    Err(Violation::new(Finding::WrongResult, expected).got(format!("got {}", shown(got))))
}

/// Which one depends on the threads, and a report is the same each time.
const IN_ANOTHER_ORDER: &str = "they came in another order";

fn has_length(function: &str, expected: usize, got: usize) -> Result<(), Violation> {
    if expected == got {
        return Ok(());
    }
    let expected = format!("expected a value for each of {expected} inputs from {function}");
    Err(Violation::new(Finding::WrongResult, expected).got(format!("got {got}")))
}

fn shown(number: &BigUint) -> String {
    let digits = number.to_string();
    if digits.len() <= 3 * SHOWN_DIGITS {
        return digits;
    }
    let (first, last) = (&digits[..SHOWN_DIGITS], &digits[digits.len() - SHOWN_DIGITS..]);
    format!("{first}…{last} ({} digits)", digits.len())
}

/// Holds if `got` are the squares of `inputs`, which the checks let a pool compute, in any order.
///
/// This is for checks that do not control in which order the values are computed. There, a submission that mixes them
/// up would fail only if its threads happen to overtake each other.
///
/// # Errors
///
/// The first difference.
pub fn are_squares(inputs: Range<u32>, got: &[u64]) -> Result<(), Violation> {
    has_length("`pool_map`", inputs.len(), got.len())?;
    let mut sorted = got.to_vec();
    sorted.sort_unstable();
    match inputs.zip(sorted).find(|(input, got)| square(*input) != *got) {
        None => Ok(()),
        Some((input, got)) => {
            let expected = format!(
                "expected what `f` returns for each input: {} for {input}",
                square(input)
            );
            Err(Violation::new(Finding::WrongResult, expected).got(format!("{got} stands in its place")))
        }
    }
}

/// The calls of the function that the checks let a pool map.
///
/// The notes are kept behind a lock of the real `std`, also when the submission runs under the model. So taking them is
/// no operation of an execution.
#[derive(Debug, Default)]
pub struct Calls(Mutex<Vec<u32>>);

impl Calls {
    /// Notes a call and computes the square.
    pub fn square(&self, input: u32) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(input);
        square(input)
    }

    /// The inputs of the calls, in the order of the calls.
    pub fn into_inputs(self) -> Vec<u32> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds if the function was called once with each of `inputs` and with nothing else.
///
/// # Errors
///
/// The first input that is none, or the first with which it was called too often or not at all.
pub fn are_called_once(inputs: Range<u32>, calls: &[u32]) -> Result<(), Violation> {
    if let Some(other) = calls.iter().find(|input| !inputs.contains(input)) {
        let expected = "expected `f` to be called with the inputs and nothing else";
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("it was called with {other}")));
    }
    // There may be many.
    let mut sorted = calls.to_vec();
    sorted.sort_unstable();
    let mut rest = &sorted[..];
    for input in inputs {
        let n_calls = rest.iter().take_while(|call| **call == input).count();
        rest = &rest[n_calls..];
        if n_calls != 1 {
            let expected = format!("expected one call of `f` with {input}");
            return Err(Violation::new(Finding::WrongResult, expected).got(format!("there were {n_calls}")));
        }
    }
    Ok(())
}

/// A call with so many workers and these inputs, in words.
pub fn label(workers: usize, inputs: &Range<u32>) -> String {
    let workers = if workers == 1 {
        "1 worker".to_owned()
    } else {
        format!("{workers} workers")
    };
    format!("{workers}, inputs {}", in_words(inputs))
}

/// Inputs in words.
pub fn in_words(inputs: &Range<u32>) -> String {
    match inputs.end.saturating_sub(inputs.start) {
        0 => format!("{}..{}", inputs.start, inputs.end),
        1 => inputs.start.to_string(),
        _ => format!("{} to {}", inputs.start, inputs.end - 1),
    }
}

/// A range that ends before it begins, and so is empty.
pub fn backwards() -> Range<u32> {
    Range { start: 10, end: 5 }
}

/// Holds if `got` are the squares of `inputs` in the order of the inputs.
///
/// # Errors
///
/// The first difference, or that the order is another one, which is a race.
pub fn are_squares_in_order(inputs: Range<u32>, got: &[u64]) -> Result<(), Violation> {
    are_squares(inputs, got)?;
    if got.is_sorted() {
        return Ok(());
    }
    let violation = Violation::new(Finding::Race, "expected the values in the order of the inputs");
    Err(violation.got(IN_ANOTHER_ORDER))
}

/// What the checks let a pool compute.
pub fn square(input: u32) -> u64 {
    u64::from(input) * u64::from(input)
}

/// Holds if exactly `workers` threads came to `gate` at once, and the caller was none of them.
///
/// # Errors
///
/// How many came instead, or that the caller was one of them.
pub fn are_exactly(workers: usize, gate: &Gate, caller: ThreadId) -> Result<(), Violation> {
    let expected = format!("expected {} of the pool to call `f` at once", threads(workers));
    if gate.passes().iter().any(|(thread, _)| *thread == caller) {
        let expected = format!("{expected}, and not the thread that called `pool_map`");
        return Err(Violation::new(Finding::NotConcurrent, expected).got("that thread called `f` too"));
    }
    let most = gate.most_at_once();
    if most < workers {
        return Err(Violation::new(Finding::NotConcurrent, expected).got(at_most(most)));
    }
    if most > workers {
        return Err(Violation::new(Finding::LimitExceeded, expected).got(format!("{most} did")));
    }
    Ok(())
}

/// Holds if all threads slept while others waited at `gate`.
///
/// # Errors
///
/// If some woke up again and again.
pub fn nobody_polls(gate: &Gate) -> Result<(), Violation> {
    if !gate.was_polled() {
        return Ok(());
    }
    let expected = "expected the threads that wait for others to sleep while `f` takes long";
    Err(Violation::new(Finding::BusyWait, expected).got("some woke up again and again"))
}

/// With less CPU time than this, computing cannot be told from starting threads. A submission that remembers its
/// numbers may be so quick.
const LEAST_CPU_TIME: Duration = Duration::from_millis(20);

/// Holds if the calling thread computes much less in `pooled` than in `alone`, which does the same without a pool.
///
/// The kernel says how much that is. A caller that is one of the workers computes its share, so there should be many
/// workers: then the share is small, however unevenly a loaded machine divides the work.
///
/// # Errors
///
/// If it computes about as much.
pub fn is_left_to_the_pool(alone: impl FnOnce(), pooled: impl FnOnce()) -> Result<(), Violation> {
    let alone = own_time(alone);
    let pooled = own_time(pooled);
    if alone < LEAST_CPU_TIME || pooled < alone * 3 / 4 {
        return Ok(());
    }
    let expected = "expected `fib_pool` to leave the computing to the threads of its pool";
    let got = "the thread that called it computed as much as in `fib_sequence`";
    Err(Violation::new(Finding::NotConcurrent, expected).got(got))
}

/// The CPU time that the calling thread spends in `work`.
fn own_time(work: impl FnOnce()) -> Duration {
    let before = thread_cpu_time();
    work();
    thread_cpu_time().saturating_sub(before)
}

fn threads(n: usize) -> String {
    match n {
        1 => "exactly one thread".to_owned(),
        n => format!("exactly {n} threads"),
    }
}

/// Holds if exactly `workers` threads were inside `f` at once, of the many that a call asked for.
///
/// # Errors
///
/// How many were. Where few workers were asked for, the number says more than the machine.
pub fn were_inside(workers: usize, most: usize) -> Result<(), Violation> {
    let (finding, got) = match most.cmp(&workers) {
        Ordering::Equal => return Ok(()),
        Ordering::Less => (Finding::NotConcurrent, at_most(most)),
        Ordering::Greater => (Finding::LimitExceeded, format!("{most} did")),
    };
    let expected = format!("expected {} of the pool to call `f` at once", threads(workers));
    Err(Violation::new(finding, expected).got(got))
}

fn at_most(n: usize) -> String {
    match n {
        1 => "one at a time did".to_owned(),
        n => format!("at most {n} did"),
    }
}

/// Holds if `fib_pool` has started at least as many threads as there are `workers` with work.
///
/// # Errors
///
/// How many it has started.
pub fn is_on_a_pool(workers: usize, started: usize) -> Result<(), Violation> {
    if started >= workers {
        return Ok(());
    }
    let expected = format!("expected `fib_pool` to compute on {}", own_threads(workers));
    let violation = Violation::new(Finding::NotConcurrent, expected);
    Err(violation.got(format!("it started {started}")))
}

fn own_threads(n: usize) -> String {
    match n {
        1 => "a thread of its own".to_owned(),
        n => format!("{n} threads of its own"),
    }
}

/// Counts how many threads are inside a function at once.
///
/// The counters are those of the real `std`, also when the submission runs under the model. So counting is no operation
/// of an execution.
#[derive(Debug, Default)]
pub struct Crowd {
    inside: AtomicUsize,
    most: AtomicUsize,
}

impl Crowd {
    /// Calls `stay` with the calling thread counted as inside.
    pub fn pass(&self, stay: impl FnOnce()) {
        // Relaxed, here and below: the counters publish nothing else.
        let now = self.inside.fetch_add(1, Relaxed) + 1;
        self.most.fetch_max(now, Relaxed);
        stay();
        self.inside.fetch_sub(1, Relaxed);
    }

    /// The most threads that were inside at once.
    pub fn most(&self) -> usize {
        self.most.load(Relaxed)
    }
}

/// How many threads `fib_pool` started in a call that had more than enough inputs.
#[derive(Debug, Clone, Copy)]
pub struct Started {
    /// How many workers were asked for.
    pub workers: usize,
    /// How many threads were started.
    pub threads: usize,
}

/// Holds if, of two calls of `fib_pool`, the one with more workers has started at least as many threads more.
///
/// There may be further threads, which collect the values for example.
///
/// # Errors
///
/// How many it has started.
pub fn grows_with_the_workers(few: Started, many: Started) -> Result<(), Violation> {
    let expected = many.workers - few.workers;
    if many.threads >= few.threads + expected {
        return Ok(());
    }
    let expected = format!(
        "expected `fib_pool` to start {expected} threads more for {} workers than for {}",
        many.workers, few.workers
    );
    let got = format!(
        "it started {} for {}, and {} for {}",
        few.threads, few.workers, many.threads, many.workers
    );
    Err(Violation::new(Finding::NotConcurrent, expected).got(got))
}

/// Calls `work` and holds if none of its threads is left once the process is quiescent.
///
/// # Errors
///
/// How many threads are left.
pub fn leaves_no_thread(what: &str, work: impl FnOnce()) -> Result<(), Violation> {
    match threads_left_by(work) {
        0 => Ok(()),
        left => {
            let expected = format!("expected the threads of the pool to be gone after {what}");
            Err(Violation::new(Finding::ThreadLeak, expected).got(format!("{left} of them are still there")))
        }
    }
}
