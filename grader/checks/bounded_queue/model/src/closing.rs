//! `close` lets nothing more in, wakes all who wait, and takes nothing away.

use std::thread;
use std::time::{Duration, Instant};

use bounded_queue::{GetError, PutError, Queue};
use harness::waiting::{MILLISECOND, in_words, is_on_time, join};
use harness::{Execution, Finding, Model, Violation};

use crate::side::{Answer, Call, ITEM, SIDES, Side};

/// How many threads wait at once where they are many. As a byte counts, these are none.
const CROWD: usize = 256;

pub(crate) fn close_wakes_all_and_keeps_what_is_inside(model: &mut Model) {
    model.every("1 thread, 2 items inside", close_with_items, no_problem);
    model.every("1 thread, a full queue", close_when_full, no_problem);
    model.every("2 queues, of which one is closed", close_one_of_two, no_problem);
    model.random(100);
    let timed = Call::Timeout(1000 * MILLISECOND);
    for side in SIDES {
        for call in [Call::Wait, timed] {
            model.every(
                format!(
                    "a thread that begins to wait in {} while the queue is closed",
                    side.name(call)
                ),
                move || close_beside(side, call),
                |execution| all_were_told(&execution.value, Duration::ZERO),
            );
        }
        model.executions(2000);
        for calls in [[Call::Wait; 3], [timed, Call::Wait, timed]] {
            model.every(
                format!(
                    "3 threads wait, 2 of them in {}, and the queue is closed",
                    side.name(calls[2])
                ),
                move || close_while_waiting(side, calls),
                |execution| all_were_told(&execution.value, MILLISECOND),
            );
        }
    }
    model.every(
        "both a full and an empty queue are closed while threads wait",
        close_both,
        |execution| all_were_told(&execution.value, MILLISECOND),
    );
    model.every(
        "2 threads wait for an item, 1 is put, and the queue is closed",
        put_and_close,
        |execution| one_item_came(&execution.value),
    );
    model.every(
        "a producer, a thread that closes, and a consumer until the end",
        race,
        what_was_put_is_got,
    );
    model.executions(1);
    model.random(0);
    model.steps(2_000_000);
    for side in SIDES {
        model.every(
            format!(
                "{CROWD} threads wait in {}, and the queue is closed",
                side.name(Call::Wait)
            ),
            move || close_for_a_crowd(side),
            |execution| all_were_told(&execution.value, MILLISECOND),
        );
    }
}

/// What went wrong, in words.
type Problem = Option<String>;

fn no_problem(execution: &Execution<Problem>) -> Result<(), Violation> {
    let expected = "expected a closed queue to refuse items and to give those that are inside, at once";
    if let Some(got) = &execution.value {
        return Err(Violation::new(Finding::WrongResult, expected).got(got.clone()));
    }
    if !execution.elapsed.is_zero() {
        let got = format!("{:?} passed", execution.elapsed);
        return Err(Violation::new(Finding::WrongResult, expected).got(got));
    }
    Ok(())
}

/// Compares answers in the order of asking.
fn differing<T: PartialEq>(asked: impl IntoIterator<Item = (&'static str, T, T)>) -> Problem {
    let wrong = asked.into_iter().find(|(_, expected, got)| expected != got);
    wrong.map(|(what, ..)| what.to_owned())
}

fn close_with_items() -> Problem {
    let queue = Queue::new(3);
    drop(queue.put(1));
    drop(queue.put(2));
    queue.close();
    queue.close();
    let puts = [
        (
            "put did not say that the queue is closed",
            Answer::of_put(queue.put(ITEM)),
        ),
        (
            "try_put did not say that the queue is closed",
            Answer::of_put(queue.try_put(ITEM)),
        ),
        (
            "put_timeout did not say that the queue is closed",
            Answer::of_put(queue.put_timeout(ITEM, MILLISECOND)),
        ),
    ];
    if let Some(problem) = differing(puts.map(|(what, got)| (what, Answer::Closed, got))) {
        return Some(problem);
    }
    if queue.len() != 2 {
        return Some(format!("len() said {} with 2 items inside", queue.len()));
    }
    differing([
        ("get did not give the first item", Some(1), number(queue.get())),
        (
            "get_timeout did not give the second item",
            Some(2),
            number(queue.get_timeout(MILLISECOND)),
        ),
        ("get did not say that the queue is closed", None, number(queue.get())),
        (
            "try_get did not say that the queue is closed",
            None,
            number(queue.try_get()),
        ),
        (
            "get_timeout did not say that the queue is closed",
            None,
            number(queue.get_timeout(MILLISECOND)),
        ),
        ("put did not say that the queue is closed", None, closed_put(&queue)),
        ("get gave something after all was got", None, number(queue.get())),
    ])
}

/// The item; `None` if the queue is closed; a number that was never put if it is only empty.
fn number(outcome: Result<usize, GetError>) -> Option<usize> {
    match outcome {
        Ok(item) => Some(item),
        Err(GetError::Empty) => Some(usize::MAX),
        Err(_) => None,
    }
}

/// `None` if the queue is closed.
fn closed_put(queue: &Queue<usize>) -> Option<usize> {
    match queue.put(9) {
        Err(PutError::Closed(9)) => None,
        _ => Some(usize::MAX),
    }
}

/// Who would have to wait for room does not.
fn close_when_full() -> Problem {
    let queue = Side::Put.blocked(1);
    queue.close();
    if closed_put(&queue).is_some() {
        return Some("put did not say that the queue is closed".to_owned());
    }
    if !matches!(queue.put_timeout(9, MILLISECOND), Err(PutError::Closed(9))) {
        return Some("put_timeout did not say that the queue is closed".to_owned());
    }
    if queue.try_put(9).is_ok() {
        return Some("try_put let an item in".to_owned());
    }
    differing([
        ("try_get did not give what was inside", Some(0), number(queue.try_get())),
        (
            "try_get did not say that the queue is closed",
            None,
            number(queue.try_get()),
        ),
    ])
}

fn close_one_of_two() -> Problem {
    let [open, closed] = [Queue::new(1), Queue::new(1)];
    closed.close();
    differing([
        (
            "put into the other queue was refused",
            Ok(()),
            open.put(5).map_err(drop),
        ),
        (
            "the other queue lost its item",
            Ok(()),
            open.get().map(drop).map_err(drop),
        ),
    ])
    .or_else(|| match open.try_get() {
        Err(GetError::Empty) => None,
        _ => Some("the other queue was closed, too".to_owned()),
    })
}

/// How a call ended that waited until the queue was closed.
struct Told {
    side: Side,
    call: Call,
    answer: Answer,
    elapsed: Duration,
}

fn ask(queue: &Queue<usize>, side: Side, call: Call) -> Told {
    let start = Instant::now();
    let answer = side.ask(queue, call);
    Told {
        side,
        call,
        answer,
        elapsed: start.elapsed(),
    }
}

fn close_beside(side: Side, call: Call) -> Vec<Told> {
    let queue = side.blocked(1);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| ask(&queue, side, call));
        queue.close();
        vec![join(waiter)]
    })
}

