//! Threads that run without progress: livelocks, and loops that only read. A loop that waits for another thread to run,
//! or sleeps until a time, is not reported.

use std::time::Duration;

use model_std::model::trace::End;
use model_std::model::{Bounds, Settings};
use model_std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, Condvar, LazyLock, Mutex, Once, OnceLock, mpsc};
use model_std::time::Instant;
use model_std::{hint, thread};
use model_std_suite::{
    Explorer, ends, first_failure, line, plain, preemptions, reaches_the_limit, returns, settings, while_a_thread_waits,
};

#[test]
fn two_threads_that_undo_each_other_are_a_livelock() {
    let body = || {
        let turn = Arc::new(AtomicUsize::new(0));
        let insist = |turn: Arc<AtomicUsize>, mine: usize| {
            thread::spawn(move || {
                while turn.swap(mine, SeqCst) != mine || turn.load(SeqCst) != 9 {
                    thread::yield_now();
                }
            })
        };
        let threads = [insist(Arc::clone(&turn), 1), insist(turn, 2)];
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    };
    let few = Bounds {
        preemptions: 0,
        executions: 4,
        random: 2,
        ..Bounds::default()
    };
    let explorer = Explorer {
        bounds: few,
        settings: Settings {
            steps: 2_000,
            ..plain()
        },
    };
    explorer.ends(body, &["livelock [1, 2]"]);
}

#[test]
fn a_loop_that_only_reads_is_a_busy_wait_reported_with_its_line() {
    let spin_line = line!() + 8;
    let trace = first_failure(|| {
        let ready = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&ready);
        let setter = thread::spawn(move || {
            thread::sleep(Duration::from_secs(1));
            theirs.store(true, SeqCst);
        });
        while !ready.load(SeqCst) {}
        setter.join().unwrap();
    });
    let End::BusyWait { thread, place } = trace.end else {
        panic!("{:?}", trace.end)
    };
    assert_eq!((thread, line(place.as_ref())), (0, spin_line));
}

#[test]
fn spinning_until_another_thread_acts_is_no_busy_wait() {
    fn wait_by(look: fn(&AtomicBool, &Mutex<bool>) -> bool) -> impl Fn() {
        move || {
            let shared = Arc::new((AtomicBool::new(false), Mutex::new(false)));
            let theirs = Arc::clone(&shared);
            let setter = thread::spawn(move || {
                *theirs.1.lock().unwrap() = true;
                theirs.0.store(true, SeqCst);
            });
            while !look(&shared.0, &shared.1) {}
            setter.join().unwrap();
        }
    }
    returns(wait_by(|flag, _| flag.load(SeqCst)), [()]);
    returns(wait_by(|_, mutex| *mutex.lock().unwrap()), [()]);
    returns(wait_by(|_, mutex| mutex.try_lock().is_ok_and(|guard| *guard)), [()]);
    returns(
        wait_by(|flag, _| {
            hint::spin_loop();
            flag.load(SeqCst)
        }),
        [()],
    );
    returns(
        wait_by(|flag, _| {
            thread::yield_now();
            flag.load(SeqCst)
        }),
        [()],
    );
    returns(
        wait_by(|flag, _| flag.compare_exchange_weak(true, false, SeqCst, SeqCst).is_ok()),
        [()],
    );
}

#[test]
fn spinning_while_the_other_thread_sleeps_is_a_busy_wait() {
    fn wait_by(look: fn(&AtomicBool) -> bool) -> impl Fn() {
        move || {
            let flag = Arc::new(AtomicBool::new(false));
            let theirs = Arc::clone(&flag);
            let setter = thread::spawn(move || {
                thread::sleep(Duration::from_millis(1));
                theirs.store(true, SeqCst);
            });
            while !look(&flag) {}
            setter.join().unwrap();
        }
    }
    let looks: [fn(&AtomicBool) -> bool; 3] = [
        |flag| {
            hint::spin_loop();
            flag.load(SeqCst)
        },
        |flag| {
            thread::yield_now();
            flag.load(SeqCst)
        },
        |flag| flag.compare_exchange(true, true, SeqCst, SeqCst).is_ok(),
    ];
    for look in looks {
        ends(wait_by(look), &["busy wait of 0"]);
        settings(Settings {
            allow_busy_wait: true,
            ..plain()
        })
        .returns(wait_by(look), [()]);
    }
}

