//! Threads in `run` share the work, and nothing runs twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use harness::waiting::{MILLISECOND, join};
use harness::{Finding, Model, Violation};
use scheduler::Scheduler;

use crate::log::{Log, Ran, numbers, ran_on_time};
use crate::times::in_ms;

/// How many threads are in `run` where they are many.
const MANY: usize = 80;

pub(crate) fn threads_in_run_share_the_work(model: &mut Model) {
    model.executions(4000);
    model.random(200);
    model.every(
        "2 threads in run, 3 events that are due",
        || run_in_two(&[0, 0, 0]),
        |execution| each_ran_once(&execution.value, 3),
    );
    model.every(
        "2 threads in run, events at 1, 1 and 2 ms",
        || run_in_two(&[1, 1, 2]),
        |execution| each_ran_once(&execution.value, 3),
    );
    model.every(
        "2 threads that each enter an event at one time, and run",
        enter_in_two,
        |execution| each_ran_once(&execution.value, 2),
    );
    model.reach(
        "2 threads in run, 2 events at one time that need 1 ms each",
        || run_at_once(2),
        "both events run at the same time",
        2,
        |execution| execution.value,
    );
    model.every(
        "2 threads in run, an event that needs 20 ms, and 2 that are due meanwhile",
        beside_a_long_one,
        |execution| ran_on_time(&execution.value, &in_ms(&[(1, 1), (2, 5), (3, 6)])),
    );
    model.every(
        "2 threads in run that sleep until 20 ms; at 3 ms 2 events at 5 ms are entered that need 10 ms each",
        enter_for_sleepers,
        |execution| ran_on_time(&execution.value, &in_ms(&[(1, 5), (1, 5), (9, 20)])),
    );
    model.every(
        "2 threads in run that sleep until 20 ms; an event at 5 ms that needs 10 ms is entered at 3 ms, and one \
         at 7 ms at 4 ms",
        enter_one_by_one_for_sleepers,
        |execution| ran_on_time(&execution.value, &in_ms(&[(1, 5), (2, 7), (9, 20)])),
    );
    model.every(
        "a thread comes into run at 3 ms, while another one runs an event that needs 10 ms",
        come_later,
        |execution| ran_on_time(&execution.value, &in_ms(&[(1, 0), (2, 3)])),
    );
    model.executions(1);
    model.random(0);
    model.every(
        format!("{MANY} threads in run, {MANY} events at one time that need 1 ms each"),
        || run_at_once(MANY),
        |execution| {
            if execution.value == MANY {
                return Ok(());
            }
            let violation = Violation::new(
                Finding::OverSerialized,
                format!("expected {MANY} events to run at once"),
            );
            Err(violation.got(format!("never more than {} did", execution.value)))
        },
    );
}

/// Events at so many milliseconds, numbered from 0.
fn run_in_two(times: &[u32]) -> Vec<Ran> {
    let scheduler = Scheduler::new();
    let log = Log::new();
    for (event, time) in times.iter().enumerate() {
        scheduler.enter_at(log.at(*time * MILLISECOND), 1, log.event(event));
    }
    thread::scope(|scope| {
        scope.spawn(|| scheduler.run());
        scheduler.run();
    });
    log.ran()
}

/// Both events have the same time and priority.
fn enter_in_two() -> Vec<Ran> {
    let scheduler = Scheduler::new();
    let log = Log::new();
    let enter_and_run = |event: usize| {
        scheduler.enter_at(log.at(MILLISECOND), 1, log.event(event));
        scheduler.run();
    };
    thread::scope(|scope| {
        scope.spawn(|| enter_and_run(1));
        enter_and_run(0);
    });
    log.ran()
}

fn each_ran_once(ran: &[Ran], n_events: usize) -> Result<(), Violation> {
    let mut ran = numbers(ran);
    ran.sort_unstable();
    if ran.iter().copied().eq(0..n_events) {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        format!("expected each of {n_events} events to run once"),
    );
    Err(violation.got(format!("these ran: {ran:?}")))
}

/// As many threads as events, which are due at one time. Returns the most events that ran at once.
fn run_at_once(n: usize) -> usize {
    let scheduler = Scheduler::new();
    let log = Log::new();
    let [inside, most] = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
    for _ in 0..n {
        let (inside, most) = (Arc::clone(&inside), Arc::clone(&most));
        scheduler.enter_at(log.at(MILLISECOND), 1, move |_| {
            let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            thread::sleep(MILLISECOND);
            inside.fetch_sub(1, Ordering::SeqCst);
        });
    }
    thread::scope(|scope| (0..n).for_each(|_| drop(scope.spawn(|| scheduler.run()))));
    most.load(Ordering::SeqCst)
}

fn beside_a_long_one() -> Vec<Ran> {
    let scheduler = Scheduler::new();
    let log = Log::new();
    enter_long(&scheduler, &log, MILLISECOND, 1, 20 * MILLISECOND);
    scheduler.enter_at(log.at(5 * MILLISECOND), 1, log.event(2));
    scheduler.enter_at(log.at(6 * MILLISECOND), 1, log.event(3));
    thread::scope(|scope| {
        scope.spawn(|| scheduler.run());
        scheduler.run();
    });
    log.ran()
}

/// Enters an event at `time` that needs so long.
fn enter_long(scheduler: &Scheduler, log: &Arc<Log>, time: Duration, event: usize, needs: Duration) {
    let running = log.event(event);
    scheduler.enter_at(log.at(time), 1, move |scheduler| {
        running(scheduler);
        thread::sleep(needs);
    });
}

fn enter_for_sleepers() -> Vec<Ran> {
    let scheduler = Scheduler::new();
    let log = Log::new();
    scheduler.enter_at(log.at(20 * MILLISECOND), 1, log.event(9));
    thread::scope(|scope| {
        (0..2).for_each(|_| drop(scope.spawn(|| scheduler.run())));
        thread::sleep(3 * MILLISECOND);
        enter_long(&scheduler, &log, 5 * MILLISECOND, 1, 10 * MILLISECOND);
        enter_long(&scheduler, &log, 5 * MILLISECOND, 1, 10 * MILLISECOND);
    });
    log.ran()
}

/// The thread that has woken up for the first event may be woken for the second one as well.
fn enter_one_by_one_for_sleepers() -> Vec<Ran> {
    let scheduler = Scheduler::new();
    let log = Log::new();
    scheduler.enter_at(log.at(20 * MILLISECOND), 1, log.event(9));
    thread::scope(|scope| {
        (0..2).for_each(|_| drop(scope.spawn(|| scheduler.run())));
        thread::sleep(3 * MILLISECOND);
        enter_long(&scheduler, &log, 5 * MILLISECOND, 1, 10 * MILLISECOND);
        thread::sleep(MILLISECOND);
        scheduler.enter_at(log.at(7 * MILLISECOND), 1, log.event(2));
    });
    log.ran()
}

fn come_later() -> Vec<Ran> {
    let scheduler = Scheduler::new();
    let log = Log::new();
    enter_long(&scheduler, &log, Duration::ZERO, 1, 10 * MILLISECOND);
    scheduler.enter_at(log.at(2 * MILLISECOND), 1, log.event(2));
    thread::scope(|scope| {
        let first = scope.spawn(|| scheduler.run());
        thread::sleep(3 * MILLISECOND);
        scheduler.run();
        join(first);
    });
    log.ran()
}
