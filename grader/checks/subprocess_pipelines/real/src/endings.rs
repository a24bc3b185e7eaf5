//! How programs end, as `run` and `capture` report it.

use std::io::Write as _;
use std::process::{Command, Output as ProcessOutput, Stdio};

use harness::real::Trial;
use harness::{Finding, Violation};
use subprocess_pipelines::Stage;

use crate::call::{self, ERRORS_OF_PASS_ON, ExitReason, must_capture, must_run, program, shell, stages};
use crate::desk::{Desk, settled, until_alive};
use crate::role::{self, AS_EXPECTED, Role};
use crate::{bytes, desk};

pub(crate) fn run_tells_how_a_program_ended(trial: &mut Trial) {
    if Desk::open(trial).is_none() {
        return;
    }
    for code in [0, 3, 137, 255, 1, 126, 127, 128, 143] {
        run_ends(trial, &format!("exit {code}"), ExitReason::Code(code));
    }
    for signal in [9, 15, 6, 1, 11, 13] {
        run_ends(trial, &format!("kill -{signal} $$"), ExitReason::Signal(signal));
    }
    trial.scenario("`run` of a program that reads and writes", || {
        settled(run_shares_its_streams)
    });
}

fn run_ends(trial: &mut Trial, script: &str, expected: ExitReason) {
    trial.scenario(format!("`run` of `sh -c '{script}'`"), || {
        let end = settled(|| must_run(&shell(script)))?;
        if end == expected {
            return Ok(());
        }
        let expected = format!("expected the exit {expected}");
        Err(Violation::new(Finding::WrongResult, expected).got(format!("got {end}")))
    });
}

/// A process with known streams calls `run`, whose program must share them.
fn run_shares_its_streams() -> Result<(), Violation> {
    let input = b"from standard input\n";
    let ended = call_in_a_process(&Role::CallRun, input);
    stream_is("standard output", input, &ended.stdout)?;
    stream_is("standard error", ERRORS_OF_PASS_ON, &ended.stderr)?;
    if ended.status.code() == Some(AS_EXPECTED) {
        return Ok(());
    }
    let expected = format!("expected the exit `Code({AS_EXPECTED})`");
    Err(Violation::new(Finding::WrongResult, expected).got("got another"))
}

fn stream_is(name: &str, expected: &[u8], got: &[u8]) -> Result<(), Violation> {
    if expected == got {
        return Ok(());
    }
    let expected = format!(
        "expected the program to share the standard streams of its caller, and {} on {name}",
        call::shown(expected)
    );
    let got = match got {
        [] => "nothing came".to_owned(),
        got => format!("got {}", call::shown(got)),
    };
    Err(Violation::new(Finding::WrongOutput, expected).got(got))
}

/// Lets a process of its own call the submission, with `input` to read, and returns all that it wrote.
///
/// # Panics
///
/// When this program cannot be started once more, although it was started by the grader.
pub(crate) fn call_in_a_process(role: &Role, input: &[u8]) -> ProcessOutput {
    let path = role::own_path().expect("the path of this program is known");
    let mut process = Command::new(path)
        .args(role.arguments())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this program can be started");
    let mut stdin = process.stdin.take().expect("it was given a pipe");
    // The input fits into a pipe, so writing it does not wait for a reader.
    let _ = stdin.write_all(input);
    drop(stdin);
    process.wait_with_output().expect("its pipes can be read")
}

pub(crate) fn every_exit_is_reported(trial: &mut Trial) {
    let Some(desk) = Desk::open(trial) else { return };
    exits(trial, "`cat`", &[program("cat", &[])], &[ExitReason::Code(0)]);
    exits(
        trial,
        "`sh -c 'cat; exit 3' | sh -c 'cat; exit 137' | sh -c 'cat; exit 5'`",
        &[shell("cat; exit 3"), shell("cat; exit 137"), shell("cat; exit 5")],
        &[ExitReason::Code(3), ExitReason::Code(137), ExitReason::Code(5)],
    );
    exits(
        trial,
        "`sh -c 'cat; kill -9 $$' | sh -c 'cat; kill -15 $$' | cat`",
        &[shell("cat; kill -9 $$"), shell("cat; kill -15 $$"), program("cat", &[])],
        &[ExitReason::Signal(9), ExitReason::Signal(15), ExitReason::Code(0)],
    );
    let codes = [1, 2, 42, 64, 100, 126, 127, 128, 129, 130, 139, 143, 192, 254, 255, 0];
    exits(
        trial,
        "sixteen stages, each with another code",
        &codes.map(|code| shell(&format!("cat; exit {code}"))),
        &codes.map(ExitReason::Code),
    );
    let signals = [1, 2, 3, 6, 10, 11, 12, 14, 15, 9];
    exits(
        trial,
        "ten stages, each ended by another signal",
        &signals.map(|signal| shell(&format!("cat; kill -{signal} $$"))),
        &signals.map(ExitReason::Signal),
    );
    trial.scenario("a stage that closes its outputs and goes on, before `cat`", || {
        settled(|| silent_goes_on(&desk))
    });
    trial.scenario("two stages, of which the first ends last", || {
        settled(|| first_ends_last(&desk))
    });
}

fn exits(trial: &mut Trial, label: &str, stages: &[Stage], expected: &[ExitReason]) {
    trial.scenario(label, || {
        let output = settled(|| must_capture(stages, bytes::LINE))?;
        exits_are(expected, &output.exits)
    });
}

fn exits_are(expected: &[ExitReason], got: &[ExitReason]) -> Result<(), Violation> {
    if expected == got {
        return Ok(());
    }
    let list = |exits: &[ExitReason]| match exits {
        [] => "none".to_owned(),
        exits => exits.iter().map(ExitReason::to_string).collect::<Vec<_>>().join(", "),
    };
    let expected = format!("expected the exits {}", list(expected));
    Err(Violation::new(Finding::WrongResult, expected).got(format!("got {}", list(got))))
}

/// The second is let go first, and the first only when the second has ended.
fn first_ends_last(desk: &Desk) -> Result<(), Violation> {
    let port = desk.port();
    let report = |name, code| Role::Report { port, name, code };
    let stages = stages(&[report("first", 3), report("second", 4)]);
    let attend = |desk: &Desk| {
        let mut visitors = desk.receive(2);
        visitors.retain(|visitor| visitor.name == "first");
        until_alive(1);
    };
    let (output, ()) = desk.attended(attend, || must_capture(&stages, b""));
    exits_are(&[ExitReason::Code(3), ExitReason::Code(4)], &output?.exits)
}

/// The first stage closes its outputs and goes on. `capture` must wait for it and must not end it.
fn silent_goes_on(desk: &Desk) -> Result<(), Violation> {
    let report = Role::Report {
        port: desk.port(),
        name: "silent",
        code: 5,
    };
    let [report] = &stages(&[report])[..] else {
        unreachable!("one role is one stage");
    };
    let mut silent = shell("exec >&- 2>&-; exec \"$0\" \"$@\"");
    silent.args.push(report.program.clone());
    silent.args.extend_from_slice(&report.args);
    let attend = |desk: &Desk| {
        let _visitors = desk.receive(1);
        // This gives a submission that would end the stage the time to do so. A submission that polls is right as well.
        desk::for_a_while();
    };
    let (output, ()) = desk.attended(attend, || must_capture(&[silent, program("cat", &[])], b""));
    exits_are(&[ExitReason::Code(5), ExitReason::Code(0)], &output?.exits)
}