#[test]
fn only_a_long_loop_on_the_clock_is_a_busy_wait() {
    returns(
        || {
            let start = Instant::now();
            while start.elapsed() <= Duration::ZERO {}
            start.elapsed() > Duration::ZERO
        },
        [true],
    );
    let body = || {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(1) {
            hint::spin_loop();
        }
        start.elapsed() >= Duration::from_millis(1)
    };
    ends(body, &["busy wait of 0"]);
    settings(Settings {
        allow_busy_wait: true,
        ..plain()
    })
    .returns(body, [true]);
}

#[test]
fn a_loop_that_sleeps_until_a_time_has_passed_is_no_busy_wait() {
    returns(
        || {
            let start = Instant::now();
            while start.elapsed() < Duration::from_millis(35) {
                thread::sleep(Duration::from_millis(10));
            }
            start.elapsed()
        },
        [Duration::from_millis(40)],
    );
}

#[test]
fn polling_for_poison_or_a_value_is_a_busy_wait() {
    ends(
        || {
            let mutex = Mutex::new(());
            while !mutex.is_poisoned() {}
        },
        &["busy wait of 0"],
    );
    ends(
        || {
            let cell = OnceLock::<u8>::new();
            while cell.get().is_none() {}
        },
        &["busy wait of 0"],
    );
}

/// Counts in loops that are longer than any check's, and ends.
#[test]
fn a_long_loop_is_no_livelock() {
    fn few() -> Explorer {
        Explorer {
            bounds: Bounds {
                executions: 3,
                random: 2,
                ..Bounds::default()
            },
            settings: plain(),
        }
    }
    few().ends(
        || {
            let counter = AtomicUsize::new(0);
            (0..60_000).for_each(|_| counter.store(counter.load(SeqCst) + 1, SeqCst));
        },
        &["finished"],
    );
    few().ends(
        || {
            let counter = Mutex::new(0);
            (0..60_000).for_each(|_| *counter.lock().unwrap() += 1);
        },
        &["finished"],
    );
    few().ends(two_in_turns(20_000), &["finished"]);
    few().ends(
        || {
            let counter = Mutex::new(0);
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| (0..40_000).for_each(|_| *counter.lock().unwrap() += 1));
                }
            });
        },
        &["finished"],
    );
}

/// Two threads that hand an atomic to each other so many times.
fn two_in_turns(rounds: usize) -> impl Fn() {
    move || {
        let turn = AtomicUsize::new(0);
        thread::scope(|scope| {
            for mine in 0..2 {
                let turn = &turn;
                scope.spawn(move || {
                    for round in 0..rounds {
                        while turn.load(SeqCst) != 2 * round + mine {
                            thread::yield_now();
                        }
                        turn.fetch_add(1, SeqCst);
                    }
                });
            }
        });
    }
}

#[test]
fn a_loop_that_is_longer_than_the_limit_is_not_a_livelock_either() {
    reaches_the_limit(|| {
        let counter = AtomicUsize::new(0);
        (0..20_001).for_each(|_| counter.store(counter.load(SeqCst) + 1, SeqCst));
    });
    // What the mutex holds cannot be seen, but a thread that runs alone holds nobody up.
    reaches_the_limit(|| {
        let counter = Mutex::new(0);
        (0..20_001).for_each(|_| *counter.lock().unwrap() += 1);
    });
    reaches_the_limit(|| {
        let counter = Mutex::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| (0..20_001).for_each(|_| *counter.lock().unwrap() += 1));
            }
        });
    });
    reaches_the_limit(two_in_turns(20_001));
    // A queue that empties makes progress, whoever waits for something else meanwhile.
    reaches_the_limit(|| {
        let (sender, receiver) = mpsc::channel();
        (0..10_500).for_each(|i| sender.send(i).unwrap());
        drop(sender);
        while_a_thread_waits(|| assert_eq!(receiver.iter().count(), 10_500));
    });
}

