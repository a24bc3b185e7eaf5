//! A thread that waits sleeps, taking no steps, until there is an item for it, and no longer.

use std::thread;
use std::time::{Duration, Instant};

use harness::waiting::{HUNDRED_DAYS, MILLISECOND, in_words, is_on_time, join, takes_few_steps};
use harness::{Execution, Finding, Model, Violation};
use priority_queue::{LifoQueue, PriorityQueue};

use crate::line::{Answer, Call, Line};

/// How long a thread with a timeout of `Duration::MAX` is kept waiting: long enough that polling once
/// a month is noticed, longer than an hour, day or year that a submission may use by mistake, and shorter than the 30
/// years that some libraries use for a timeout that never ends.
const TWENTY_YEARS: Duration = Duration::from_secs(20 * 365 * 24 * 60 * 60);

/// How long a thread without a timeout is kept waiting: long enough that polling once a year is noticed.
const SIX_HUNDRED_YEARS: Duration = Duration::from_secs(600 * 365 * 24 * 60 * 60);

/// How many threads wait at once where they are many: more than a byte can count.
const CROWD: usize = 300;

/// How many changes come before a waiting thread is awake where they are many: a counter of 8 or 16 bits that counts
/// them is back where it was.
const CHANGES: usize = 1 << 16;

/// A wait so short that a submission may think it not worth a condition variable, and the timeout of it.
const SHORT: Duration = Duration::from_micros(200);
const SHORT_CALL: Call = Call::Timeout(SHORT.saturating_mul(3));

/// A timeout that does not end in any scenario.
const LONG: Call = Call::Timeout(TWENTY_YEARS.saturating_mul(2));

/// What the threads wait for.
const ITEM: usize = 77;

pub(crate) fn waiting_threads_sleep_and_are_woken(model: &mut Model) {
    scenarios::<PriorityQueue<usize, usize>>(model);
    scenarios::<LifoQueue<usize>>(model);
    crowds::<PriorityQueue<usize, usize>>(model);
    crowds::<LifoQueue<usize>>(model);
}

fn scenarios<L: Line>(model: &mut Model) {
    let name = L::NAME;
    // One waiting thread has few interleavings, and the exhaustive search tries nearly all of them.
    model.random(20);
    for (call, kept) in [
        (Call::Wait, HUNDRED_DAYS),
        (LONG, HUNDRED_DAYS),
        (Call::Wait, SIX_HUNDRED_YEARS),
        (Call::Timeout(Duration::MAX), TWENTY_YEARS),
        (SHORT_CALL, SHORT),
    ] {
        model.every(
            format!("{name}, a thread that waits {} in {call}", in_words(kept)),
            move || wait::<L>(call, kept),
            move |execution| takes_few_steps(execution, kept).and_then(|()| went_on(&execution.value)),
        );
    }
    model.spurious_wakeups(1);
    model.every(
        format!("{name}, a thread that waits in get, a spurious wake-up"),
        || wait::<L>(Call::Wait, MILLISECOND),
        |execution| went_on(&execution.value),
    );
    model.spurious_wakeups(0);
    model.preemptions(1);
    model.executions(1000);
    model.random(100);
    for calls in [[Call::Wait; 2], [LONG; 2], [Call::Wait, LONG]] {
        model.every(
            format!(
                "{name}, 2 threads wait in {} and {}, and 2 items come at once",
                calls[0], calls[1]
            ),
            move || wait_together::<L, 2>(calls),
            nobody_slept_on,
        );
    }
    model.every(
        format!("{name}, 3 threads wait in get, and 3 items come at once"),
        || wait_together::<L, 3>([Call::Wait; 3]),
        nobody_slept_on,
    );
    model.preemptions(2);
    model.executions(3000);
    model.every(
        format!("{name}, 2 threads wait, and an item comes at the deadline of one of them"),
        put_at_a_deadline::<L>,
        nobody_slept_on,
    );
    model.every(
        format!("{name}, 2 queues, a thread at each"),
        wait_at_two_queues::<L>,
        nobody_slept_on,
    );
}

