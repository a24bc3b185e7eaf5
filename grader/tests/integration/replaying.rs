//! Running a failing interleaving again from its token.

use grader::grade::{ReplayError, replay};
use protocol::Failure;
use protocol::verdict::{Evidence, Overall, ReplayReport, Verdict};

use crate::course::{Course, silent, verdict};

const MISTAKE: &str = "solutions/counting/mistakes/load_then_store.rs";

fn failure(course: &Course) -> Failure {
    let report = course.grade(MISTAKE);
    match verdict(&report, "every_step_counts") {
        Verdict::Failed(check_failure) => match &check_failure.evidence {
            Evidence::Interleaving(failure) => (**failure).clone(),
            other => panic!("expected an interleaving, got {other:?}"),
        },
        other => panic!("expected a failure, got {other:?}"),
    }
}

fn run(course: &Course, path: &str, token: &str) -> Result<ReplayReport, ReplayError> {
    replay(
        &course.workspace,
        &course.exercise,
        &course.submission(path),
        token,
        &course.options,
        &silent,
    )
}

#[test]
fn a_token_leads_to_the_same_failure_event_for_event() {
    let course = Course::open();
    let failure = failure(&course);
    let token = failure.token.clone().expect("an interleaving has a token");
    let report = run(&course, MISTAKE, &token).expect("the token fits");
    assert_eq!(report.check, "every_step_counts");
    let again = report.replayed.failure.expect("it fails again");
    assert_eq!(
        (again.finding, again.cause, again.signature),
        (failure.finding, failure.cause, failure.signature)
    );
    assert_eq!(Some(report.replayed.trace), failure.trace);
}

#[test]
fn a_token_of_another_submission_or_check_or_version_is_refused() {
    let course = Course::open();
    let token = failure(&course).token.expect("an interleaving has a token");
    let other = run(&course, "solutions/counting", &token);
    assert!(matches!(other, Err(ReplayError::Refused { .. })), "{other:?}");
    let (_, digits) = token.split_once('-').expect("a version and digits");
    for wrong in [format!("99-{digits}"), "nonsense".to_owned(), String::new()] {
        let result = run(&course, MISTAKE, &wrong);
        assert!(matches!(result, Err(ReplayError::Token { .. })), "{wrong}: {result:?}");
    }
    let mut course = course;
    course.exercise.checks.retain(|check| check.name != "every_step_counts");
    let result = run(&course, MISTAKE, &token);
    assert!(matches!(result, Err(ReplayError::Token { .. })), "{result:?}");
}

#[test]
fn a_submission_that_does_not_build_gets_a_report_instead() {
    let course = Course::open();
    let token = failure(&course).token.expect("an interleaving has a token");
    match run(&course, "submissions/does_not_compile.rs", &token) {
        Err(ReplayError::NotReplayed { report }) => assert_eq!(report.overall(), Overall::Failed),
        other => panic!("expected a report, got {other:?}"),
    }
}
