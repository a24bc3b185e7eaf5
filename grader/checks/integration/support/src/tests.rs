//! Judges notes whose points, sum or shares are right, or wrong in one way each.

use super::*;

const STRIPES: Stripes = Stripes { a: 1.0, b: 3.0, n: 4 };

fn said(stripes: Stripes, points: &[f64], value: f64) -> Result<(), String> {
    let calls = points.iter().map(|&point| Call { thread: 1, point }).collect();
    let judged = stripes.are_integrated("integrate", &Computed { value, calls });
    judged.map_err(|violation| violation.got.unwrap_or_default())
}

#[test]
fn points_in_any_order_are_right() {
    let sum = [1.0, 1.5, 2.0, 2.5].map(curve).iter().sum::<f64>() / 2.0;
    assert_eq!(said(STRIPES, &[2.0, 1.0, 2.5, 1.5], sum), Ok(()));
    assert_eq!(said(STRIPES, &[2.0, 1.0, 2.5, 1.5], sum * (1.0 + 1e-10)), Ok(()));
    assert_eq!(said(Stripes { n: 0, ..STRIPES }, &[], -0.0), Ok(()));
}

#[test]
fn wrong_points_are_named() {
    for (points, expected) in [
        (&[1.0, 1.5, 2.0][..], "it was called 3 times, never with 2.5"),
        (&[1.0], "it was called once, never with 1.5"),
        (&[1.0, 1.5, 2.0, 2.0], "it was called 4 times, too often with 2"),
        (&[1.0, 1.5, 2.0, 2.5, 2.0], "it was called 5 times, too often with 2"),
        (
            &[1.0, 1.5, 2.0, 2.5, 3.0],
            "it was called 5 times, and with 3, which is none of them",
        ),
        (
            &[1.25, 1.75, 2.25, 2.75],
            "it was called 4 times, never with 1, but with 1.25",
        ),
        (
            &[1.0, 1.5, 2.0, 2.5_f64.next_up()],
            "it was called 4 times, never with 2.5, but with 2.5000000000000004",
        ),
    ] {
        assert_eq!(said(STRIPES, points, 0.0), Err(expected.to_owned()));
    }
    let backwards = Stripes { a: 2.0, b: 2.0, n: 3 };
    let expected = "it was called twice, too seldom with 2";
    assert_eq!(said(backwards, &[2.0, 2.0], 0.0), Err(expected.to_owned()));
}

#[test]
fn a_wrong_sum_is_noticed() {
    let points = [1.0, 1.5, 2.0, 2.5];
    assert!(said(STRIPES, &points, 8.75 * (1.0 + 1e-8)).is_err());
    assert!(said(STRIPES, &points, f64::NAN).is_err());
    assert!(said(Stripes { n: 0, ..STRIPES }, &[], f64::NAN).is_err());
}

/// Judges calls of which `counts` are by other threads, one number each, and `own` by the caller.
fn judged(n: usize, threads: usize, counts: &[usize], own: usize) -> Result<(), Violation> {
    let recorder = Recorder::new("caller");
    let names = ["one", "two", "three", "four"];
    for (name, count) in names.into_iter().zip(counts).chain([("caller", &own)]) {
        for _ in 0..*count {
            recorder.note(name, 0.0);
        }
    }
    are_shared(n, threads, &recorder.into_computed(0.0).calls)
}

fn finding(n: usize, threads: usize, counts: &[usize], own: usize) -> Option<Finding> {
    judged(n, threads, counts, own).err().map(|violation| violation.finding)
}

#[test]
fn shares_are_even() {
    for (n, threads, counts) in [
        (10, 3, &[3, 4, 3][..]),
        (2, 3, &[1, 1]),
        (3, 0, &[3]),
        (0, 2, &[]),
        (4, 2, &[2, 2]),
    ] {
        assert_eq!(finding(n, threads, counts, 0), None, "{n} points, {threads} threads");
    }
    assert_eq!(finding(10, 3, &[4, 4, 2], 0), Some(Finding::WrongResult));
    assert_eq!(finding(4, 2, &[4], 0), Some(Finding::WrongResult));
    assert_eq!(finding(4, 2, &[2, 1, 1], 0), Some(Finding::LimitExceeded));
    assert_eq!(finding(4, 2, &[2], 2), Some(Finding::NotConcurrent));
    assert_eq!(finding(0, 2, &[1], 0), Some(Finding::LimitExceeded));
}

#[test]
fn a_caller_that_helps_and_one_that_works_alone_get_different_messages() {
    let got = |counts: &[usize], own| {
        let violation = judged(4, 2, counts, own).expect_err("the caller evaluates");
        violation.got.unwrap_or_default()
    };
    assert!(got(&[2], 2).ends_with("evaluated it too"));
    assert!(got(&[], 4).starts_with("no thread of its own from std did"));
}

#[test]
fn evidence_needs_two_threads_that_compute() {
    let busy = Busy::default();
    assert_eq!(busy.evidence(), Evidence::Unclear);
    for _ in 0..200 {
        busy.stay(|| compute(1.0));
    }
    assert_eq!(busy.evidence(), Evidence::Alone);
}

#[test]
fn many_shares_are_put_together() {
    assert_eq!(summands(&[3, 3, 2]), "3 + 3 + 2");
    let shares = [vec![38; 9], vec![37], vec![0; 284]].concat();
    assert_eq!(summands(&shares), "9 × 38 + 37 + 284 × 0");
}
