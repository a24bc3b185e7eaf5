//! `cancel` says true if and only if it has kept the event from running.

use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use harness::waiting::{MILLISECOND, in_words, is_on_time, join};
use harness::{Execution, Finding, Model, Violation};
use scheduler::{EventId, Scheduler};

use crate::log::{Log, MEANWHILE, RETURN, Ran, numbers, ran_on_time};
use crate::times::in_ms;

/// How many events there are where they are many: more than a byte can count.
const MANY: usize = 300;

/// How many events come and go: more than 16 bits can count.
const IN_ALL: usize = 70_000;

pub(crate) fn cancel_is_exact(model: &mut Model) {
    model.every("1 thread, before and after run", one_after_the_other, answers_are_right);
    model.every("an event that cancels itself", cancel_itself, answers_are_right);
    model.every(
        "an event that is cancelled while it runs",
        cancel_while_it_runs,
        answers_are_right,
    );
    model.executions(4000);
    model.random(200);
    model.every(
        "an event is cancelled at the moment at which it is due",
        race,
        ran_or_cancelled,
    );
    model.every(
        "2 threads cancel an event that is due at that moment",
        race_of_two,
        ran_or_cancelled,
    );
    model.every(
        "run sleeps until 10 ms; at 3 ms that event is cancelled, and one at 20 ms is left",
        || cancel_at_three(Some(20 * MILLISECOND)),
        |execution| ran_on_time(&execution.value, &in_ms(&[(MEANWHILE, 3), (2, 20), (RETURN, 20)])),
    );
    model.every(
        "run sleeps until 10 ms; at 3 ms that event is cancelled, and none is left",
        || cancel_at_three(None),
        |execution| {
            // The thread that cancels and the one that returns may write in either order.
            let in_time = ran_on_time(&execution.value, &in_ms(&[(MEANWHILE, 3), (RETURN, 3)]));
            in_time.or_else(|violation| {
                ran_on_time(&execution.value, &in_ms(&[(RETURN, 3), (MEANWHILE, 3)])).map_err(|_| violation)
            })
        },
    );
    model.every(
        "2 threads in run sleep until 10 ms; at 3 ms that event is cancelled, and none is left",
        cancel_for_two,
        both_returned,
    );
    model.executions(1);
    model.random(0);
    model.every(
        format!("{MANY} events, of which every third is cancelled"),
        cancel_every_third,
        answers_are_right,
    );
    model.steps(100 * IN_ALL as u64);
    model.every(
        format!("an event, and {IN_ALL} that are entered and cancelled one after the other while it is left"),
        cancel_many,
        answers_are_right,
    );
}

/// What was asked, what had to be answered, and what was.
type Answers = Vec<(String, bool, bool)>;

fn note(answers: &mut Answers, what: &str, expected: bool, got: bool) {
    answers.push((what.to_owned(), expected, got));
}

fn answers_are_right(execution: &Execution<Answers>) -> Result<(), Violation> {
    for (what, expected, got) in &execution.value {
        if expected != got {
            let violation = Violation::new(Finding::WrongResult, format!("expected {expected} to: {what}"));
            return Err(violation.got(format!("it was {got}")));
        }
    }
    Ok(())
}

fn one_after_the_other() -> Answers {
    let scheduler = Scheduler::new();
    let log = Log::new();
    let mut answers = Answers::new();
    let [first, second, third] = [1, 2, 3].map(|event| scheduler.enter_at(log.at(MILLISECOND), 1, log.event(event)));
    note(&mut answers, "are the ids of 2 events equal?", false, first == second);
    note(
        &mut answers,
        "is an event cancelled that has not run?",
        true,
        scheduler.cancel(second),
    );
    note(&mut answers, "is it cancelled again?", false, scheduler.cancel(second));
    scheduler.run();
    note(
        &mut answers,
        "did the other 2 events run?",
        true,
        numbers(&log.ran()) == [1, 3],
    );
    note(
        &mut answers,
        "is an event cancelled that has run?",
        false,
        scheduler.cancel(first),
    );
    // Entered with the same time and priority, when nothing else is there.
    let fourth = scheduler.enter_at(log.at(MILLISECOND), 1, log.event(4));
    note(
        &mut answers,
        "has a new event an old id?",
        false,
        [first, second, third].contains(&fourth),
    );
    note(
        &mut answers,
        "is an event cancelled that has run?",
        false,
        scheduler.cancel(third),
    );
    note(
        &mut answers,
        "is an event cancelled that was cancelled?",
        false,
        scheduler.cancel(second),
    );
    scheduler.run();
    note(
        &mut answers,
        "did the new event run?",
        true,
        numbers(&log.ran()) == [1, 3, 4],
    );
    answers
}

fn cancel_itself() -> Answers {
    let scheduler = Scheduler::new();
    let (own, answer) = (Arc::new(OnceLock::<EventId>::new()), Arc::new(OnceLock::new()));
    let (theirs, tell) = (Arc::clone(&own), Arc::clone(&answer));
    let id = scheduler.enter_after(Duration::ZERO, 1, move |scheduler| {
        let own = theirs.get().expect("it was set before run");
        let _ = tell.set(scheduler.cancel(*own));
    });
    let _ = own.set(id);
    scheduler.run();
    let cancelled = answer.get().copied().unwrap_or(true);
    vec![("is an event cancelled that runs?".to_owned(), false, cancelled)]
}

