//! What the exercise `hello_threads` must show.
//!
//! The checks bring what is called for each hello, so they see themselves who called, when and how often.

mod contract;
mod greeter;
mod heard;
mod panics;
mod threads;

use std::process::ExitCode;
use std::time::Duration;

use harness::{Check, Finding, Model, Violation};

use crate::heard::Heard;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("every_name_says_hello", every_name_says_hello),
    Check::new(
        "each_name_has_a_thread_of_its_own",
        threads::each_name_has_a_thread_of_its_own,
    ),
    Check::new(
        "the_seconds_pass_at_the_same_time",
        threads::the_seconds_pass_at_the_same_time,
    ),
    Check::new("any_thread_may_be_first", threads::any_thread_may_be_first),
    Check::new(
        "results_come_in_the_order_of_the_names",
        results_come_in_the_order_of_the_names,
    ),
    Check::new(
        "a_panic_is_told_with_its_message",
        panics::a_panic_is_told_with_its_message,
    ),
    Check::new(
        "a_panic_leaves_the_others_alone",
        panics::a_panic_leaves_the_others_alone,
    ),
    Check::new(
        "all_threads_have_ended_on_return",
        threads::all_threads_have_ended_on_return,
    ),
    Check::new(
        "greeter_says_hello_in_its_own_thread",
        greeter::greeter_says_hello_in_its_own_thread,
    ),
];

const NAMES: &[&str] = &["ada", "grace", "edsger"];

fn main() -> ExitCode {
    harness::main(CHECKS)
}

