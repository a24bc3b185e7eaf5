//! A panic in `say` ends one thread, and `hello` tells which and why.

use std::panic::panic_any;
use std::thread;
use std::time::Duration;

use harness::{Execution, Finding, Model, Violation};

use crate::heard::Heard;

const NAMES: &[&str] = &["ada", "grace", "edsger"];

/// A panic, and the message that it has to give.
struct Kind {
    label: &'static str,
    panics: fn(&str),
    message: fn(&str) -> String,
}

/// Texts, formatted or not, and payloads that are none, although some of them contain text.
const KINDS: &[Kind] = &[
    Kind {
        label: "a &str",
        panics: |_| panic!("lost for words"),
        message: |_| "lost for words".to_owned(),
    },
    Kind {
        label: "a String",
        panics: |name| panic!("{name} is lost for words"),
        message: |name| format!("{name} is lost for words"),
    },
    Kind {
        label: "an empty text",
        panics: |_| panic_any(""),
        message: |_| String::new(),
    },
    Kind {
        label: "a &str with spaces around it",
        panics: |_| panic_any(" lost for words "),
        message: |_| " lost for words ".to_owned(),
    },
    Kind {
        label: "a String of two lines",
        panics: |name| panic_any(format!("{name}\nis lost")),
        message: |name| format!("{name}\nis lost"),
    },
    Kind {
        label: "a number",
        panics: |_| panic_any(7),
        message: |_| "unknown".to_owned(),
    },
    Kind {
        label: "a Box<str>",
        panics: |name| panic_any(Box::<str>::from(name)),
        message: |_| "unknown".to_owned(),
    },
];

pub(crate) fn a_panic_is_told_with_its_message(model: &mut Model) {
    model.preemptions(1);
    model.executions(500);
    model.random(50);
    for Kind { label, panics, message } in KINDS {
        model.every(
            format!("ada and grace, who panics with {label} at its second hello"),
            || {
                Heard::of(&["ada", "grace"], 2, |name, earlier| {
                    if name == "grace" && earlier == 1 {
                        panics(name);
                    }
                })
            },
            |execution| tells(&execution.value, "grace", &message("grace")),
        );
    }
    model.every(
        "ada and grace, both panic at once, each with a message of its own",
        || Heard::of(&["ada", "grace"], 2, |name, _| panic!("this was {name}")),
        |execution| {
            tells(&execution.value, "ada", "this was ada")?;
            tells(&execution.value, "grace", "this was grace")
        },
    );
    for name in [" Ada Lovelace ", ""] {
        model.every(
            format!("{name:?}, who panics at its first hello"),
            move || Heard::of(&[name], 1, |_, _| panic!("lost for words")),
            move |execution| tells(&execution.value, name, "lost for words"),
        );
    }
    // Of the second, nothing is left in 32 bits.
    for times in [usize::MAX, 1 << 32] {
        model.every(
            format!("ada {times} times, who panics at the third hello"),
            move || {
                Heard::of(&["ada"], times, |name, earlier| {
                    if earlier == 2 {
                        panic!("{name} has had enough");
                    }
                })
            },
            |execution| tells(&execution.value, "ada", "ada has had enough"),
        );
    }
}

/// Holds if one of the results is the panic of `thread` with `message`. Another check judges which of them.
fn tells(heard: &Heard, thread: &str, message: &str) -> Result<(), Violation> {
    let mut panics = heard.results.iter().filter_map(|result| result.as_ref().err());
    if panics
        .clone()
        .any(|panicked| (panicked.0.as_str(), panicked.1.as_str()) == (thread, message))
    {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        format!("expected an `Err` with the thread `{thread}` and the message {message:?}"),
    );
    let same_thread = panics.clone().find(|panicked| panicked.0 == thread);
    Err(violation.got(match same_thread.or_else(|| panics.next()) {
        Some((thread, message)) => format!("there was one with the thread `{thread}` and the message {message:?}"),
        None => "there was none".to_owned(),
    }))
}

pub(crate) fn a_panic_leaves_the_others_alone(model: &mut Model) {
    model.preemptions(1);
    model.executions(2_000);
    model.random(100);
    for (label, panicking, at) in [
        ("ada panics at its first hello", &["ada"][..], 0),
        ("grace panics at its second hello", &["grace"], 1),
        ("ada and edsger panic at their first hello", &["ada", "edsger"], 0),
        ("all panic at their second hello", NAMES, 1),
    ] {
        model.every(
            label,
            move || {
                Heard::of(NAMES, 2, |name, earlier| {
                    if panicking.contains(&name) && earlier == at {
                        panic!("{name} is lost for words");
                    }
                })
            },
            move |execution| others_go_on(execution, panicking, at),
        );
    }
    model.every(
        "two called ada, whichever says hello first panics",
        || {
            Heard::of(&["ada", "ada"], 2, |name, earlier| {
                if earlier == 0 {
                    panic!("{name} is lost for words");
                }
            })
        },
        |execution| {
            let heard = &execution.value;
            heard.was_said(&["ada"], |_| 3)?;
            let first_panics = heard.results.first().is_some_and(Result::is_err);
            let expected = [Err("ada"), Ok(2)];
            let swapped = [Ok(2), Err("ada")];
            heard.gives(if first_panics { &expected } else { &swapped })
        },
    );
    // It panics while the others are in `say`, too.
    model.every(
        "ada panics while the others say hello",
        || {
            Heard::of(NAMES, 2, |name, _| {
                thread::sleep(Duration::from_millis(10));
                if name == "ada" {
                    panic!("{name} is lost for words");
                }
                thread::sleep(Duration::from_millis(10));
            })
        },
        |execution| {
            let times = |name: &str| if name == "ada" { 1 } else { 2 };
            execution.value.was_said(NAMES, times)?;
            execution.value.gives(&[Err("ada"), Ok(2), Ok(2)])
        },
    );
}

fn others_go_on(execution: &Execution<Heard>, panicking: &[&str], at: usize) -> Result<(), Violation> {
    let heard = &execution.value;
    heard.was_said(NAMES, |name| if panicking.contains(&name) { at + 1 } else { 2 })?;
    let expected: Vec<Result<usize, &str>> = NAMES
        .iter()
        .map(|name| if panicking.contains(name) { Err(*name) } else { Ok(2) })
        .collect();
    heard.gives(&expected)
}
