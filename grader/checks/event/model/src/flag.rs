//! An event is set from `set` until `clear`, for everybody who looks or waits.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use event::Event;
use harness::waiting::{MILLISECOND, is_late, join};
use harness::{Execution, Finding, Model, Violation};

use crate::waits::{Call, Wait};

/// How often an event is set in a row: so often that a count of 8 or 16 bits is 0 again.
const MANY_TIMES: [usize; 2] = [1 << 8, 1 << 16];

pub(crate) fn an_event_stays_as_it_is(model: &mut Model) {
    model.every("1 thread that sets, clears and asks", ask_after_each_step, answers_fit);
    model.every("2 events, of which 1 is set", ask_both, each_has_its_own);
    for (label, prepare) in [
        ("a new event, 1 thread that waits", (|_| ()) as fn(&Event)),
        ("an event set and cleared, 1 thread that waits", |event| {
            event.set();
            event.clear();
        }),
        ("an event set twice and cleared once, 1 thread that waits", |event| {
            event.set();
            event.set();
            event.clear();
        }),
        (
            "an event that was waited for, then cleared, 1 thread that waits",
            |event| {
                event.set();
                event.wait();
                event.clear();
            },
        ),
    ] {
        model.never_ends(
            label,
            move || {
                let event = Event::new();
                prepare(&event);
                event.wait();
            },
            |_| {
                let expected = "expected wait to sleep, since the event is not set";
                Violation::new(Finding::WrongResult, expected).got("it returned")
            },
        );
    }
    model.every(
        "1 thread that sets, 2 threads that wait",
        || wait_beside_a_setter([Call::Wait, Call::Timeout(Duration::MAX)]),
        all_see_it,
    );
    model.every(
        "1 thread that sets, 1 that clears and then waits",
        clear_and_wait_beside_a_setter,
        was_set_after_clear_or_before,
    );
    for call in [Call::Wait, Call::Timeout(Duration::MAX)] {
        model.every(
            format!("1 thread that writes a number and sets, 1 thread in {call} that reads it"),
            move || read_what_was_written(call),
            |execution| sees_the_number(execution.value),
        );
    }
    model.every(
        "1 thread that asks, 1 thread that waits, sets or clears",
        ask_beside_another_thread,
        answers_fit,
    );
    model.executions(1);
    model.random(0);
    model.steps(2_000_000);
    model.turn(u32::MAX);
    for times in MANY_TIMES {
        model.every(
            format!("an event set {times} times and cleared once"),
            move || set_many_times(times),
            move |execution| answers_fit_the_times(times, execution.value),
        );
    }
    model.every(
        "an event set once, 300 waits",
        || {
            let event = Event::new();
            event.set();
            for _ in 0..150 {
                event.wait();
                event.wait_timeout(Duration::MAX);
            }
            event.is_set()
        },
        |execution| is("after 300 waits", execution.value, true),
    );
}

/// What the event said, each answer with the step before it.
type Answers = Vec<(&'static str, bool)>;

/// Asks in both ways that do not sleep.
fn ask(event: &Event, after: &'static str, answers: &mut Answers) {
    answers.push((after, event.is_set()));
    answers.push((after, event.wait_timeout(Duration::ZERO)));
}

fn ask_after_each_step() -> Answers {
    let mut answers = Answers::new();
    let event = Event::new();
    ask(&event, "new", &mut answers);
    event.set();
    ask(&event, "set", &mut answers);
    event.wait();
    event.wait_timeout(Duration::MAX);
    ask(&event, "set", &mut answers);
    event.set();
    ask(&event, "set", &mut answers);
    event.clear();
    ask(&event, "clear", &mut answers);
    event.clear();
    ask(&event, "clear", &mut answers);
    event.set();
    ask(&event, "set", &mut answers);
    answers
}

/// That another thread uses the event at the same moment changes no answer.
fn ask_beside_another_thread() -> Answers {
    let mut answers = Answers::new();
    let event = Event::new();
    let mut ask_beside = |after, other: &(dyn Fn() + Sync)| {
        thread::scope(|scope| {
            scope.spawn(other);
            ask(&event, after, &mut answers);
        });
    };
    ask_beside("new", &|| event.clear());
    event.set();
    ask_beside("set", &|| event.wait());
    ask_beside("set", &|| event.set());
    answers
}

fn answers_fit(execution: &Execution<Answers>) -> Result<(), Violation> {
    for &(after, is_set) in &execution.value {
        is(&format!("after {after}"), is_set, after == "set")?;
    }
    if is_late(execution.elapsed, Duration::ZERO) {
        let expected = "expected none of the calls to take time, since none has to wait";
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("{:?} passed", execution.elapsed)));
    }
    Ok(())
}

