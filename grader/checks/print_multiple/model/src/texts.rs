//! Texts are printed mixed, in blocks, and beside somebody who takes no lock.

use std::time::Duration;

use harness::{Execution, Finding, Model, Violation};

use crate::all_at_once;
use crate::contract::{in_blocks, mixed, with_an_outsider};
use crate::copies::{are_complete, are_solid, copies};

/// The most operations of a thread that prints a few copies, or starts some others, and sleeps when it waits. One that
/// looks again and again does so for longer in some interleaving.
const MOST_OPERATIONS_OF_A_SLEEPER: u64 = 64;

/// What the outsider prints.
const OUTSIDER: &str = ".";

/// Texts of more than one byte, none of which begins like another.
const THREE: &[&str] = &["Abc", "Def", "Ghi"];

/// A way to print texts.
type Print = fn(&[&str], usize);

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn label(texts: &[&str], n: usize) -> String {
    match texts {
        [] => format!("no texts, {n} times"),
        _ => format!("the texts {}, {n} times", texts.join(", ")),
    }
}

pub(crate) fn mixed_prints_every_text(model: &mut Model) {
    few_executions(model);
    prints_all(model, mixed);
}

/// Requires whole copies of all texts, whatever their order.
fn prints_all(model: &mut Model, print: Print) {
    for (texts, n) in [
        (&[][..], 3),
        (&["Abc"], 2),
        (&["Abc", "Def"], 2),
        (THREE, 1),
        (THREE, 0),
    ] {
        let expected = owned(texts);
        model.every(
            label(texts, n),
            move || print(texts, n),
            move |execution| are_complete(execution, &copies(execution, &expected)?, &expected, n),
        );
    }
    // A thread that nobody joins is late.
    model.late_threads(1);
    let expected = owned(&THREE[..2]);
    model.every(
        "2 texts, once, a thread may be slow",
        move || print(&THREE[..2], 1),
        move |execution| are_complete(execution, &copies(execution, &expected)?, &expected, 1),
    );
    model.late_threads(0);
    model.one_execution();
    let many: Vec<String> = (100..400).map(|number| number.to_string()).collect();
    let expected = many.clone();
    model.every(
        "300 texts, 2 times",
        move || print(&many.iter().map(String::as_str).collect::<Vec<_>>(), 2),
        move |execution| are_complete(execution, &copies(execution, &expected)?, &expected, 2),
    );
    let expected = owned(&["A"]);
    model.every(
        "the text A, 70000 times",
        move || print(&["A"], 70_000),
        move |execution| are_complete(execution, &copies(execution, &expected)?, &expected, 70_000),
    );
}

/// Limits the executions, since a student waits for them.
fn few_executions(model: &mut Model) {
    model.executions(3_000);
    model.random(300);
}

pub(crate) fn mixed_texts_mix(model: &mut Model) {
    model.reach(
        label(&["A", "B"], 2),
        || mixed(&["A", "B"], 2),
        "one text and the other one change three times",
        3,
        |execution| {
            let order = order(execution, &["A", "B"]);
            order.windows(2).filter(|pair| pair[0] != pair[1]).count()
        },
    );
    for (what, expected) in [
        (
            "both copies of the first text come before those of the second",
            [0, 0, 1, 1],
        ),
        (
            "both copies of the second text come before those of the first",
            [1, 1, 0, 0],
        ),
    ] {
        model.some(
            label(&["A", "B"], 2),
            || mixed(&["A", "B"], 2),
            what,
            move |execution| order(execution, &["A", "B"]) == expected,
        );
    }
    any_may_be_first(model, mixed);
    all_at_once(model, "100 texts, once", || hundred(|texts| mixed(texts, 1)));
}

/// Calls `print` with a hundred texts.
fn hundred(print: impl Fn(&[&str])) {
    let texts: Vec<String> = (100..200).map(|number| number.to_string()).collect();
    print(&texts.iter().map(String::as_str).collect::<Vec<_>>());
}

/// The texts in the order of their copies; none if the output is something else.
fn order<T>(execution: &Execution<T>, texts: &[&str]) -> Vec<usize> {
    let copies = copies(execution, &owned(texts)).unwrap_or_default();
    copies.iter().map(|copy| copy.text).collect()
}

/// Requires that each of three texts can be the first, and each the last.
fn any_may_be_first(model: &mut Model, print: Print) {
    for text in [2, 1, 0] {
        model.some(
            label(THREE, 1),
            move || print(THREE, 1),
            format!("`{}` comes first", THREE[text]),
            move |execution| order(execution, THREE).first() == Some(&text),
        );
        model.some(
            label(THREE, 1),
            move || print(THREE, 1),
            format!("`{}` comes last", THREE[text]),
            move |execution| {
                let order = order(execution, THREE);
                order.len() == 3 && order.last() == Some(&text)
            },
        );
    }
}

