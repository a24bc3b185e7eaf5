//! A thread that waits for the lock sleeps until it is free, and no longer. A panic makes it free as well.

use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::{Duration, Instant};

use harness::waiting::{HUNDRED_DAYS, MILLISECOND, in_words, is_on_time, join, takes_few_steps};
use harness::{Execution, Finding, Model, Violation};
use reentrant_lock::{ReentrantLock, Tree, visit};

/// More threads than a byte can count.
const CROWD: usize = 300;

/// The most operations of a thread that takes the lock once and sleeps meanwhile.
const MOST_OPERATIONS_OF_A_WAITER: u64 = 40;

pub(crate) fn waiters_go_on_when_it_is_free(model: &mut Model) {
    model.executions(5_000);
    model.random(100);
    for (label, times, waiters) in [
        ("the lock is kept for 100 days, 1 thread waits", 1, 1),
        ("the lock is kept for 100 days, taken twice, 1 thread waits", 2, 1),
        ("the lock is kept for 100 days, taken twice, 2 threads wait", 2, 2),
        ("the lock is kept for 100 days, taken 3 times, 3 threads wait", 3, 3),
    ] {
        model.every(
            label,
            move || keep(times, waiters),
            |execution| {
                takes_few_steps(execution, HUNDRED_DAYS)?;
                all_went_on(&execution.value, HUNDRED_DAYS)
            },
        );
    }
    model.every("2 locks, a thread waits for each", keep_two, |execution| {
        let [first, second] = execution.value;
        all_went_on(&[first], MILLISECOND)?;
        all_went_on(&[second], 2 * MILLISECOND)
    });
    model.every(
        "2 threads, each takes the lock twice, two times",
        take_turns,
        |_| Ok(()),
    );
    model.spurious_wakeups(1);
    model.every(
        "the lock is kept for 100 days, 1 thread waits, a spurious wake-up",
        || keep(1, 1),
        |execution| all_went_on(&execution.value, HUNDRED_DAYS),
    );
    model.spurious_wakeups(0);
    model.executions(1);
    model.random(0);
    model.every(
        "the lock is taken again and given back 300 times, 1 thread waits",
        take_often_beside_a_waiter,
        the_waiter_slept,
    );
    model.every(
        "the lock is kept for 100 days, 300 threads wait",
        || keep(1, CROWD),
        |execution| all_went_on(&execution.value, HUNDRED_DAYS),
    );
}

/// How long a thread waited for the lock.
type Waited = Duration;

fn wait_for(lock: &ReentrantLock) -> Waited {
    let start = Instant::now();
    drop(lock.lock());
    start.elapsed()
}

/// Takes the lock so often and keeps it for 100 days while others wait. Gives it back with the first guard last.
fn keep(times: usize, waiters: usize) -> Vec<Waited> {
    let lock = ReentrantLock::new();
    let mut guards: Vec<_> = (0..times).map(|_| lock.lock()).collect();
    thread::scope(|scope| {
        let waiters: Vec<_> = (0..waiters).map(|_| scope.spawn(|| wait_for(&lock))).collect();
        thread::sleep(HUNDRED_DAYS);
        while let Some(guard) = guards.pop() {
            drop(guard);
        }
        waiters.into_iter().map(join).collect()
    })
}

fn all_went_on(waited: &[Waited], due: Duration) -> Result<(), Violation> {
    match waited.iter().find(|waited| !is_on_time(**waited, due)) {
        None => Ok(()),
        Some(waited) => {
            let expected = format!(
                "expected a waiting thread to get the lock when it was free, after {}",
                in_words(due)
            );
            Err(Violation::new(Finding::WrongResult, expected).got(format!("it got it after {}", in_words(*waited))))
        }
    }
}

/// The locks become free 1 ms and 2 ms after the beginning.
fn keep_two() -> [Waited; 2] {
    let [one, other] = [ReentrantLock::new(), ReentrantLock::new()];
    let guards = [one.lock(), other.lock()];
    thread::scope(|scope| {
        let waiters = [scope.spawn(|| wait_for(&one)), scope.spawn(|| wait_for(&other))];
        for guard in guards {
            thread::sleep(MILLISECOND);
            drop(guard);
        }
        waiters.map(join)
    })
}

fn take_turns() {
    let lock = ReentrantLock::new();
    let take = || {
        for _ in 0..2 {
            let _outer = lock.lock();
            let _inner = lock.lock();
        }
    };
    thread::scope(|scope| {
        scope.spawn(take);
        take();
    });
}

fn take_often_beside_a_waiter() -> Waited {
    let lock = ReentrantLock::new();
    let guard = lock.lock();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| wait_for(&lock));
        for _ in 0..300 {
            // The waiter may look at the lock whenever it is woken.
            thread::sleep(MILLISECOND);
            drop(lock.lock());
        }
        drop(guard);
        join(waiter)
    })
}

