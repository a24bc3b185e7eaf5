//! A thread that waits sleeps, taking no steps, until it is its turn, and no longer.

use std::thread;
use std::time::{Duration, Instant};

use bounded_queue::{Queue, produce_and_consume};
use harness::waiting::{HUNDRED_DAYS, MILLISECOND, in_words, is_on_time, join, takes_few_steps};
use harness::{Execution, Finding, Model, Violation};

use crate::side::{Answer, Call, SIDES, Side};

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

pub(crate) fn waiting_threads_sleep_and_are_woken(model: &mut Model) {
    // One waiting thread has few interleavings, and the exhaustive search tries nearly all of them.
    model.random(20);
    for side in SIDES {
        for (call, kept) in [
            (Call::Wait, HUNDRED_DAYS),
            (LONG, HUNDRED_DAYS),
            (Call::Wait, SIX_HUNDRED_YEARS),
            (Call::Timeout(Duration::MAX), TWENTY_YEARS),
            (SHORT_CALL, SHORT),
        ] {
            model.every(
                format!("a thread that waits {} in {}", in_words(kept), side.name(call)),
                move || wait(side, call, kept),
                move |execution| takes_few_steps(execution, kept).and_then(|()| went_on(&execution.value)),
            );
        }
    }
    for (label, producer, consumer) in [
        ("a producer that needs 100 days", HUNDRED_DAYS, Duration::ZERO),
        ("a consumer that needs 100 days", Duration::ZERO, HUNDRED_DAYS),
    ] {
        model.every(
            format!("produce_and_consume with {label}"),
            move || work_for_long(producer, consumer),
            |execution| takes_few_steps(execution, HUNDRED_DAYS),
        );
    }
    for side in SIDES {
        for by in [Call::Try, Call::Timeout(MILLISECOND)] {
            model.every(
                format!(
                    "a thread that waits in {}, woken by {}",
                    side.name(Call::Wait),
                    side.other().name(by)
                ),
                move || wait_until(side, Call::Wait, MILLISECOND, by),
                |execution| went_on(&execution.value),
            );
        }
    }
    several_waiters(model);
    crowds(model);
}

fn several_waiters(model: &mut Model) {
    model.preemptions(1);
    model.executions(1000);
    model.random(100);
    for side in SIDES {
        for calls in [[Call::Wait; 2], [LONG; 2], [Call::Wait, LONG]] {
            model.every(
                format!(
                    "2 threads wait in {} and {}, and 2 may go on at once",
                    side.name(calls[0]),
                    side.name(calls[1])
                ),
                move || wait_together(side, calls),
                nobody_slept_on,
            );
        }
        model.every(
            format!("3 threads wait in {}, and 3 may go on at once", side.name(Call::Wait)),
            move || wait_together(side, [Call::Wait; 3]),
            nobody_slept_on,
        );
    }
    model.preemptions(2);
    model.executions(3000);
    for side in SIDES {
        model.every(
            format!(
                "2 threads at a queue that is {}, and one may go on at the deadline of one of them",
                side.state()
            ),
            move || let_go_on_at_a_deadline(side),
            nobody_slept_on,
        );
        model.every(
            format!("2 queues that are {}, a thread at each", side.state()),
            move || wait_at_two_queues(side),
            nobody_slept_on,
        );
    }
    model.spurious_wakeups(1);
    for side in SIDES {
        model.every(
            format!("a thread that waits in {}, a spurious wake-up", side.name(Call::Wait)),
            move || wait(side, Call::Wait, MILLISECOND),
            |execution| went_on(&execution.value),
        );
    }
    model.spurious_wakeups(0);
}

/// With so many threads that one execution must do.
fn crowds(model: &mut Model) {
    model.executions(1);
    model.random(0);
    model.steps(8_000_000);
    // All may go on before the first is awake.
    model.turn(u32::MAX);
    for side in SIDES {
        for (call, pause) in [
            (Call::Wait, Duration::ZERO),
            (Call::Wait, MILLISECOND),
            (LONG, Duration::ZERO),
        ] {
            let how = if pause.is_zero() { "at once" } else { "one by one" };
            model.every(
                format!("{CROWD} threads wait in {}, and all may go on, {how}", side.name(call)),
                move || wait_in_a_crowd(side, call, pause),
                |execution| all_went_on(execution.value),
            );
        }
        model.every(
            format!(
                "a thread that waits in {}, and 300 calls after it that give up",
                side.name(Call::Wait)
            ),
            move || wait_while_others_give_up(side),
            |execution| went_on(&execution.value),
        );
        for places in [1, 2] {
            model.every(
                format!(
                    "a thread that waits in {}, and many calls of {} and {}, after which {places} may go on",
                    side.name(Call::Wait),
                    side.other().name(Call::Try),
                    side.name(Call::Try)
                ),
                move || wait_while_much_changes(side, places),
                |execution| went_on(&execution.value),
            );
        }
    }
}

