//! What the calls of the compiler mean, without calling it.

use std::path::{Path, PathBuf};

use sandbox::process::{Activity, Stream};

use super::*;
use crate::build::diagnostics::{Diagnostics, Remark, SourceText};
use crate::judge::tests;

fn exercise() -> Exercise {
    let text = r#"
        title = "t"
        part = "Locks"
        order = 1
        summary = "s"
        item = [
            { name = "count", signature = "pub fn count(total: u64) -> u64" },
            { name = "Tally", signature = "pub struct Tally" },
        ]
        check = [{ name = "counts", kind = "model", points = 10, property = "p", hints = ["a", "b", "c"] }]
    "#;
    Exercise::parse(Path::new("/exercises/x"), text).expect("the manifest is good")
}

/// An error whose marked part is `marked`, in `file`; without a place where there is no file.
fn error(code: &str, file: &str, marked: &str) -> Diagnostic {
    let place = SourceText {
        file: file.into(),
        lines: marked.into(),
        marked: marked.into(),
    };
    Diagnostic {
        code: Some(code.into()),
        message: format!("about {marked}"),
        rendered: format!("error[{code}]: about {marked}\n"),
        places: if file.is_empty() { Vec::new() } else { vec![place] },
        remarks: Vec::new(),
    }
}

fn failed(step: Step, exit_reason: ExitReason, errors: Vec<Diagnostic>) -> Compiled {
    Compiled {
        step,
        exit_reason,
        diagnostics: Diagnostics {
            errors,
            other: String::new(),
        },
        is_disk_full: false,
        has_small_files: false,
    }
}

fn done(step: Step) -> Compiled {
    failed(step, ExitReason::Code(0), Vec::new())
}

fn verdict(calls: Vec<Compiled>) -> Verdict {
    judge_build(
        &exercise(),
        &Build {
            calls,
            model_checks: PathBuf::new(),
            real_checks: PathBuf::new(),
            program: PathBuf::new(),
        },
    )
}

#[track_caller]
fn fails(calls: Vec<Compiled>, finding: Finding, message: &str) {
    tests::fails(verdict(calls), finding, message);
}

#[track_caller]
fn ungraded(calls: Vec<Compiled>, expected: &str) {
    tests::ungraded(verdict(calls), expected);
}

#[test]
fn a_build_passes_when_every_call_did_its_work() {
    assert_eq!(
        verdict(vec![done(Step::Real), done(Step::Modelled), done(Step::ModelChecks)]),
        Verdict::Passed
    );
    ungraded(Vec::new(), "nothing was compiled");
}

#[test]
fn errors_in_the_real_form_are_the_submissions() {
    let both = vec![
        error("E0308", "src/lib.rs", "x"),
        error("unsafe_code", "src/lib.rs", "unsafe"),
    ];
    let calls = vec![failed(Step::Real, ExitReason::Code(1), both), done(Step::Modelled)];
    fails(calls, Finding::CompileError, "the compiler reports 2 errors");
}

#[test]
fn nothing_but_unsafe_is_forbidden_code() {
    for code in ["unsafe_code", "E0453"] {
        let calls = vec![failed(
            Step::Real,
            ExitReason::Code(1),
            vec![error(code, "src/lib.rs", "unsafe")],
        )];
        fails(calls, Finding::ForbiddenCode, "without `unsafe`");
    }
}

#[test]
fn what_only_the_model_lacks_costs_no_points() {
    let calls = vec![
        done(Step::Real),
        failed(
            Step::Modelled,
            ExitReason::Code(1),
            vec![error("E0433", "src/lib.rs", "simd")],
        ),
    ];
    ungraded(calls, "model of `std`, which lacks something that it uses: about simd");
}

#[test]
fn a_contract_that_does_not_compile_names_the_item_and_its_signature() {
    let errors = vec![error("E0425", "grader/checks/x/src/contract.rs", "count")];
    let calls = vec![
        done(Step::Real),
        done(Step::Modelled),
        failed(Step::ModelChecks, ExitReason::Code(1), errors),
    ];
    fails(
        calls,
        Finding::MissingItem,
        "`count`: `pub fn count(total: u64) -> u64`",
    );
}

