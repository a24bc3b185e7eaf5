//! A submission for each way to fail. A check that fails does not change the verdict on another.

use grader::grade::SandboxRequirement;
use protocol::Finding;
use protocol::signature::{EndSignature, FailureSignature};
use protocol::trace::{CountAccess, End, Op, WaitReason};
use protocol::verdict::{CheckFailure, Evidence, Overall, Score, Verdict};
use sandbox::process::Level;

use crate::course::{Course, first_failure, verdict, words};

/// The submission, the first check that fails, and its finding.
const TABLE: &[(&str, &str, Finding)] = &[
    ("hangs", "every_step_counts", Finding::Timeout),
    ("hangs_in_a_generic_function", "every_step_counts", Finding::Timeout),
    ("exits", "every_step_counts", Finding::Exited),
    ("panics", "every_step_counts", Finding::Panic),
    ("shares_for_too_long", "every_step_counts", Finding::Panic),
    ("overflows_the_stack", "every_step_counts", Finding::StackOverflow),
    ("waits_at_a_socket", "every_step_counts", Finding::Deadlock),
    ("takes_all_memory", "every_step_counts", Finding::MemoryLimit),
    ("forges_a_reply", "every_step_counts", Finding::Race),
    ("floods", "program_prints_the_count", Finding::OutputLimit),
    ("prints_to_stderr", "program_prints_the_count", Finding::WrongOutput),
    ("prints_too_much", "program_prints_the_count", Finding::WrongOutput),
    ("does_not_compile", "build", Finding::CompileError),
    ("steals_files", "build", Finding::CompileError),
    ("is_unsafe", "build", Finding::ForbiddenCode),
    ("allows_unsafe", "build", Finding::ForbiddenCode),
    ("lacks_an_item", "build", Finding::MissingItem),
    ("lacks_a_method", "build", Finding::MissingItem),
    ("has_another_signature", "build", Finding::MissingItem),
];

#[test]
fn each_submission_fails_as_it_should_and_the_rest_is_still_judged() {
    let course = Course::open();
    for (name, check, finding) in TABLE {
        let report = course.grade(&format!("submissions/{name}.rs"));
        assert_eq!(
            first_failure(&report),
            Some(((*check).to_owned(), *finding)),
            "{name}: {report:#?}"
        );
        assert_eq!(report.overall(), Overall::Failed, "{name}");
        if *check != "build" {
            assert_eq!(verdict(&report, "tally_adds_up"), &Verdict::Passed, "{name}");
            assert_eq!(report.max_score(), 10, "{name}");
        }
    }
}

#[test]
fn an_endless_loop_is_told_with_its_line_and_a_long_one_is_not() {
    let course = Course::open();
    for (name, line) in [("hangs", 7), ("hangs_in_a_call", 8)] {
        let file = format!("submissions/{name}.rs");
        let report = course.grade(&file);
        let Verdict::Failed(CheckFailure {
            evidence: Evidence::Interleaving(failure),
            ..
        }) = verdict(&report, "every_step_counts")
        else {
            panic!("{name}: {report:#?}")
        };
        let FailureSignature::Ending(EndSignature::EndlessLoop { place: Some(place) }) = &failure.signature else {
            panic!("{name}: {failure:#?}")
        };
        assert_eq!((&place.file, place.line), (&file, line), "{name}");
        let end = failure.trace.as_ref().map(|trace| &trace.end);
        let expected = End::EndlessLoop {
            thread: 0,
            place: Some(place.clone()),
            backtraces: Vec::new(),
        };
        assert_eq!(end, Some(&expected), "{name}");
        assert_eq!(report.checks, course.grade(&file).checks, "{name}");
    }
    // Nothing is counted in a generic function, so the line is unknown. The interleaving is not.
    let report = course.grade("submissions/hangs_in_a_generic_function.rs");
    let Verdict::Failed(CheckFailure {
        evidence: Evidence::Interleaving(failure),
        ..
    }) = verdict(&report, "every_step_counts")
    else {
        panic!("{report:#?}")
    };
    let place = None;
    assert_eq!(
        (&failure.signature, failure.token.is_some()),
        (&FailureSignature::Ending(EndSignature::EndlessLoop { place }), true)
    );
    let report = course.grade("submissions/computes_for_long.rs");
    assert_eq!(first_failure(&report), None, "{report:#?}");
}

#[test]
fn a_stack_overflow_is_told_with_its_thread_its_size_and_its_line() {
    let course = Course::open();
    let report = course.grade("submissions/overflows_the_stack.rs");
    let Verdict::Failed(CheckFailure {
        evidence: Evidence::Interleaving(failure),
        ..
    }) = verdict(&report, "every_step_counts")
    else {
        panic!("{report:#?}")
    };
    let end = failure.trace.as_ref().map(|trace| &trace.end);
    let Some(End::StackOverflow {
        thread: 0,
        size: 0x80_0000,
        place: Some(place),
        ..
    }) = end
    else {
        panic!("{end:?}")
    };
    assert_eq!(
        (place.file.as_str(), place.line),
        ("submissions/overflows_the_stack.rs", 5)
    );
    assert!(failure.token.is_some());
}

