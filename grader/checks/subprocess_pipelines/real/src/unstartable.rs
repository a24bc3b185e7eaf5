//! If a program cannot be started, the error names it.
use harness::real::Trial;
use harness::{Finding, Violation};
use subprocess_pipelines::Stage;

use crate::bytes::LINE;
use crate::call::{self, program, quoted};
use crate::desk::{Desk, settled};

/// More than Linux accepts as one argument.
const TOO_LONG_BYTES: usize = 16 << 20;

const MISSING: &str = "no-such-program";
const ALSO_MISSING: &str = "another-that-is-missing";

pub(crate) fn a_program_that_cannot_be_started_is_named(trial: &mut Trial) {
    if Desk::open(trial).is_none() {
        return;
    }
    run_names(trial);
    capture_names(trial);
    trial.scenario("no stages", || {
        let expected = "expected an error for an empty list of stages";
        settled(|| match call::capture(&[], LINE) {
            Ok(_) => Err(Violation::new(Finding::WrongResult, expected).got("got a success")),
            Err(_) => Ok(()),
        })
    });
}

fn run_names(trial: &mut Trial) {
    for (label, stage) in unstartable() {
        trial.scenario(format!("`run` of {label}"), || {
            settled(|| is_named(call::run(&stage), &stage.program, &[]))
        });
    }
}

fn capture_names(trial: &mut Trial) {
    let cat = || program("cat", &[]);
    for (label, stage) in unstartable() {
        trial.scenario(format!("`capture` of {label}"), || {
            settled(|| is_named(call::capture(std::slice::from_ref(&stage), LINE), &stage.program, &[]))
        });
    }
    let (missing, also) = (program(MISSING, &[]), program(ALSO_MISSING, &[]));
    let pipelines = [
        ("`no-such-program | cat`", vec![missing.clone(), cat()]),
        ("`cat | no-such-program`", vec![cat(), missing.clone()]),
        ("`cat | no-such-program | cat`", vec![cat(), missing.clone(), cat()]),
        (
            "`cat | no-such-program | cat | another-that-is-missing`",
            vec![cat(), missing, cat(), also],
        ),
    ];
    for (label, stages) in pipelines {
        trial.scenario(label, || {
            settled(|| is_named(call::capture(&stages, LINE), MISSING, &[ALSO_MISSING]))
        });
    }
}

fn unstartable() -> Vec<(&'static str, Stage)> {
    vec![
        ("`no-such-program`", program(MISSING, &[])),
        (
            "`no-such-program; echo 1`, which is no program",
            program("no-such-program; echo 1", &[]),
        ),
        ("`echo hello`, which is no program", program("echo hello", &[])),
        ("`/no/such/folder/tool`", program("/no/such/folder/tool", &["1"])),
        ("the folder `/dev`", program("/dev", &[])),
        (
            "the file `/dev/null`, which cannot be executed",
            program("/dev/null", &[]),
        ),
        ("a program without a name", program("", &["1"])),
        ("`cat` with a zero byte in an argument", program("cat", &["a\0b"])),
        (
            "`cat` with an argument of 16 MiB",
            program("cat", &[&"0".repeat(TOO_LONG_BYTES)]),
        ),
    ]
}

/// Holds if there is an error, and the text names `program` before it names any of the `others`.
fn is_named<T>(outcome: Result<T, String>, program: &str, others: &[&str]) -> Result<(), Violation> {
    let expected = match program {
        "" => "expected an error".to_owned(),
        program => format!("expected an error that names `{program}`"),
    };
    let Err(text) = outcome else {
        return Err(Violation::new(Finding::WrongResult, expected).got("got a success"));
    };
    let place = text.find(program);
    let is_first = |place| {
        others
            .iter()
            .all(|other| text.find(other).is_none_or(|other| place < other))
    };
    match place {
        Some(place) if is_first(place) => Ok(()),
        Some(_) => {
            let expected = format!("{expected}, the first that could not be started");
            Err(Violation::new(Finding::WrongResult, expected).got(format!("its text is {}", quoted(&text))))
        }
        None => Err(Violation::new(Finding::WrongResult, expected).got(format!("its text is {}", quoted(&text)))),
    }
}
