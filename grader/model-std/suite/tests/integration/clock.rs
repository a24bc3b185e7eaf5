//! The virtual clock: running takes no time, a wait lasts exactly as long as asked, and threads that are due at one
//! instant run in every order.

use std::time::Duration;

use model_std::sync::{Arc, Condvar, Mutex, mpsc};
use model_std::thread;
use model_std::time::{Instant, SystemTime};
use model_std_suite::{ends, preemptions, returns};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn threads_that_sleep_twice_1_2_and_3_seconds_end_after_exactly_6_seconds() {
    let body = || {
        let start = Instant::now();
        let ended: Vec<Duration> = thread::scope(|scope| {
            let sleep_twice = |seconds| {
                scope.spawn(move || {
                    (0..2).for_each(|_| thread::sleep(SECOND * seconds));
                    start.elapsed()
                })
            };
            [1, 2, 3].map(sleep_twice).map(|thread| thread.join().unwrap()).into()
        });
        (ended, start.elapsed())
    };
    let seconds = |n: u64| Duration::from_secs(n);
    returns(body, [(vec![seconds(2), seconds(4), seconds(6)], seconds(6))]);
}

#[test]
fn the_clock_stands_still_while_a_thread_can_run() {
    let body = || {
        let start = Instant::now();
        let counter = Mutex::new(0);
        for _ in 0..100 {
            *counter.lock().unwrap() += 1;
        }
        start.elapsed()
    };
    returns(body, [Duration::ZERO]);
}

#[test]
fn a_later_reading_of_the_clock_is_greater() {
    let body = || {
        let (begun, today) = (Instant::now(), SystemTime::now());
        let deadline = begun + SECOND;
        let mut is_later = begun < Instant::now() && today < SystemTime::now();
        is_later &= Instant::now().checked_duration_since(Instant::now()).is_none();
        while Instant::now() < deadline {
            thread::sleep(deadline - Instant::now());
        }
        is_later &= today.elapsed().unwrap() >= SECOND;
        (is_later, begun.elapsed())
    };
    returns(body, [(true, SECOND)]);
}

/// The last of so many readings of the clock.
fn read(n: usize) -> Instant {
    let readings: Vec<Instant> = std::iter::repeat_with(Instant::now).take(n).collect();
    readings[n - 1]
}

#[test]
fn a_reading_that_happened_before_another_one_is_less() {
    // Whether this thread, a new one or a scoped one reads next.
    let follow: [fn() -> Instant; 3] = [
        Instant::now,
        || thread::spawn(Instant::now).join().unwrap(),
        || thread::scope(|scope| scope.spawn(Instant::now).join().unwrap()),
    ];
    for next in follow {
        let body = move || {
            // More readings than the next thread has of its own.
            let first = read(5);
            let second = thread::spawn(|| read(9)).join().unwrap();
            first < second && second < next()
        };
        preemptions(2).returns(body, [true]);
    }
}

/// A thread that reads the clock a few times and then tells another thread, which reads it once.
#[track_caller]
fn is_told_in_order<T: Send + Sync + 'static>(make: fn() -> T, tell: fn(&T, &thread::Thread), is_told: fn(&T) -> bool) {
    let body = move || {
        let shared = Arc::new((make(), Mutex::new(None)));
        let (theirs, me) = (Arc::clone(&shared), thread::current());
        let teller = thread::spawn(move || {
            *theirs.1.lock().unwrap() = Some(read(3));
            tell(&theirs.0, &me);
        });
        let was_told = is_told(&shared.0);
        let now = Instant::now();
        let told = was_told.then(|| shared.1.lock().unwrap().take()).flatten();
        teller.join().unwrap();
        told.is_none_or(|told| told < now)
    };
    preemptions(2).returns(body, [true]);
}

#[test]
fn whatever_one_thread_tells_another_orders_their_readings() {
    use model_std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use model_std::sync::{Barrier, OnceLock, RwLock};
    is_told_in_order(
        || AtomicBool::new(false),
        |flag, _| flag.store(true, SeqCst),
        |flag| flag.load(SeqCst),
    );
    is_told_in_order(
        || Mutex::new(false),
        |told, _| *told.lock().unwrap() = true,
        |told| *told.lock().unwrap(),
    );
    is_told_in_order(
        || RwLock::new(false),
        |told, _| *told.write().unwrap() = true,
        |told| *told.read().unwrap(),
    );
    is_told_in_order(
        || Barrier::new(2),
        |barrier, _| {
            barrier.wait();
        },
        |barrier| {
            barrier.wait();
            true
        },
    );
    is_told_in_order(
        OnceLock::new,
        |told, _| told.set(()).unwrap(),
        |told| told.get().is_some(),
    );
    is_told_in_order(
        || (),
        |(), reader| reader.unpark(),
        |()| {
            thread::park();
            true
        },
    );
    is_told_in_order(
        || (Mutex::new(false), Condvar::new()),
        |(told, changed), _| {
            *told.lock().unwrap() = true;
            changed.notify_one();
        },
        |(told, changed)| *changed.wait_while(told.lock().unwrap(), |told| !*told).unwrap(),
    );
    is_told_in_order(
        || {
            let (sender, receiver) = mpsc::channel();
            (sender, Mutex::new(receiver))
        },
        |(sender, _), _| sender.send(()).unwrap(),
        |(_, receiver)| receiver.lock().unwrap().recv().is_ok(),
    );
}

#[test]
fn work_takes_no_virtual_time() {
    let body = || {
        let (sender, receiver) = mpsc::channel();
        let sleeper = thread::spawn(move || {
            thread::sleep(SECOND);
            sender.send(()).unwrap();
        });
        let start = Instant::now();
        receiver.recv().unwrap();
        sleeper.join().unwrap();
        start.elapsed()
    };
    returns(body, [SECOND]);
}

