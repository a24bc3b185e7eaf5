//! What a submission says is shown so that it can do no harm.

use protocol::FailureCause;
use protocol::trace::{Op, Panic};

use super::*;

/// Everything that a submission can put into a report, as hostile as it gets.
pub(crate) fn hostile() -> Report {
    let hostile = "\u{1b}[2J\u{202e}::error::x\u{200b}##[group]";
    let mut failure = failures::torn_line();
    let trace = failure.trace.as_mut().expect("a torn line has a trace");
    trace.threads[1].name = Some(format!("{hostile}\n{}", "n".repeat(200)));
    trace.threads[2].panic = Some(Panic {
        message: "::warning::panicked\n::error::again".into(),
        place: None,
    });
    trace.stdout[0].bytes = b"\xff\x1b]0;title\x07\t".to_vec();
    trace.events[0].op = Op::Write { bytes: hostile.into() };
    failure.cause = FailureCause::Property {
        expected: "expected every line to be whole".into(),
        got: Some(hostile.into()),
    };
    let output = Evidence::Output {
        stdout: hostile.as_bytes().repeat(500),
        stderr: b"::stop-commands::x\n".to_vec(),
    };
    let checks = vec![
        model_failure("every_line_is_whole", failure),
        check(
            "program_prints_two",
            CheckKind::Program,
            failed(Finding::Panic, hostile, output),
        ),
    ];
    report(checks, &failures::WRITER.replace("print!", "\u{202e}print!"))
}

#[test]
fn hostile_bytes_are_made_visible() {
    assert_snapshot!(printed(&hostile(), &Options::default()));
}

#[test]
fn no_line_is_a_command_of_a_ci_service() {
    let text = human::report(&hostile(), &Options::default())
        .without_ci_commands()
        .plain();
    assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
    assert!(!text.contains("##["), "{text}");
    let line = json::report(&hostile());
    assert!(
        !line.contains("##[")
            && !line
                .chars()
                .any(|character| character != '\n' && report::escape::is_hidden(character))
    );
}
