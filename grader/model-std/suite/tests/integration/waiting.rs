//! A yield is only a hint. A thread that asks a few times before it goes another way is found to do so, whatever the
//! system could do at each yield, and with few more executions.

use model_std::model::{Bounds, Coverage};
use model_std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, Mutex};
use model_std::{hint, thread};
use model_std_suite::{Explorer, plain, preemptions, returns};

const PAUSES: [fn(); 3] = [thread::yield_now, hint::spin_loop, || {
    thread::sleep(std::time::Duration::ZERO);
}];

/// Asks at most `n` times, and pauses before each. Returns how often it asked in vain.
fn asks(n: usize, pause: fn()) -> impl Fn() -> usize {
    move || {
        let ready = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&ready);
        let thread = thread::spawn(move || theirs.store(true, SeqCst));
        let asked = (0..n).position(|_| {
            pause();
            ready.load(SeqCst)
        });
        thread.join().unwrap();
        asked.unwrap_or(n)
    }
}

#[test]
fn a_thread_may_ask_any_number_of_times_in_vain() {
    for pause in PAUSES {
        for n in [1, 2, 3, 5, 8] {
            returns(asks(n, pause), 0..=n);
        }
    }
}

/// No preemption is needed to ask in vain until the end, however many other threads need theirs.
#[test]
fn asking_in_vain_to_the_end_costs_no_preemption() {
    for pause in PAUSES {
        for n in [1, 3, 8, 60, 100] {
            let mut most = 0;
            preemptions(0).each(asks(n, pause), |execution| {
                most = most.max(execution.value.expect("it ends").expect("it does not panic"));
            });
            assert_eq!(most, n);
        }
    }
    // Each of these asks in vain.
    let three = || {
        let n_ready = Arc::new(AtomicUsize::new(0));
        let threads = [(); 3].map(|()| {
            let n_ready = Arc::clone(&n_ready);
            thread::spawn(move || {
                let is_ready = (0..3).any(|_| {
                    thread::yield_now();
                    n_ready.load(SeqCst) == 1
                });
                usize::from(is_ready)
            })
        });
        n_ready.store(1, SeqCst);
        threads.map(|thread| thread.join().unwrap()).iter().sum::<usize>()
    };
    returns(three, 0..=3);
}

/// To see the first of two stores costs two preemptions, and to go on at the yield after that none.
#[test]
fn a_hint_to_spin_lets_nobody_past() {
    for pause in PAUSES {
        let body = move || {
            let state = Arc::new(AtomicU8::new(0));
            let theirs = Arc::clone(&state);
            let thread = thread::spawn(move || {
                theirs.store(1, SeqCst);
                theirs.store(2, SeqCst);
            });
            let first = state.load(SeqCst);
            pause();
            let second = state.load(SeqCst);
            thread.join().unwrap();
            (first, second)
        };
        preemptions(2).returns(body, [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]);
    }
}

/// Each line offers a thread to go on, also if it has waited elsewhere before.
#[test]
fn a_thread_that_has_waited_before_may_ask_in_vain_elsewhere() {
    let body = || {
        let (is_begun, is_done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let theirs = (Arc::clone(&is_begun), Arc::clone(&is_done));
        let thread = thread::spawn(move || {
            theirs.0.store(true, SeqCst);
            theirs.1.store(true, SeqCst);
        });
        while !is_begun.load(SeqCst) {
            thread::yield_now();
        }
        let knows = (0..6).any(|_| {
            thread::yield_now();
            is_done.load(SeqCst)
        });
        thread.join().unwrap();
        knows
    };
    preemptions(1).returns(body, [false, true]);
}

/// Threads that count under a spin lock.
fn spin_lock(threads: usize, rounds: usize) -> impl Fn() -> usize {
    move || {
        let shared = Arc::new((AtomicBool::new(false), AtomicUsize::new(0)));
        let count = |shared: &(AtomicBool, AtomicUsize)| {
            while shared.0.swap(true, SeqCst) {
                hint::spin_loop();
            }
            let seen = shared.1.load(SeqCst);
            shared.1.store(seen + 1, SeqCst);
            shared.0.store(false, SeqCst);
        };
        let threads: Vec<_> = (0..threads)
            .map(|_| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || (0..rounds).for_each(|_| count(&shared)))
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        shared.1.load(SeqCst)
    }
}

/// Threads that yield until the body lets them go.
fn starting_line(threads: usize) -> impl Fn() -> usize {
    move || {
        let shared = Arc::new((AtomicBool::new(false), AtomicUsize::new(0)));
        let threads: Vec<_> = (0..threads)
            .map(|_| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    while !shared.0.load(SeqCst) {
                        thread::yield_now();
                    }
                    shared.1.fetch_add(1, SeqCst);
                })
            })
            .collect();
        shared.0.store(true, SeqCst);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        shared.1.load(SeqCst)
    }
}

/// Two threads that take turns, and yield when it is not theirs.
fn taking_turns(rounds: usize) -> impl Fn() -> usize {
    move || {
        let turn = Arc::new(Mutex::new(0));
        let threads = [0, 1].map(|mine| {
            let turn = Arc::clone(&turn);
            let take = move || {
                let mut turn = turn.lock().unwrap();
                let is_mine = *turn % 2 == mine;
                *turn += usize::from(is_mine);
                is_mine
            };
            thread::spawn(move || {
                for _ in 0..rounds {
                    while !take() {
                        thread::yield_now();
                    }
                }
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        *turn.lock().unwrap()
    }
}

/// The figures are today's, so that a change that makes the search worse fails.
#[test]
fn programs_that_spin_take_no_more_executions_than_they_did() {
    #[track_caller]
    fn takes(most: u64, expected: usize, body: impl Fn() -> usize + 'static) {
        let explorer = Explorer {
            bounds: Bounds {
                random: 0,
                ..Bounds::default()
            },
            settings: plain(),
        };
        let coverage: Coverage = explorer.returns(body, [expected]);
        assert!(coverage.complete && coverage.executions <= most, "{coverage:?}");
    }
    takes(76, 2, spin_lock(2, 1));
    takes(194, 4, spin_lock(2, 2));
    takes(2_295, 3, spin_lock(3, 1));
    takes(12, 1, starting_line(1));
    takes(262, 2, starting_line(2));
    takes(6_326, 3, starting_line(3));
    takes(1_395, 4, taking_turns(2));
    takes(6_574, 8, taking_turns(4));
}
