//! A `set` frees those who wait even if `clear` follows at once, and only those.

use std::thread;
use std::time::Duration;

use event::Event;
use harness::waiting::{MILLISECOND, join};
use harness::{Execution, Model, Violation};

use crate::waits::{Call, Wait};

/// How many times the event is set and cleared while a thread is not yet awake: so many that a number of 8 or 16 bits
/// is again what it was.
const MANY_PULSES: usize = 1 << 16;

pub(crate) fn set_then_clear_misses_nobody(model: &mut Model) {
    let timed = Call::Timeout(10 * MILLISECOND);
    let patient = Call::Timeout(Duration::MAX);
    for call in [Call::Wait, timed, patient] {
        model.every(
            format!("1 thread in {call}, the event set and cleared after 1 ms"),
            move || wait_for_pulses([call], 1),
            all_went_on,
        );
    }
    model.every(
        "1 thread in wait, the event set and cleared twice after 1 ms",
        || wait_for_pulses([Call::Wait], 2),
        all_went_on,
    );
    model.random(200);
    model.preemptions(1);
    for (label, calls) in [
        ("3 threads in wait", [Call::Wait; 3]),
        ("3 threads in wait_timeout", [timed; 3]),
        ("3 threads, 2 of them in wait", [Call::Wait, patient, Call::Wait]),
    ] {
        model.every(
            format!("{label}, the event set and cleared after 1 ms"),
            move || wait_for_pulses(calls, 1),
            all_went_on,
        );
    }
    model.preemptions(2);
    for call in [Call::Wait, timed] {
        model.every(
            format!("1 thread in {call} before the event is set and cleared, 1 after it"),
            move || wait_before_and_after(call),
            each_went_on_with_its_own,
        );
    }
    model.every(
        "1 thread in wait, another that waits again as soon as it is free",
        wait_again,
        |execution| {
            let [once, first, second] = execution.value;
            once.was_ended_by_set(MILLISECOND)?;
            first.was_ended_by_set(MILLISECOND)?;
            // The thread may come back before the event is cleared.
            second
                .was_ended_by_set(Duration::ZERO)
                .or_else(|_| second.was_ended_by_set(MILLISECOND))
        },
    );
    model.every(
        "1 thread in wait_timeout, the event set and cleared at its deadline",
        pulse_at_the_deadline,
        |execution| match execution.value {
            wait if wait.is_set => wait.was_ended_by_set(5 * MILLISECOND),
            wait => wait.gave_up(5 * MILLISECOND),
        },
    );
    model.spurious_wakeups(1);
    for call in [Call::Wait, timed] {
        model.every(
            format!("1 thread in {call}, the event set and cleared after 1 ms, a spurious wake-up"),
            move || wait_for_pulses([call], 1),
            all_went_on,
        );
    }
    model.spurious_wakeups(0);
    model.executions(1);
    model.random(0);
    model.steps(4_000_000);
    // All of it happens before the waiting thread is awake.
    model.turn(u32::MAX);
    model.every(
        "2 threads in wait, the event set and cleared 65536 times after 1 ms",
        move || wait_for_pulses([Call::Wait, patient], MANY_PULSES),
        all_went_on,
    );
    model.every(
        "300 threads in wait, the event set and cleared after 1 ms",
        || wait_for_pulses([Call::Wait; crate::wakeups::CROWD], 1),
        all_went_on,
    );
}

/// Sets and clears the event after 1 ms. A second later it sets the event, to free those who still sleep, so that the
/// execution can end.
fn wait_for_pulses<const N: usize>(calls: [Call; N], pulses: usize) -> [Wait; N] {
    let event = Event::new();
    thread::scope(|scope| {
        let event = &event;
        let waiters = calls.map(|call| scope.spawn(move || Wait::of(event, call)));
        thread::sleep(MILLISECOND);
        for _ in 0..pulses {
            event.set();
            event.clear();
        }
        thread::sleep(1000 * MILLISECOND);
        event.set();
        waiters.map(join)
    })
}

fn all_went_on<const N: usize>(execution: &Execution<[Wait; N]>) -> Result<(), Violation> {
    let mut waits = execution.value.iter();
    waits.try_for_each(|wait| wait.was_ended_by_set(MILLISECOND))
}

/// One thread waits before the event is set and cleared, the other one from then on. The event is set again a
/// millisecond later.
fn wait_before_and_after(call: Call) -> [Wait; 2] {
    let event = Event::new();
    thread::scope(|scope| {
        let before = scope.spawn(|| Wait::of(&event, call));
        thread::sleep(MILLISECOND);
        event.set();
        event.clear();
        let after = scope.spawn(|| Wait::of(&event, call));
        thread::sleep(MILLISECOND);
        event.set();
        [before, after].map(join)
    })
}

fn each_went_on_with_its_own(execution: &Execution<[Wait; 2]>) -> Result<(), Violation> {
    let mut waits = execution.value.iter();
    waits.try_for_each(|wait| wait.was_ended_by_set(MILLISECOND))
}

/// The event is set and cleared after 1 ms, and once more after 2 ms.
fn wait_again() -> [Wait; 3] {
    let event = Event::new();
    thread::scope(|scope| {
        let once = scope.spawn(|| Wait::of(&event, Call::Wait));
        let twice = scope.spawn(|| [(); 2].map(|()| Wait::of(&event, Call::Wait)));
        for _ in 0..2 {
            thread::sleep(MILLISECOND);
            event.set();
            event.clear();
        }
        thread::sleep(1000 * MILLISECOND);
        event.set();
        let [first, second] = join(twice);
        [join(once), first, second]
    })
}

fn pulse_at_the_deadline() -> Wait {
    let event = Event::new();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| Wait::of(&event, Call::Timeout(5 * MILLISECOND)));
        thread::sleep(5 * MILLISECOND);
        event.set();
        event.clear();
        join(waiter)
    })
}
