//! `set` wakes every thread that waits, and nothing else does.

use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::Duration;

use event::Event;
use harness::waiting::{HUNDRED_DAYS, MILLISECOND, TWENTY_YEARS, join, takes_few_steps};
use harness::{Execution, Model, Violation};

use crate::waits::{Call, Wait};

/// How many threads wait at once where they are many: more than a byte can count.
pub(crate) const CROWD: usize = 300;

pub(crate) fn set_frees_all_who_wait(model: &mut Model) {
    let timed = Call::Timeout(4000 * MILLISECOND);
    model.random(50);
    for (label, call, due) in [
        (
            "1 thread in wait, the event set after 100 days",
            Call::Wait,
            HUNDRED_DAYS,
        ),
        (
            "1 thread in wait, the event set after 20 years",
            Call::Wait,
            TWENTY_YEARS,
        ),
        (
            "1 thread in wait_timeout, the event set after 100 days",
            Call::Timeout(2 * HUNDRED_DAYS),
            HUNDRED_DAYS,
        ),
        (
            "1 thread with a timeout of Duration::MAX, the event set after 20 years",
            Call::Timeout(Duration::MAX),
            TWENTY_YEARS,
        ),
    ] {
        model.every(
            label,
            move || wait_for_set([call], due),
            move |execution| takes_few_steps(execution, due).and_then(|()| all_went_on(&execution.value, due)),
        );
    }
    model.every(
        "2 threads in wait",
        || wait_for_set([Call::Wait; 2], MILLISECOND),
        |execution| all_went_on(&execution.value, MILLISECOND),
    );
    model.random(200);
    model.preemptions(1);
    for (label, calls) in [
        ("3 threads in wait", [Call::Wait; 3]),
        ("3 threads in wait_timeout", [timed; 3]),
        ("3 threads, 2 of them in wait", [Call::Wait, timed, Call::Wait]),
        ("3 threads, 2 of them in wait_timeout", [timed, Call::Wait, timed]),
    ] {
        model.every(
            label,
            move || wait_for_set(calls, MILLISECOND),
            |execution| all_went_on(&execution.value, MILLISECOND),
        );
    }
    model.every(
        "3 threads in wait, another that gives up before the event is set",
        give_up_among_others,
        the_others_went_on,
    );
    model.preemptions(2);
    model.every(
        "2 threads that wait, 2 threads that set",
        || {
            let event = Event::new();
            thread::scope(|scope| {
                let waiter = scope.spawn(|| Wait::of(&event, Call::Wait));
                scope.spawn(|| event.set());
                event.set();
                [Wait::of(&event, Call::Wait), join(waiter)]
            })
        },
        |execution| all_went_on(&execution.value, Duration::ZERO),
    );
    model.every("2 events, a thread in wait at each", wait_at_two_events, |execution| {
        let [one, other] = execution.value;
        one.was_ended_by_set(MILLISECOND)?;
        other.was_ended_by_set(2 * MILLISECOND)
    });
    model.every(
        "2 threads that wait, the event cleared before it is set",
        clear_before_set,
        |execution| all_went_on(&execution.value, 2 * MILLISECOND),
    );
    model.every(
        "1 thread in wait, a thread that sets the event as it panics",
        set_during_a_panic,
        |execution| execution.value.was_ended_by_set(MILLISECOND),
    );
    model.spurious_wakeups(2);
    for (label, calls) in [
        ("2 threads in wait, spurious wake-ups", [Call::Wait; 2]),
        (
            "2 threads, 1 of them in wait_timeout, spurious wake-ups",
            [timed, Call::Wait],
        ),
    ] {
        model.every(
            label,
            move || wait_for_set(calls, MILLISECOND),
            |execution| all_went_on(&execution.value, MILLISECOND),
        );
    }
    model.spurious_wakeups(0);
    model.executions(1);
    model.random(0);
    model.steps(2_000_000);
    for (label, call) in [
        ("300 threads in wait", Call::Wait),
        ("300 threads in wait_timeout", Call::Timeout(HUNDRED_DAYS)),
    ] {
        model.every(
            label,
            move || wait_for_set([call; CROWD], MILLISECOND),
            |execution| all_went_on(&execution.value, MILLISECOND),
        );
    }
    model.every(
        "256 threads in wait",
        || wait_for_set([Call::Wait; 256], MILLISECOND),
        |execution| all_went_on(&execution.value, MILLISECOND),
    );
    model.every(
        "1 thread in wait, and 300 calls after it that give up",
        || {
            let event = Event::new();
            thread::scope(|scope| {
                let waiter = scope.spawn(|| Wait::of(&event, Call::Wait));
                thread::sleep(MILLISECOND);
                for _ in 0..CROWD {
                    event.wait_timeout(MILLISECOND);
                }
                event.set();
                join(waiter)
            })
        },
        |execution| execution.value.was_ended_by_set((CROWD as u32 + 1) * MILLISECOND),
    );
}

