//! The known submissions of the small course get the expected verdicts.

use grader::verify::{Role, verify};

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
            Role::Mistake,
            Role::Survivors
        ]
    );
    for outcome in outcomes {
        assert_eq!(outcome.differences, [""; 0], "{outcome:#?}");
    }
}
