//! What the owner of a lock can do, and what other threads are told meanwhile.

use std::mem;
use std::thread;
use std::time::{Duration, Instant};

use harness::waiting::{HUNDRED_DAYS, MILLISECOND, join};
use harness::{Execution, Finding, Model, Violation};
use reentrant_lock::{Guard, ReentrantLock};

use crate::contract::GUARD_IS_SEND;

/// More guards than two bytes can count.
const MANY: usize = 70_000;

pub(crate) fn the_owner_may_take_it_again(model: &mut Model) {
    model.every("taken 4 times by 1 thread, in both ways", take_again, |execution| {
        says(&execution.value, &[0, 1, 2, 3, 4, 3, 2, 1, 0, 1, 0])
    });
    model.every("3 guards, dropped in the order of taking", drop_in_order, |execution| {
        says(&execution.value, &[3, 2, 1, 0])
    });
    model.every("2 locks, taken by 1 thread", take_two, |execution| {
        says(&execution.value, &[2, 1, 0, 1, 0, 0])
    });
    model.every(
        "taken twice, then taken by another thread, then again",
        take_in_turns,
        |execution| says(&execution.value, &[2, 1, 2, 2, 0]),
    );
    model.every("2 locks, made by 2 threads at the same time", make_two, |execution| {
        says(&execution.value, &[1, 0, 1, 1])
    });
    model.every(
        "a lock made in the place of one that was left taken",
        make_in_place,
        |execution| says(&execution.value, &[1, 0, 1]),
    );
    model.steps(4_000_000);
    for n in [300, MANY] {
        for (way, take) in [("lock", take_by_lock as Take), ("try_lock", take_by_try_lock)] {
            model.every(
                format!("taken {n} times by 1 thread with {way}"),
                move || take_often(n, take),
                move |execution| says(&execution.value, &[n, n, n - 1, 0, 1, 0]),
            );
        }
    }
    model.every("70000 locks, the first of them taken", take_one_of_many, |execution| {
        says(&execution.value, &[1, 0])
    });
}

fn take_again() -> Vec<usize> {
    let lock = ReentrantLock::new();
    let mut said = vec![lock.depth()];
    let first = lock.lock();
    said.push(lock.depth());
    let second = lock.lock();
    said.push(lock.depth());
    let third = lock.try_lock();
    said.push(lock.depth());
    let fourth = lock.lock();
    said.push(lock.depth());
    drop(fourth);
    said.push(lock.depth());
    drop(third);
    said.push(lock.depth());
    drop(second);
    said.push(lock.depth());
    drop(first);
    said.push(lock.depth());
    let again = lock.try_lock();
    said.push(lock.depth());
    drop(again);
    said.push(lock.depth());
    said
}

fn drop_in_order() -> Vec<usize> {
    let lock = ReentrantLock::new();
    let guards = [lock.lock(), lock.lock(), lock.lock()];
    let mut said = vec![lock.depth()];
    for guard in guards {
        drop(guard);
        said.push(lock.depth());
    }
    said
}

fn take_two() -> Vec<usize> {
    let [one, other] = [ReentrantLock::new(), ReentrantLock::new()];
    let guards = (one.lock(), other.lock(), one.lock());
    let mut said = vec![one.depth(), other.depth()];
    drop(guards.1);
    said.push(other.depth());
    drop(guards.0);
    said.push(one.depth());
    drop(guards.2);
    said.extend([one.depth(), other.depth()]);
    said
}

fn take_in_turns() -> Vec<usize> {
    let lock = ReentrantLock::new();
    let take_twice = || {
        let _outer = lock.lock();
        let _inner = lock.lock();
        lock.depth()
    };
    let mut said = vec![take_twice()];
    said.push(thread::scope(|scope| {
        join(scope.spawn(|| {
            let _guard = lock.lock();
            lock.depth()
        }))
    }));
    said.push(take_twice());
    said.push(thread::scope(|scope| join(scope.spawn(take_twice))));
    said.push(lock.depth());
    said
}

