//! `get_timeout` gives up at its deadline, neither before nor after, and loses no item that comes at that moment.

use std::thread;
use std::time::{Duration, Instant};

use harness::waiting::{HUNDRED_DAYS, MILLISECOND, in_words, is_on_time, join};
use harness::{Execution, Finding, Model, Violation};
use priority_queue::{LifoQueue, PriorityQueue};

use crate::line::{Answer, Call, Line};

/// More nanoseconds than 64 bits can hold.
const SIX_HUNDRED_YEARS: Duration = Duration::from_secs(600 * 365 * 24 * 60 * 60);

/// What the threads wait for.
const ITEM: usize = 77;

pub(crate) fn timeouts_end_at_their_deadline(model: &mut Model) {
    model.random(100);
    scenarios::<PriorityQueue<usize, usize>>(model);
    scenarios::<LifoQueue<usize>>(model);
}

fn scenarios<L: Line>(model: &mut Model) {
    let name = L::NAME;
    for timeout in [
        Duration::ZERO,
        5 * MILLISECOND,
        Duration::from_micros(300),
        Duration::from_micros(2500),
        Duration::from_nanos(1),
        HUNDRED_DAYS,
        SIX_HUNDRED_YEARS,
        // A floating-point number of seconds does not hold the microsecond.
        SIX_HUNDRED_YEARS + Duration::from_micros(1),
    ] {
        model.every(
            format!("{name}, nothing inside, a timeout of {}", in_words(timeout)),
            move || ask(&L::new(), timeout),
            move |execution| ended(&execution.value, Answer::Empty, timeout),
        );
    }
    model.every(
        format!("{name}, 2 items inside, timeouts of 0 and Duration::MAX"),
        || {
            let queue = L::new();
            queue.put(ITEM);
            queue.put(ITEM);
            [Duration::ZERO, Duration::MAX].map(|timeout| ask(&queue, timeout))
        },
        |execution| {
            let mut waits = execution.value.iter();
            waits.try_for_each(|wait| ended(wait, Answer::Got(ITEM), Duration::ZERO))
        },
    );
    model.every(
        format!("{name}, a timeout of 10 ms, an item that comes after 4 ms and is taken away at once"),
        ask_beside_a_thief::<L>,
        |execution| match execution.value.answer {
            Answer::Got(_) => ended(&execution.value, Answer::Got(ITEM), 4 * MILLISECOND),
            _ => ended(&execution.value, Answer::Empty, 10 * MILLISECOND),
        },
    );
    model.every(
        format!("{name}, an item that comes at the very deadline"),
        ask_until_it_comes::<L>,
        either_way_and_nothing_lost,
    );
    model.every(
        format!("{name}, a timeout of 5 ms, another thread waiting already"),
        ask_behind_another::<L>,
        |execution| ended(&execution.value, Answer::Empty, 5 * MILLISECOND),
    );
    model.spurious_wakeups(1);
    model.every(
        format!("{name}, a timeout of 5 ms, a spurious wake-up"),
        ask_with_time_between::<L>,
        |execution| ended(&execution.value, Answer::Empty, 5 * MILLISECOND),
    );
    model.spurious_wakeups(0);
}

/// How a call of `get_timeout` ended.
struct Timed {
    timeout: Duration,
    answer: Answer,
    elapsed: Duration,
}

fn ask(queue: &impl Line, timeout: Duration) -> Timed {
    let start = Instant::now();
    let answer = queue.get(Call::Timeout(timeout));
    Timed {
        timeout,
        answer,
        elapsed: start.elapsed(),
    }
}

/// The woken thread mostly finds nothing.
fn ask_beside_a_thief<L: Line>() -> Timed {
    let queue = L::new();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| ask(&queue, 10 * MILLISECOND));
        thread::sleep(4 * MILLISECOND);
        queue.put(ITEM);
        queue.get(Call::Try);
        join(waiter)
    })
}

/// How a call ended at whose deadline an item came, and what the next call said.
struct Aftermath {
    wait: Timed,
    later: Answer,
}

fn ask_until_it_comes<L: Line>() -> Aftermath {
    let queue = L::new();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| ask(&queue, 5 * MILLISECOND));
        thread::sleep(5 * MILLISECOND);
        queue.put(ITEM);
        Aftermath {
            wait: join(waiter),
            later: queue.get(Call::Timeout(MILLISECOND)),
        }
    })
}

fn either_way_and_nothing_lost(execution: &Execution<Aftermath>) -> Result<(), Violation> {
    let Aftermath { wait, later } = &execution.value;
    let (answer, next) = match wait.answer {
        Answer::Got(_) => (Answer::Got(ITEM), Answer::Empty),
        _ => (Answer::Empty, Answer::Got(ITEM)),
    };
    ended(wait, answer, 5 * MILLISECOND)?;
    if *later == next {
        return Ok(());
    }
    let expected = "expected the item that came at the deadline to be got once, then or later";
    let got = format!(
        "of the call with the deadline, {}, and of the next one, {later}",
        wait.answer
    );
    Err(Violation::new(Finding::WrongResult, expected).got(got))
}

/// A thread with a long timeout waits as well; which of the two was first depends on the interleaving.
fn ask_behind_another<L: Line>() -> Timed {
    let queue = L::new();
    thread::scope(|scope| {
        scope.spawn(|| queue.get(Call::Timeout(1000 * MILLISECOND)));
        let waiter = scope.spawn(|| ask(&queue, 5 * MILLISECOND));
        thread::sleep(10 * MILLISECOND);
        queue.put(ITEM);
        join(waiter)
    })
}

/// Something else happens in the midst of the wait, so that time has passed when the wake-up comes.
fn ask_with_time_between<L: Line>() -> Timed {
    let queue = L::new();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| ask(&queue, 5 * MILLISECOND));
        thread::sleep(2 * MILLISECOND);
        thread::sleep(8 * MILLISECOND);
        join(waiter)
    })
}

fn ended(wait: &Timed, answer: Answer, due: Duration) -> Result<(), Violation> {
    if wait.answer == answer && is_on_time(wait.elapsed, due) {
        return Ok(());
    }
    let call = Call::Timeout(wait.timeout);
    let expected = match answer {
        Answer::Got(_) => "give the item",
        _ => "give up",
    };
    let expected = format!("expected {call} to {expected} after {}", in_words(due));
    let got = format!("after {}, {}", in_words(wait.elapsed), wait.answer);
    Err(Violation::new(Finding::WrongResult, expected).got(got))
}
