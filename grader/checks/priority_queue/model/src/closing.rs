//! `close` lets nothing more in, wakes all who wait, and takes nothing away.

use std::iter;
use std::thread;
use std::time::{Duration, Instant};

use harness::waiting::{MILLISECOND, in_words, is_on_time, join};
use harness::{Execution, Finding, Model, Violation};
use priority_queue::{LifoQueue, PriorityQueue};

use crate::line::{Answer, Call, Line};

/// How many threads wait at once where they are many. As a byte counts, these are none.
const CROWD: usize = 256;

pub(crate) fn close_wakes_all_and_keeps_what_is_inside(model: &mut Model) {
    scenarios::<PriorityQueue<usize, usize>>(model);
    scenarios::<LifoQueue<usize>>(model);
    crowd::<PriorityQueue<usize, usize>>(model);
    crowd::<LifoQueue<usize>>(model);
}

fn scenarios<L: Line>(model: &mut Model) {
    let name = L::NAME;
    let timed = Call::Timeout(1000 * MILLISECOND);
    model.random(100);
    model.every(
        format!("{name}, 1 thread, 2 items inside"),
        close_with_items::<L>,
        answers_are_right,
    );
    model.every(
        format!("{name}, 2 queues, of which one is closed"),
        close_one_of_two::<L>,
        answers_are_right,
    );
    for call in [Call::Wait, timed] {
        model.every(
            format!("{name}, a thread that begins to wait in {call} while the queue is closed"),
            move || {
                let queue = L::new();
                thread::scope(|scope| {
                    let waiter = scope.spawn(|| ask(&queue, call));
                    queue.close();
                    vec![join(waiter)]
                })
            },
            |execution| all_were_told(&execution.value, Duration::ZERO),
        );
    }
    model.executions(2000);
    for calls in [[Call::Wait; 3], [timed, Call::Wait, timed]] {
        model.every(
            format!(
                "{name}, 3 threads wait, 2 of them in {}, and the queue is closed",
                calls[2]
            ),
            move || {
                let queue = &L::new();
                thread::scope(|scope| {
                    let waiters = calls.map(|call| scope.spawn(move || ask(queue, call)));
                    thread::sleep(MILLISECOND);
                    queue.close();
                    Vec::from(waiters.map(join))
                })
            },
            |execution| all_were_told(&execution.value, MILLISECOND),
        );
    }
    model.every(
        format!("{name}, 2 threads wait, an item is put, and the queue is closed"),
        put_and_close::<L>,
        |execution| one_item_came(&execution.value),
    );
    model.every(
        format!("{name}, a producer, a thread that closes, and a consumer until the end"),
        race::<L>,
        what_was_put_is_got,
    );
    model.every(
        format!("{name}, a closed queue with an item, a thread that puts a lower one, and a thread that gets"),
        put_beside_get::<L>,
        |execution| nothing_was_exchanged(&execution.value),
    );
}

/// With so many threads that one execution must do.
fn crowd<L: Line>(model: &mut Model) {
    model.executions(1);
    model.random(0);
    model.steps(2_000_000);
    model.every(
        format!("{}, {CROWD} threads wait in get, and the queue is closed", L::NAME),
        || {
            let queue = L::new();
            thread::scope(|scope| {
                let waiters: Vec<_> = (0..CROWD).map(|_| scope.spawn(|| ask(&queue, Call::Wait))).collect();
                thread::sleep(MILLISECOND);
                queue.close();
                waiters.into_iter().map(join).collect()
            })
        },
        |execution: &Execution<Vec<Told>>| all_were_told(&execution.value, MILLISECOND),
    );
}

/// What was asked, what had to be answered, and what was.
type Answers = Vec<(String, Answer, Answer)>;

fn close_with_items<L: Line>() -> Answers {
    let queue = L::new();
    queue.put(2);
    queue.put(2);
    queue.close();
    queue.close();
    queue.put(1);
    let calls = [
        Call::Wait,
        Call::Timeout(MILLISECOND),
        Call::Wait,
        Call::Try,
        Call::Timeout(MILLISECOND),
    ];
    let mut answers: Answers = calls
        .into_iter()
        .zip([
            Answer::Got(2),
            Answer::Got(2),
            Answer::Closed,
            Answer::Closed,
            Answer::Closed,
        ])
        .map(|(call, expected)| (format!("{call} on a closed queue"), expected, queue.get(call)))
        .collect();
    queue.put(3);
    answers.push((
        "get after a second put".to_owned(),
        Answer::Closed,
        queue.get(Call::Wait),
    ));
    answers
}