/// A way to take a lock that is free or taken by the same thread.
type Take = for<'a> fn(&'a ReentrantLock) -> Option<Guard<'a>>;

fn take_by_lock(lock: &ReentrantLock) -> Option<Guard<'_>> {
    Some(lock.lock())
}

fn take_by_try_lock(lock: &ReentrantLock) -> Option<Guard<'_>> {
    lock.try_lock()
}

/// Takes the lock `n` times and gives it back, one guard at first, then all the others.
fn take_often(n: usize, take: Take) -> Vec<usize> {
    let lock = ReentrantLock::new();
    let mut guards: Vec<_> = (0..n).map_while(|_| take(&lock)).collect();
    let mut said = vec![guards.len(), lock.depth()];
    guards.pop();
    said.push(lock.depth());
    drop(guards);
    said.push(lock.depth());
    let again = lock.lock();
    said.push(lock.depth());
    drop(again);
    said.push(lock.depth());
    said
}

/// Takes the first of two locks, then the second one as well.
fn make_two() -> Vec<usize> {
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(ReentrantLock::new);
        (ReentrantLock::new(), join(other))
    });
    let _first = one.lock();
    let mut said = vec![one.depth(), other.depth()];
    let _second = other.lock();
    said.extend([one.depth(), other.depth()]);
    said
}

/// The depth of the first lock, and the greatest of all others.
/// Two locks that are never there at the same time can have the same address.
fn make_in_place() -> Vec<usize> {
    let mut lock = ReentrantLock::new();
    mem::forget(lock.lock());
    let mut said = vec![lock.depth()];
    lock = ReentrantLock::new();
    said.push(lock.depth());
    let guard = lock.lock();
    said.push(lock.depth());
    drop(guard);
    said
}

fn take_one_of_many() -> Vec<usize> {
    let locks: Vec<ReentrantLock> = (0..MANY).map(|_| ReentrantLock::new()).collect();
    let (first, others) = locks.split_first().expect("there are many");
    let _guard = first.lock();
    let others = others.iter().map(ReentrantLock::depth).max();
    vec![first.depth(), others.unwrap_or(0)]
}

#[track_caller]
fn says(said: &[usize], expected: &[usize]) -> Result<(), Violation> {
    if said == expected {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        format!("expected depth() to say {expected:?}, one after the other"),
    );
    Err(violation.got(format!("it said {said:?}")))
}

pub(crate) fn try_lock_never_waits(model: &mut Model) {
    model.random(200);
    model.every(
        "the lock is kept for 100 days, taken twice, and another thread tries",
        || try_beside(2, false),
        answers_none_at_once,
    );
    model.every(
        "the lock is kept for 100 days, a thread waits for it, and another tries",
        || try_beside(1, true),
        answers_none_at_once,
    );
    model.every("the lock is free, 2 threads try", try_both, one_gets_it);
    model.every(
        "the owner tries while another thread tries",
        try_as_owner,
        |execution| answers_without_time(execution, &[true, false, true]),
    );
    model.every(
        "the lock is free, and another thread asks for its depth",
        try_beside_a_look,
        |execution| answers_without_time(execution, &[true]),
    );
    model.every("2 locks, one of them taken", try_another_lock, |execution| {
        answers_without_time(execution, &[false, true])
    });
}

/// The answers of `try_lock`, and the time that they took.
struct Tries {
    got: Vec<bool>,
    elapsed: Duration,
}

fn try_beside(times: usize, with_a_waiter: bool) -> Tries {
    let lock = ReentrantLock::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            let _guards: Vec<_> = (0..times).map(|_| lock.lock()).collect();
            thread::sleep(HUNDRED_DAYS);
        });
        thread::sleep(MILLISECOND);
        if with_a_waiter {
            scope.spawn(|| drop(lock.lock()));
            thread::sleep(MILLISECOND);
        }
        let start = Instant::now();
        let got = vec![lock.try_lock().is_some(), lock.try_lock().is_some()];
        Tries {
            got,
            elapsed: start.elapsed(),
        }
    })
}

