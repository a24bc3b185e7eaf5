//! Arguments reach the program unchanged: no shell or other program on the way interprets them.

use harness::real::Trial;
use harness::{Finding, Violation};

use crate::call::{self, ExitReason, must_capture, must_run, shown};
use crate::desk::{Desk, settled};
use crate::role::{AS_EXPECTED, OTHER_ARGUMENTS, OTHER_PARENT, Role};

/// Each would become something else in a shell, or vanish.
const WORDS: &[&str] = &[
    "$(echo changed)",
    "`echo changed`",
    "two words",
    " ",
    "",
    "*",
    "~",
    "$HOME",
    "'",
    "\"",
    "\\",
    "\\n",
    ";",
    "|",
    "&",
    ">",
    "#",
    "!",
    "{a,b}",
    "line\nbreak",
    "--",
    "-n",
    "%s",
    "größer ☃",
    "",
];

/// The length of a long argument: less than the 128 KiB that Linux allows, and more than most fixed buffers hold.
const LONG_ARGUMENT_BYTES: usize = 100_000;

/// More arguments than a byte can count.
const MANY_ARGUMENTS: usize = 300;

pub(crate) fn arguments_stay_literal(trial: &mut Trial) {
    if Desk::open(trial).is_none() {
        return;
    }
    let long = "0123456789".repeat(LONG_ARGUMENT_BYTES / 10);
    let many = ["one"; MANY_ARGUMENTS];
    let few: &[(&str, &[&str])] = &[
        ("no arguments", &[]),
        ("the argument `$(echo changed)`", &["$(echo changed)"]),
        ("arguments that a shell would read", WORDS),
        ("an argument of 100000 bytes", &[&long]),
        ("300 arguments", &many),
    ];
    for (label, words) in few {
        trial.scenario(format!("{label}, `capture`"), || settled(|| captured_recital(words)));
        trial.scenario(format!("{label}, `run`"), || settled(|| run_recital(words)));
    }
}

fn captured_recital(words: &[&str]) -> Result<(), Violation> {
    let output = must_capture(&call::stages(&[Role::Recite(words)]), b"")?;
    let mut got: Vec<&[u8]> = output.stdout.split(|&byte| byte == 0).collect();
    // Nothing follows the last zero byte.
    got.pop();
    if got.len() != words.len() {
        let expected = match words.len() {
            1 => "expected the program to be given 1 argument".to_owned(),
            number => format!("expected the program to be given {number} arguments"),
        };
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("it was given {}", got.len())));
    }
    for (number, (expected, got)) in (1..).zip(words.iter().zip(got)) {
        if expected.as_bytes() != got {
            let expected = format!("expected argument {number} to be {}", shown(expected.as_bytes()));
            return Err(
                Violation::new(Finding::WrongResult, expected).got(format!("the program was given {}", shown(got)))
            );
        }
    }
    match output.exits.as_slice() {
        [ExitReason::Code(OTHER_PARENT)] => Err(other_parent()),
        // Another check judges the exits.
        _ => Ok(()),
    }
}

fn run_recital(words: &[&str]) -> Result<(), Violation> {
    let [stage] = &call::stages(&[Role::Recite(words)])[..] else {
        unreachable!("one role is one stage");
    };
    match must_run(stage)? {
        ExitReason::Code(AS_EXPECTED) => Ok(()),
        ExitReason::Code(OTHER_ARGUMENTS) => {
            let expected = "expected the program to be given its arguments as they are";
            Err(Violation::new(Finding::WrongResult, expected).got("it was given others"))
        }
        ExitReason::Code(OTHER_PARENT) => Err(other_parent()),
        end => {
            let expected = format!("expected the program to be run, and the exit `Code({AS_EXPECTED})`");
            Err(Violation::new(Finding::WrongResult, expected).got(format!("got {end}")))
        }
    }
}

fn other_parent() -> Violation {
    let expected = "expected the program to be started by this process itself";
    Violation::new(Finding::WrongResult, expected).got("there is another process in between")
}