#[test]
fn a_contract_that_does_not_compile_is_told_without_the_code_of_the_course() {
    let remark = |text: &str, place: Option<&str>| Remark {
        text: text.to_owned(),
        place: place.map(|file| (file.to_owned(), 7)),
    };
    let errors = vec![Diagnostic {
        message: "`model_std::sync::MutexGuard<T>` is not what `count` takes".to_owned(),
        rendered: "  --> grader/checks/x/src/contract.rs:5:1\n".to_owned(),
        remarks: vec![
            remark("expected `u8`, found `u64`", None),
            remark("function defined here", Some("src/lib.rs")),
            remark("required here", Some("grader/checks/x/src/contract.rs")),
        ],
        ..error("E0308", "grader/checks/x/src/contract.rs", "count")
    }];
    let calls = vec![done(Step::Real), failed(Step::RealChecks, ExitReason::Code(1), errors)];
    let Verdict::Failed(check_failure) = verdict(calls) else {
        panic!("expected a failure")
    };
    let Evidence::Diagnostics(told) = check_failure.evidence else {
        panic!("expected diagnostics")
    };
    let expected = "\
The compiler says of a call that keeps to the signature:
  `std::sync::MutexGuard<T>` is not what `count` takes: expected `u8`, found `u64`
    function defined here (src/lib.rs:7)";
    assert_eq!(told, expected);
}

#[test]
fn errors_outside_of_the_contract_do_not_blame_further_items() {
    let errors = vec![
        error("E0425", "grader/checks/x/src/contract.rs", "count"),
        error("E0425", "grader/checks/x/src/main.rs", "Tally"),
    ];
    let calls = vec![
        done(Step::Real),
        done(Step::Modelled),
        failed(Step::ModelChecks, ExitReason::Code(1), errors),
    ];
    let Verdict::Failed(check_failure) = verdict(calls) else {
        panic!("expected a failure")
    };
    assert!(!check_failure.message.contains("Tally"), "{}", check_failure.message);
}

#[test]
fn checks_that_do_not_compile_by_themselves_cost_no_points() {
    let errors = vec![error("E0425", "grader/checks/x/src/main.rs", "helper")];
    let calls = vec![
        done(Step::Real),
        done(Step::Modelled),
        failed(Step::ModelChecks, ExitReason::Code(1), errors),
    ];
    ungraded(calls, "what the course links to it does not: about helper");
}

#[test]
fn a_compiler_that_fails_by_itself_costs_no_points() {
    let errors = || vec![error("", "", "linking")];
    ungraded(
        vec![failed(Step::Real, ExitReason::Code(1), errors())],
        "not because of the submission: error[]: about linking",
    );
    ungraded(
        vec![failed(Step::Real, ExitReason::Signal(Signal::Kill), Vec::new())],
        "the compiler was killed from outside",
    );
    let full = Compiled {
        is_disk_full: true,
        ..failed(Step::Real, ExitReason::Signal(Signal::Abort), Vec::new())
    };
    let Verdict::Ungraded { reason, help } = verdict(vec![full]) else {
        panic!("expected ungraded")
    };
    assert_eq!(reason, "there is no space left for what the compiler writes");
    assert!(help.is_some_and(|help| help.starts_with("free some space")));
    let small = Compiled {
        has_small_files: true,
        ..failed(Step::Real, ExitReason::Signal(Signal::FileSizeLimit), Vec::new())
    };
    ungraded(vec![small], "only small files");
}

#[test]
fn a_compiler_that_a_submission_keeps_busy_or_crashes_is_the_submissions() {
    fails(
        vec![failed(
            Step::Real,
            ExitReason::TimedOut {
                activity: Activity::Running,
            },
            Vec::new(),
        )],
        Finding::Timeout,
        "not done at the time limit",
    );
    fails(
        vec![failed(
            Step::Real,
            ExitReason::Signal(Signal::SegmentationFault),
            Vec::new(),
        )],
        Finding::CompileError,
        "crashed on it with signal 11",
    );
    let flood = failed(
        Step::Real,
        ExitReason::OutputLimit(Stream::Stderr),
        vec![error("E0308", "src/lib.rs", "x")],
    );
    fails(vec![flood], Finding::CompileError, "an error");
}