fn answers_none_at_once(execution: &Execution<Tries>) -> Result<(), Violation> {
    let Tries { got, elapsed } = &execution.value;
    expect_tries(got, &[false, false])?;
    if *elapsed < MILLISECOND {
        return Ok(());
    }
    Err(expected_at_once().got(format!("two answers took {elapsed:?}")))
}

/// Nothing else takes time in this execution, so not even a nanosecond may pass.
fn answers_without_time(execution: &Execution<Vec<bool>>, expected: &[bool]) -> Result<(), Violation> {
    expect_tries(&execution.value, expected)?;
    if execution.elapsed.is_zero() {
        return Ok(());
    }
    Err(expected_at_once().got(format!("{:?} passed", execution.elapsed)))
}

fn expected_at_once() -> Violation {
    Violation::new(Finding::WrongResult, "expected try_lock to answer at once")
}

fn try_both() -> [bool; 2] {
    let lock = ReentrantLock::new();
    let try_and_keep = || {
        let guard = lock.try_lock();
        thread::sleep(MILLISECOND);
        guard.is_some()
    };
    thread::scope(|scope| {
        let other = scope.spawn(try_and_keep);
        [try_and_keep(), join(other)]
    })
}

fn one_gets_it(execution: &Execution<[bool; 2]>) -> Result<(), Violation> {
    let got = match execution.value {
        [true, false] | [false, true] => return Ok(()),
        [true, true] => "both got it",
        [false, false] => "neither got it",
    };
    let expected = "expected try_lock to give a free lock to one of two threads that try at the same time";
    Err(Violation::new(Finding::Race, expected).got(got))
}

fn try_as_owner() -> Vec<bool> {
    let lock = ReentrantLock::new();
    let _guard = lock.lock();
    thread::scope(|scope| {
        let other = scope.spawn(|| lock.try_lock().is_some());
        let mine = lock.try_lock().is_some();
        vec![mine, join(other), lock.try_lock().is_some()]
    })
}

/// That another thread looks is no reason for `None`.
fn try_beside_a_look() -> Vec<bool> {
    let lock = ReentrantLock::new();
    thread::scope(|scope| {
        scope.spawn(|| lock.depth());
        vec![lock.try_lock().is_some()]
    })
}

fn try_another_lock() -> Vec<bool> {
    let [one, other] = [ReentrantLock::new(), ReentrantLock::new()];
    let _guard = one.lock();
    thread::scope(|scope| join(scope.spawn(|| vec![one.try_lock().is_some(), other.try_lock().is_some()])))
}

#[track_caller]
fn expect_tries(got: &[bool], expected: &[bool]) -> Result<(), Violation> {
    if got == expected {
        return Ok(());
    }
    let in_words = |tries: &[bool]| {
        let words: Vec<&str> = tries.iter().map(|got| if *got { "a guard" } else { "none" }).collect();
        words.join(", ")
    };
    let violation = Violation::new(
        Finding::WrongResult,
        format!("expected try_lock to give {}", in_words(expected)),
    );
    Err(violation.got(format!("it gave {}", in_words(got))))
}

pub(crate) fn depth_is_that_of_the_calling_thread(model: &mut Model) {
    model.random(200);
    model.every(
        "taken twice by 1 thread, another thread looks",
        look_beside,
        |execution| says(&execution.value, &[2, 0, 0, 2]),
    );
    model.every("taken by 2 threads in turn, each looks", look_in_turn, |execution| {
        says(&execution.value, &[2, 1, 0, 2, 1, 0])
    });
    model.every(
        "300 threads look while another has the lock",
        look_in_a_crowd,
        |execution| says(&execution.value, &[0, 0]),
    );
}

fn look_beside() -> Vec<usize> {
    let lock = ReentrantLock::new();
    let _guards = [lock.lock(), lock.lock()];
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            let before = lock.depth();
            // In vain, which leaves no trace.
            let _ = lock.try_lock().is_some();
            [before, lock.depth()]
        });
        let mine = lock.depth();
        let [before, after] = join(other);
        vec![mine, before, after, lock.depth()]
    })
}

