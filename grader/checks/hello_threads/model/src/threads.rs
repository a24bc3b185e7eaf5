//! Which threads there are, when they run, and that they have ended.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use harness::{Execution, Finding, Model, Violation};

use crate::NAMES;
use crate::heard::{Heard, SECOND, is_on_time};

/// How long threads are kept waiting where they must not poll: long enough that polling once a day is noticed.
const HUNDRED_DAYS: Duration = Duration::from_secs(100 * 24 * 60 * 60);

/// The most operations of a thread that starts some others and sleeps until they have ended.
const MOST_OPERATIONS_OF_A_SLEEPER: u64 = 64;

pub(crate) fn each_name_has_a_thread_of_its_own(model: &mut Model) {
    model.executions(2_000);
    model.random(100);
    for (names, times) in [
        (&["ada"][..], 1),
        (&["ada", "grace"], 2),
        (NAMES, 1),
        (&["ada", "ada"], 2),
        (&[" Ada Lovelace ", "ada lovelace", ""], 1),
    ] {
        model.every(
            format!("{names:?}, {times} times"),
            move || Heard::of(names, times, |_, _| {}),
            move |execution| have_their_threads(&execution.value, names),
        );
    }
}

/// Holds if each of `names` was said in a thread of its own, which has that name.
fn have_their_threads(heard: &Heard, names: &[&str]) -> Result<(), Violation> {
    let mut threads = HashMap::new();
    for call in &heard.calls {
        if call.thread == heard.caller {
            let violation = Violation::new(Finding::NotConcurrent, "expected each name to have a thread of its own");
            return Err(violation.got(format!("the calling thread said `{}`", call.said)));
        }
        if call.thread_name.as_deref() != Some(&call.said) {
            let violation = Violation::new(
                Finding::WrongResult,
                format!("expected `{}` to be said by a thread of that name", call.said),
            );
            return Err(violation.got(match &call.thread_name {
                Some(other) => format!("the name of the thread was `{other}`"),
                None => "the thread had no name".to_owned(),
            }));
        }
        threads.insert(call.thread, &*call.said);
    }
    for name in names {
        let expected = names.iter().filter(|other| *other == name).count();
        let n_threads = threads.values().filter(|said| *said == name).count();
        if n_threads != expected {
            let violation = Violation::new(
                Finding::WrongResult,
                format!("expected the number of threads that say `{name}` to be {expected}"),
            );
            return Err(violation.got(format!("it was {n_threads}")));
        }
    }
    Ok(())
}

pub(crate) fn the_seconds_pass_at_the_same_time(model: &mut Model) {
    model.executions(2_000);
    model.random(100);
    for (names, times, faults) in [
        (&["ada"][..], 2, 0),
        (&["ada", "grace"], 2, 1),
        (NAMES, 2, 0),
        (NAMES, 1, 0),
    ] {
        model.spurious_wakeups(faults);
        model.every(
            format!("{} names, {times} times", names.len()),
            move || Heard::of(names, times, |_, _| {}),
            move |execution| takes_seconds(&execution.value, names.len(), times, SECOND),
        );
    }
    model.spurious_wakeups(0);
    let half = SECOND / 2;
    model.every(
        "2 names, 2 times, and each hello takes half a second",
        move || Heard::of(&["ada", "grace"], 2, move |_, _| thread::sleep(half)),
        move |execution| takes_seconds(&execution.value, 2, 2, half + SECOND),
    );
    model.every(
        "2 names once, and each hello takes 100 days",
        || Heard::of(&["ada", "grace"], 1, |_, _| thread::sleep(HUNDRED_DAYS)),
        |execution| the_others_sleep(execution, &["ada", "grace"]),
    );
    for n_names in [2, 3] {
        model.reach(
            format!("{n_names} names once, and each hello takes a moment"),
            move || {
                let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
                Heard::of(&NAMES[..n_names], 1, |_, _| {
                    most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(1));
                    inside.fetch_sub(1, Ordering::SeqCst);
                });
                most.into_inner()
            },
            "all threads say hello at the same time",
            n_names,
            |execution| execution.value,
        );
    }
    model.one_execution();
    model.every(
        "300 names, once",
        || {
            let names: Vec<String> = (1..=300).map(|number| number.to_string()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            takes_seconds(&Heard::of(&names, 1, |_, _| {}), 300, 1, SECOND)
        },
        |execution| execution.value.clone(),
    );
}

