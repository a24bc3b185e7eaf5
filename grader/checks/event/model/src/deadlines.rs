//! `wait_timeout` gives up at its deadline, neither before nor after.

use std::thread;
use std::time::Duration;

use event::Event;
use harness::waiting::{HUNDRED_DAYS, MILLISECOND, join, takes_few_steps};
use harness::{Execution, Finding, Model, Violation};

use crate::waits::{Call, Wait};

/// More nanoseconds than 64 bits can hold.
const SIX_HUNDRED_YEARS: Duration = Duration::from_secs(600 * 365 * 24 * 60 * 60);

pub(crate) fn timeouts_end_at_their_deadline(model: &mut Model) {
    for (label, timeout) in [
        ("an event that is never set, a timeout of 0", Duration::ZERO),
        ("an event that is never set, a timeout of 5 ms", 5 * MILLISECOND),
        (
            "an event that is never set, a timeout of 300 µs",
            Duration::from_micros(300),
        ),
        (
            "an event that is never set, a timeout of 2500 µs",
            Duration::from_micros(2500),
        ),
        ("an event that is never set, a timeout of 1 ns", Duration::from_nanos(1)),
        ("an event that is never set, a timeout of 100 days", HUNDRED_DAYS),
        ("an event that is never set, a timeout of 600 years", SIX_HUNDRED_YEARS),
        // A floating-point number of seconds does not hold the microsecond.
        (
            "an event that is never set, a timeout of 600 years and 1 µs",
            SIX_HUNDRED_YEARS + Duration::from_micros(1),
        ),
    ] {
        model.every(
            label,
            move || Wait::of(&Event::new(), Call::Timeout(timeout)),
            move |execution| {
                takes_few_steps(execution, timeout)?;
                execution.value.gave_up(timeout)
            },
        );
    }
    model.every(
        "an event that is set, timeouts of 0, 5 ms and Duration::MAX",
        || {
            let event = Event::new();
            event.set();
            [Duration::ZERO, 5 * MILLISECOND, Duration::MAX].map(|timeout| Wait::of(&event, Call::Timeout(timeout)))
        },
        |execution| {
            let mut waits = execution.value.iter();
            waits.try_for_each(|wait| wait.was_ended_by_set(Duration::ZERO))
        },
    );
    for (label, timeout) in [
        ("an event set after 4 ms, a timeout of 10 ms", 10 * MILLISECOND),
        ("an event set after 4 ms, a timeout of Duration::MAX", Duration::MAX),
    ] {
        model.every(
            label,
            move || wait_until_it_is_set([timeout], 4 * MILLISECOND),
            |execution| execution.value.waits[0].was_ended_by_set(4 * MILLISECOND),
        );
    }
    // So short that a submission may think it not worth a condition variable.
    model.every(
        "an event set after 200 µs, a timeout of 600 µs",
        || wait_until_it_is_set([Duration::from_micros(600)], Duration::from_micros(200)),
        |execution| execution.value.waits[0].was_ended_by_set(Duration::from_micros(200)),
    );
    model.every(
        "an event set at the deadline of 1 thread",
        || wait_until_it_is_set([5 * MILLISECOND], 5 * MILLISECOND),
        either_way_and_set,
    );
    model.every(
        "an event set at the deadline of 2 threads",
        || wait_until_it_is_set([5 * MILLISECOND; 2], 5 * MILLISECOND),
        either_way_and_set,
    );
    model.every(
        "an event set after 6 ms, timeouts of 5 ms and of Duration::MAX",
        || wait_until_it_is_set([5 * MILLISECOND, Duration::MAX], 6 * MILLISECOND),
        |execution| {
            let [hasty, patient] = execution.value.waits;
            hasty.gave_up(5 * MILLISECOND)?;
            patient.was_ended_by_set(6 * MILLISECOND)
        },
    );
    model.every(
        "a cleared event, a timeout of 5 ms, twice",
        || {
            let event = Event::new();
            event.set();
            event.clear();
            [(); 2].map(|()| Wait::of(&event, Call::Timeout(5 * MILLISECOND)))
        },
        |execution| {
            let mut waits = execution.value.iter();
            waits.try_for_each(|wait| wait.gave_up(5 * MILLISECOND))
        },
    );
    model.every(
        "an event that is never set, cleared after 2 ms, a timeout of 5 ms",
        clear_meanwhile,
        |execution| execution.value.gave_up(5 * MILLISECOND),
    );
    model.spurious_wakeups(1);
    model.every(
        "an event that is not set, a timeout of 5 ms, a spurious wake-up",
        clear_meanwhile,
        |execution| execution.value.gave_up(5 * MILLISECOND),
    );
}

/// How waits ended, and whether the event is set afterwards.
struct Aftermath<const N: usize> {
    waits: [Wait; N],
    is_set: bool,
}

fn wait_until_it_is_set<const N: usize>(timeouts: [Duration; N], due: Duration) -> Aftermath<N> {
    let event = Event::new();
    let waits = thread::scope(|scope| {
        let event = &event;
        let waiters = timeouts.map(|timeout| scope.spawn(move || Wait::of(event, Call::Timeout(timeout))));
        thread::sleep(due);
        event.set();
        waiters.map(join)
    });
    Aftermath {
        waits,
        is_set: event.is_set(),
    }
}

fn either_way_and_set<const N: usize>(execution: &Execution<Aftermath<N>>) -> Result<(), Violation> {
    for wait in execution.value.waits {
        if wait.is_set {
            wait.was_ended_by_set(5 * MILLISECOND)?;
        } else {
            wait.gave_up(5 * MILLISECOND)?;
        }
    }
    if !execution.value.is_set {
        let expected = "expected the event to be set in the end";
        return Err(Violation::new(Finding::WrongResult, expected).got("is_set said false"));
    }
    Ok(())
}

/// Another thread clears the event, which is not set, while one waits. The pauses leave room for a spurious wake-up.
fn clear_meanwhile() -> Wait {
    let event = Event::new();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| Wait::of(&event, Call::Timeout(5 * MILLISECOND)));
        thread::sleep(2 * MILLISECOND);
        event.clear();
        thread::sleep(8 * MILLISECOND);
        join(waiter)
    })
}