fn close_one_of_two<L: Line>() -> Answers {
    let [open, closed] = [L::new(), L::new()];
    closed.close();
    let other = "try_get on the other queue".to_owned();
    let empty = open.get(Call::Try);
    open.put(5);
    let full = open.get(Call::Try);
    vec![
        (other.clone(), Answer::Empty, empty),
        (other, Answer::Got(5), full),
        (
            "get on the closed queue".to_owned(),
            Answer::Closed,
            closed.get(Call::Wait),
        ),
    ]
}

fn answers_are_right(execution: &Execution<Answers>) -> Result<(), Violation> {
    for (what, expected, got) in &execution.value {
        if expected != got {
            let violation = Violation::new(Finding::WrongResult, format!("expected of {what}: {expected}"));
            return Err(violation.got(got.to_string()));
        }
    }
    if !execution.elapsed.is_zero() {
        let violation = Violation::new(Finding::WrongResult, "expected a closed queue to answer at once");
        return Err(violation.got(format!("{:?} passed", execution.elapsed)));
    }
    Ok(())
}

/// How a call ended that waited until the queue was closed.
struct Told {
    call: Call,
    answer: Answer,
    elapsed: Duration,
}

fn ask(queue: &impl Line, call: Call) -> Told {
    let start = Instant::now();
    let answer = queue.get(call);
    Told {
        call,
        answer,
        elapsed: start.elapsed(),
    }
}

fn all_were_told(told: &[Told], due: Duration) -> Result<(), Violation> {
    let wrong = told
        .iter()
        .find(|told| told.answer != Answer::Closed || !is_on_time(told.elapsed, due));
    let Some(Told { call, answer, elapsed }) = wrong else {
        return Ok(());
    };
    let expected = format!(
        "expected {call} to say that the queue is closed, when it is, after {}",
        in_words(due)
    );
    let got = format!("after {}, {answer}", in_words(*elapsed));
    Err(Violation::new(Finding::WrongResult, expected).got(got))
}

fn put_and_close<L: Line>() -> [Answer; 2] {
    let queue = L::new();
    thread::scope(|scope| {
        let waiters = [(); 2].map(|()| scope.spawn(|| queue.get(Call::Wait)));
        thread::sleep(MILLISECOND);
        queue.put(7);
        queue.close();
        waiters.map(join)
    })
}

fn one_item_came(answers: &[Answer; 2]) -> Result<(), Violation> {
    let [one, other] = answers;
    if [(*one, *other), (*other, *one)].contains(&(Answer::Got(7), Answer::Closed)) {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        "expected one thread to get the item, and the other to learn that the queue is closed",
    );
    Err(violation.got(format!("of one, {one}, and of the other, {other}")))
}

/// How many items came before `get` said that the queue is closed, and after that.
struct Raced {
    in_time: usize,
    too_late: usize,
}

fn race<L: Line>() -> Raced {
    let queue = L::new();
    thread::scope(|scope| {
        let producer = scope.spawn(|| [0, 1].into_iter().for_each(|item| queue.put(item)));
        let consumer = scope.spawn(|| iter::from_fn(|| queue.get(Call::Wait).got()).take(8).count());
        queue.close();
        join(producer);
        Raced {
            in_time: join(consumer),
            too_late: iter::from_fn(|| queue.get(Call::Try).got()).take(8).count(),
        }
    })
}

fn what_was_put_is_got(execution: &Execution<Raced>) -> Result<(), Violation> {
    let Raced { in_time, too_late } = execution.value;
    if in_time <= 2 && too_late == 0 {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        "expected all that came in to be got before get says that the queue is closed",
    );
    Err(violation.got(format!("{in_time} items came before that and {too_late} after it")))
}

/// What came back from `put`, what `get` said meanwhile, and what it said afterwards. Item 8 was inside before, and
/// item 7 would come first if it came in.
fn put_beside_get<L: Line>() -> (Option<usize>, [Answer; 2]) {
    let queue = L::new();
    queue.put(8);
    queue.close();
    thread::scope(|scope| {
        let producer = scope.spawn(|| queue.put_or_get_back(7));
        let meanwhile = queue.get(Call::Wait);
        (join(producer), [meanwhile, queue.get(Call::Try)])
    })
}

fn nothing_was_exchanged(&(back, answers): &(Option<usize>, [Answer; 2])) -> Result<(), Violation> {
    if back == Some(7) && answers == [Answer::Got(8), Answer::Closed] {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        "expected item 7 to come back from put, and get to give item 8, which was inside before",
    );
    let back = back.map_or("nothing came back".to_owned(), |item| format!("item {item} came back"));
    Err(violation.got(format!("{back}; of get, {}, and then {}", answers[0], answers[1])))
}