/// Each wakes the other and goes back to sleep, for ever.
#[test]
fn two_threads_that_give_way_to_each_other_for_ever_are_a_livelock() {
    let body = || {
        let (waiting, turn) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut waiting = waiting.lock().unwrap();
                    loop {
                        *waiting += 1;
                        turn.notify_one();
                        waiting = turn.wait(waiting).unwrap();
                        *waiting -= 1;
                    }
                });
            }
        });
    };
    let trace = first_failure(body);
    assert_eq!(trace.end, End::Livelock { threads: vec![1, 2] });
    assert!(trace.events.len() <= 10_000, "only the first operations are shown");
}

/// Once one of them was late, each philosopher holds the first fork whenever the other tries to take it, in the same
/// rhythm for ever. Both sleep in between.
#[test]
fn two_threads_that_try_in_the_same_rhythm_never_end() {
    let body = || {
        let forks = [(); 2].map(|()| Mutex::new(()));
        thread::scope(|scope| {
            for seat in 0..2 {
                let forks = &forks;
                scope.spawn(move || {
                    loop {
                        let first = forks[seat].lock().unwrap();
                        thread::sleep(Duration::from_millis(1));
                        if forks[1 - seat].try_lock().is_ok() {
                            break;
                        }
                        drop(first);
                        thread::sleep(Duration::from_millis(1));
                    }
                });
            }
        });
    };
    let explorer = settings(Settings {
        late_threads: 1,
        ..Settings::default()
    });
    let (trace, _) = explorer.first_failure(body);
    assert!(matches!(trace.end, End::BusyWait { .. }), "{:?}", trace.end);
}

/// What a thread knows to be complete costs no operation, so a right program may read it as often as it likes.
#[test]
fn reading_what_is_complete_again_is_no_operation() {
    static WORDS: LazyLock<Vec<u8>> = LazyLock::new(|| vec![1]);
    let body = || {
        let (cell, once) = (OnceLock::new(), Once::new());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..20_000 {
                        assert_eq!((WORDS.len(), cell.get_or_init(|| 7)), (1, &7));
                        once.call_once(|| {});
                        assert!(once.is_completed());
                    }
                });
            }
        });
    };
    let coverage = preemptions(2).ends(body, &["finished"]);
    assert!(coverage.complete, "{coverage:?}");
}

/// A thread that has not looked since another one initialised the cell finds out by an operation.
#[test]
fn what_another_thread_completes_is_found_out_by_an_operation() {
    let body = || {
        let cell = Arc::new(OnceLock::new());
        let theirs = Arc::clone(&cell);
        let thread = thread::spawn(move || theirs.set(1).unwrap());
        let seen = [cell.get().copied(), cell.get().copied(), cell.get().copied()];
        thread.join().unwrap();
        let mut cell = Arc::into_inner(cell).expect("the other thread has ended");
        assert_eq!((cell.take(), cell.get()), (Some(1), None));
        cell.set(2).unwrap();
        seen
    };
    returns(
        body,
        [[None; 3], [None, None, Some(1)], [None, Some(1), Some(1)], [Some(1); 3]],
    );
}

/// As real time goes on between two waits, however short. That the loop may change what the lock protects makes no
/// difference.
#[test]
fn a_wait_ends_that_is_over_only_when_more_than_its_time_has_passed() {
    fn waits(change: impl Fn(&mut Vec<u8>) + Sync + 'static) {
        let body = move || {
            let (items, wake) = (Mutex::new(Vec::new()), Condvar::new());
            thread::scope(|scope| {
                scope.spawn(|| {
                    let begin = Instant::now();
                    let mut items = items.lock().unwrap();
                    while let Some(left) = Duration::from_millis(5).checked_sub(begin.elapsed()) {
                        change(&mut items);
                        items = wake.wait_timeout(items, left).unwrap().0;
                    }
                });
                scope.spawn(|| drop(items.lock().unwrap()));
            });
        };
        ends(body, &["finished"]);
    }
    waits(|_| ());
    waits(|items| {
        items.pop();
    });
}

/// A call that must not wait may be made of such waits.
#[test]
fn waits_of_no_time_bring_no_deadline_nearer() {
    let body = || {
        let (lock, wake, is_late) = (Mutex::new(()), Condvar::new(), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_nanos(1));
                is_late.store(true, SeqCst);
            });
            for _ in 0..3 {
                drop(wake.wait_timeout(lock.lock().unwrap(), Duration::ZERO).unwrap());
            }
            is_late.load(SeqCst)
        })
    };
    returns(body, [false]);
}
