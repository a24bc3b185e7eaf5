//! The known submissions of the small course get the expected verdicts.

use std::num::NonZero;

use grader::verify::{Role, Rounds, verify, verify_thoroughly};

use crate::course::{Course, silent};

#[test]
fn every_known_submission_agrees_and_comes_in_its_place() {
    let course = Course::open();
    let exercises = course.workspace.exercises().expect("a list");
    let outcomes = verify(&course.workspace, &exercises, &course.options, &silent).expect("the headers are right");
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
