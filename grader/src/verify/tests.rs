//! What agrees with an expectation and what does not.

use protocol::CheckKind;

use super::*;
use crate::judge::BUILD;
use protocol::verdict::{CheckFailure, CheckVerdict, Containment, Evidence, GraderIdentity};

fn report(verdicts: &[(&str, Verdict)]) -> Report {
    let check = |(name, verdict): &(&str, Verdict)| CheckVerdict {
        name: (*name).to_owned(),
        kind: CheckKind::Model,
        property: String::new(),
        verdict: verdict.clone(),
        points: 5,
        score: None,
        explored: None,
        hints: Vec::new(),
    };
    let word = String::new;
    Report {
        exercise: word(),
        title: word(),
        submission: PathBuf::new(),
        checks: verdicts.iter().map(check).collect(),
        grader: GraderIdentity {
            version: word(),
            compiler: word(),
            containment: Containment {
                level: word(),
                processes: word(),
                filesystem: word(),
                network: word(),
                missing: Vec::new(),
            },
        },
        sources: Vec::new(),
    }
}

fn failed(finding: Finding) -> Verdict {
    Verdict::Failed(CheckFailure {
        finding,
        message: String::new(),
        help: None,
        evidence: Evidence::None,
        panic: None,
    })
}

#[track_caller]
fn differ(expected: &Expectation, verdicts: &[(&str, Verdict)], differences: &[&str]) {
    let got = verdicts.iter().filter_map(|(name, verdict)| match verdict {
        Verdict::Failed(check_failure) => Some(((*name).to_owned(), check_failure.finding)),
        _ => None,
    });
    assert_eq!(
        super::differences(expected, &got.collect(), &report(verdicts)),
        differences
    );
}

#[test]
fn a_mistake_has_to_fail_exactly_as_its_header_says() {
    let expected = Expectation::Fails(ExpectedFailures {
        always: BTreeMap::from([("a".to_owned(), Finding::Race)]),
        perhaps: BTreeSet::from([("c".to_owned(), Finding::Deadlock)]),
    });
    differ(&expected, &[("a", failed(Finding::Race)), ("b", Verdict::Passed)], &[]);
    differ(
        &expected,
        &[("a", failed(Finding::Deadlock))],
        &["`a` fails with `deadlock`, expected `race`"],
    );
    differ(
        &expected,
        &[("a", Verdict::Passed)],
        &["`a` does not fail, expected `race`"],
    );
    let both = [("a", failed(Finding::Race)), ("b", failed(Finding::Race))];
    differ(&expected, &both, &["`b` fails with `race`, expected no failure"]);
    let also = |finding| [("a", failed(Finding::Race)), ("c", failed(finding))];
    differ(&expected, &also(Finding::Deadlock), &[]);
    differ(
        &expected,
        &also(Finding::Panic),
        &["`c` fails with `panic`, expected no failure"],
    );
}

#[test]
fn a_stub_has_to_compile_and_to_pass_nothing() {
    let expected = Expectation::NoCheckPasses;
    let because = "a".to_owned();
    let skipped = Verdict::Skipped { because };
    differ(&expected, &[("a", failed(Finding::Panic)), ("b", skipped)], &[]);
    differ(
        &expected,
        &[("a", failed(Finding::Panic)), ("b", Verdict::Passed)],
        &["`b` passes, and nothing was done"],
    );
    differ(
        &expected,
        &[("a", Verdict::Passed)],
        &["no check fails", "`a` passes, and nothing was done"],
    );
    differ(
        &expected,
        &[(BUILD, failed(Finding::CompileError))],
        &["it does not compile"],
    );
}

#[test]
fn a_solution_has_to_fail_nothing() {
    let expected = Expectation::EveryCheckPasses;
    differ(
        &expected,
        &[("a", failed(Finding::Panic))],
        &["`a` fails with `panic`, expected no failure"],
    );
    differ(&expected, &[("a", Verdict::Passed)], &[]);
}
