//! `grade --format rustc`: the crate that editors and tools read the compiler's messages with reads the findings too.

use std::process::Command;

use cargo_metadata::Message;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};

use super::root;

/// What the command prints about a mistake in an exercise, and its exit code.
fn messages(args: &[&str]) -> (Vec<Diagnostic>, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["grade", "--format", "rustc", "--fast"])
        .args(args)
        .current_dir(root())
        .output()
        .expect("the command starts");
    let text = String::from_utf8(output.stdout).expect("it prints text");
    let diagnostics = text.lines().map(|line| {
        serde_json::from_str::<Diagnostic>(line)
            .unwrap_or_else(|error| panic!("{error}: {line}\n{}", String::from_utf8_lossy(&output.stderr)))
    });
    (diagnostics.collect(), output.status.code())
}

const MISTAKE: &str = "solutions/iteration_counting/mistakes/store_of_load_plus_one.rs";

#[test]
fn a_finding_stands_at_its_line_and_each_step_at_its_own() {
    let (diagnostics, code) = messages(&["iteration_counting", "--submission", MISTAKE, "--hint"]);
    assert_eq!(code, Some(1));
    let source = std::fs::read_to_string(root().join(MISTAKE)).expect("it is there");
    let lines: Vec<&str> = source.lines().collect();
    let finding = diagnostics.first().expect("it fails");
    assert_eq!(finding.level, DiagnosticLevel::Error);
    let code = finding.code.as_ref().expect("it has a code");
    assert_eq!(code.code, "interleave::race");
    let message = &finding.message;
    assert!(
        message.starts_with("race: ") && message.contains("one run of one iteration; "),
        "{message}"
    );
    let [span] = &finding.spans[..] else {
        panic!("unexpected: {:?}", finding.spans);
    };
    assert!(span.is_primary);
    assert_eq!(span.file_name, MISTAKE);
    for span in finding.children.iter().flat_map(|child| &child.spans).chain([span]) {
        let line = lines[span.line_start - 1];
        assert_eq!(span.text[0].text, line);
        let bytes = &source[span.byte_start as usize..span.byte_end as usize];
        let meant: String = line.chars().skip(span.column_start - 1).collect();
        assert!(!bytes.is_empty() && meant.starts_with(bytes), "{bytes:?} in {line:?}");
    }
    let steps = finding
        .children
        .iter()
        .filter(|child| child.message.starts_with("step "));
    let steps: Vec<&str> = steps
        .inspect(|step| assert_eq!(step.spans.len(), 1, "{step:?}"))
        .map(|step| step.message.as_str())
        .collect();
    assert!(steps.iter().any(|step| step.contains("load made → 0")), "{steps:?}");
    assert!(steps.iter().any(|step| step.contains("store made = 1")), "{steps:?}");
    let says = |level, word: &str| {
        let mut children = finding.children.iter();
        children.any(|child| child.level == level && child.spans.is_empty() && child.message.contains(word))
    };
    assert!(says(DiagnosticLevel::Help, ""), "{:?}", finding.children);
    assert!(says(
        DiagnosticLevel::Note,
        "replay: cargo xtask replay iteration_counting "
    ));
    let rendered = finding.rendered.as_deref().expect("it is rendered");
    assert!(rendered.contains("load made → 0"), "{rendered}");
}

#[test]
fn a_solution_has_no_message() {
    assert_eq!(messages(&["iteration_counting", "--solution"]), (Vec::new(), Some(0)));
}

/// The messages of `cargo check` come first, and nothing of the stub is lost: it compiles and fails.
#[test]
fn a_saved_file_is_compiled_as_cargo_does_it_and_then_graded() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args([
            "grade",
            "--format",
            "rustc",
            "--fast",
            "exercises/iteration_counting/src/lib.rs",
        ])
        .current_dir(root())
        .output()
        .expect("the command starts");
    let mut has_finished = false;
    let mut n_findings = 0;
    for message in Message::parse_stream(&output.stdout[..]) {
        match message.expect("it is read") {
            Message::BuildFinished(finished) => has_finished = finished.success,
            Message::TextLine(line) => {
                let finding: Diagnostic = serde_json::from_str(&line).expect("a bare diagnostic");
                assert!(has_finished, "the compiler comes first");
                assert_eq!(finding.spans[0].file_name, "exercises/iteration_counting/src/lib.rs");
                n_findings += 1;
            }
            _ => {}
        }
    }
    assert!(
        has_finished && n_findings > 0,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(1));
}
