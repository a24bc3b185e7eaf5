//! Gradings of the small course: what a report contains.

use std::num::NonZero;
use std::sync::Mutex;

use grader::discover::Submission;
use grader::event::Event;
use grader::grade::{AfterFailure, GradeError, grade};
use grader::help::Help as _;
use protocol::trace::AtomicAccess;
use protocol::verdict::{Evidence, Overall, Report, Score, Verdict};
use protocol::{CheckKind, Finding};

use crate::course::{Course, first_failure, silent, verdict, words};

#[test]
fn the_solution_gets_all_points() {
    let report = Course::open().grade("solutions/counting");
    assert_eq!(
        (report.overall(), report.score(), report.max_score()),
        (Overall::Passed, Score::Exactly(10), 10),
        "{report:#?}"
    );
    let paths: Vec<&str> = report.sources.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        ["solutions/counting/src/lib.rs", "solutions/counting/src/tally.rs"]
    );
    assert!(
        report.grader.compiler.starts_with("rustc 1."),
        "{}",
        report.grader.compiler
    );
}

#[test]
fn checks_come_in_the_order_of_the_manifest() {
    let course = Course::open();
    let report = course.grade("solutions/counting");
    let names: Vec<&str> = report.checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(
        names,
        ["every_step_counts", "tally_adds_up", "program_prints_the_count"]
    );
}

#[test]
fn every_check_is_judged_by_itself_when_another_one_has_failed() {
    let mut course = Course::open();
    let race = "solutions/counting/mistakes/load_then_store.rs";
    let report = course.grade(race);
    assert_eq!(verdict(&report, "program_prints_the_count"), &Verdict::Passed);
    assert_eq!(report.score(), Score::Exactly(6));
    course.options.after_failure = AfterFailure::SkipLaterKinds;
    let report = course.grade(race);
    let skipped = Verdict::Skipped {
        because: "every_step_counts".to_owned(),
    };
    assert_eq!(verdict(&report, "program_prints_the_count"), &skipped);
    assert_eq!(report.score(), Score::AtLeast(3));
    assert_eq!(report.checks[0].hints[..2], ["race nudge", "race concept"]);
    course.options.after_failure = AfterFailure::SkipAll;
    course.options.workers = NonZero::<usize>::MIN;
    let report = course.grade(race);
    for check in ["tally_adds_up", "program_prints_the_count"] {
        assert_eq!(verdict(&report, check), &skipped, "`{check}`");
    }
}

#[test]
fn orderings_weaker_than_seq_cst_are_decided_and_cost_points_only_where_they_are_too_weak() {
    let course = Course::open();
    let listed = |report: &Report| {
        let told = |(weak, decided): (&AtomicAccess, bool)| {
            let (file, line, function, order) = weak.source_key();
            format!(
                "{file}:{line} {} {}, decided: {decided}",
                function.as_str(),
                order.as_str()
            )
        };
        report.weak_orderings().into_iter().map(told).collect::<Vec<_>>()
    };
    let too_weak = course.grade("submissions/publishes_relaxed.rs");
    let failed = ("every_step_counts".to_owned(), Finding::Race);
    assert_eq!(first_failure(&too_weak), Some(failed));
    let counter = "solutions/counting/variants/atomic.rs";
    let report = course.grade(counter);
    assert_eq!(
        (report.overall(), report.score()),
        (Overall::Passed, Score::Exactly(10)),
        "{report:#?}"
    );
    assert_eq!(
        listed(&report),
        [format!("{counter}:13 fetch_add Relaxed, decided: true")]
    );
    let report = course.grade("solutions/counting");
    assert_eq!((report.score(), listed(&report)), (Score::Exactly(10), Vec::new()));
}

#[test]
fn a_submission_that_does_not_compile_is_told_in_the_compilers_words_with_the_students_paths() {
    let report = Course::open().grade("submissions/does_not_compile.rs");
    let Verdict::Failed(check_failure) = verdict(&report, "build") else {
        panic!("{report:#?}")
    };
    assert_eq!(
        check_failure.message,
        "expected the submission to compile, the compiler reports an error"
    );
    let Evidence::Diagnostics(text) = &check_failure.evidence else {
        panic!("{check_failure:#?}")
    };
    assert!(
        text.starts_with("error[E0308]: mismatched types\n --> submissions/does_not_compile.rs:5:5"),
        "{text}"
    );
    assert_eq!(report.checks[0].kind, CheckKind::Build);
    assert_eq!((report.score(), report.max_score()), (Score::Exactly(0), 10));
}