/// With so many threads that one execution must do.
fn crowds<L: Line>(model: &mut Model) {
    model.executions(1);
    model.random(0);
    model.steps(8_000_000);
    // All items come before the first thread is awake.
    model.turn(u32::MAX);
    for (call, pause) in [
        (Call::Wait, Duration::ZERO),
        (Call::Wait, MILLISECOND),
        (LONG, Duration::ZERO),
    ] {
        let how = if pause.is_zero() { "at once" } else { "one by one" };
        model.every(
            format!(
                "{}, {CROWD} threads wait in {call}, and as many items come, {how}",
                L::NAME
            ),
            move || wait_in_a_crowd::<L>(call, pause),
            |execution| all_went_on(execution.value),
        );
    }
    model.every(
        format!(
            "{}, a thread that waits in get, and {CROWD} calls after it that give up",
            L::NAME
        ),
        wait_while_others_give_up::<L>,
        |execution| went_on(&execution.value),
    );
    for left in [1, 2] {
        model.every(
            format!(
                "{}, a thread that waits in get, and many items that come and are taken away, but for {left}",
                L::NAME
            ),
            move || wait_while_much_changes::<L>(left),
            |execution| went_on(&execution.value),
        );
    }
}

/// What became of a wait.
struct Wait {
    call: Call,
    /// When it should have ended, counted from its beginning.
    due: Duration,
    answer: Answer,
    elapsed: Duration,
}

impl Wait {
    fn of(queue: &impl Line, call: Call, due: Duration) -> Self {
        let start = Instant::now();
        let answer = queue.get(call);
        Self {
            call,
            due,
            answer,
            elapsed: start.elapsed(),
        }
    }
}

/// Keeps one thread waiting for so long.
fn wait<L: Line>(call: Call, kept: Duration) -> Wait {
    let queue = L::new();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| Wait::of(&queue, call, kept));
        thread::sleep(kept);
        queue.put(ITEM);
        join(waiter)
    })
}

fn went_on(wait: &Wait) -> Result<(), Violation> {
    if wait.answer == Answer::Got(ITEM) && is_on_time(wait.elapsed, wait.due) {
        return Ok(());
    }
    let expected = format!(
        "expected {} to give the item that came after {}",
        wait.call,
        in_words(wait.due)
    );
    let got = format!("after {}, {}", in_words(wait.elapsed), wait.answer);
    Err(Violation::new(Finding::WrongResult, expected).got(got))
}

/// What became of the threads that waited.
struct Sleepers<const N: usize> {
    /// How many items still lay there, a second after they had come.
    left: usize,
    waits: [Wait; N],
}

/// A second later, those that still sleep are woken by further items, so that the execution can end.
fn wait_together<L: Line, const N: usize>(calls: [Call; N]) -> Sleepers<N> {
    let queue = L::new();
    thread::scope(|scope| {
        let queue = &queue;
        let waiters = calls.map(|call| scope.spawn(move || Wait::of(queue, call, MILLISECOND)));
        thread::sleep(MILLISECOND);
        (0..N).for_each(|_| queue.put(ITEM));
        thread::sleep(1000 * MILLISECOND);
        let left = take_all(queue);
        (0..left).for_each(|_| queue.put(ITEM));
        Sleepers {
            left,
            waits: waiters.map(join),
        }
    })
}

fn take_all(queue: &impl Line) -> usize {
    // Some bound: a queue that gives the same item again and again is another check's affair.
    (0..CROWD).take_while(|_| queue.get(Call::Try).got().is_some()).count()
}

/// One thread waits until its timeout and the other one for as long as it takes. The item that comes at that very
/// moment is for either of them.
fn put_at_a_deadline<L: Line>() -> Sleepers<1> {
    let queue = L::new();
    let mut due = 5 * MILLISECOND;
    thread::scope(|scope| {
        let queue = &queue;
        let hasty = scope.spawn(move || queue.get(Call::Timeout(due)));
        let patient = scope.spawn(move || Wait::of(queue, Call::Wait, due));
        thread::sleep(due);
        queue.put(ITEM);
        thread::sleep(1000 * MILLISECOND);
        let left = take_all(queue);
        if left > 0 {
            queue.put(ITEM);
        } else if join(hasty).got().is_some() {
            // The other one may only now go on.
            due += 1000 * MILLISECOND;
            queue.put(ITEM);
        }
        let mut patient = join(patient);
        patient.due = due;
        Sleepers { left, waits: [patient] }
    })
}