/// Each thread looks while it has the lock, and after it has given it back, which may be when the other one has it.
fn look_in_turn() -> Vec<usize> {
    let lock = ReentrantLock::new();
    let look = || {
        let outer = lock.lock();
        let inner = lock.lock();
        let two = lock.depth();
        drop(inner);
        let one = lock.depth();
        drop(outer);
        vec![two, one, lock.depth()]
    };
    thread::scope(|scope| {
        let other = scope.spawn(look);
        let mut said = look();
        said.extend(join(other));
        said
    })
}

/// So many threads that their numbers do not fit a byte. Returns the most that any of them saw, and how many got the
/// lock.
fn look_in_a_crowd() -> Vec<usize> {
    let lock = ReentrantLock::new();
    thread::scope(|scope| {
        let _guard = lock.lock();
        let spawn = |_| scope.spawn(|| (lock.depth(), usize::from(lock.try_lock().is_some())));
        let crowd: Vec<_> = (0..300).map(spawn).map(join).collect();
        let most = crowd.iter().map(|(depth, _)| *depth).max();
        vec![most.unwrap_or(0), crowd.iter().map(|(_, got)| got).sum()]
    })
}

pub(crate) fn ended_threads_own_nothing(model: &mut Model) {
    model.random(100);
    // A guard that is forgotten is never given back, so the lock stays with a thread that has ended.
    model.every(
        "a thread ends and forgets its guard, 3 others try",
        try_after_the_owner,
        |execution| {
            expect_tries(&execution.value.0, &[false; 4])?;
            says(&execution.value.1, &[0; 4])
        },
    );
    model.executions(1);
    model.random(0);
    model.every(
        "a thread ends and forgets its guard, 300 others try",
        try_long_after_the_owner,
        |execution| expect_tries(&[execution.value > 0], &[false]),
    );
    model.every("300 threads take the lock in turn", take_by_many, |execution| {
        says(&[execution.value.0, execution.value.1], &[300, 0])
    });
}

fn end_with_a_guard(lock: &ReentrantLock) {
    thread::scope(|scope| {
        join(scope.spawn(|| mem::forget(lock.lock())));
    });
}

fn try_after_the_owner() -> (Vec<bool>, Vec<usize>) {
    let lock = ReentrantLock::new();
    end_with_a_guard(&lock);
    let mut answers = (vec![lock.try_lock().is_some()], vec![lock.depth()]);
    for _ in 0..3 {
        let (got, depth) = thread::scope(|scope| join(scope.spawn(|| (lock.try_lock().is_some(), lock.depth()))));
        answers.0.push(got);
        answers.1.push(depth);
    }
    answers
}

fn try_long_after_the_owner() -> usize {
    let lock = ReentrantLock::new();
    end_with_a_guard(&lock);
    thread::scope(|scope| {
        let spawn = |_| scope.spawn(|| usize::from(lock.try_lock().is_some()));
        (0..300).map(spawn).map(join).sum()
    })
}

/// How many threads had a depth of 2, and the depth in the end.
fn take_by_many() -> (usize, usize) {
    let lock = ReentrantLock::new();
    let take = || {
        let _guards = [lock.lock(), lock.lock()];
        usize::from(lock.depth() == 2)
    };
    let right = thread::scope(|scope| (0..300).map(|_| scope.spawn(take)).map(join).sum());
    (right, lock.depth())
}

pub(crate) fn a_guard_stays_in_its_thread(model: &mut Model) {
    model.every(
        "the type of a guard",
        || {
            let lock = ReentrantLock::new();
            drop(lock.lock());
        },
        |_| {
            if !GUARD_IS_SEND {
                return Ok(());
            }
            let expected = "expected `Guard` not to be `Send`, so that the compiler keeps each guard in its thread";
            let got = "it is, so it can be dropped in another thread, which takes the lock away from its owner";
            Err(Violation::new(Finding::WrongResult, expected).got(got))
        },
    );
}