#[test]
fn a_missing_item_is_told_with_its_signature() {
    let course = Course::open();
    let told = |name: &str| words(&course.grade(&format!("submissions/{name}.rs")), "build");
    assert_eq!(
        told("lacks_an_item"),
        "expected this public item, it is missing or has another signature:\n  `Tally`: `pub struct Tally(pub u64)`"
    );
    assert!(told("lacks_a_method").ends_with(":\n  `Tally::add`: `pub fn add(&mut self, more: u64)`"));
    assert!(told("has_another_signature").ends_with(":\n  `count`: `pub fn count(total: u64) -> u64`"));
}

#[test]
fn a_difference_is_shown_after_the_filters() {
    let report = Course::open().grade("submissions/prints_too_much.rs");
    let Verdict::Failed(check_failure) = verdict(&report, "program_prints_the_count") else {
        panic!("{report:#?}")
    };
    let expected = "counted to 7 in [time]".to_owned();
    let got = "counting\ncounted to 7 in [time]".to_owned();
    assert_eq!(check_failure.evidence, Evidence::Difference { expected, got });
}

#[test]
fn two_gradings_of_one_submission_are_equal() {
    let course = Course::open();
    let names = [
        "does_not_compile",
        "lacks_an_item",
        "overflows_the_stack",
        "prints_too_much",
        "exits",
        "steals_files",
        "panics",
    ];
    let bad = names.map(|name| format!("submissions/{name}.rs"));
    let race = "solutions/counting/mistakes/load_then_store.rs".to_owned();
    for path in bad.iter().chain([&race]) {
        assert_eq!(course.grade(path), course.grade(path), "{path}");
    }
}

#[test]
fn only_the_check_that_is_asked_for_is_run() {
    let mut course = Course::open();
    course.options.check = Some("program_prints_the_count".to_owned());
    let report = course.grade("solutions/counting");
    assert_eq!(report.checks.len(), 1);
    assert_eq!(report.overall(), Overall::Passed);
}

#[test]
fn a_check_that_is_not_there_is_wrong_usage_and_lists_those_that_are() {
    let mut course = Course::open();
    course.options.check = Some("every_step_count".to_owned());
    let submission = course.submission("solutions/counting");
    let error = grade(
        &course.workspace,
        &course.exercise,
        &submission,
        &course.options,
        &silent,
    )
    .expect_err("no check");
    let text = error.to_string();
    assert!(
        text.contains("known are `every_step_counts`, `tally_adds_up`"),
        "{text}"
    );
    assert_eq!(error.help().as_deref(), Some("did you mean `every_step_counts`?"));
}

#[test]
fn without_a_compiler_nothing_is_graded_and_no_point_is_lost() {
    let mut course = Course::open();
    course.options.tools.rustc = "/nonexistent/rustc".into();
    let report = course.grade("solutions/counting");
    assert_eq!(report.overall(), Overall::Ungraded);
    let told = words(&report, "build");
    assert!(
        told.starts_with("failed to start `/nonexistent/rustc`: No such file"),
        "{told}"
    );
    assert!(told.contains("\nhelp: install Rust"), "{told}");
}

#[test]
fn a_snapshot_that_is_not_there_is_ungraded() {
    let mut course = Course::open();
    for check in &mut course.exercise.checks {
        if let grader::exercise::CheckWork::Program(program) = &mut check.work {
            program.snapshot = Some("nowhere".to_owned());
        }
    }
    let report = course.grade("solutions/counting");
    assert_eq!(report.overall(), Overall::Ungraded);
    assert!(
        words(&report, "program_prints_the_count").contains("nowhere.snap"),
        "{report:#?}"
    );
}

#[test]
fn text_that_is_not_utf_8_is_the_submissions_fault() {
    let course = Course::open();
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("src")).expect("a folder");
    std::fs::write(folder.path().join("src/lib.rs"), b"// \xff\n").expect("a file");
    let submission = Submission::at(folder.path(), &course.exercise).expect("a submission");
    let report = course.grade_submission(&submission);
    assert_eq!(
        first_failure(&report),
        Some(("build".to_owned(), Finding::CompileError))
    );
}

#[test]
fn a_source_too_long_to_look_through_is_refused() {
    let course = Course::open();
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("src")).expect("a folder");
    let right = std::fs::read_to_string(course.path("solutions/counting/src/lib.rs")).expect("the solution");
    let long = format!("{right}\n// {}\n", "long ".repeat(30_000));
    std::fs::write(folder.path().join("src/lib.rs"), long).expect("a file");
    let submission = Submission::at(folder.path(), &course.exercise).expect("a submission");
    let report = course.grade_submission(&submission);
    assert_eq!(
        first_failure(&report),
        Some(("build".to_owned(), Finding::ForbiddenCode))
    );
}