#[test]
fn a_wait_at_a_socket_is_told_with_its_line() {
    let course = Course::open();
    let file = "submissions/waits_at_a_socket.rs";
    let report = course.grade(file);
    let Verdict::Failed(CheckFailure {
        evidence: Evidence::Interleaving(failure),
        ..
    }) = verdict(&report, "every_step_counts")
    else {
        panic!("{report:#?}")
    };
    let waits = failure.trace.as_ref().map(|trace| trace.end.waits());
    let Some([wait]) = waits else { panic!("{waits:?}") };
    let place = wait.place.as_ref().map(|place| (place.file.as_str(), place.line));
    assert_eq!(
        (&wait.reason, place),
        (&WaitReason::Bytes { writers: 1 }, Some((file, 10)))
    );
    // The program on real threads may fail or not, as its threads happen to run.
    let again = course.grade(file);
    assert_eq!(
        verdict(&report, "every_step_counts"),
        verdict(&again, "every_step_counts")
    );
}

#[test]
fn an_access_to_a_reference_count_is_told_with_its_line() {
    let course = Course::open();
    let file = "submissions/shares_for_too_long.rs";
    let report = course.grade(file);
    let Verdict::Failed(CheckFailure {
        evidence: Evidence::Interleaving(failure),
        ..
    }) = verdict(&report, "every_step_counts")
    else {
        panic!("{report:#?}")
    };
    let events = failure.trace.iter().flat_map(|trace| &trace.events);
    let counts = events.filter_map(|event| match event.op {
        Op::Count { access, found, .. } => {
            let place = event.place.as_ref().expect("the submission has this line");
            assert_eq!(place.file, file);
            assert!(event.calls.is_empty());
            Some((event.thread, access, found, place.line))
        }
        _ => None,
    });
    let counts: Vec<_> = counts.collect();
    assert_eq!(counts[0], (0, CountAccess::Claim, 2, 19), "{counts:?}");
    assert_eq!(report.checks, course.grade(file).checks);
}

#[test]
fn a_property_that_panics_says_nothing_about_the_submission() {
    let course = Course::open();
    let report = course.grade("submissions/makes_a_property_panic.rs");
    let told = words(&report, "tally_adds_up");
    let place = "the check itself panicked at `grader/checks/counting/model/src/main.rs:";
    assert!(
        told.starts_with(place) && told.contains(": a property that panics"),
        "{told}"
    );
    assert_eq!((report.overall(), report.score()), (Overall::Ungraded, Score::Unknown));
}

#[test]
fn a_submission_that_leaves_a_child_is_told_so_where_it_can_have_one() {
    let mut course = Course::open();
    course.options.containment = SandboxRequirement::BASIC;
    let report = course.grade("submissions/leaves_a_child.rs");
    assert_eq!(
        first_failure(&report),
        Some(("every_step_counts".to_owned(), Finding::ChildLeak)),
        "{report:#?}"
    );
}

#[test]
fn below_the_level_that_is_required_nothing_is_graded() {
    let mut course = Course::open();
    course.options.containment = SandboxRequirement {
        at_best: Level::Basic,
        ..SandboxRequirement::REQUIRE
    };
    let report = course.grade("submissions/panics.rs");
    assert_eq!(
        (report.overall(), report.score()),
        (Overall::Ungraded, Score::Unknown),
        "{report:#?}"
    );
    let words = words(&report, "build");
    assert!(words.starts_with("containment D basic is below B strong"), "{words}");
    assert!(words.contains("help: "), "{words}");
    assert_eq!(report.grader.containment.level, "D");
}

#[test]
fn a_submission_that_waits_for_a_child_is_ended_soon_and_so_is_the_child() {
    let mut course = Course::open();
    course.options.containment = SandboxRequirement::BASIC;
    course.options.model_limits.waiting = std::time::Duration::from_secs(1);
    let report = course.grade("submissions/sleeps_for_real.rs");
    assert_eq!(
        first_failure(&report),
        Some(("every_step_counts".to_owned(), Finding::Timeout))
    );
    assert!(words(&report, "every_step_counts").contains("waited for something outside of the model"));
}

#[test]
fn a_submission_that_keeps_the_compiler_busy_is_ended_and_skips_its_checks() {
    let mut course = Course::open();
    course.options.build_limit = std::time::Duration::from_secs(3);
    let report = course.grade("submissions/compiles_for_ever.rs");
    assert_eq!(
        first_failure(&report),
        Some(("build".to_owned(), Finding::Timeout)),
        "{report:#?}"
    );
    assert_eq!(
        verdict(&report, "tally_adds_up"),
        &Verdict::Skipped {
            because: "build".to_owned()
        }
    );
}
