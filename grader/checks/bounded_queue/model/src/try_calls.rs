//! `try_put`, `try_get` and `len` answer at once and correctly, whichever threads use the queue.

use std::thread;

use bounded_queue::Queue;
use harness::waiting::{MILLISECOND, join};
use harness::{Execution, Finding, Model, Violation};

use crate::side::{Answer, Call, SIDES, Side};

pub(crate) fn try_calls_answer_at_once(model: &mut Model) {
    model.every("1 thread, maxsize 2", fill_and_empty, answers_are_right);
    model.every("2 queues", use_two_queues, answers_are_right);
    model.random(100);
    for side in SIDES {
        model.every(
            format!(
                "{} while a thread waits in {}",
                side.name(Call::Try),
                side.name(Call::Wait)
            ),
            move || ask_beside_a_waiter(side),
            answers_are_right,
        );
        model.every(
            format!(
                "{} while a thread waits in {}",
                side.name(Call::Try),
                side.name(Call::Timeout(5 * MILLISECOND))
            ),
            move || ask_beside_a_timed_waiter(side),
            answers_are_right,
        );
    }
    model.every(
        "maxsize 2, 2 threads that each put an item, look, and get one",
        || use_at_most_one_place(2),
        |execution| never_refused(&execution.value),
    );
    model.every(
        "maxsize 0, 2 threads that each put an item, look, and get one",
        || use_at_most_one_place(0),
        |execution| never_refused(&execution.value),
    );
}

/// One after the other: what was asked, what had to be answered, and what was.
type Answers = Vec<(&'static str, String, String)>;

fn note(answers: &mut Answers, call: &'static str, expected: impl ToString, got: impl ToString) {
    answers.push((call, expected.to_string(), got.to_string()));
}

fn fill_and_empty() -> Answers {
    let queue = Queue::new(2);
    let mut answers = Answers::new();
    let ask = |side: Side| side.ask(&queue, Call::Try);
    note(&mut answers, "len of an empty queue", 0, queue.len());
    note(
        &mut answers,
        "try_get of an empty queue",
        Answer::Refused,
        ask(Side::Get),
    );
    note(&mut answers, "the first try_put", Answer::Done, ask(Side::Put));
    note(&mut answers, "len of 1 item", 1, queue.len());
    note(&mut answers, "the second try_put", Answer::Done, ask(Side::Put));
    note(
        &mut answers,
        "try_put into a full queue",
        Answer::Refused,
        ask(Side::Put),
    );
    note(&mut answers, "len of a full queue", 2, queue.len());
    note(&mut answers, "try_get of a full queue", Answer::Done, ask(Side::Get));
    note(
        &mut answers,
        "try_put into the place that came free",
        Answer::Done,
        ask(Side::Put),
    );
    note(&mut answers, "try_get of 2 items", Answer::Done, ask(Side::Get));
    note(&mut answers, "try_get of 1 item", Answer::Done, ask(Side::Get));
    note(
        &mut answers,
        "try_get of an empty queue",
        Answer::Refused,
        ask(Side::Get),
    );
    note(&mut answers, "len of an empty queue", 0, queue.len());
    answers
}

fn use_two_queues() -> Answers {
    let [one, other] = [Queue::new(1), Queue::new(1)];
    let mut answers = Answers::new();
    note(
        &mut answers,
        "try_put into one queue",
        Answer::Done,
        Side::Put.ask(&one, Call::Try),
    );
    note(
        &mut answers,
        "try_get of the other",
        Answer::Refused,
        Side::Get.ask(&other, Call::Try),
    );
    note(
        &mut answers,
        "try_put into the other",
        Answer::Done,
        Side::Put.ask(&other, Call::Try),
    );
    note(&mut answers, "len of the one", 1, one.len());
    answers
}

fn ask_beside_a_waiter(side: Side) -> Answers {
    ask_beside(side, Call::Wait)
}

fn ask_beside_a_timed_waiter(side: Side) -> Answers {
    ask_beside(side, Call::Timeout(1000 * MILLISECOND))
}

/// A thread waits already, and goes on in the end.
fn ask_beside(side: Side, call: Call) -> Answers {
    let queue = side.blocked(1);
    let mut answers = Answers::new();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| side.ask(&queue, call));
        thread::sleep(MILLISECOND);
        let inside = usize::from(side == Side::Put);
        note(&mut answers, "len", inside, queue.len());
        let asked = match side {
            Side::Put => "try_put into a full queue",
            Side::Get => "try_get of an empty queue",
        };
        note(&mut answers, asked, Answer::Refused, side.ask(&queue, Call::Try));
        side.let_one_go_on(&queue);
        note(&mut answers, "the call that waited", Answer::Done, join(waiter));
    });
    answers
}

fn answers_are_right(execution: &Execution<Answers>) -> Result<(), Violation> {
    for (call, expected, got) in &execution.value {
        if expected != got {
            let violation = Violation::new(Finding::WrongResult, format!("expected of {call}: {expected}"));
            return Err(violation.got(got.clone()));
        }
    }
    // The scenarios with a waiting thread pause for a millisecond.
    if execution.elapsed > MILLISECOND {
        let violation = Violation::new(
            Finding::WrongResult,
            "expected try_put and try_get to answer without any time passing",
        );
        return Err(violation.got(format!("{:?} passed", execution.elapsed - MILLISECOND)));
    }
    Ok(())
}

/// Each of two threads has at most one item inside, so there is always room for the other's, and always one to get.
fn use_at_most_one_place(maxsize: usize) -> Vec<&'static str> {
    let queue = Queue::new(maxsize);
    let use_one = || {
        let mut refused = Vec::new();
        if queue.try_put(0).is_err() {
            refused.push("try_put gave its item back, though there was room");
        }
        if !(1..=2).contains(&queue.len()) {
            refused.push("len() said neither 1 nor 2, though 1 or 2 were inside");
        }
        if queue.try_get().is_err() {
            refused.push("try_get gave none, though one was inside");
        }
        refused
    };
    thread::scope(|scope| {
        let other = scope.spawn(use_one);
        let mut refused = use_one();
        refused.extend(join(other));
        refused
    })
}

fn never_refused(refused: &[&'static str]) -> Result<(), Violation> {
    let Some(first) = refused.first() else { return Ok(()) };
    let violation = Violation::new(
        Finding::WrongResult,
        "expected try_put to find room, and try_get to find an item, while another thread looks",
    );
    Err(violation.got(*first))
}