#[track_caller]
fn is(when: &str, is_set: bool, expected: bool) -> Result<(), Violation> {
    if is_set == expected {
        return Ok(());
    }
    let in_words = |is_set| if is_set { "set" } else { "not set" };
    let violation = Violation::new(
        Finding::WrongResult,
        format!("expected the event to be {} {when}", in_words(expected)),
    );
    Err(violation.got(format!("it is {}", in_words(is_set))))
}

fn ask_both() -> [bool; 4] {
    let [one, other] = [Event::new(), Event::new()];
    one.set();
    let [first, second] = [one.is_set(), other.is_set()];
    other.set();
    one.clear();
    [first, second, one.is_set(), other.is_set()]
}

fn each_has_its_own(execution: &Execution<[bool; 4]>) -> Result<(), Violation> {
    if execution.value == [true, false, false, true] {
        return Ok(());
    }
    let expected = "expected each of two events to have its own state: [true, false], then [false, true]";
    Err(Violation::new(Finding::WrongResult, expected).got(format!("is_set said {:?}", execution.value)))
}

fn wait_beside_a_setter(calls: [Call; 2]) -> [Wait; 2] {
    let event = Event::new();
    thread::scope(|scope| {
        let event = &event;
        let waiters = calls.map(|call| scope.spawn(move || Wait::of(event, call)));
        event.set();
        waiters.map(join)
    })
}

/// Whether the wait after `clear` was ended by `set`, and whether the event is set in the end.
fn clear_and_wait_beside_a_setter() -> [bool; 2] {
    let event = Event::new();
    thread::scope(|scope| {
        let setter = scope.spawn(|| event.set());
        event.clear();
        let was_set = event.wait_timeout(MILLISECOND);
        join(setter);
        [was_set, event.is_set()]
    })
}

/// `set` comes before `clear` for everybody, or after it for everybody.
fn was_set_after_clear_or_before(execution: &Execution<[bool; 2]>) -> Result<(), Violation> {
    let [was_set, is_set] = execution.value;
    if was_set == is_set {
        return Ok(());
    }
    let expected = "expected wait and is_set to agree on whether set came after clear";
    let answers = format!("wait_timeout returned {was_set}, and is_set {is_set} after it");
    Err(Violation::new(Finding::Race, expected).got(answers))
}

fn all_see_it(execution: &Execution<[Wait; 2]>) -> Result<(), Violation> {
    execution
        .value
        .iter()
        .try_for_each(|wait| wait.was_ended_by_set(Duration::ZERO))
}

/// The number is written and read with `Relaxed`, as if it were no atomic. So a thread sees it only if `set` happens
/// before the end of the wait.
fn read_what_was_written(call: Call) -> usize {
    let event = Event::new();
    let number = AtomicUsize::new(0);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            Wait::of(&event, call);
            number.load(Ordering::Relaxed)
        });
        number.store(1, Ordering::Relaxed);
        event.set();
        join(waiter)
    })
}

fn sees_the_number(number: usize) -> Result<(), Violation> {
    if number == 1 {
        return Ok(());
    }
    let expected = "expected a thread that waited for the event to see what was written before set";
    Err(Violation::new(Finding::Race, expected).got("it saw what was there at the beginning"))
}

/// What the event said after so many calls of `set`, and after one of `clear`.
fn set_many_times(times: usize) -> [bool; 2] {
    let event = Event::new();
    (0..times).for_each(|_| event.set());
    let is_set = event.is_set();
    event.clear();
    [is_set, event.is_set() || event.wait_timeout(Duration::ZERO)]
}

fn answers_fit_the_times(times: usize, [is_set, is_still_set]: [bool; 2]) -> Result<(), Violation> {
    is(&format!("after it was set {times} times"), is_set, true)?;
    is("after one clear", is_still_set, false)
}