/// What became of a wait.
struct Wait {
    side: Side,
    call: Call,
    /// When it should have ended, counted from its beginning.
    due: Duration,
    answer: Answer,
    elapsed: Duration,
}

impl Wait {
    fn of(queue: &Queue<usize>, side: Side, call: Call, due: Duration) -> Self {
        let start = Instant::now();
        let answer = side.ask(queue, call);
        let elapsed = start.elapsed();
        Self {
            side,
            call,
            due,
            answer,
            elapsed,
        }
    }
}

/// Keeps one thread waiting for so long.
fn wait(side: Side, call: Call, kept: Duration) -> Wait {
    wait_until(side, call, kept, Call::Wait)
}

/// The same, where one of the calls of the other side ends the wait.
fn wait_until(side: Side, call: Call, kept: Duration, by: Call) -> Wait {
    let queue = side.blocked(1);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| Wait::of(&queue, side, call, kept));
        thread::sleep(kept);
        side.let_one_go_on_by(&queue, by);
        join(waiter)
    })
}

fn went_on(wait: &Wait) -> Result<(), Violation> {
    if wait.answer == Answer::Done && is_on_time(wait.elapsed, wait.due) {
        return Ok(());
    }
    let expected = format!(
        "expected {} to go on after {}",
        wait.side.name(wait.call),
        in_words(wait.due)
    );
    let got = format!("after {}, {}", in_words(wait.elapsed), wait.answer);
    Err(Violation::new(Finding::WrongResult, expected).got(got))
}

/// One producer, two consumers and a caller, of whom one after the other has to wait.
fn work_for_long(producer: Duration, consumer: Duration) {
    let produce = move |queue: &Queue<usize>| {
        for item in 0..3 {
            thread::sleep(producer);
            drop(queue.put(item));
        }
    };
    produce_and_consume(vec![produce], 2, 1, |_| thread::sleep(consumer));
}

/// What became of the threads that waited.
struct Sleepers<const N: usize> {
    /// How many more could have gone on, a second after they were allowed to.
    free: usize,
    waits: [Wait; N],
}

/// All may go on at the same time. A second later, those that still sleep are woken, so that the execution can end.
fn wait_together<const N: usize>(side: Side, calls: [Call; N]) -> Sleepers<N> {
    let queue = side.blocked(N);
    thread::scope(|scope| {
        let waiters = calls.map(|call| {
            scope.spawn({
                let queue = &queue;
                move || Wait::of(queue, side, call, MILLISECOND)
            })
        });
        thread::sleep(MILLISECOND);
        (0..N).for_each(|_| side.let_one_go_on(&queue));
        thread::sleep(1000 * MILLISECOND);
        let free = side.free(&queue, N);
        (0..free).for_each(|_| wake_again(side, &queue));
        Sleepers {
            free,
            waits: waiters.map(join),
        }
    })
}

/// Wakes a thread that sleeps though it need not.
fn wake_again(side: Side, queue: &Queue<usize>) {
    side.undo_if_possible(queue);
    side.let_one_go_on(queue);
}

/// One thread waits until its timeout and the other one for as long as it takes. One may go on at that very moment:
/// either of them, and then the other one later.
fn let_go_on_at_a_deadline(side: Side) -> Sleepers<1> {
    let queue = side.blocked(1);
    let due = 5 * MILLISECOND;
    thread::scope(|scope| {
        let hasty = scope.spawn(|| side.ask(&queue, Call::Timeout(due)));
        let patient = scope.spawn(|| Wait::of(&queue, side, Call::Wait, due));
        thread::sleep(due);
        side.let_one_go_on(&queue);
        thread::sleep(1000 * MILLISECOND);
        let free = side.free(&queue, 1);
        let mut due = due;
        if free > 0 {
            wake_again(side, &queue);
        } else {
            // The thread with the timeout may have gone on; then the other one may only now.
            let hasty_went_on = join(hasty) == Answer::Done;
            if hasty_went_on {
                due += 1000 * MILLISECOND;
                side.let_one_go_on(&queue);
            }
        }
        let mut patient = join(patient);
        patient.due = due;
        Sleepers { free, waits: [patient] }
    })
}

