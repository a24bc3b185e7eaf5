//! The known submissions of the small course get the expected verdicts.

use std::num::NonZero;

use grader::verify::{Role, Rounds, verify, verify_thoroughly};
use protocol::verdict::Report;

use crate::course::{Course, silent};

#[test]
fn every_known_submission_agrees_and_comes_in_its_place() {
    let course = Course::open();
    let exercises = course.workspace.exercises().expect("a list");
    let outcomes = verify(
        &course.workspace,
        &exercises,
        &course.options,
        &|_, _| Vec::new(),
        &silent,
    );
    let outcomes = outcomes.expect("the headers are right");
    let roles: Vec<Role> = outcomes.iter().map(|outcome| outcome.role).collect();
    assert_eq!(
        roles,
        [
            Role::Solution,
            Role::Variant,
            Role::Stub,
            Role::Idle,
            Role::Mistake,
            Role::Survivors
        ]
    );
    for outcome in outcomes {
        assert_eq!(outcome.differences, [""; 0], "{outcome:#?}");
    }
}

#[test]
fn what_a_reader_says_about_a_report_is_a_difference() {
    let course = Course::open();
    let exercises = course.workspace.exercises().expect("a list");
    let reader = |role, report: &Report| match role {
        Role::Mistake => vec![format!("{} is hard to read", report.submission.display())],
        Role::Solution | Role::Variant | Role::Stub | Role::Idle | Role::Survivors => Vec::new(),
    };
    let outcomes = verify(&course.workspace, &exercises, &course.options, &reader, &silent);
    let differences: Vec<String> = outcomes
        .expect("the headers are right")
        .into_iter()
        .flat_map(|outcome| outcome.differences)
        .collect();
    let [difference] = &differences[..] else {
        panic!("expected one difference, got {differences:?}");
    };
    assert!(difference.ends_with(".rs is hard to read"), "{difference}");
}

#[test]
fn a_loaded_machine_and_another_order_change_no_verdict() {
    let course = Course::open();
    let exercises = course.workspace.exercises().expect("a list");
    let rounds = Rounds {
        n_rounds: const { NonZero::new(2).expect("it is not zero") },
        seed: 1,
    };
    let thorough = verify_thoroughly(&course.workspace, &exercises, rounds, &course.options, &silent);
    let thorough = thorough.expect("the headers are right");
    assert!(thorough.is_right(), "{thorough:#?}");
    assert_eq!(thorough.n_gradings, 2 * 5);
}
