//! What comes out of a pipeline: exactly the bytes that its programs write.

use std::slice;

use harness::real::Trial;
use harness::{Finding, Violation};
use subprocess_pipelines::Stage;

use crate::call::{must_be, must_capture, program, shell};
use crate::desk::{Desk, settled};
use crate::endings::call_in_a_process;
use crate::pattern;
use crate::role::{AS_EXPECTED, Role};

/// A line of text, for inputs whose content does not matter.
pub(crate) const LINE: &[u8] = b"one line, 1 and 11\n";

pub(crate) fn bytes_pass_through_unchanged(trial: &mut Trial) {
    if Desk::open(trial).is_none() {
        return;
    }
    let all_values: Vec<u8> = (0..=255).collect();
    let (cat, shout) = (program("cat", &[]), program("tr", &["a-z", "A-Z"]));
    gives(
        trial,
        "a line into `tr a-z A-Z`",
        slice::from_ref(&shout),
        LINE,
        b"ONE LINE, 1 AND 11\n",
    );
    gives(
        trial,
        "a line into `tr a-z A-Z | tr 1 Q`",
        &[shout, program("tr", &["1", "Q"])],
        LINE,
        b"ONE LINE, Q AND QQ\n",
    );
    gives(trial, "no input for `cat`", slice::from_ref(&cat), b"", b"");
    gives(
        trial,
        "`echo`, which reads nothing",
        &[program("echo", &["hello"])],
        b"",
        b"hello\n",
    );
    gives(
        trial,
        "empty lines into `cat`",
        slice::from_ref(&cat),
        b"\n\r\n \n\n",
        b"\n\r\n \n\n",
    );
    gives(
        trial,
        "bytes of all values into `cat`",
        slice::from_ref(&cat),
        &all_values,
        &all_values,
    );
    let many = pattern::bytes(5_000);
    gives(
        trial,
        "bytes into twelve times `cat`",
        &vec![cat.clone(); 12],
        &many,
        &many,
    );
    gives(trial, "bytes into forty times `cat`", &vec![cat; 40], &many, &many);
    let errors = [shell(r"printf '\377\000\n' >&2; echo out")];
    trial.scenario("errors that are no text", || {
        let output = settled(|| must_capture(&errors, b""))?;
        must_be("the standard error", b"\xff\0\n", &output.stderr)?;
        must_be("the standard output", b"out\n", &output.stdout)
    });
    trial.scenario("no input, in a process that has some", || {
        settled(own_input_is_not_read)
    });
}

fn gives(trial: &mut Trial, label: &str, stages: &[Stage], input: &[u8], expected: &[u8]) {
    trial.scenario(label, || {
        let output = settled(|| must_capture(stages, input))?;
        must_be("the standard output", expected, &output.stdout)
    });
}

/// The first stage reads `input`, which is empty, and not what the process that calls `capture` could read.
fn own_input_is_not_read() -> Result<(), Violation> {
    let ended = call_in_a_process(&Role::CallCapture, b"this is not for the pipeline\n");
    must_be("the standard output", b"", &ended.stdout)?;
    if ended.status.code() == Some(AS_EXPECTED) {
        return Ok(());
    }
    let expected = "expected `capture` to run the pipeline";
    Err(Violation::new(Finding::WrongResult, expected).got("it did not"))
}
