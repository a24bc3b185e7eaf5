//! The checks of the exercise `integration` that look at every interleaving of few threads.
//!
//! The integrated function notes its caller and its argument. The sum and the sharing of the work are judged outside of
//! the execution, from these notes alone.

mod contract;

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use harness::{Check, Execution, Finding, Model, Violation};
use integration_support::{Computed, Crowd, Recorder, Stripes, are_shared, curve, is_nan, is_passed_on};

use crate::contract::{integrate, integrate_rayon, integrate_threads};

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("integrate_is_the_left_sum", integrate_is_the_left_sum),
    Check::new("every_interleaving_gives_the_sum", every_interleaving_gives_the_sum),
    Check::new("every_thread_does_its_share", every_thread_does_its_share),
    Check::new("all_threads_can_evaluate_at_once", all_threads_can_evaluate_at_once),
    Check::new("a_panic_reaches_the_caller", a_panic_reaches_the_caller),
    Check::new("rayon_gives_the_same_sum", rayon_gives_the_same_sum),
];

/// So many points that it pays to split them, in whatever way a submission does. The statement names the number.
const POINTS_FOR_RAYON: usize = 100_000;

/// At so many of them, it is counted how many threads are there. That is enough.
const COUNTED_POINTS: usize = 100;

/// More points than 16 bits can count.
const MANY: usize = 70_000;

/// More threads than a byte can count, and than nearly any machine has processors.
const MANY_THREADS: usize = 300;

/// How far a scenario with few points is explored.
const PREEMPTIONS: u32 = 2;
const EXECUTIONS: u64 = 5_000;

/// Enough operations for a submission that takes some for each point.
const STEPS_FOR_MANY: u64 = 100 * POINTS_FOR_RAYON as u64;

/// Longer than any timeout or pause that a submission might use in place of a join. A thread that looks again and
/// again, at whatever interval, looks more often than a check lets it. The clock is virtual.
const AGES: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Long enough for every other thread to go on. The clock is virtual.
const MOMENT: Duration = Duration::from_millis(1);

fn main() -> ExitCode {
    harness::main(CHECKS)
}

/// `n` stripes from `a` to `b`.
const fn stripes(n: usize, a: f64, b: f64) -> Stripes {
    Stripes { a, b, n }
}

fn integrate_is_the_left_sum(model: &mut Model) {
    for stripes in [
        stripes(4, 1.0, 3.0),
        stripes(1, 0.0, 10.0),
        // No short binary fractions, which `f32` could hold as well.
        stripes(1000, -2.6, 7.3),
        stripes(10, 3.0, 1.0),
        stripes(3, 2.0, 2.0),
        stripes(0, 1.0, 2.0),
        stripes(MANY, 0.0, 1.0),
    ] {
        model.every(
            stripes.label(),
            move || {
                let recorder = Recorder::new(thread::current().id());
                let value = integrate(
                    |x| recorder.note(thread::current().id(), x),
                    stripes.a,
                    stripes.b,
                    stripes.n,
                );
                recorder.into_computed(value)
            },
            |execution| stripes.are_integrated("integrate", &execution.value),
        );
    }
    model.every(
        "4 stripes from 0 to 1, `f` gives NaN at 0.5",
        || integrate(nan_in_the_middle, 0.0, 1.0, 4),
        |execution| is_nan("integrate", execution.value),
    );
}

fn nan_in_the_middle(x: f64) -> f64 {
    if x == 0.5 { f64::NAN } else { curve(x) }
}

/// The integral as `integrate_threads` computes it, with notes of all calls.
fn compute(stripes: Stripes, threads: usize) -> Computed {
    let recorder = Recorder::new(thread::current().id());
    let value = integrate_threads(
        |x| recorder.note(thread::current().id(), x),
        stripes.a,
        stripes.b,
        stripes.n,
        threads,
    );
    recorder.into_computed(value)
}

