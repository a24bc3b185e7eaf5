//! Documents for other systems: each says what its receiver asks for, and nothing that acts on it.

use report::exports::classroom50::{self, Submission};
use report::exports::{Entry, Outcome, exercism, gradescope, junit, sarif};
use serde_json::Value;

use super::hostile::hostile;
use super::*;

/// A submission with a race, a check that passes and one that could not be graded.
fn racy() -> Report {
    let checks = vec![
        model_failure("every_increment_counts", failures::lost_update()),
        passed(),
        check("program_prints_two", CheckKind::Program, ungraded()),
    ];
    report(checks, failures::COUNTER)
}

fn ungraded() -> Verdict {
    Verdict::Ungraded {
        reason: "failed to start the program".into(),
        help: Some("run it again".into()),
    }
}

fn does_not_compile() -> Report {
    let told = Evidence::Diagnostics("error: expected `)`".into());
    let checks = vec![
        check(
            "it_compiles",
            CheckKind::Build,
            failed(Finding::CompileError, "it does not compile", told),
        ),
        check(
            "every_increment_counts",
            CheckKind::Model,
            Verdict::Skipped {
                because: "it_compiles".into(),
            },
        ),
    ];
    report(checks, "pub fn count(")
}

fn not_graded() -> Report {
    report(vec![check("every_increment_counts", CheckKind::Model, ungraded())], "")
}

