//! Submissions that try to get points without an answer. None gets any, and each is told why.
//!
//! Each answers wrongly unless its trick works. Where a trick would work without the grader's defence, a control shows
//! that: it passes without the sandbox, or the compiler accepts it where `unsafe` is not refused.

#![expect(clippy::print_stderr, reason = "what is left out is told")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use grader::discover::{Submission, Workspace};
use grader::exercise::Exercise;
use grader::grade::{Options, SandboxRequirement, grade};
use protocol::Finding;
use protocol::verdict::{Overall, Report, Score};
use report::{self, Extent, human};
use sandbox::process::Level;

use crate::course::{Course, first_failure, silent, words};

use Control::{Accepted, Nothing, Works};

/// What shows that a trick would work without the grader's defence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Control {
    /// Without containment it earns the points.
    Works,
    /// The compiler accepts it, where `unsafe` is not refused.
    Accepted,
    /// Nothing: the trick does not work even without the sandbox.
    Nothing,
}

/// The check against the modelled `std`, and the one against the real `std`.
const MODEL: &str = "model_hears_the_answer";
const MACHINE: &str = "machine_hears_the_answer";

/// Tricks that are refused before anything of the submission runs: name, finding, control.
const REFUSED: &[(&str, Finding, Control)] = &[
    ("no_mangle_exit", Finding::ForbiddenCode, Accepted),
    ("export_name_recv", Finding::ForbiddenCode, Accepted),
    ("init_array", Finding::ForbiddenCode, Accepted),
    ("global_asm", Finding::ForbiddenCode, Accepted),
    ("asm", Finding::ForbiddenCode, Accepted),
    ("own_allocator", Finding::ForbiddenCode, Accepted),
    ("extern_block", Finding::ForbiddenCode, Accepted),
    ("linked_library", Finding::ForbiddenCode, Accepted),
    ("allows_unsafe", Finding::ForbiddenCode, Accepted),
    ("unsafe_from_a_macro", Finding::ForbiddenCode, Accepted),
    ("extends_a_lifetime", Finding::ForbiddenCode, Accepted),
    ("keeps_a_closures_result", Finding::ForbiddenCode, Accepted),
    ("names_a_trait_objects_type", Finding::ForbiddenCode, Accepted),
    ("unstable", Finding::CompileError, Nothing),
    ("names_the_harness", Finding::CompileError, Nothing),
    ("another_crate_type", Finding::CompileError, Nothing),
    ("another_crate_name", Finding::CompileError, Nothing),
    ("includes_the_environment", Finding::CompileError, Accepted),
    ("includes_the_solution", Finding::CompileError, Works),
    ("solution_as_a_module", Finding::CompileError, Works),
    ("length_of_the_solution", Finding::CompileError, Works),
    ("always_equal", Finding::MissingItem, Nothing),
];

