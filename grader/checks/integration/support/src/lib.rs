//! What the checks of the exercise `integration` need besides the submission: the right points and sums, and the right
//! shares of the work.
//!
//! Nothing here depends on which `std` a check program is compiled with: the program identifies the threads.

mod busy;
mod crowd;
mod left;
mod recorder;

use harness::{Finding, Violation};

pub use busy::{Busy, Evidence, compute};
pub use crowd::Crowd;
pub use left::{leaves_no_thread, nobody_polls};
pub use recorder::Recorder;

/// How far a sum may be from the exact one, relative to it: a submission may add in any order, which changes the
/// rounding.
const TOLERANCE: f64 = 1e-9;

/// The stripes of an integral.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stripes {
    /// Where the first one begins.
    pub a: f64,
    /// Where the last one ends.
    pub b: f64,
    /// How many there are.
    pub n: usize,
}

/// One call of the integrated function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Call {
    /// The calling thread: 0 is the one that asked for the integral, the others are numbered by their first calls.
    pub thread: usize,
    /// The argument.
    pub point: f64,
}

/// An integral as it was computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// The result.
    pub value: f64,
    /// The calls of the function.
    pub calls: Vec<Call>,
}

/// The function whose sums the checks judge. It is nowhere near 0, so that no sum is a difference of large numbers.
pub fn curve(x: f64) -> f64 {
    x * x + 1.0
}

impl Stripes {
    /// Where the function has to be evaluated.
    pub fn points(&self) -> Vec<f64> {
        (0..self.n).map(|i| self.a + i as f64 * self.width()).collect()
    }

    fn width(&self) -> f64 {
        (self.b - self.a) / self.n as f64
    }

    /// The stripes in words.
    pub fn label(&self) -> String {
        let stripes = if self.n == 1 { "stripe" } else { "stripes" };
        format!("{} {stripes} from {} to {}", self.n, self.a, self.b)
    }

    /// Holds if `function` evaluated [`curve`] at every point once and nowhere else, and the sum is right.
    ///
    /// # Errors
    ///
    /// The first point that is missing or should not be there; else, what the sum should be.
    pub fn are_integrated(&self, function: &str, computed: &Computed) -> Result<(), Violation> {
        self.are_evaluated(function, &computed.calls)?;
        let mut sum = 0.0;
        for point in self.points() {
            sum += curve(point);
        }
        // Without stripes they have no width.
        let expected = if self.n == 0 { 0.0 } else { sum * self.width() };
        let got = computed.value;
        if (got - expected).abs() <= TOLERANCE * expected.abs() {
            return Ok(());
        }
        let expected = format!("expected `{function}` to give {expected}");
        Err(Violation::new(Finding::WrongResult, expected).got(format!("it gave {got}")))
    }

    fn are_evaluated(&self, function: &str, calls: &[Call]) -> Result<(), Violation> {
        let mut expected = self.points();
        let mut got: Vec<f64> = calls.iter().map(|call| call.point).collect();
        // `total_cmp` orders by all bits, so equal points stand in the same place.
        expected.sort_by(f64::total_cmp);
        got.sort_by(f64::total_cmp);
        let Some(problem) = difference(&expected, &got) else {
            return Ok(());
        };
        let times = in_times(got.len());
        let expected = match self.n {
            0 => format!("expected `{function}` not to call `f` at all, without stripes"),
            1 => format!("expected `{function}` to call `f` once, with {}", self.a),
            n => format!("expected `{function}` to call `f` once at each of the {n} points `a + i as f64 * dx`"),
        };
        Err(Violation::new(Finding::WrongResult, expected).got(format!("it was called {times}, {problem}")))
    }
}

/// The first difference between points in order, as the end of a sentence about calls.
fn difference(expected: &[f64], got: &[f64]) -> Option<String> {
    let is_among = |points: &[f64], x: f64| points.iter().any(|point| is_same(*point, x));
    let too_seldom = |missing| {
        let seldom = if is_among(got, missing) { "too seldom" } else { "never" };
        format!("{seldom} with {missing}")
    };
    let too_often = |other| match is_among(expected, other) {
        true => format!("too often with {other}"),
        false => format!("and with {other}, which is none of them"),
    };
    let n_alike = expected.iter().zip(got).take_while(|(a, b)| is_same(**a, **b)).count();
    match (expected.get(n_alike).copied(), got.get(n_alike).copied()) {
        (None, None) => None,
        (Some(missing), None) => Some(too_seldom(missing)),
        (None, Some(other)) => Some(too_often(other)),
        (Some(missing), Some(other)) if !is_among(got, missing) && !is_among(expected, other) => {
            Some(format!("never with {missing}, but with {other}"))
        }
        (Some(missing), Some(other)) if missing.total_cmp(&other).is_lt() => Some(too_seldom(missing)),
        (Some(_), Some(other)) => Some(too_often(other)),
    }
}

