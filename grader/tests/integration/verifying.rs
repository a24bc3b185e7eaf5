//! The known submissions of the small course get the expected verdicts.

use std::num::NonZero;
use std::sync::Mutex;

use grader::verify::{Role, Rounds, VerifyError, verify, verify_thoroughly};
use protocol::verdict::Report;

use crate::course::{Course, silent};

fn nothing_to_say(_: Role, _: &Report) -> Vec<String> {
    Vec::new()
}

#[test]
fn every_known_submission_agrees_and_comes_in_its_place() {
    let course = Course::open();
    let exercises = course.workspace.exercises().expect("a list");
    let verified = verify(
        &course.workspace,
        &exercises,
        None,
        &course.options,
        &nothing_to_say,
        &silent,
    );
    let outcomes = verified.expect("the headers are right");
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
    let share = Some("2/2".parse().expect("the share with the mistake"));
    let verified = verify(&course.workspace, &exercises, share, &course.options, &reader, &silent);
    let differences: Vec<String> = verified
        .expect("the headers are right")
        .into_iter()
        .flat_map(|outcome| outcome.differences)
        .collect();
    let [difference] = &differences[..] else {
        panic!("expected one difference, got {differences:?}");
    };
    assert!(difference.ends_with(".rs is hard to read"), "{difference}");
}

/// Thousands may wait for their turn, and calls of the compiler that are ended at once would take minutes.
#[test]
fn nothing_is_begun_after_a_cancel() {
    let course = Course::open();
    let exercises = course.workspace.exercises().expect("a list");
    course.options.cancel.cancel();
    let begun = Mutex::new(Vec::new());
    let events = |event| begun.lock().expect("nobody panics").push(event);
    let verified = verify(
        &course.workspace,
        &exercises,
        None,
        &course.options,
        &nothing_to_say,
        &events,
    );
    assert!(matches!(verified, Err(VerifyError::Cancelled)), "{verified:?}");
    assert!(begun.lock().expect("nobody panics").is_empty(), "{begun:?}");
}

#[test]
fn shares_have_all_solutions_and_stubs_and_deal_out_the_rest() {
    let course = Course::open();
    let exercises = course.workspace.exercises().expect("a list");
    let roles = |share: &str| -> Vec<Role> {
        let share = share.parse().expect("a share");
        let verified = verify(
            &course.workspace,
            &exercises,
            Some(share),
            &course.options,
            &nothing_to_say,
            &silent,
        );
        let outcomes = verified.expect("the headers are right");
        outcomes.iter().map(|outcome| outcome.role).collect()
    };
    let always = [Role::Solution, Role::Stub, Role::Idle];
    assert_eq!(
        roles("1/2"),
        [Role::Solution, Role::Variant, Role::Stub, Role::Idle, Role::Survivors]
    );
    assert_eq!(roles("2/2"), [&always[..], &[Role::Mistake]].concat());
    assert_eq!(roles("3/3"), always);
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
