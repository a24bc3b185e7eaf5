//! `try_get` answers at once and correctly, whichever threads use the queue.

use std::thread;

use harness::waiting::{MILLISECOND, join};
use harness::{Execution, Finding, Model, Violation};
use priority_queue::{LifoQueue, PriorityQueue};

use crate::line::{Answer, Call, Line};

pub(crate) fn try_get_answers_at_once(model: &mut Model) {
    model.random(100);
    scenarios::<PriorityQueue<usize, usize>>(model);
    scenarios::<LifoQueue<usize>>(model);
}

fn scenarios<L: Line>(model: &mut Model) {
    let name = L::NAME;
    model.every(
        format!("{name}, 1 thread, an item put and got twice"),
        || {
            let queue = L::new();
            let mut answers = Vec::new();
            for item in [4, 5] {
                answers.push((Answer::Empty, queue.get(Call::Try)));
                queue.put(item);
                answers.push((Answer::Got(item), queue.get(Call::Try)));
            }
            answers.push((Answer::Empty, queue.get(Call::Try)));
            answers
        },
        answers_are_right,
    );
    for call in [Call::Wait, Call::Timeout(1000 * MILLISECOND)] {
        model.every(
            format!("{name}, try_get while a thread waits in {call}"),
            move || try_beside_a_waiter::<L>(call),
            answers_are_right,
        );
    }
    model.every(
        format!("{name}, 2 threads that each put an item and get one"),
        use_one_each::<L>,
        |execution| each_got_one(execution.value),
    );
}

/// What had to be answered, and what was.
type Answers = Vec<(Answer, Answer)>;

/// A thread waits already, and gets an item in the end.
fn try_beside_a_waiter<L: Line>(call: Call) -> Answers {
    let queue = L::new();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| queue.get(call));
        thread::sleep(MILLISECOND);
        let tried = (Answer::Empty, queue.get(Call::Try));
        queue.put(7);
        vec![tried, (Answer::Got(7), join(waiter))]
    })
}

fn answers_are_right(execution: &Execution<Answers>) -> Result<(), Violation> {
    for (call, (expected, got)) in (1..).zip(&execution.value) {
        if expected != got {
            let violation = Violation::new(Finding::WrongResult, format!("expected of call {call}: {expected}"));
            return Err(violation.got(got.to_string()));
        }
    }
    // The scenarios with a waiting thread pause for a millisecond.
    if execution.elapsed > MILLISECOND || (execution.threads.len() == 1 && !execution.elapsed.is_zero()) {
        let violation = Violation::new(
            Finding::WrongResult,
            "expected try_get to answer without any time passing",
        );
        return Err(violation.got(format!("{:?} passed in all", execution.elapsed)));
    }
    Ok(())
}

/// Returns how many of two threads got an item, though each had put one before. Nobody waits.
fn use_one_each<L: Line>() -> usize {
    let queue = L::new();
    let use_one = |item: usize| {
        queue.put(item);
        usize::from(queue.get(Call::Try).got().is_some())
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| use_one(1));
        use_one(0) + join(other)
    })
}

fn each_got_one(got: usize) -> Result<(), Violation> {
    if got == 2 {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        "expected try_get to find an item in each of 2 threads, which had put one each",
    );
    Err(violation.got(format!("{got} found one")))
}