#[test]
fn a_link_that_leaves_the_submission_is_the_submissions_fault() {
    let course = Course::open();
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::os::unix::fs::symlink(course.path("solutions/counting/src"), folder.path().join("src")).expect("a link");
    let submission = Submission::at(folder.path(), &course.exercise).expect("a submission");
    let report = course.grade_submission(&submission);
    assert_eq!(
        first_failure(&report),
        Some(("build".to_owned(), Finding::AccessDenied))
    );
}

#[test]
fn a_submission_that_is_a_link_is_refused() {
    let course = Course::open();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let link = |target: &str, name: &str| {
        let link = folder.path().join(name);
        std::os::unix::fs::symlink(course.path(target), &link).expect("a link");
        link
    };
    for link in [
        link("solutions/counting", "folder"),
        link("solutions/counting/variants/atomic.rs", "file.rs"),
    ] {
        let submission = Submission::at(&link, &course.exercise).expect("a submission");
        let report = course.grade_submission(&submission);
        assert_eq!(
            first_failure(&report),
            Some(("build".to_owned(), Finding::AccessDenied)),
            "{report:#?}"
        );
        let told = words(&report, "build");
        let path = link.display();
        assert!(told.starts_with(&format!("`{path}` is a link; ")), "{told}");
    }
    // A folder above it may be one.
    let inside = link("solutions", "course").join("counting");
    let submission = Submission::at(&inside, &course.exercise).expect("a submission");
    assert_eq!(course.grade_submission(&submission).overall(), Overall::Passed);
}

#[test]
fn a_wish_to_stop_is_no_verdict() {
    let course = Course::open();
    let submission = course.submission("submissions/hangs.rs");
    let events = |event| {
        if matches!(event, Event::CheckStarted { .. }) {
            course.options.cancel.cancel();
        }
    };
    let result = grade(
        &course.workspace,
        &course.exercise,
        &submission,
        &course.options,
        &events,
    );
    assert!(matches!(result, Err(GradeError::Cancelled)), "{result:?}");
}

#[test]
fn nothing_stays_in_the_temporary_folder_whether_graded_refused_or_stopped() {
    let mut course = Course::open();
    let temporary = tempfile::tempdir().expect("a temporary folder");
    course.options.temporary = temporary.path().to_owned();
    course.grade("solutions/counting");
    course.grade("submissions/does_not_compile.rs");
    course.grade("submissions/leaves_a_child.rs");
    course.options.cancel.cancel();
    let submission = course.submission("solutions/counting");
    let stopped = grade(
        &course.workspace,
        &course.exercise,
        &submission,
        &course.options,
        &silent,
    );
    assert!(stopped.is_err(), "{stopped:?}");
    let left: Vec<_> = temporary.path().read_dir().expect("a list").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn without_a_temporary_folder_nothing_is_graded_and_help_is_given() {
    let mut course = Course::open();
    course.options.temporary = "/nonexistent/folder".into();
    let report = course.grade("solutions/counting");
    assert_eq!(report.overall(), Overall::Ungraded);
    let told = words(&report, "build");
    assert!(
        told.starts_with("failed to write to the temporary folder `/nonexistent/folder`: "),
        "{told}"
    );
    assert!(
        told.contains("\nhelp: free some space there, or set `TMPDIR`"),
        "{told}"
    );
}

#[test]
fn events_tell_of_the_build_and_each_check() {
    let course = Course::open();
    let log = Mutex::new(Vec::new());
    let events = |event| {
        let word = match event {
            Event::LibrariesStarted | Event::LibrariesFinished => return,
            Event::BuildStarted { .. } => "build".to_owned(),
            Event::BuildFinished => "built".to_owned(),
            Event::CheckStarted { check, .. } => format!("start {check}"),
            Event::CheckFinished { check } => format!("finish {check}"),
            Event::MutantsSelected { .. } | Event::MutantFinished { .. } => "mutant".to_owned(),
            Event::ClassSelected { .. } | Event::ClassMemberFinished { .. } => "class".to_owned(),
            Event::SubmissionFinished => "done".to_owned(),
        };
        log.lock().expect("nobody panics").push(word);
    };
    let submission = course.submission("solutions/counting");
    grade(
        &course.workspace,
        &course.exercise,
        &submission,
        &course.options,
        &events,
    )
    .expect("the options are right");
    let log = log.into_inner().expect("nobody panics");
    assert_eq!(
        (log[0].as_str(), log[1].as_str(), log[log.len() - 1].as_str()),
        ("build", "built", "done"),
        "{log:?}"
    );
    assert_eq!(log.len(), 3 + 2 * 3, "{log:?}");
}