/// The items come after 1 ms and after 2 ms.
fn wait_at_two_queues<L: Line>() -> Sleepers<2> {
    let queues = [L::new(), L::new()];
    thread::scope(|scope| {
        let [one, other] = &queues;
        let waiters = [(one, MILLISECOND), (other, 2 * MILLISECOND)]
            .map(|(queue, due)| scope.spawn(move || Wait::of(queue, Call::Wait, due)));
        for queue in &queues {
            thread::sleep(MILLISECOND);
            queue.put(ITEM);
        }
        thread::sleep(1000 * MILLISECOND);
        let left = queues.iter().map(take_all).sum();
        if left > 0 {
            queues.iter().for_each(|queue| queue.put(ITEM));
        }
        Sleepers {
            left,
            waits: waiters.map(join),
        }
    })
}

fn nobody_slept_on<const N: usize>(execution: &Execution<Sleepers<N>>) -> Result<(), Violation> {
    let Sleepers { left, waits } = &execution.value;
    for (wait, number) in waits.iter().zip(1..) {
        if wait.answer == Answer::Got(ITEM) && is_on_time(wait.elapsed, wait.due) {
            continue;
        }
        let expected = format!(
            "expected every waiting thread to get its item when it came, after {}",
            in_words(wait.due)
        );
        let got = match left {
            0 => format!(
                "of thread {number} in {}, {} after {}",
                wait.call,
                wait.answer,
                in_words(wait.elapsed)
            ),
            _ => format!(
                "{left} items lie there, and thread {number} sleeps in {} until the check wakes it",
                wait.call
            ),
        };
        return Err(Violation::new(Finding::LostWakeup, expected).got(got));
    }
    Ok(())
}

/// Puts as many items, with a pause after each. Returns how many threads got one, and how many items are left.
fn wait_in_a_crowd<L: Line>(call: Call, pause: Duration) -> (usize, usize) {
    let queue = L::new();
    let went_on = thread::scope(|scope| {
        let waiters: Vec<_> = (0..CROWD).map(|_| scope.spawn(|| queue.get(call))).collect();
        thread::sleep(MILLISECOND);
        for _ in 0..CROWD {
            queue.put(ITEM);
            if !pause.is_zero() {
                thread::sleep(pause);
            }
        }
        let answers = waiters.into_iter().map(join);
        answers.filter(|answer| answer.got().is_some()).count()
    });
    (went_on, take_all(&queue))
}

fn all_went_on((went_on, left): (usize, usize)) -> Result<(), Violation> {
    if (went_on, left) == (CROWD, 0) {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        format!("expected all {CROWD} waiting threads to get an item"),
    );
    Err(violation.got(format!("{went_on} did, and {left} items are left")))
}

/// The thread waits before all others, and gets the item in the end.
fn wait_while_others_give_up<L: Line>() -> Wait {
    let queue = L::new();
    let due = (CROWD as u32 + 1) * MILLISECOND;
    thread::scope(|scope| {
        let waiter = scope.spawn(|| Wait::of(&queue, Call::Wait, due));
        thread::sleep(MILLISECOND);
        for _ in 0..CROWD {
            queue.get(Call::Timeout(MILLISECOND));
        }
        queue.put(ITEM);
        join(waiter)
    })
}

/// In the end, so many items are left. With one, [`CHANGES`] items came; with two, as many came and went.
fn wait_while_much_changes<L: Line>(left: usize) -> Wait {
    let queue = L::new();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| Wait::of(&queue, Call::Wait, MILLISECOND));
        thread::sleep(MILLISECOND);
        for _ in 0..(CHANGES / left - 1) {
            queue.put(ITEM);
            queue.get(Call::Try);
        }
        (0..left).for_each(|_| queue.put(ITEM));
        join(waiter)
    })
}
