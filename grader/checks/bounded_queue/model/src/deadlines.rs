//! `put_timeout` and `get_timeout` give up at their deadline, neither before nor after, and lose nothing.

use std::thread;
use std::time::{Duration, Instant};

use bounded_queue::Queue;
use harness::waiting::{HUNDRED_DAYS, MILLISECOND, in_words, is_on_time, join};
use harness::{Execution, Finding, Model, Violation};

use crate::side::{Answer, Call, SIDES, Side};

/// More nanoseconds than 64 bits can hold.
const SIX_HUNDRED_YEARS: Duration = Duration::from_secs(600 * 365 * 24 * 60 * 60);

pub(crate) fn timeouts_end_at_their_deadline(model: &mut Model) {
    model.random(100);
    for side in SIDES {
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
                format!(
                    "a queue that is {}, {}",
                    side.state(),
                    side.name(Call::Timeout(timeout))
                ),
                move || ask(&side.blocked(1), side, timeout),
                move |execution| ended(&execution.value, Answer::Refused, timeout),
            );
        }
        model.every(
            format!(
                "{} with timeouts of 0 and Duration::MAX where nobody has to wait",
                side.name(Call::Try)
            ),
            move || ask_where_it_goes(side),
            |execution| {
                let mut waits = execution.value.iter();
                waits.try_for_each(|wait| ended(wait, Answer::Done, Duration::ZERO))
            },
        );
        model.every(
            format!(
                "a queue that is {}, a timeout of 10 ms, and a thread that is quicker after 4 ms",
                side.state()
            ),
            move || ask_beside_a_thief(side),
            |execution| match execution.value.answer {
                Answer::Done => ended(&execution.value, Answer::Done, 4 * MILLISECOND),
                _ => ended(&execution.value, Answer::Refused, 10 * MILLISECOND),
            },
        );
        model.every(
            format!(
                "{} that may go on at the very deadline",
                side.name(Call::Timeout(5 * MILLISECOND))
            ),
            move || ask_until_it_goes(side),
            either_way_and_nothing_lost,
        );
        model.every(
            format!(
                "{} beside another thread that waits",
                side.name(Call::Timeout(5 * MILLISECOND))
            ),
            move || ask_behind_another(side),
            |execution| ended(&execution.value, Answer::Refused, 5 * MILLISECOND),
        );
    }
    model.spurious_wakeups(1);
    for side in SIDES {
        model.every(
            format!("{}, a spurious wake-up", side.name(Call::Timeout(5 * MILLISECOND))),
            move || ask_with_time_between(side),
            |execution| ended(&execution.value, Answer::Refused, 5 * MILLISECOND),
        );
    }
}

/// How a call with a timeout ended.
struct Timed {
    side: Side,
    timeout: Duration,
    answer: Answer,
    elapsed: Duration,
}

fn ask(queue: &Queue<usize>, side: Side, timeout: Duration) -> Timed {
    let start = Instant::now();
    let answer = side.ask(queue, Call::Timeout(timeout));
    Timed {
        side,
        timeout,
        answer,
        elapsed: start.elapsed(),
    }
}

fn ask_where_it_goes(side: Side) -> [Timed; 2] {
    let queue = side.blocked(2);
    (0..2).for_each(|_| side.let_one_go_on(&queue));
    [ask(&queue, side, Duration::ZERO), ask(&queue, side, Duration::MAX)]
}

/// The thread that makes it possible to go on takes that back at once, so the woken thread mostly finds nothing.
fn ask_beside_a_thief(side: Side) -> Timed {
    let queue = side.blocked(1);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| ask(&queue, side, 10 * MILLISECOND));
        thread::sleep(4 * MILLISECOND);
        side.let_one_go_on(&queue);
        side.undo_if_possible(&queue);
        join(waiter)
    })
}

/// How a call ended at whose deadline it became possible to go on, and how many still could afterwards.
struct Aftermath {
    wait: Timed,
    free: usize,
    /// What a call said that came later.
    later: Answer,
}

fn ask_until_it_goes(side: Side) -> Aftermath {
    let queue = side.blocked(1);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| ask(&queue, side, 5 * MILLISECOND));
        thread::sleep(5 * MILLISECOND);
        side.let_one_go_on(&queue);
        let wait = join(waiter);
        Aftermath {
            wait,
            free: side.free(&queue, 1),
            later: side.ask(&queue, Call::Timeout(MILLISECOND)),
        }
    })
}

fn either_way_and_nothing_lost(execution: &Execution<Aftermath>) -> Result<(), Violation> {
    let Aftermath { wait, free, later } = &execution.value;
    let went_on = wait.answer == Answer::Done;
    ended(
        wait,
        if went_on { Answer::Done } else { Answer::Refused },
        5 * MILLISECOND,
    )?;
    let (still_free, expected) = if went_on {
        (0, Answer::Refused)
    } else {
        (1, Answer::Done)
    };
    if (*free, *later) == (still_free, expected) {
        return Ok(());
    }
    let name = wait.side.name(Call::Timeout(wait.timeout));
    let asked = format!(
        "expected that {still_free} more could go on after {name}, of which {}",
        wait.answer
    );
    let violation = Violation::new(Finding::WrongResult, asked);
    Err(violation.got(format!("len() says that {free} could, and of the next call, {later}")))
}

/// A thread with a long timeout waits as well; which of the two was first depends on the interleaving.
fn ask_behind_another(side: Side) -> Timed {
    let queue = side.blocked(1);
    thread::scope(|scope| {
        scope.spawn(|| side.ask(&queue, Call::Timeout(1000 * MILLISECOND)));
        let waiter = scope.spawn(|| ask(&queue, side, 5 * MILLISECOND));
        thread::sleep(10 * MILLISECOND);
        side.let_one_go_on(&queue);
        join(waiter)
    })
}

/// Something else happens in the midst of the wait, so that time has passed when the wake-up comes.
fn ask_with_time_between(side: Side) -> Timed {
    let queue = side.blocked(1);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| ask(&queue, side, 5 * MILLISECOND));
        thread::sleep(2 * MILLISECOND);
        thread::sleep(8 * MILLISECOND);
        join(waiter)
    })
}

fn ended(wait: &Timed, answer: Answer, due: Duration) -> Result<(), Violation> {
    if wait.answer == answer && is_on_time(wait.elapsed, due) {
        return Ok(());
    }
    let name = wait.side.name(Call::Timeout(wait.timeout));
    let expected = match answer {
        Answer::Done => "go on",
        _ => "give up",
    };
    let expected = format!("expected {name} to {expected} after {}", in_words(due));
    let got = format!("after {}, {}", in_words(wait.elapsed), wait.answer);
    Err(Violation::new(Finding::WrongResult, expected).got(got))
}