/// Tricks that are run: name, check, finding, control.
const RUN: &[(&str, &str, Finding, Control)] = &[
    ("prints_a_verdict", MODEL, Finding::WrongResult, Nothing),
    ("prints_a_verdict", MACHINE, Finding::WrongResult, Nothing),
    ("exits_with_zero", MODEL, Finding::Exited, Nothing),
    ("exits_with_zero", MACHINE, Finding::Exited, Nothing),
    ("exits_in_a_panic_hook", MODEL, Finding::Exited, Nothing),
    ("exits_in_a_panic_hook", MACHINE, Finding::Exited, Nothing),
    ("exits_in_a_destructor", MODEL, Finding::Exited, Nothing),
    ("exits_in_a_destructor", MACHINE, Finding::Exited, Nothing),
    ("aborts", MODEL, Finding::Exited, Nothing),
    ("aborts", MACHINE, Finding::Panic, Nothing),
    ("writes_to_descriptors", MODEL, Finding::WrongResult, Nothing),
    ("writes_to_descriptors", MACHINE, Finding::WrongResult, Nothing),
    ("writes_its_memory", MODEL, Finding::WrongResult, Works),
    ("writes_its_memory", MACHINE, Finding::WrongResult, Works),
    ("reads_the_solution", MODEL, Finding::WrongResult, Works),
    ("reads_the_solution", MACHINE, Finding::WrongResult, Works),
    ("child_reads_the_solution", MODEL, Finding::WrongResult, Nothing),
    ("child_reads_the_solution", MACHINE, Finding::WrongResult, Works),
    ("child_writes_its_memory", MACHINE, Finding::WrongResult, Works),
    ("child_kills_the_grader", MACHINE, Finding::WrongResult, Nothing),
    ("child_outlives_the_check", MACHINE, Finding::ChildLeak, Nothing),
    ("child_has_the_channel", MACHINE, Finding::WrongResult, Nothing),
    ("finds_the_request", MODEL, Finding::WrongResult, Nothing),
    ("finds_the_request", MACHINE, Finding::WrongResult, Nothing),
    (
        "looks_at_the_compilers_environment",
        MODEL,
        Finding::WrongResult,
        Nothing,
    ),
    (
        "looks_at_the_compilers_environment",
        MACHINE,
        Finding::WrongResult,
        Nothing,
    ),
    ("own_macros", MODEL, Finding::WrongResult, Nothing),
    ("own_macros", MACHINE, Finding::WrongResult, Nothing),
    ("modules_named_like_crates", MODEL, Finding::WrongResult, Nothing),
    ("modules_named_like_crates", MACHINE, Finding::WrongResult, Nothing),
    ("another_name_for_std", MODEL, Finding::Exited, Nothing),
    ("another_name_for_std", MACHINE, Finding::Exited, Nothing),
    ("explores_by_itself", MODEL, Finding::Panic, Nothing),
    ("explores_by_itself", MACHINE, Finding::WrongResult, Nothing),
    ("panics_with_a_report", MODEL, Finding::Panic, Nothing),
    ("panics_with_a_report", MACHINE, Finding::Panic, Nothing),
    ("unknown_panic", MODEL, Finding::Panic, Nothing),
    ("unknown_panic", MACHINE, Finding::Panic, Nothing),
    ("swallows_panics", MODEL, Finding::Deadlock, Nothing),
    ("swallows_panics", MACHINE, Finding::Deadlock, Nothing),
    ("floods", MACHINE, Finding::OutputLimit, Nothing),
    ("sleeps_for_ever", MODEL, Finding::Deadlock, Nothing),
    ("sleeps_for_ever", MACHINE, Finding::Deadlock, Nothing),
    ("refuses_to_unwind", MODEL, Finding::Deadlock, Nothing),
    ("refuses_to_unwind", MACHINE, Finding::Deadlock, Nothing),
];

/// The course of the tricks.
struct Tricks {
    workspace: Workspace,
    exercise: Exercise,
    /// The submissions, with the path of the course filled in.
    folder: tempfile::TempDir,
}

impl Tricks {
    fn new() -> Tricks {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/forging");
        let workspace = Workspace::find_from(&root).expect("the course is there");
        let exercise = workspace.exercise("reckoning").expect("the exercise is there");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let course = workspace.root.to_str().expect("a path that is text");
        for entry in fs::read_dir(root.join("submissions")).expect("a folder") {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("a source").replace("{course}", course);
            fs::write(folder.path().join(path.file_name().expect("a name")), text).expect("a file");
        }
        Tricks {
            workspace,
            exercise,
            folder,
        }
    }

    fn source(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.rs"))
    }

    fn grade(&self, name: &str, check: &str, containment: SandboxRequirement) -> Report {
        let submission = Submission::at(&self.source(name), &self.exercise).expect("the submission is there");
        let options = Options {
            check: Some(check.to_owned()),
            containment,
            ..Course::open().options
        };
        grade(&self.workspace, &self.exercise, &submission, &options, &silent).expect("the options are right")
    }

    /// The report on one check, as a terminal shows it.
    fn shown(&self, name: &str, check: &str) -> String {
        let report = self.grade(name, check, SandboxRequirement::AUTO);
        let options = report::Options {
            columns: 100,
            extent: Extent::Full,
            ..report::Options::default()
        };
        human::report(&report, &options).plain()
    }