pub(crate) fn blocks_are_solid(model: &mut Model) {
    few_executions(model);
    for (texts, n, wake_ups) in [
        (&["A", "B"][..], 1, 0),
        (&["A", "B"], 2, 0),
        (&["A", "B"], 3, 0),
        (&["A", "B", "C"], 2, 1),
        (&["Abc", "Def"], 2, 0),
    ] {
        model.spurious_wakeups(wake_ups);
        let expected = owned(texts);
        model.every(
            label(texts, n),
            move || in_blocks(texts, n),
            move |execution| {
                let copies = copies(execution, &expected)?;
                are_complete(execution, &copies, &expected, n)?;
                are_solid(execution, &copies)?;
                waits_asleep(execution)
            },
        );
    }
    model.spurious_wakeups(0);
    model.preemptions(1);
    model.every(
        "two calls, one after the other",
        || {
            in_blocks(&["A", "B"], 2);
            in_blocks(&["C", "D"], 2);
        },
        |execution| {
            let texts = owned(&["A", "B", "C", "D"]);
            let copies = copies(execution, &texts)?;
            are_solid(execution, &copies)?;
            let counts = [0, 1, 2, 3].map(|text| copies.iter().filter(|copy| copy.text == text).count());
            if counts != [2; 4] {
                let violation = Violation::new(Finding::WrongOutput, "expected 2 copies of each text in both calls");
                return Err(violation.got(format!("there were {counts:?}")));
            }
            Ok(())
        },
    );
    prints_all(model, in_blocks);
    // A lock that is given back after some hundred copies: another thread has to come in between.
    model.random(4);
    let (texts, n) = (&["A", "B"], 3_000);
    let expected = owned(texts);
    model.every(
        label(texts, n),
        move || in_blocks(texts, n),
        move |execution| {
            let copies = copies(execution, &expected)?;
            are_complete(execution, &copies, &expected, n)?;
            are_solid(execution, &copies)
        },
    );
}

/// Holds if no thread looked again and again whether it is its turn.
fn waits_asleep<T>(execution: &Execution<T>) -> Result<(), Violation> {
    let violation = || {
        Violation::new(
            Finding::BusyWait,
            "expected a thread that waits to sleep until it is woken",
        )
    };
    if execution.elapsed >= Duration::from_millis(1) {
        return Err(violation().got(format!("{:?} passed, although nothing takes time", execution.elapsed)));
    }
    let most = execution
        .threads
        .iter()
        .map(|thread| thread.operations)
        .max()
        .unwrap_or(0);
    if most > MOST_OPERATIONS_OF_A_SLEEPER {
        return Err(violation().got(format!("one performed {most} operations")));
    }
    Ok(())
}

pub(crate) fn any_block_may_be_first(model: &mut Model) {
    any_may_be_first(model, in_blocks);
    all_at_once(model, "100 texts, once", || hundred(|texts| in_blocks(texts, 1)));
}

pub(crate) fn only_the_outsider_stands_inside(model: &mut Model) {
    few_executions(model);
    for (texts, n) in [
        (&[][..], 2),
        (&["Abc"], 2),
        (&["A", "B"], 1),
        (&["A", "B"], 2),
        (&["Abc", "Def"], 2),
        (THREE, 0),
    ] {
        let expected: Vec<String> = texts.iter().chain(&[OUTSIDER]).map(|text| (*text).to_owned()).collect();
        model.every(
            format!("{} and the outsider `{OUTSIDER}`", label(texts, n)),
            move || with_an_outsider(texts, OUTSIDER, n),
            move |execution| {
                let mut copies = copies(execution, &expected)?;
                are_complete(execution, &copies, &expected, n)?;
                copies.retain(|copy| expected[copy.text] != OUTSIDER);
                are_solid(execution, &copies)?;
                waits_asleep(execution)
            },
        );
    }
    model.one_execution();
    // Either number is more than a byte holds. Both at once would be 90 000 copies with 300 threads alive.
    for (n_texts, n) in [(300, 2), (2, 300)] {
        let many: Vec<String> = (100..100 + n_texts).map(|number| number.to_string()).collect();
        let expected: Vec<String> = many.iter().cloned().chain([OUTSIDER.to_owned()]).collect();
        model.every(
            format!("{n_texts} texts and the outsider, {n} times"),
            move || with_an_outsider(&many.iter().map(String::as_str).collect::<Vec<_>>(), OUTSIDER, n),
            move |execution| are_complete(execution, &copies(execution, &expected)?, &expected, n),
        );
    }
    let expected = owned(&[OUTSIDER]);
    model.every(
        "no texts and the outsider, 70000 times",
        || with_an_outsider(&[], OUTSIDER, 70_000),
        move |execution| are_complete(execution, &copies(execution, &expected)?, &expected, 70_000),
    );
}

pub(crate) fn the_outsider_waits_for_nobody(model: &mut Model) {
    // What the output is without newlines and spaces, for one text and for two.
    type Wanted = (&'static str, &'static [&'static str], fn(&str) -> bool);
    let all_inside: fn(&str) -> bool = |output| output.contains("A..A") || output.contains("B..B");
    let wanted: [Wanted; 5] = [
        ("the outsider prints everything inside a block", &["A"], |output| {
            output == "A..A"
        }),
        ("the outsider prints everything inside a block", &["A", "B"], all_inside),
        ("a text and the outsider take turns", &["A"], |output| output == ".A.A"),
        (
            "the outsider prints everything in front of the blocks",
            &["A", "B"],
            |output| output.starts_with(".."),
        ),
        (
            "the outsider prints everything behind the blocks",
            &["A", "B"],
            |output| output.ends_with(".."),
        ),
    ];
    for (what, texts, is_wanted) in wanted {
        model.some(
            format!("{} and the outsider `{OUTSIDER}`", label(texts, 2)),
            move || with_an_outsider(texts, OUTSIDER, 2),
            what,
            move |execution| {
                let mut output = String::from_utf8_lossy(&execution.text()).into_owned();
                output.retain(|character| !character.is_whitespace());
                output.len() == 2 * texts.len() + 2 && is_wanted(&output)
            },
        );
    }
    all_at_once(model, "100 texts and the outsider, once", || {
        hundred(|texts| with_an_outsider(texts, OUTSIDER, 1));
    });
}