fn cancel_while_it_runs() -> Answers {
    let scheduler = Scheduler::new();
    let log = Log::new();
    let running = log.event(1);
    let id = scheduler.enter_after(Duration::ZERO, 1, move |scheduler| {
        running(scheduler);
        thread::sleep(10 * MILLISECOND);
    });
    thread::scope(|scope| {
        let runner = scope.spawn(|| scheduler.run());
        thread::sleep(5 * MILLISECOND);
        let cancelled = scheduler.cancel(id);
        join(runner);
        vec![("is an event cancelled that runs?".to_owned(), false, cancelled)]
    })
}

/// How often the event ran, and how many calls said that they had cancelled it.
struct Raced {
    n_ran: usize,
    n_cancelled: usize,
}

fn race() -> Raced {
    race_with(1)
}

fn race_of_two() -> Raced {
    race_with(2)
}

fn race_with(n_cancelling: usize) -> Raced {
    let scheduler = Scheduler::new();
    let log = Log::new();
    let id = scheduler.enter_at(log.at(MILLISECOND), 1, log.event(1));
    let n_cancelled = thread::scope(|scope| {
        let cancelling: Vec<_> = (0..n_cancelling)
            .map(|_| {
                scope.spawn(|| {
                    thread::sleep(MILLISECOND);
                    scheduler.cancel(id)
                })
            })
            .collect();
        scheduler.run();
        cancelling.into_iter().map(join).filter(|cancelled| *cancelled).count()
    });
    Raced {
        n_ran: log.ran().len(),
        n_cancelled,
    }
}

fn ran_or_cancelled(execution: &Execution<Raced>) -> Result<(), Violation> {
    let Raced { n_ran, n_cancelled } = execution.value;
    if n_ran + n_cancelled == 1 {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::Race,
        "expected the event either to run once, or to be cancelled by one call that says so",
    );
    Err(violation.got(format!(
        "it ran {n_ran} times, and {n_cancelled} calls said that they had cancelled it"
    )))
}

/// Event 1 is due at 10 ms, and event 2 at the time that is given.
fn cancel_at_three(other: Option<Duration>) -> Vec<Ran> {
    let scheduler = Scheduler::new();
    let log = Log::new();
    let id = scheduler.enter_at(log.at(10 * MILLISECOND), 1, log.event(1));
    if let Some(time) = other {
        scheduler.enter_at(log.at(time), 1, log.event(2));
    }
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(3 * MILLISECOND);
            scheduler.cancel(id);
            log.note(MEANWHILE);
        });
        scheduler.run();
        log.note(RETURN);
    });
    log.ran()
}

fn cancel_for_two() {
    let scheduler = Scheduler::new();
    let id = scheduler.enter_after(10 * MILLISECOND, 1, |_| ());
    thread::scope(|scope| {
        (0..2).for_each(|_| drop(scope.spawn(|| scheduler.run())));
        thread::sleep(3 * MILLISECOND);
        scheduler.cancel(id);
    });
}

fn both_returned(execution: &Execution<()>) -> Result<(), Violation> {
    if is_on_time(execution.elapsed, 3 * MILLISECOND) {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        "expected both threads to return from run when the only event is cancelled, after 3ms",
    );
    Err(violation.got(format!("the last one returned after {}", in_words(execution.elapsed))))
}

fn cancel_every_third() -> Answers {
    let scheduler = Scheduler::new();
    let log = Log::new();
    let ids: Vec<EventId> = (0..MANY)
        .map(|event| scheduler.enter_at(log.at(MILLISECOND), 1, log.event(event)))
        .collect();
    let third = ids.iter().step_by(3);
    let n_cancelled = third.filter(|id| scheduler.cancel(**id)).count();
    scheduler.run();
    let left: Vec<usize> = (0..MANY).filter(|event| event % 3 != 0).collect();
    vec![
        ("is each of them cancelled?".to_owned(), true, n_cancelled == MANY / 3),
        (
            "did all others run, in their order?".to_owned(),
            true,
            numbers(&log.ran()) == left,
        ),
    ]
}

fn cancel_many() -> Answers {
    let scheduler = Scheduler::new();
    let log = Log::new();
    let enter = |event| scheduler.enter_at(log.at(MILLISECOND), 1, log.event(event));
    let left = enter(2);
    let gone = enter(1);
    scheduler.cancel(gone);
    let (mut n_cancelled, mut has_old_id, mut gone_again) = (0, false, false);
    for _ in 0..IN_ALL {
        // It may take the place of the one before.
        let id = enter(3);
        has_old_id |= id == gone || id == left;
        gone_again |= scheduler.cancel(gone);
        n_cancelled += usize::from(scheduler.cancel(id));
    }
    scheduler.run();
    vec![
        ("has a new event the id of one before?".to_owned(), false, has_old_id),
        ("is each of them cancelled?".to_owned(), true, n_cancelled == IN_ALL),
        (
            "is an event cancelled again that was cancelled before all others?".to_owned(),
            false,
            gone_again,
        ),
        (
            "did the event that was left run, and no other?".to_owned(),
            true,
            numbers(&log.ran()) == [2],
        ),
    ]
}