#[test]
fn threads_that_wake_at_one_instant_go_on_in_every_order() {
    let body = || {
        let order = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for id in 0..3 {
                let order = &order;
                scope.spawn(move || {
                    thread::sleep(SECOND);
                    order.lock().unwrap().push(id);
                });
            }
        });
        order.into_inner().unwrap()
    };
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    preemptions(0).returns(body, orders.map(Vec::from));
}

#[test]
fn an_endless_sleep_blocks_nobody_else_and_then_is_a_deadlock() {
    ends(|| thread::sleep(Duration::MAX), &["deadlock []"]);
    let body = || {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            thread::sleep(SECOND);
            sender.send(3).unwrap();
        });
        let start = Instant::now();
        let received = receiver.recv_timeout(Duration::MAX).ok();
        thread::sleep(SECOND);
        (received, start.elapsed())
    };
    returns(body, [(Some(3), 2 * SECOND)]);
}

#[test]
fn every_timed_wait_takes_exactly_its_time() {
    fn taken(wait: impl FnOnce()) -> Duration {
        let start = Instant::now();
        wait();
        start.elapsed()
    }
    let body = || {
        let (mutex, condvar) = (Mutex::new(()), Condvar::new());
        let (_sender, receiver) = mpsc::channel::<u8>();
        let lock = || mutex.lock().unwrap();
        [
            taken(|| thread::sleep(SECOND)),
            taken(|| thread::park_timeout(SECOND)),
            taken(|| assert!(condvar.wait_timeout(lock(), SECOND).unwrap().1.timed_out())),
            taken(|| {
                assert!(
                    condvar
                        .wait_timeout_while(lock(), SECOND, |()| true)
                        .unwrap()
                        .1
                        .timed_out()
                )
            }),
            taken(|| assert_eq!(receiver.recv_timeout(SECOND), Err(mpsc::RecvTimeoutError::Timeout))),
        ]
    };
    returns(body, [[SECOND; 5]]);
}

#[test]
fn a_timed_wait_of_zero_ends_at_once() {
    let body = || {
        let start = Instant::now();
        let (mutex, condvar) = (Mutex::new(()), Condvar::new());
        let (_sender, receiver) = mpsc::channel::<u8>();
        thread::sleep(Duration::ZERO);
        thread::park_timeout(Duration::ZERO);
        assert!(
            condvar
                .wait_timeout(mutex.lock().unwrap(), Duration::ZERO)
                .unwrap()
                .1
                .timed_out()
        );
        assert!(receiver.recv_timeout(Duration::ZERO).is_err());
        start.elapsed()
    };
    returns(body, [Duration::ZERO]);
}

#[test]
fn a_notification_at_the_instant_of_the_deadline_comes_before_or_after_it() {
    let body = || {
        let shared = Arc::new((Mutex::new(()), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let notifier = thread::spawn(move || {
            thread::sleep(SECOND);
            theirs.1.notify_one();
        });
        let timed_out = shared
            .1
            .wait_timeout(shared.0.lock().unwrap(), SECOND)
            .unwrap()
            .1
            .timed_out();
        notifier.join().unwrap();
        timed_out
    };
    returns(body, [false, true]);
}

#[test]
fn a_waiter_notified_in_time_has_not_timed_out() {
    let body = || {
        let shared = Arc::new((Mutex::new(()), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let notifier = thread::spawn(move || {
            thread::sleep(SECOND / 2);
            let _held = theirs.0.lock().unwrap();
            theirs.1.notify_one();
            thread::sleep(5 * SECOND);
        });
        let start = Instant::now();
        let (guard, result) = shared.1.wait_timeout(shared.0.lock().unwrap(), SECOND).unwrap();
        let seen = (result.timed_out(), start.elapsed());
        drop(guard);
        notifier.join().unwrap();
        seen
    };
    returns(body, [(false, 5 * SECOND + SECOND / 2)]);
}

#[test]
fn a_message_at_the_instant_of_the_deadline_comes_before_or_after_it() {
    let body = || {
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || {
            thread::sleep(SECOND);
            let _ = sender.send(1);
        });
        let received = receiver.recv_timeout(SECOND).ok();
        thread.join().unwrap();
        received
    };
    returns(body, [None, Some(1)]);
}

#[test]
fn an_unpark_at_the_instant_of_the_deadline_comes_before_or_after_it() {
    let body = || {
        let main = thread::current();
        let thread = thread::spawn(move || {
            thread::sleep(SECOND);
            main.unpark();
        });
        thread::park_timeout(SECOND);
        thread.join().unwrap();
        // Only a token that came too late is left.
        let start = Instant::now();
        thread::park_timeout(SECOND);
        start.elapsed()
    };
    returns(body, [Duration::ZERO, SECOND]);
}

#[test]
fn output_carries_the_virtual_time_at_which_it_was_written() {
    let body = || {
        model_std::println!("now");
        thread::sleep(SECOND);
        model_std::println!("then");
    };
    preemptions(2).each(body, |execution| {
        let times: Vec<Duration> = execution.trace.stdout.iter().map(|segment| segment.time).collect();
        assert_eq!((times, execution.trace.elapsed), (vec![Duration::ZERO, SECOND], SECOND));
    });
}

#[test]
fn the_clock_is_the_real_one_outside_an_execution() {
    let (begun, today) = (Instant::now(), SystemTime::now());
    assert!(begun < Instant::now());
    // The real clock moves on, so this ends.
    while begun.elapsed().is_zero() {
        std::hint::spin_loop();
    }
    assert!(today <= SystemTime::now() && SystemTime::UNIX_EPOCH + 1_600_000_000 * SECOND < today);
}