fn every_name_says_hello(model: &mut Model) {
    model.executions(2_000);
    model.random(100);
    for (names, times) in [
        (&["ada"][..], 1),
        (&["ada"], 2),
        (&["ada", "grace"], 2),
        (NAMES, 1),
        (
            &["", "a name with spaces that is longer than a kernel keeps, ὡς δοκεῖ"],
            1,
        ),
    ] {
        model.every(
            format!("{} names, {times} times", names.len()),
            move || Heard::of(names, times, |_, _| {}),
            move |execution| execution.value.was_said(names, |_| times),
        );
    }
    model.every(
        "the name ada twice, 2 times",
        || Heard::of(&["ada", "ada"], 2, |_, _| {}),
        |execution| execution.value.was_said(&["ada"], |_| 4),
    );
    for (label, names, times) in [
        ("no names, 3 times", &[][..], 3),
        ("no names, as often as can be", &[], usize::MAX),
        ("one name, 0 times", &["ada"], 0),
        ("3 names, 0 times", NAMES, 0),
    ] {
        model.every(
            label,
            move || Heard::of(names, times, |_, _| {}),
            move |execution| says_nothing_at_once(&execution.value, names),
        );
    }
    for (label, calls) in [
        ("3 names 2 times, then one name once", [(NAMES, 2), (&NAMES[..1], 1)]),
        ("one name once, then 3 names 2 times", [(&NAMES[..1], 1), (NAMES, 2)]),
    ] {
        model.every(
            label,
            move || calls.map(|(names, times)| Heard::of(names, times, |_, _| {})),
            move |execution| {
                let calls = calls.iter().zip(&execution.value);
                calls
                    .into_iter()
                    .try_for_each(|((names, times), heard)| heard.was_said(names, |_| *times))
            },
        );
    }
    model.one_execution();
    model.every(
        "300 names, once",
        || {
            let names: Vec<String> = (1..=300).map(|number| number.to_string()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let heard = Heard::of(&names, 1, |_, _| {});
            heard.was_said(&names, |_| 1).map(|()| heard.took)
        },
        |execution| execution.value.clone().map(drop),
    );
    model.every(
        "ada 70000 times",
        || {
            // Counted without a list, which would take long.
            let said = std::sync::atomic::AtomicUsize::new(0);
            hello_threads::hello(&["ada".to_owned()], 70_000, |_| {
                said.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            });
            said.into_inner()
        },
        |execution| {
            if execution.value == 70_000 {
                return Ok(());
            }
            let violation = Violation::new(Finding::WrongResult, "expected `ada` to be said 70000 times");
            Err(violation.got(format!("it was said {} times", execution.value)))
        },
    );
}

fn says_nothing_at_once(heard: &Heard, names: &[&str]) -> Result<(), Violation> {
    heard.was_said(names, |_| 0)?;
    heard.gives(&vec![Ok(0); names.len()])?;
    if heard.took >= Duration::from_millis(1) {
        let violation = Violation::new(
            Finding::WrongResult,
            "expected a call that has nothing to say to return at once",
        );
        return Err(violation.got(format!("it took {:?}", heard.took)));
    }
    Ok(())
}

fn results_come_in_the_order_of_the_names(model: &mut Model) {
    model.executions(2_000);
    model.random(100);
    model.every(
        "3 names 2 times, each ends before the one in front of it",
        || {
            Heard::of(NAMES, 2, |name, earlier| match (name, earlier) {
                ("ada", 1) => {
                    std::thread::sleep(Duration::from_secs(10));
                    panic!("{name} is lost for words");
                }
                ("edsger", 0) => panic!("{name} is lost for words"),
                _ => {}
            })
        },
        |execution| execution.value.gives(&[Err("ada"), Ok(2), Err("edsger")]),
    );
    model.every(
        "3 names 2 times, each ends after the one in front of it",
        || {
            Heard::of(NAMES, 2, |name, earlier| match (name, earlier) {
                ("ada", 0) => panic!("{name} is lost for words"),
                ("edsger", 1) => {
                    std::thread::sleep(Duration::from_secs(10));
                    panic!("{name} is lost for words");
                }
                _ => {}
            })
        },
        |execution| execution.value.gives(&[Err("ada"), Ok(2), Err("edsger")]),
    );
    model.every(
        "2 names once, which end at the same moment",
        || {
            Heard::of(&["ada", "grace"], 1, |name, _| {
                if name == "grace" {
                    panic!("lost for words")
                }
            })
        },
        |execution| execution.value.gives(&[Ok(1), Err("grace")]),
    );
    model.every(
        "ada once, then grace, who panics, then ada 2 times",
        || {
            let say = |name: &str, _| assert!(name == "ada", "lost for words");
            [("ada", 1), ("grace", 1), ("ada", 2)].map(|(name, times)| Heard::of(&[name], times, say))
        },
        |execution| {
            let expected = [Ok(1), Err("grace"), Ok(2)];
            let calls = execution.value.iter().zip(expected);
            calls
                .into_iter()
                .try_for_each(|(heard, expected)| heard.gives(&[expected]))
        },
    );
    model.one_execution();
    model.every(
        "300 names once, of which some panic",
        || {
            let names: Vec<String> = (0..300).map(|number| number.to_string()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let panics = |name: &str| name.ends_with('7');
            let heard = Heard::of(&names, 1, |name, _| {
                // The last comes first.
                let number: u64 = name.parse().expect("the names are numbers");
                std::thread::sleep(Duration::from_millis(300 - number));
                assert!(!panics(name), "lost for words");
            });
            let expected: Vec<_> = names
                .iter()
                .map(|name| if panics(name) { Err(*name) } else { Ok(1) })
                .collect();
            heard.gives(&expected)
        },
        |execution| execution.value.clone(),
    );
    model.every(
        "ada 70000 times",
        || {
            hello_threads::hello(&["ada".to_owned()], 70_000, |_| {})
                .into_iter()
                .next()
                .and_then(Result::ok)
        },
        |execution| {
            if execution.value == Some(70_000) {
                return Ok(());
            }
            let violation = Violation::new(Finding::WrongResult, "expected the result Ok(70000)");
            Err(violation.got(match execution.value {
                Some(times) => format!("it was Ok({times})"),
                None => "there was none".to_owned(),
            }))
        },
    );
}
