//! One thread at a time has the lock, until it has given it back as often as it took it.

use std::thread;

use harness::inside::Exclusive;
use harness::waiting::join;
use harness::{Execution, Finding, Model, Violation};
use reentrant_lock::ReentrantLock;

pub(crate) fn one_thread_owns_it_at_a_time(model: &mut Model) {
    model.executions(6_000);
    model.random(200);
    for (label, ways) in [
        ("2 threads take the lock", [Way::Lock; 2]),
        ("2 threads take the lock twice", [Way::Twice; 2]),
        (
            "2 threads, one takes the lock twice, the other tries",
            [Way::Twice, Way::Try],
        ),
        ("2 threads try, then try again", [Way::TryTwice; 2]),
        (
            "2 threads, one drops the first of 2 guards first",
            [Way::FirstFirst, Way::Lock],
        ),
        (
            "2 threads take the lock, and again and again inside",
            [Way::AgainInside, Way::AgainInside],
        ),
    ] {
        model.every(label, move || use_it(&ways), nobody_shared);
    }
    model.spurious_wakeups(1);
    model.every(
        "2 threads take the lock twice, a spurious wake-up",
        || use_it(&[Way::Twice; 2]),
        nobody_shared,
    );
    model.spurious_wakeups(0);
    model.executions(3_000);
    model.every(
        "3 threads take the lock, two of them twice",
        || use_it(&[Way::Twice, Way::Lock, Way::Twice]),
        nobody_shared,
    );
}

/// How a thread takes the lock, and gives it back.
#[derive(Clone, Copy)]
enum Way {
    Lock,
    Try,
    /// Uses what the lock protects while it has the first guard, after the second is dropped.
    Twice,
    TryTwice,
    /// Uses what the lock protects while it has the second guard, after the first is dropped.
    FirstFirst,
    AgainInside,
}

impl Way {
    /// Returns how often it used what the lock protects, and whether it was alone.
    fn go(self, lock: &ReentrantLock, protected: &Exclusive) -> (usize, bool) {
        let mut is_alone = true;
        let mut enter = || is_alone &= protected.enter();
        let mut uses = 1;
        match self {
            Way::Lock => {
                let _guard = lock.lock();
                enter();
                thread::yield_now();
                protected.leave();
            }
            Way::Try => match lock.try_lock() {
                Some(_guard) => {
                    enter();
                    thread::yield_now();
                    protected.leave();
                }
                None => uses = 0,
            },
            Way::Twice => {
                let _outer = lock.lock();
                enter();
                drop(lock.lock());
                thread::yield_now();
                protected.leave();
            }
            Way::TryTwice => match lock.try_lock() {
                Some(_guard) => {
                    enter();
                    drop(lock.try_lock());
                    thread::yield_now();
                    protected.leave();
                }
                None => uses = 0,
            },
            Way::FirstFirst => {
                let first = lock.lock();
                let _second = lock.lock();
                enter();
                drop(first);
                thread::yield_now();
                protected.leave();
            }
            Way::AgainInside => {
                let _outer = lock.lock();
                for _ in 0..2 {
                    let _inner = lock.lock();
                    enter();
                    protected.leave();
                }
                uses = 2;
            }
        }
        (uses, is_alone)
    }
}

/// What the threads did with what the lock protects.
struct Use {
    are_alone: bool,
    /// How often it was used.
    used: usize,
    /// How often its users saw that it was.
    seen: usize,
}

fn use_it(ways: &[Way]) -> Use {
    let lock = ReentrantLock::new();
    let protected = Exclusive::default();
    let all: Vec<(usize, bool)> = thread::scope(|scope| {
        let (lock, protected) = (&lock, &protected);
        let (first, others) = ways.split_first().expect("there are several");
        let others: Vec<_> = others
            .iter()
            .map(|way| scope.spawn(move || way.go(lock, protected)))
            .collect();
        let first = first.go(lock, protected);
        others.into_iter().map(join).chain([first]).collect()
    });
    Use {
        are_alone: all.iter().all(|(_, is_alone)| *is_alone),
        used: all.iter().map(|(uses, _)| uses).sum(),
        seen: protected.uses(),
    }
}

fn nobody_shared(execution: &Execution<Use>) -> Result<(), Violation> {
    let Use { are_alone, used, seen } = execution.value;
    if !are_alone {
        let expected = "expected one thread at a time to have the lock, until all its guards are dropped";
        return Err(Violation::new(Finding::Race, expected).got("two had it"));
    }
    if used != seen {
        let expected = "expected an owner to see what the owner before it wrote";
        let got = format!("what the lock protects was used {used} times, and its users saw {seen}");
        return Err(Violation::new(Finding::Race, expected).got(got));
    }
    Ok(())
}