fn label(stripes: Stripes, threads: usize) -> String {
    let name = if threads == 1 { "thread" } else { "threads" };
    format!("{}, {threads} {name}", stripes.label())
}

fn every_interleaving_gives_the_sum(model: &mut Model) {
    model.random(100);
    for (stripes, threads) in [
        (stripes(4, 1.0, 3.0), 2),
        (stripes(5, -1.1, 1.3), 2),
        (stripes(3, 0.0, 0.75), 3),
        (stripes(2, 1.0, 2.0), 3),
        (stripes(3, 3.0, 1.5), 2),
        (stripes(3, 1.0, 2.5), 1),
        (stripes(2, 1.0, 2.0), 0),
        (stripes(2, 2.0, 2.0), 2),
        (stripes(0, 1.0, 2.0), 2),
    ] {
        model.every(
            label(stripes, threads),
            move || compute(stripes, threads),
            |execution| by_schedule(execution, stripes.are_integrated("integrate_threads", &execution.value)),
        );
    }
    model.every(
        "4 stripes from 0 to 1, `f` gives NaN at 0.5, 2 threads",
        || integrate_threads(nan_in_the_middle, 0.0, 1.0, 4, 2),
        |execution| is_nan("integrate_threads", execution.value),
    );
    slow_points(model);
    several_calls(model);
    // What goes wrong with many points does so in any order.
    model.preemptions(0);
    model.executions(1);
    model.random(0);
    model.steps(STEPS_FOR_MANY);
    let many = stripes(MANY, 0.0, 1.0);
    model.every(
        label(many, 2),
        move || compute(many, 2),
        |execution| many.are_integrated("integrate_threads", &execution.value),
    );
}

/// The call waits for all points, however long one takes.
fn slow_points(model: &mut Model) {
    let stripes = stripes(4, 1.0, 3.0);
    model.every(
        format!("{}, `f` takes a hundred years at each point", label(stripes, 2)),
        move || {
            let recorder = Recorder::new(thread::current().id());
            let f = |x| {
                thread::sleep(AGES);
                recorder.note(thread::current().id(), x)
            };
            let value = integrate_threads(f, stripes.a, stripes.b, stripes.n, 2);
            recorder.into_computed(value)
        },
        |execution| by_schedule(execution, stripes.are_integrated("integrate_threads", &execution.value)),
    );
}

/// State that one call leaves to the next, or shares with another one at the same time, shows with few preemptions.
fn several_calls(model: &mut Model) {
    model.preemptions(1);
    let (first, second) = (stripes(2, 1.0, 2.0), stripes(3, 5.0, 2.0));
    model.every(
        "2 stripes, then 3 others, 2 threads each",
        move || [compute(first, 2), compute(second, 2)],
        |execution| are_all_integrated(execution, &[first, second]),
    );
    model.executions(1_000);
    model.every(
        "3 stripes, then 2 others, then 3 again, 2 threads each",
        move || [compute(second, 2), compute(first, 2), compute(second, 2)],
        |execution| are_all_integrated(execution, &[second, first, second]),
    );
    model.every(
        "2 stripes, 2 threads, twice, with another `f` the second time",
        move || {
            let halved = integrate_threads(|x| curve(x) / 2.0, first.a, first.b, first.n, 2);
            let mut computed = compute(first, 2);
            // The two halves add up to the whole only if each call uses its own `f`.
            computed.value = halved + computed.value / 2.0;
            computed
        },
        |execution| by_schedule(execution, first.are_integrated("integrate_threads", &execution.value)),
    );
    model.every(
        "a call inside of `f`, 2 stripes and 2 threads each",
        move || {
            let recorder = Recorder::new(thread::current().id());
            let f = |x| {
                integrate_threads(curve, x, x + 1.0, 2, 2);
                recorder.note(thread::current().id(), x)
            };
            let value = integrate_threads(f, first.a, first.b, first.n, 2);
            recorder.into_computed(value)
        },
        |execution| by_schedule(execution, first.are_integrated("integrate_threads", &execution.value)),
    );
    model.every(
        "two calls at the same time, 2 and 3 stripes, 2 threads each",
        move || {
            thread::scope(|scope| {
                let other = scope.spawn(move || compute(second, 2));
                let own = compute(first, 2);
                [own, other.join().unwrap_or_else(|panic| panic::resume_unwind(panic))]
            })
        },
        |execution| are_all_integrated(execution, &[first, second]),
    );
}