fn is_same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits()
}

/// Holds if a value is not a number.
///
/// # Errors
///
/// If it is one.
pub fn is_nan(function: &str, value: f64) -> Result<(), Violation> {
    if value.is_nan() {
        return Ok(());
    }
    let expected = format!("expected `{function}` to give NaN, since `f` does at one point");
    Err(Violation::new(Finding::WrongResult, expected).got(format!("it gave {value}")))
}

/// Holds if `threads` threads evaluated `n` points in equal shares, and the caller evaluated none.
///
/// # Errors
///
/// How it was shared instead.
pub fn are_shared(n: usize, threads: usize, calls: &[Call]) -> Result<(), Violation> {
    let threads = threads.max(1).min(n);
    let expected = match threads {
        0 => "expected no thread to evaluate `f` without stripes".to_owned(),
        1 => "expected one thread of its own to evaluate `f` for `integrate_threads`".to_owned(),
        _ => format!(
            "expected {threads} threads to evaluate `f`, at {} each",
            in_shares(n, threads)
        ),
    };
    if calls.iter().any(|call| call.thread == 0) {
        // The model knows only threads of `std`: a call from any other thread counts as one of the caller's.
        let got = if calls.iter().all(|call| call.thread == 0) {
            "no thread of its own from std did: the thread that called `integrate_threads` evaluated it, or threads of \
             rayon did"
        } else {
            "the thread that called `integrate_threads` evaluated it too"
        };
        let expected = format!("{expected}, and not the caller");
        return Err(Violation::new(Finding::NotConcurrent, expected).got(got));
    }
    let mut counts = vec![0_usize; calls.iter().map(|call| call.thread).max().unwrap_or(0)];
    for call in calls {
        counts[call.thread - 1] += 1;
    }
    counts.sort_unstable_by(|a, b| b.cmp(a));
    if counts.len() > threads {
        let got = format!("{} threads evaluated it", counts.len());
        return Err(Violation::new(Finding::LimitExceeded, expected).got(got));
    }
    let is_fair = counts
        .first()
        .zip(counts.last())
        .is_none_or(|(most, least)| most - least <= 1);
    if counts.len() < threads || !is_fair {
        // A thread without any call is not among them.
        counts.resize(threads, 0);
        let got = format!("their shares of the {n} points were {}", summands(&counts));
        return Err(Violation::new(Finding::WrongResult, expected).got(got));
    }
    Ok(())
}

/// Holds if a panic of `f` reached the caller of `function`.
///
/// # Errors
///
/// If the caller got a value.
pub fn is_passed_on(function: &str, outcome: Result<f64, String>) -> Result<(), Violation> {
    match outcome {
        Err(_) => Ok(()),
        Ok(value) => {
            let expected = format!("expected the panic of `f` to reach the caller of `{function}`");
            let got = format!("it returned {value} as if nothing had happened");
            Err(Violation::new(Finding::WrongResult, expected).got(got))
        }
    }
}

fn in_shares(n: usize, threads: usize) -> String {
    match (n / threads, n % threads) {
        (1, 0) => "1 point".to_owned(),
        (least, 0) => format!("{least} points"),
        (least, _) => format!("{least} or {} points", least + 1),
    }
}

/// Counts as a sum, in which equal ones are put together if there are many.
fn summands(counts: &[usize]) -> String {
    const MANY: usize = 12;
    let summand = |equal: &[usize]| match equal {
        [count] => count.to_string(),
        [count, ..] => format!("{} × {count}", equal.len()),
        [] => String::new(),
    };
    let parts: Vec<String> = if counts.len() < MANY {
        counts.iter().map(usize::to_string).collect()
    } else {
        counts.chunk_by(|a, b| a == b).map(summand).collect()
    };
    parts.join(" + ")
}

fn in_times(n: usize) -> String {
    match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    }
}

#[cfg(test)]
mod tests;