/// Holds if each thread said hello at once and then after every `round`, and ended after as many of them. A round is a
/// hello and the second after it.
fn takes_seconds(heard: &Heard, n_names: usize, times: usize, round: Duration) -> Result<(), Violation> {
    let due = round * times as u32;
    if !is_on_time(heard.took, due) {
        let finding = if heard.took < due {
            Finding::WrongResult
        } else {
            Finding::OverSerialized
        };
        let violation = Violation::new(finding, format!("expected {n_names} threads to take {due:?} together"));
        return Err(violation.got(format!("they took {:?}", heard.took)));
    }
    let mut numbers = HashMap::new();
    for call in &heard.calls {
        let number: &mut u32 = numbers.entry(call.thread).or_default();
        let due = round * *number;
        *number += 1;
        if !is_on_time(call.at, due) {
            let violation = Violation::new(
                Finding::WrongResult,
                format!("expected hello {number} of `{}` after {due:?}", call.said),
            );
            return Err(violation.got(format!("it came after {:?}", call.at)));
        }
    }
    Ok(())
}

/// Holds if no thread but those that say hello did more than start others and wait for them.
fn the_others_sleep(execution: &Execution<Heard>, names: &[&str]) -> Result<(), Violation> {
    execution.value.was_said(names, |_| 1)?;
    let others = execution.threads.iter().filter(|thread| {
        let name = thread.name.as_deref().unwrap_or_default();
        !names.contains(&name)
    });
    let most = others.map(|thread| thread.operations).max().unwrap_or(0);
    if most > MOST_OPERATIONS_OF_A_SLEEPER {
        let violation = Violation::new(
            Finding::BusyWait,
            "expected the calling thread to sleep until the others have ended",
        );
        return Err(violation.got(format!("it performed {most} operations in 100 days")));
    }
    Ok(())
}

pub(crate) fn any_thread_may_be_first(model: &mut Model) {
    for name in ["edsger", "grace", "ada"] {
        model.some(
            format!("3 names once, {name} first"),
            || Heard::of(NAMES, 1, |_, _| {}),
            format!("{name} is the first to say hello"),
            move |execution| execution.value.calls.first().is_some_and(|call| call.said == name),
        );
    }
}

/// That a thread still runs when the body returns is a failure of the execution.
pub(crate) fn all_threads_have_ended_on_return(model: &mut Model) {
    model.executions(2_000);
    model.random(100);
    model.late_threads(1);
    let names = &["ada", "grace"];
    model.every(
        "2 names once, a thread may be slow",
        || Heard::of(names, 1, |_, _| {}),
        |execution| execution.value.was_said(names, |_| 1),
    );
    model.every(
        "2 names once, of which the first panics and the second is slow",
        || Heard::of(names, 1, |name, _| assert!(name == "grace", "lost for words")),
        |execution| execution.value.was_said(names, |_| 1),
    );
    model.late_threads(0);
    model.every(
        "2 calls at the same time, one name each, 2 times and once",
        || {
            thread::scope(|scope| {
                let other = scope.spawn(|| Heard::of(&["grace"], 1, |_, _| {}));
                let heard = Heard::of(&["ada"], 2, |_, _| {});
                (
                    heard,
                    other
                        .join()
                        .unwrap_or_else(|payload| std::panic::resume_unwind(payload)),
                )
            })
        },
        |execution| {
            let (ada, grace) = &execution.value;
            ada.was_said(&["ada"], |_| 2)?;
            ada.gives(&[Ok(2)])?;
            grace.was_said(&["grace"], |_| 1)?;
            grace.gives(&[Ok(1)])
        },
    );
}