fn close_while_waiting(side: Side, calls: [Call; 3]) -> Vec<Told> {
    let queue = side.blocked(1);
    thread::scope(|scope| {
        let queue = &queue;
        let waiters = calls.map(|call| scope.spawn(move || ask(queue, side, call)));
        thread::sleep(MILLISECOND);
        queue.close();
        waiters.map(join).into()
    })
}

fn close_both() -> Vec<Told> {
    let queues = SIDES.map(|side| (side, side.blocked(1)));
    thread::scope(|scope| {
        let waiters = queues
            .each_ref()
            .map(|(side, queue)| scope.spawn(|| ask(queue, *side, Call::Wait)));
        thread::sleep(MILLISECOND);
        queues.iter().for_each(|(_, queue)| queue.close());
        waiters.map(join).into()
    })
}

fn close_for_a_crowd(side: Side) -> Vec<Told> {
    let queue = side.blocked(1);
    thread::scope(|scope| {
        let waiters: Vec<_> = (0..CROWD)
            .map(|_| scope.spawn(|| ask(&queue, side, Call::Wait)))
            .collect();
        thread::sleep(MILLISECOND);
        queue.close();
        waiters.into_iter().map(join).collect()
    })
}

fn all_were_told(told: &[Told], due: Duration) -> Result<(), Violation> {
    let wrong = told
        .iter()
        .find(|told| told.answer != Answer::Closed || !is_on_time(told.elapsed, due));
    let Some(wrong) = wrong else { return Ok(()) };
    let name = wrong.side.name(wrong.call);
    let expected = format!(
        "expected {name} to say that the queue is closed, when it is, after {}",
        in_words(due)
    );
    let got = format!("after {}, {}", in_words(wrong.elapsed), wrong.answer);
    Err(Violation::new(Finding::WrongResult, expected).got(got))
}

fn put_and_close() -> [Answer; 2] {
    let queue = Queue::new(1);
    thread::scope(|scope| {
        let waiters = [(); 2].map(|()| scope.spawn(|| Side::Get.ask(&queue, Call::Wait)));
        thread::sleep(MILLISECOND);
        drop(queue.put(ITEM));
        queue.close();
        waiters.map(join)
    })
}

fn one_item_came(answers: &[Answer; 2]) -> Result<(), Violation> {
    if matches!(answers, [Answer::Done, Answer::Closed] | [Answer::Closed, Answer::Done]) {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        "expected one thread to get the item, and the other to learn that the queue is closed",
    );
    Err(violation.got(format!("of one, {}, and of the other, {}", answers[0], answers[1])))
}

/// How many items were put with success, and how many came until `get` said that no more can come.
struct Raced {
    put: usize,
    got: usize,
    left: usize,
}

fn race() -> Raced {
    let queue = Queue::new(2);
    thread::scope(|scope| {
        let producer = scope.spawn(|| (0..2).filter(|&item| queue.put(item).is_ok()).count());
        let consumer = scope.spawn(|| std::iter::from_fn(|| queue.get().ok()).count());
        queue.close();
        let (put, got) = (join(producer), join(consumer));
        Raced {
            put,
            got,
            left: queue.len(),
        }
    })
}

fn what_was_put_is_got(execution: &Execution<Raced>) -> Result<(), Violation> {
    let Raced { put, got, left } = execution.value;
    if put == got && left == 0 {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        "expected all that was put before the queue was closed to come before get says that it is closed",
    );
    Err(violation.got(format!("{put} items were put, {got} came, and {left} are inside")))
}