    /// The problem with the verdict on a trick, if there is one.
    fn judge(&self, name: &str, check: &str, expected: (&str, Finding), control: Control) -> Option<String> {
        let report = self.grade(name, check, SandboxRequirement::AUTO);
        let (expected_check, finding) = expected;
        if report.score() != Score::Exactly(0) || first_failure(&report) != Some((expected_check.to_owned(), finding)) {
            return Some(format!(
                "{name} at {check}: expected {finding} of {expected_check}: {report:#?}"
            ));
        }
        let is_missing = |why: &str| Some(format!("{name} at {check}: {control:?} does not hold: {why}"));
        match control {
            Control::Works => {
                let report = self.grade(name, check, SandboxRequirement::BASIC);
                let works = report.overall() == Overall::Passed;
                (!works).then(|| is_missing(&format!("{report:#?}")))?
            }
            Control::Accepted if !is_accepted(&self.source(name)) => is_missing("the compiler refuses it"),
            Control::Accepted | Control::Nothing => None,
        }
    }
}

/// Whether the compiler accepts a source when `unsafe` is not refused.
fn is_accepted(source: &Path) -> bool {
    let out = tempfile::tempdir().expect("a temporary folder");
    let mut rustc = Command::new("rustc");
    rustc.args([
        "--edition=2024",
        "--crate-type=lib",
        "--emit=metadata",
        "-Awarnings",
        "--out-dir",
    ]);
    let status = rustc.arg(out.path()).arg(source).stderr(Stdio::null()).status();
    status.expect("a compiler").success()
}

#[track_caller]
fn none(problems: Vec<String>) {
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn an_answer_earns_the_points() {
    let tricks = Tricks::new();
    let solution = Submission::solution(&tricks.workspace, &tricks.exercise).expect("it is there");
    let report = grade(
        &tricks.workspace,
        &tricks.exercise,
        &solution,
        &Options::default(),
        &silent,
    );
    let report = report.expect("the options are right");
    assert_eq!(
        (report.overall(), report.score()),
        (Overall::Passed, Score::Exactly(10)),
        "{report:#?}"
    );
}

#[test]
fn what_is_refused_never_runs() {
    let tricks = Tricks::new();
    let judged = REFUSED
        .iter()
        .filter_map(|&(name, finding, control)| tricks.judge(name, MODEL, ("build", finding), control));
    none(judged.collect());
}

#[test]
fn what_runs_earns_nothing_in_either_world() {
    if sandbox::probe().level < Level::Strong {
        eprintln!("skipped: files are open here: {:?}", sandbox::probe().missing);
        return;
    }
    let tricks = Tricks::new();
    let judged = RUN
        .iter()
        .filter_map(|&(name, check, finding, control)| tricks.judge(name, check, (check, finding), control));
    none(judged.collect());
}

#[test]
fn a_panic_cannot_pass_for_what_the_grader_says() {
    let tricks = Tricks::new();
    for check in [MODEL, MACHINE] {
        let shown = tricks.shown("panics_with_a_report", check);
        let begin = |words: &str| {
            shown
                .lines()
                .filter(|line| line.trim_start().starts_with(words))
                .count()
        };
        assert_eq!((begin("score "), begin("✓"), begin("::")), (1, 0, 0), "{shown}");
        let acts = |character: char| character != '\n' && (character.is_control() || character == '\u{202e}');
        assert!(!shown.contains(acts), "{shown:?}");
    }
}

#[test]
fn a_lifetime_that_is_extended_is_told_with_its_place() {
    let tricks = Tricks::new();
    let report = tricks.grade("extends_a_lifetime", MODEL, SandboxRequirement::AUTO);
    let words = words(&report, "build");
    assert!(
        words.contains("extends_a_lifetime.rs:7`") && words.contains("rust#25860"),
        "{words}"
    );
    assert_eq!(report.overall(), Overall::Failed);
}