fn nothing(outcome: Outcome<'_>) -> Entry<'_> {
    Entry {
        exercise: "counting",
        max_score: 9,
        outcome,
        selection: "",
    }
}

fn submission() -> Submission {
    Submission {
        classroom: "autumn".into(),
        assignment: "counting".into(),
        assignment_type: Some("individual".into()),
        owner: Some("ada".into()),
        tag: "submit/2026-09-01T10-00-00Z-a1b2c3d".into(),
        commit: "https://example.org/c".into(),
        release: "https://example.org/r".into(),
        review: "https://example.org/d".into(),
        datetime: "2026-09-01T10:00:00Z".into(),
    }
}

/// All documents about `report`.
fn documents(report: &Report) -> Vec<String> {
    let entries = [Entry::of(report, "")];
    let options = Options::default();
    let mut document = junit::Document::default();
    document.add(junit::Owner::Student("<ada>\n&"), &entries, &options);
    let mut documents = vec![
        gradescope::results(&entries, &options),
        exercism::results(&entries, &options),
        sarif::log(&entries, &options),
        document.into_document(),
    ];
    documents.extend(classroom50::result(&submission(), &entries, &options));
    documents
}

fn parsed(document: &str) -> Value {
    assert_eq!(document.lines().count(), 1, "{document}");
    serde_json::from_str(document).expect("it is JSON")
}

fn pretty(document: &str) -> String {
    serde_json::to_string_pretty(&parsed(document)).expect("it is JSON")
}

#[test]
fn gradescope_gets_points_texts_and_no_score_for_what_is_not_graded() {
    let report = racy();
    let document = gradescope::results(&[Entry::of(&report, "")], &Options::default());
    assert_snapshot!(pretty(&document));
}

#[test]
fn gradescope_gets_no_score_if_nobody_knows_it() {
    let (racy, not_graded) = (racy(), not_graded());
    let results = |entries: &[Entry<'_>]| parsed(&gradescope::results(entries, &Options::default()));
    let known = results(&[Entry::of(&racy, ""), nothing(Outcome::NothingHandedIn)]);
    assert_eq!(known["score"], 3);
    assert_eq!(known["tests"][3]["score"], 0);
    for unknown in [
        Entry::of(&not_graded, ""),
        nothing(Outcome::Unusable("the archive is broken")),
    ] {
        let results = results(&[unknown]);
        assert_eq!((results.get("score"), results["tests"][0].get("score")), (None, None));
        assert_eq!(results["tests"][0].get("status"), None);
    }
}

/// What the collector of Classroom 50 asks of a document before it takes it.
#[test]
fn classroom50_gets_a_result_that_its_collector_takes() {
    let report = racy();
    let entries = [Entry::of(&report, "")];
    let document = classroom50::result(&submission(), &entries, &Options::default());
    let document = parsed(&document.expect("the score is known"));
    assert_eq!(document["schema"], "classroom50/result/v1");
    let texts = [
        "classroom",
        "assignment",
        "assignment_type",
        "owner",
        "submission",
        "commit",
        "release",
        "review",
        "datetime",
    ];
    for field in texts {
        assert!(
            document[field].as_str().is_some_and(|text| !text.is_empty()),
            "{field}: {document}"
        );
    }
    let score = |value: &Value| (value["score"].as_u64(), value["max-score"].as_u64());
    assert_eq!(score(&document), (Some(3), Some(9)));
    let tests = document["tests"].as_array().expect("a list");
    let tests: Vec<_> = tests
        .iter()
        .map(|test| {
            let text = |field: &str| test[field].as_str().unwrap_or_default().to_owned();
            (
                text("test-name"),
                test["passed"].as_bool(),
                score(test),
                text("verdict"),
            )
        })
        .collect();
    let test = |name: &str, passed, score, verdict: &str| {
        let name = format!("counting::{name}");
        (name, Some(passed), (Some(score), Some(3)), verdict.to_owned())
    };
    assert_eq!(
        tests,
        [
            test("every_increment_counts", false, 0, "race"),
            test("threads_run_at_once", true, 3, "passed"),
            test("program_prints_two", false, 0, "ungraded"),
        ]
    );
    let not_graded = not_graded();
    let none = classroom50::result(&submission(), &[Entry::of(&not_graded, "")], &Options::default());
    assert_eq!(none, None);
}

#[test]
fn exercism_gets_a_task_for_each_check() {
    let results = |report: &Report| parsed(&exercism::results(&[Entry::of(report, "")], &Options::default()));
    let racy = results(&racy());
    assert_eq!((&racy["version"], &racy["status"]), (&3.into(), &"fail".into()));
    assert_eq!(racy["message"], Value::Null);
    let tests = racy["tests"].as_array().expect("a list");
    let told: Vec<_> = tests
        .iter()
        .map(|test| (test["name"].as_str(), test["status"].as_str(), test["task_id"].as_u64()))
        .collect();
    assert_eq!(
        told,
        [
            (Some("every increment counts"), Some("fail"), Some(1)),
            (Some("threads run at once"), Some("pass"), Some(2)),
            (Some("program prints two"), Some("error"), Some(3)),
        ]
    );
    for test in tests {
        assert_eq!(test["message"].is_null(), test["status"] == "pass", "{test}");
        assert!(test["test_code"].is_string());
    }
    let passes = results(&report(vec![passed()], ""));
    assert_eq!((&passes["status"], &passes["message"]), (&"pass".into(), &Value::Null));
    for (report, message) in [
        (does_not_compile(), "compile_error\n"),
        (not_graded(), "failed to start the program\nhelp: run it again"),
    ] {
        let results = results(&report);
        assert_eq!(
            (&results["status"], &results["tests"]),
            (&"error".into(), &Value::Array(Vec::new()))
        );
        assert!(
            results["message"]
                .as_str()
                .is_some_and(|told| told.starts_with(message)),
            "{results}"
        );
    }
}

#[test]
fn sarif_tells_each_cause_at_its_line_with_its_steps() {
    let report = racy();
    let document = sarif::log(&[Entry::of(&report, "")], &Options::default());
    assert_snapshot!(pretty(&document));
}

/// *SARIF support for code scanning* in GitHub's documentation lists what it asks for.
#[test]
fn sarif_has_what_code_scanning_asks_for() {
    for report in [racy(), does_not_compile(), not_graded(), hostile()] {
        let log = parsed(&sarif::log(&[Entry::of(&report, "")], &Options::default()));
        assert_eq!(log["version"], "2.1.0");
        assert!(log["$schema"].is_string());
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
        for rule in rules {
            for text in ["shortDescription", "fullDescription", "help"] {
                assert!(
                    rule[text]["text"].as_str().is_some_and(|text| !text.is_empty()),
                    "{rule}"
                );
            }
        }
        let results = run["results"].as_array().expect("a list");
        assert_eq!(
            results.is_empty(),
            report.checks.iter().all(|check| check.score.is_none())
        );
        for result in results {
            let index = result["ruleIndex"].as_u64().expect("a number") as usize;
            assert_eq!(result["ruleId"], rules[index]["id"]);
            assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
            assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
            let flows = result["codeFlows"].as_array().into_iter().flatten();
            let threads = flows.flat_map(|flow| flow["threadFlows"].as_array().expect("a list"));
            let steps = threads.flat_map(|thread| thread["locations"].as_array().expect("a list"));
            let places = steps.map(|step| &step["location"]).chain([&result["locations"][0]]);
            for place in places {
                let region = &place["physicalLocation"]["region"];
                let number = |name: &str| region[name].as_u64().expect("a number");
                assert!(
                    number("startLine") >= 1 && number("startLine") == number("endLine"),
                    "{place}"
                );
                assert!(
                    number("startColumn") >= 1 && number("startColumn") <= number("endColumn"),
                    "{place}"
                );
                assert_eq!(
                    place["physicalLocation"]["artifactLocation"]["uri"],
                    "exercises/counting/src/lib.rs"
                );
            }
        }
        let invocation = &run["invocations"][0];
        let n_ungraded = report.checks.iter().filter(|check| check.score.is_none()).count();
        assert_eq!(invocation["executionSuccessful"], n_ungraded == 0);
        let notifications = invocation["toolExecutionNotifications"].as_array().expect("a list");
        assert_eq!(notifications.len(), n_ungraded);
    }
}

#[test]
fn junit_is_read_by_a_parser_in_use() {
    let (racy, hostile) = (racy(), hostile());
    let mut document = junit::Document::default();
    let options = Options::default();
    document.add(junit::Owner::Only, &[Entry::of(&racy, "")], &options);
    let entries = [
        Entry::of(&hostile, ""),
        nothing(Outcome::Unusable("no\u{0}thing & <nobody>\nelse")),
        nothing(Outcome::NothingHandedIn),
    ];
    document.add(junit::Owner::Student("<a\"da>\u{1b}"), &entries, &options);
    let document = document.into_document();
    let suites = junit_parser::from_reader(document.as_bytes())
        .expect("it is JUnit's XML")
        .suites;
    let counts: Vec<_> = suites
        .iter()
        .map(|suite| {
            (
                suite.name.as_str(),
                suite.tests,
                suite.failures,
                suite.errors,
                suite.skipped,
            )
        })
        .collect();
    assert_eq!(counts, [("counting", 3, 1, 1, 0), ("<a\"da>\u{fffd}", 4, 2, 1, 1)]);
    let [failed, passed, ungraded] = &suites[0].cases[..] else {
        panic!("{suites:#?}")
    };
    assert_eq!(failed.classname.as_deref(), Some("counting"));
    let failure = failed.status.failure_as_ref();
    assert_eq!(
        (failure.message.as_str(), failure.failure_type.as_str()),
        ("expected a count of 2, got 1", "race")
    );
    assert!(
        failure.text.contains("replay: cargo xtask replay counting 1-9f3a"),
        "{}",
        failure.text
    );
    assert!(failure.text.lines().count() > 5, "{}", failure.text);
    assert!(passed.status.is_success());
    assert!(ungraded.status.is_error());
    let unusable = suites[1].cases[2].status.error_as_ref();
    assert_eq!(unusable.message, "no\\u{0}thing & <nobody>\nelse");
    assert!(suites[1].cases[3].status.is_skipped());
}

#[test]
fn no_document_acts_on_who_prints_it() {
    for document in documents(&hostile()) {
        let is_hidden = |character: char| character != '\n' && report::escape::is_hidden(character);
        assert!(!document.chars().any(is_hidden), "{document}");
        assert!(!document.contains("##"), "{document}");
        assert!(
            document.lines().all(|line| !line.trim_start().starts_with("::")),
            "{document}"
        );
    }
}