/// Lets threads wait for an event that is set after `due`.
fn wait_for_set<const N: usize>(calls: [Call; N], due: Duration) -> [Wait; N] {
    let event = Event::new();
    thread::scope(|scope| {
        let event = &event;
        let waiters = calls.map(|call| scope.spawn(move || Wait::of(event, call)));
        thread::sleep(due);
        event.set();
        waiters.map(join)
    })
}

fn all_went_on(waits: &[Wait], due: Duration) -> Result<(), Violation> {
    waits.iter().try_for_each(|wait| wait.was_ended_by_set(due))
}

/// The waits of the three threads, in the order in which they came, and the one between them that gave up.
fn give_up_among_others() -> ([Wait; 3], Wait) {
    let event = Event::new();
    thread::scope(|scope| {
        let patient = || Wait::of(&event, Call::Wait);
        let first = scope.spawn(patient);
        thread::sleep(MILLISECOND);
        let second = scope.spawn(patient);
        thread::sleep(MILLISECOND);
        let hasty = scope.spawn(|| Wait::of(&event, Call::Timeout(5 * MILLISECOND)));
        thread::sleep(MILLISECOND);
        let third = scope.spawn(patient);
        thread::sleep(7 * MILLISECOND);
        event.set();
        ([first, second, third].map(join), join(hasty))
    })
}

fn the_others_went_on(execution: &Execution<([Wait; 3], Wait)>) -> Result<(), Violation> {
    let (patient, hasty) = execution.value;
    hasty.gave_up(5 * MILLISECOND)?;
    for (wait, came_at) in patient.iter().zip([0, 1, 3]) {
        wait.was_ended_by_set((10 - came_at) * MILLISECOND)?;
    }
    Ok(())
}

/// Clears an event that is not set, which changes nothing for those who wait.
fn clear_before_set() -> [Wait; 2] {
    let event = Event::new();
    thread::scope(|scope| {
        let event = &event;
        let calls = [Call::Wait, Call::Timeout(HUNDRED_DAYS)];
        let waiters = calls.map(|call| scope.spawn(move || Wait::of(event, call)));
        thread::sleep(MILLISECOND);
        event.clear();
        thread::sleep(MILLISECOND);
        event.set();
        waiters.map(join)
    })
}

fn wait_at_two_events() -> [Wait; 2] {
    let [one, other] = [Event::new(), Event::new()];
    thread::scope(|scope| {
        let waiters = [&one, &other].map(|event| scope.spawn(|| Wait::of(event, Call::Wait)));
        for event in [&one, &other] {
            thread::sleep(MILLISECOND);
            event.set();
        }
        waiters.map(join)
    })
}

/// Sets the event when it is dropped.
struct SetOnDrop<'a>(&'a Event);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.set();
    }
}

fn set_during_a_panic() -> Wait {
    let event = Event::new();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| Wait::of(&event, Call::Wait));
        thread::sleep(MILLISECOND);
        let panics = || {
            let _set = SetOnDrop(&event);
            panic!("a thread panics, as the check wants it");
        };
        assert!(panic::catch_unwind(AssertUnwindSafe(panics)).is_err(), "it panics");
        join(waiter)
    })
}
