//! The checks of the exercise `integration` on real threads, with many of them.
//!
//! A gate inside the integrated function holds every thread until no more can arrive. So the checks know how many
//! evaluate at once, on any machine and under any load. The kernel says how much each thread computes.

mod contract;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use harness::real::{self, Check, Gate, Trial};
use harness::{Finding, Violation};
use integration_support::{
    Busy, Evidence, Recorder, Stripes, are_shared, compute, curve, is_nan, leaves_no_thread, nobody_polls,
};

use crate::contract::{integrate_rayon, integrate_threads};

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new(
        "the_points_are_right_on_real_threads",
        the_points_are_right_on_real_threads,
    ),
    Check::new(
        "exactly_the_threads_evaluate_at_once",
        exactly_the_threads_evaluate_at_once,
    ),
    Check::new("two_threads_share_the_computing", two_threads_share_the_computing),
];

/// Numbers of points and threads: with a remainder and without, fewer points than threads, one of either, and none.
const SIZES: [(usize, usize); 9] = [
    (10, 3),
    (100, 8),
    (7, 7),
    (5, 8),
    (1, 1),
    (0, 4),
    (1000, 1),
    (6, 0),
    (1003, 16),
];

/// Intervals: far from 0, around it, backwards, and empty.
const INTERVALS: [(f64, f64); 4] = [(1.0, 10.0), (-0.7, 0.6), (3.1, -2.3), (1.5, 1.5)];

/// More threads than nearly any machine has processors: half of those that a check program may have.
const MANY_THREADS: usize = 128;

fn main() -> ExitCode {
    real::main(CHECKS)
}

fn label(stripes: &Stripes, threads: usize) -> String {
    let name = if threads == 1 { "thread" } else { "threads" };
    format!("{}, {threads} {name}", stripes.label())
}

fn the_points_are_right_on_real_threads(trial: &mut Trial) {
    for (n, threads) in SIZES {
        for (a, b) in INTERVALS {
            let stripes = Stripes { a, b, n };
            trial.scenario(label(&stripes, threads), || {
                let recorder = Recorder::new(thread::current().id());
                let value = integrate_threads(|x| recorder.note(thread::current().id(), x), a, b, n, threads);
                stripes.are_integrated("integrate_threads", &recorder.into_computed(value))
            });
        }
    }
    trial.scenario("8 stripes from 0 to 1, `f` gives NaN at 0.5, 3 threads", || {
        is_nan(
            "integrate_threads",
            integrate_threads(nan_in_the_middle, 0.0, 1.0, 8, 3),
        )
    });
    for (n, (a, b)) in [10, 1003]
        .into_iter()
        .flat_map(|n| INTERVALS.map(|interval| (n, interval)))
    {
        let stripes = Stripes { a, b, n };
        trial.scenario(format!("integrate_rayon, {}", stripes.label()), || {
            let recorder = Recorder::new(thread::current().id());
            let value = integrate_rayon(|x| recorder.note(thread::current().id(), x), a, b, n);
            stripes.are_integrated("integrate_rayon", &recorder.into_computed(value))
        });
    }
}

fn nan_in_the_middle(x: f64) -> f64 {
    if x == 0.5 { f64::NAN } else { curve(x) }
}

fn exactly_the_threads_evaluate_at_once(trial: &mut Trial) {
    // First of all, so that a submission that never has more threads than there are processors fails here on every
    // machine.
    trial.scenario(format!("{MANY_THREADS} threads, as many stripes"), many_at_once);
    for (n, threads) in SIZES {
        let stripes = Stripes { a: 1.0, b: 2.0, n };
        trial.scenario(label(&stripes, threads), || are_at_once(stripes, threads));
    }
    trial.scenario("two callers at once, with 2 threads each", || {
        let call = |a| are_at_once(Stripes { a, b: 4.0, n: 6 }, 2);
        thread::scope(|scope| {
            let other = scope.spawn(|| call(1.0));
            let own = call(2.0);
            let other = other.join();
            own.and(other.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    });
    trial.scenario("3 threads, and what is left of them", || {
        leaves_no_thread("`integrate_threads`", || {
            integrate_threads(curve, 0.0, 1.0, 9, 3);
        })
    });
    trial.scenario("3 threads, `f` panics, and what is left of them", || {
        leaves_no_thread("a panic of `f`", || {
            let _ = real::catch(|| integrate_threads(panicking, 0.0, 9.0, 9, 3));
        })
    });
}

/// No message says how many there were: a submission may have as many threads as the machine has processors.
fn many_at_once() -> Result<(), Violation> {
    let gate = Gate::new();
    integrate_threads(|x| gate.pass(|| curve(x)), 1.0, 2.0, MANY_THREADS, MANY_THREADS);
    nobody_polls(&gate)?;
    if gate.most_at_once() >= MANY_THREADS {
        return Ok(());
    }
    let expected = format!("expected {MANY_THREADS} threads to evaluate `f` at the same time");
    Err(Violation::new(Finding::NotConcurrent, expected).got("fewer did"))
}

/// Panics in the middle of the points 0 to 8.
fn panicking(x: f64) -> f64 {
    assert_ne!(x, 4.0, "`f` panics, as the check wants it");
    x
}

fn are_at_once(stripes: Stripes, threads: usize) -> Result<(), Violation> {
    let (gate, recorder) = (Gate::new(), Recorder::new(thread::current().id()));
    let f = |x| gate.pass(|| recorder.note(thread::current().id(), x));
    let value = integrate_threads(f, stripes.a, stripes.b, stripes.n, threads);
    nobody_polls(&gate)?;
    let computed = recorder.into_computed(value);
    let expected = threads.max(1).min(stripes.n);
    let most = gate.most_at_once();
    if most != expected {
        let finding = if most > expected {
            Finding::LimitExceeded
        } else {
            Finding::NotConcurrent
        };
        let violation = Violation::new(finding, format!("expected {expected} to evaluate `f` at the same time"));
        return Err(violation.got(match most {
            0 => "none did".to_owned(),
            most if most > expected => format!("{most} did"),
            most => format!("at most {most} did"),
        }));
    }
    are_shared(stripes.n, threads, &computed.calls)
}

fn two_threads_share_the_computing(trial: &mut Trial) {
    let mut is_unclear = false;
    trial.scenario("points that take a moment to compute, 2 threads", || {
        let mut always_alone = true;
        // On a machine that is busy with other work, a longer measurement is clearer.
        for n in [4096, 8192, 16_384, 32_768] {
            let (busy, was_called) = (Busy::default(), AtomicBool::new(false));
            let f = |x| {
                was_called.store(true, Ordering::Relaxed);
                busy.stay(|| compute(x))
            };
            integrate_threads(f, 1.0, 2.0, n, 2);
            if !was_called.load(Ordering::Relaxed) {
                let violation = Violation::new(Finding::WrongResult, "expected `f` to be evaluated at each point");
                return Err(violation.got("it was never called"));
            }
            match busy.evidence() {
                Evidence::Shared => return Ok(()),
                Evidence::Unclear => always_alone = false,
                Evidence::Alone => {}
            }
        }
        is_unclear = !always_alone;
        if is_unclear {
            return Ok(());
        }
        let violation = Violation::new(
            Finding::NotConcurrent,
            "expected both threads together to compute at least 1.8 times as much as the busier one",
        );
        Err(violation.got("the busier one computes nearly everything, however much there is to compute"))
    });
    if is_unclear {
        trial.unclear("the kernel's account of how much each thread computes is not clear enough on this machine");
    }
}