fn the_waiter_slept(execution: &Execution<Waited>) -> Result<(), Violation> {
    all_went_on(&[execution.value], 300 * MILLISECOND)?;
    let operations = execution.threads.get(1).map_or(0, |thread| thread.operations);
    if operations <= MOST_OPERATIONS_OF_A_WAITER {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::BusyWait,
        "expected a waiting thread to be woken once the lock is free, and not whenever a guard is dropped",
    );
    Err(violation.got(format!(
        "it performed {operations} operations while 300 guards were dropped"
    )))
}

pub(crate) fn a_panic_gives_all_back(model: &mut Model) {
    model.executions(5_000);
    model.random(100);
    for (label, times) in [
        ("the owner of 1 guard panics", 1),
        ("the owner of 2 guards panics", 2),
        ("the owner of 3 guards panics", 3),
    ] {
        model.every(label, move || panic_alone(times), is_free);
    }
    model.every(
        "the owner of 2 guards panics while a thread waits",
        || panic_beside_a_waiter(2),
        is_free,
    );
    model.every(
        "an inner function panics, and its caller goes on",
        panic_inside,
        |execution| {
            if execution.value == [1, 0, 1, 0] {
                return Ok(());
            }
            let violation = Violation::new(
                Finding::WrongResult,
                "expected depths of 1 and 0 for the owner and another thread after the panic, and 1 and 0 after that",
            );
            Err(violation.got(format!("got {:?}", execution.value)))
        },
    );
    model.every("`visit` panics at the third node", panic_in_a_tree, is_free);
}

/// What the lock said after the panic: to the thread that panicked, and to another one.
struct Aftermath {
    depths: [usize; 2],
    gets_it: [bool; 2],
}

impl Aftermath {
    fn of(lock: &ReentrantLock) -> Self {
        let look = || (lock.depth(), lock.try_lock().is_some());
        let mine = look();
        let other = thread::scope(|scope| join(scope.spawn(look)));
        // To wait for the lock works as well.
        drop(lock.lock());
        Self {
            depths: [mine.0, other.0],
            gets_it: [mine.1, other.1],
        }
    }
}

fn is_free(execution: &Execution<Aftermath>) -> Result<(), Violation> {
    let Aftermath { depths, gets_it } = execution.value;
    if depths == [0, 0] && gets_it == [true, true] {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        "expected the lock to be free after the panic of its owner, with a depth of 0 and for any thread",
    );
    let got = gets_it.map(|got| if got { "a guard" } else { "none" });
    Err(violation.got(format!(
        "depth() said {depths:?}, and try_lock gave {}",
        got.join(" and ")
    )))
}

fn panic_with(lock: &ReentrantLock, times: usize) {
    let panics = || {
        let _guards: Vec<_> = (0..times).map(|_| lock.lock()).collect();
        thread::sleep(MILLISECOND);
        panic!("the owner panics, as the check wants it");
    };
    let outcome = panic::catch_unwind(AssertUnwindSafe(panics));
    assert!(outcome.is_err(), "the owner panics");
}

fn panic_alone(times: usize) -> Aftermath {
    let lock = ReentrantLock::new();
    panic_with(&lock, times);
    Aftermath::of(&lock)
}

fn panic_beside_a_waiter(times: usize) -> Aftermath {
    let lock = ReentrantLock::new();
    thread::scope(|scope| {
        scope.spawn(|| drop(lock.lock()));
        panic_with(&lock, times);
    });
    Aftermath::of(&lock)
}

fn panic_inside() -> [usize; 4] {
    let lock = ReentrantLock::new();
    let guard = lock.lock();
    panic_with(&lock, 2);
    let of_another = || thread::scope(|scope| join(scope.spawn(|| lock.depth())));
    let [owner, another] = [lock.depth(), of_another()];
    let second = lock.lock();
    drop(guard);
    let [owner_later, another_later] = [lock.depth(), of_another()];
    drop(second);
    [owner, another, owner_later, another_later]
}

fn panic_in_a_tree() -> Aftermath {
    let lock = ReentrantLock::new();
    let leaf = |value| Tree {
        value,
        children: vec![],
    };
    let tree = Tree {
        value: 0,
        children: vec![
            Tree {
                value: 1,
                children: vec![leaf(2)],
            },
            leaf(3),
        ],
    };
    let walk = || visit(&tree, &lock, |value| assert_ne!(value, 2, "as the check wants it"));
    let outcome = panic::catch_unwind(AssertUnwindSafe(walk));
    assert!(outcome.is_err(), "the panic of `visit` reaches its caller");
    Aftermath::of(&lock)
}