/// One may go on after 1 ms and the other after 2 ms.
fn wait_at_two_queues(side: Side) -> Sleepers<2> {
    let queues = [side.blocked(1), side.blocked(1)];
    thread::scope(|scope| {
        let [one, other] = &queues;
        let waiters = [(one, MILLISECOND), (other, 2 * MILLISECOND)]
            .map(|(queue, due)| scope.spawn(move || Wait::of(queue, side, Call::Wait, due)));
        for queue in &queues {
            thread::sleep(MILLISECOND);
            side.let_one_go_on(queue);
        }
        thread::sleep(1000 * MILLISECOND);
        for queue in &queues {
            if side.free(queue, 1) > 0 {
                wake_again(side, queue);
            }
        }
        Sleepers {
            free: 0,
            waits: waiters.map(join),
        }
    })
}

fn nobody_slept_on<const N: usize>(execution: &Execution<Sleepers<N>>) -> Result<(), Violation> {
    let Sleepers { free, waits } = &execution.value;
    for (wait, number) in waits.iter().zip(1..) {
        if wait.answer == Answer::Done && is_on_time(wait.elapsed, wait.due) {
            continue;
        }
        let expected = format!(
            "expected every thread to go on when it may, after {}",
            in_words(wait.due)
        );
        let got = format!(
            "thread {number} waited in {} until {} had passed, and {}",
            wait.side.name(wait.call),
            in_words(wait.elapsed),
            match free {
                0 => wait.answer.to_string(),
                _ => "the check had to wake it".to_owned(),
            }
        );
        return Err(Violation::new(Finding::LostWakeup, expected).got(got));
    }
    Ok(())
}

/// Lets all go on, with a pause after each. Returns how many threads did, and how many more could.
fn wait_in_a_crowd(side: Side, call: Call, pause: Duration) -> (usize, usize) {
    let queue = side.blocked(CROWD);
    let went_on = thread::scope(|scope| {
        let waiters: Vec<_> = (0..CROWD).map(|_| scope.spawn(|| side.ask(&queue, call))).collect();
        thread::sleep(MILLISECOND);
        for _ in 0..CROWD {
            side.let_one_go_on(&queue);
            if !pause.is_zero() {
                thread::sleep(pause);
            }
        }
        let answers = waiters.into_iter().map(join);
        answers.filter(|answer| *answer == Answer::Done).count()
    });
    (went_on, side.free(&queue, CROWD))
}

fn all_went_on((went_on, free): (usize, usize)) -> Result<(), Violation> {
    if (went_on, free) == (CROWD, 0) {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        format!("expected all {CROWD} waiting threads to go on"),
    );
    Err(violation.got(format!("{went_on} did, and {free} more could")))
}

/// The thread waits before all others, and goes on in the end.
fn wait_while_others_give_up(side: Side) -> Wait {
    let queue = side.blocked(1);
    let due = (CROWD as u32 + 1) * MILLISECOND;
    thread::scope(|scope| {
        let waiter = scope.spawn(|| Wait::of(&queue, side, Call::Wait, due));
        thread::sleep(MILLISECOND);
        for _ in 0..CROWD {
            side.ask(&queue, Call::Timeout(MILLISECOND));
        }
        side.let_one_go_on(&queue);
        join(waiter)
    })
}

/// In the end, so many may go on. With one place, there are [`CHANGES`] that let a thread go on; with two, there are as
/// many of all kinds.
fn wait_while_much_changes(side: Side, places: usize) -> Wait {
    let queue = side.blocked(places);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| Wait::of(&queue, side, Call::Wait, MILLISECOND));
        thread::sleep(MILLISECOND);
        // A fair queue refuses what would overtake the thread that waits.
        let let_one_go_on = || side.let_one_go_on_by(&queue, Call::Try);
        for _ in 0..(CHANGES / places - 1) {
            let_one_go_on();
            side.undo_if_possible(&queue);
        }
        (0..places).for_each(|_| let_one_go_on());
        join(waiter)
    })
}