fn are_all_integrated<const N: usize>(
    execution: &Execution<[Computed; N]>,
    stripes: &[Stripes],
) -> Result<(), Violation> {
    let judged = stripes.iter().zip(&execution.value);
    let first = judged
        .map(|(stripes, computed)| stripes.are_integrated("integrate_threads", computed))
        .find(Result::is_err);
    by_schedule(execution, first.unwrap_or(Ok(())))
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

fn every_thread_does_its_share(model: &mut Model) {
    model.random(100);
    for (stripes, threads) in [
        (stripes(4, 1.0, 3.0), 2),
        (stripes(5, 1.0, 3.5), 2),
        (stripes(4, 0.0, 1.0), 3),
        (stripes(3, 0.0, 0.75), 3),
        (stripes(2, 1.0, 2.0), 3),
        (stripes(3, 1.0, 2.5), 1),
        (stripes(2, 1.0, 2.0), 0),
    ] {
        model.every(
            label(stripes, threads),
            move || compute(stripes, threads),
            |execution| are_shared(stripes.n, threads, &execution.value.calls),
        );
    }
    // There are too many points for all interleavings, but the shares are the same in each.
    model.preemptions(0);
    model.executions(20);
    model.random(5);
    for (n, threads) in [(10, 4), (11, 3), (17, 5), (20, 6), (2 * MANY_THREADS + 1, MANY_THREADS)] {
        let stripes = stripes(n, 0.0, 1.0);
        model.every(
            label(stripes, threads),
            move || compute(stripes, threads),
            |execution| are_shared(n, threads, &execution.value.calls),
        );
    }
}

fn all_threads_can_evaluate_at_once(model: &mut Model) {
    model.executions(1000);
    model.random(100);
    for (n, threads) in [(2, 2), (5, 2), (3, 3), (4, 4)] {
        so_many_are_inside(model, stripes(n, 1.0, 2.0), threads);
    }
    // Each thread that enters stays until the others have: one execution shows whether they can.
    model.preemptions(0);
    model.executions(1);
    model.random(0);
    for threads in [17, MANY_THREADS] {
        so_many_are_inside(model, stripes(threads, 1.0, 2.0), threads);
    }
}

/// Requires an interleaving in which so many `threads` are inside `f` at once.
fn so_many_are_inside(model: &mut Model, stripes: Stripes, threads: usize) {
    model.reach(
        label(stripes, threads),
        move || most_at_once(stripes, threads),
        format!("{threads} threads evaluate `f` at the same time"),
        threads,
        |execution| execution.value,
    );
}

/// The most threads that were inside `f` at once. Each stays for a moment, so that the others can enter.
fn most_at_once(stripes: Stripes, threads: usize) -> usize {
    let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let f = |x| {
        let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
        most.fetch_max(now, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(1));
        inside.fetch_sub(1, Ordering::SeqCst);
        curve(x)
    };
    integrate_threads(f, stripes.a, stripes.b, stripes.n, threads);
    most.load(Ordering::SeqCst)
}

fn a_panic_reaches_the_caller(model: &mut Model) {
    model.random(100);
    // A submission that always panics, as the stub does, must fail here. Another check judges the sum.
    model.every(
        "4 stripes, 2 threads, no panic",
        || integrate_threads(curve, 0.0, 4.0, 4, 2),
        |_| Ok(()),
    );
    // The points are 0, 1, 2, and so on.
    for (label, n, threads, bad) in [
        ("4 stripes, 2 threads, `f` panics at the first", 4, 2, 0..1),
        ("4 stripes, 2 threads, `f` panics at the last", 4, 2, 3..4),
        ("3 stripes, 3 threads, `f` panics at the second", 3, 3, 1..2),
        ("3 stripes, 3 threads, `f` panics at every point", 3, 3, 0..3),
        ("2 stripes, 1 thread, `f` panics at the first", 2, 1, 0..1),
    ] {
        model.every(
            label,
            move || {
                let f = |x| {
                    assert!(!bad.contains(&(x as usize)), "`f` panics, as the check wants it");
                    x
                };
                panic::catch_unwind(AssertUnwindSafe(|| integrate_threads(f, 0.0, n as f64, n, threads)))
                    .map_err(|_| "it panicked".to_owned())
            },
            |execution| is_passed_on("integrate_threads", execution.value.clone()),
        );
    }
    model.every(
        "2 stripes, 2 threads, after a call that panicked",
        move || {
            let f = |_| panic!("`f` panics, as the check wants it");
            let _ = panic::catch_unwind(AssertUnwindSafe(|| integrate_threads(f, 0.0, 2.0, 2, 2)));
            integrate_threads(curve, 1.0, 2.0, 2, 2)
        },
        |_| Ok(()),
    );
}

/// The integral as `integrate_rayon` computes it, with notes of all calls.
fn compute_by_rayon(stripes: Stripes) -> Computed {
    let recorder = Recorder::new(thread::current().id());
    let f = |x| recorder.note(thread::current().id(), x);
    let value = integrate_rayon(f, stripes.a, stripes.b, stripes.n);
    recorder.into_computed(value)
}

fn is_integrated_by_rayon(execution: &Execution<Computed>, stripes: Stripes) -> Result<(), Violation> {
    by_schedule(execution, stripes.are_integrated("integrate_rayon", &execution.value))
}

fn rayon_gives_the_same_sum(model: &mut Model) {
    // First what few executions show.
    moments_by_rayon(model);
    rayon_evaluates(model);
    model.preemptions(PREEMPTIONS);
    model.executions(EXECUTIONS);
    model.random(100);
    for stripes in [
        stripes(4, 1.0, 3.0),
        stripes(3, 3.0, 1.5),
        stripes(1, 1.0, 2.0),
        stripes(2, 2.0, 2.0),
        stripes(0, 1.0, 2.0),
    ] {
        by_rayon(model, stripes);
    }
    model.every(
        "integrate_rayon, 4 stripes from 0 to 1, `f` gives NaN at 0.5",
        || integrate_rayon(nan_in_the_middle, 0.0, 1.0, 4),
        |execution| is_nan("integrate_rayon", execution.value),
    );
    for bad in [0, 3] {
        model.every(
            format!("integrate_rayon, 4 stripes, `f` panics at {bad}"),
            move || {
                let f = |x| {
                    assert_ne!(x as usize, bad, "`f` panics, as the check wants it");
                    x
                };
                panic::catch_unwind(AssertUnwindSafe(|| integrate_rayon(f, 0.0, 4.0, 4)))
                    .map_err(|_| "it panicked".to_owned())
            },
            |execution| is_passed_on("integrate_rayon", execution.value.clone()),
        );
    }
    several_calls_of_rayon(model);
    many_points_by_rayon(model);
}

/// While one thread is inside `f`, any other may get anywhere.
fn moments_by_rayon(model: &mut Model) {
    model.preemptions(1);
    model.executions(500);
    model.random(50);
    by_rayon_slowly(model, stripes(6, 1.0, 4.0), "a moment", MOMENT);
    model.preemptions(0);
    model.executions(1);
    model.random(0);
    by_rayon_slowly(model, stripes(4, 1.0, 3.0), "a hundred years", AGES);
}

fn by_rayon_slowly(model: &mut Model, stripes: Stripes, in_words: &str, pause: Duration) {
    model.every(
        format!("integrate_rayon, {}, `f` takes {in_words}", stripes.label()),
        move || {
            let recorder = Recorder::new(thread::current().id());
            let f = |x| {
                thread::sleep(pause);
                recorder.note(thread::current().id(), x)
            };
            let value = integrate_rayon(f, stripes.a, stripes.b, stripes.n);
            recorder.into_computed(value)
        },
        move |execution| is_integrated_by_rayon(execution, stripes),
    );
}

fn by_rayon(model: &mut Model, stripes: Stripes) {
    model.every(
        format!("integrate_rayon, {}", stripes.label()),
        move || compute_by_rayon(stripes),
        move |execution| is_integrated_by_rayon(execution, stripes),
    );
}

/// State that one call leaves to the next, or shares with another one at the same time, shows with few preemptions.
fn several_calls_of_rayon(model: &mut Model) {
    model.preemptions(1);
    let (first, second) = (stripes(2, 1.0, 2.0), stripes(3, 5.0, 2.0));
    let are_both = move |execution: &Execution<[Computed; 2]>| {
        let [one, other] = &execution.value;
        let judged = first.are_integrated("integrate_rayon", one);
        by_schedule(execution, judged.and(second.are_integrated("integrate_rayon", other)))
    };
    model.every(
        "integrate_rayon, 2 stripes, then 3 others",
        move || [compute_by_rayon(first), compute_by_rayon(second)],
        are_both,
    );
    model.every(
        "integrate_rayon, two calls at the same time, 2 and 3 stripes",
        move || {
            thread::scope(|scope| {
                let other = scope.spawn(move || compute_by_rayon(second));
                let own = compute_by_rayon(first);
                [own, other.join().unwrap_or_else(|panic| panic::resume_unwind(panic))]
            })
        },
        are_both,
    );
}

/// A submission may leave few points to one thread, so that only many of them show what its threads share.
fn many_points_by_rayon(model: &mut Model) {
    model.executions(100);
    by_rayon(model, stripes(2000, 0.0, 1.0));
    model.preemptions(0);
    model.executions(5);
    model.random(5);
    for n in [10, 1000, 1003, 10_001] {
        for (a, b) in [(1.0, 10.0), (3.1, -2.3)] {
            by_rayon(model, stripes(n, a, b));
        }
    }
    model.executions(1);
    model.random(0);
    by_rayon(model, stripes(MANY, 0.0, 1.0));
}

/// Several threads of rayon are inside `f` at once. Without preemptions, one goes on while another stays there.
fn rayon_evaluates(model: &mut Model) {
    model.steps(STEPS_FOR_MANY);
    model.executions(1);
    model.random(0);
    let stripes = stripes(POINTS_FOR_RAYON, 0.0, 1.0);
    model.every(
        format!(
            "integrate_rayon, {}, `f` takes a moment at the first points",
            stripes.label()
        ),
        move || {
            let crowd = Crowd::of_first(COUNTED_POINTS);
            let f = |x| {
                if rayon::current_thread_index().is_some() {
                    crowd.pass(|| thread::sleep(MOMENT));
                } else {
                    crowd.pass_by();
                }
                curve(x)
            };
            integrate_rayon(f, stripes.a, stripes.b, stripes.n);
            (crowd.most(), crowd.others())
        },
        |execution| {
            let (most, others) = execution.value;
            let got = match most {
                0 => "none of them called it: other threads did",
                1 => "only one called it at a time",
                _ if others > 0 => "others called it too: the caller, or threads that rayon did not start",
                _ => return Ok(()),
            };
            let violation = Violation::new(
                Finding::NotConcurrent,
                "expected several of rayon's threads, and no others, to evaluate `f` for `integrate_rayon`",
            );
            Err(violation.got(got))
        },
    );
}
