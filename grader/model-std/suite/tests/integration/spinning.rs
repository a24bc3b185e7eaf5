//! Threads that run without progress: livelocks, and loops that only read. A loop that waits for another thread to run,
//! or sleeps until a time, is not reported.

use std::time::Duration;

use model_std::model::trace::End;
use model_std::model::{Bounds, Settings};
use model_std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, Mutex, OnceLock};
use model_std::time::Instant;
use model_std::{hint, thread};
use model_std_suite::{Explorer, ends, first_failure, line, plain, returns, settings};

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
