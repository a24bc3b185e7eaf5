//! Panics, exits, leaks and threads in places where programs seldom have them. Each ends as with `std` in every
//! interleaving, and leaves nothing behind for the next execution.

use std::cell::RefCell;
use std::time::Duration;

use model_std::model::Settings;
use model_std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use model_std::sync::mpsc::{channel, sync_channel};
use model_std::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, RwLock};
use model_std::{process, thread};
use model_std_suite::{OnDrop, ends, plain, preemptions, returns, settings};

/// One type for all functions, so that a thread-local key can hold any of them.
type Last = OnDrop<Box<dyn FnMut()>>;

model_std::thread_local! {
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
}

#[test]
fn a_panic_in_the_destructor_of_a_result_ends_as_an_abort() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("in the destructor");
        }
    }
    // The thread drops its result itself, because nobody joins it.
    let body = || {
        drop(thread::spawn(|| {
            thread::yield_now();
            Bad
        }));
        thread::sleep(Duration::from_millis(1));
    };
    ends(body, &["1 aborted after [\"in the destructor\"]"]);
    ends(|| thread::spawn(|| drop(Bad)).join().unwrap_err(), &["finished"]);
}

#[test]
fn an_exit_ends_everything_wherever_it_is_called() {
    ends(
        || {
            let mutex = Arc::new(Mutex::new(0));
            let _held = mutex.lock().unwrap();
            let theirs = Arc::clone(&mutex);
            thread::spawn(move || {
                let _on_drop = OnDrop(|| drop(theirs.lock()));
                process::exit(3)
            });
            thread::park();
        },
        &["1 exited with Some(3)"],
    );
    ends(
        || {
            let _ = catch_unwind(|| {
                let _on_drop = OnDrop(|| process::exit(4));
                panic!("boom");
            });
        },
        &["0 exited with Some(4)"],
    );
    ends(
        || thread::spawn(|| LAST.set(Some(OnDrop(Box::new(|| process::abort()))))).join(),
        &["1 exited with None"],
    );
}

#[test]
fn forgotten_guards_stay_held_and_forgotten_handles_are_harmless() {
    let body = || {
        let lock = RwLock::new(1);
        std::mem::forget(lock.read().unwrap());
        let thread = thread::spawn(|| 5);
        std::mem::forget(thread);
        thread::sleep(Duration::from_millis(1));
        let read = lock.read().map(|value| *value).unwrap();
        (read, lock.try_write().is_err())
    };
    returns(body, [(1, true)]);
    ends(
        || {
            let mutex = Arc::new(Mutex::new(1));
            std::mem::forget(mutex.lock().unwrap());
            thread::spawn(move || drop(mutex.lock())).join()
        },
        &["deadlock [0, 1]"],
    );
}

#[test]
fn a_lazy_value_that_needs_itself_is_a_deadlock() {
    static NEEDS_ITSELF: LazyLock<usize> = LazyLock::new(|| *NEEDS_ITSELF + 1);
    ends(|| *NEEDS_ITSELF, &["deadlock [0]"]);
    // The next execution starts with a fresh value.
    ends(|| *NEEDS_ITSELF, &["deadlock [0]"]);
}

#[test]
fn a_caught_panic_in_a_wait_leaves_no_waiter_behind() {
    let body = || {
        let pair = Arc::new((Mutex::new(0), Condvar::new()));
        let theirs = Arc::clone(&pair);
        let thread = thread::spawn(move || {
            let caught = catch_unwind(AssertUnwindSafe(|| {
                let mut n_asked = 0;
                let guard = theirs.0.lock().unwrap();
                drop(theirs.1.wait_while(guard, |value| {
                    n_asked += 1;
                    assert!(n_asked < 2, "on purpose");
                    *value == 0
                }));
            }));
            (caught.is_err(), theirs.0.is_poisoned())
        });
        *pair.0.lock().unwrap_or_else(|error| error.into_inner()) = 1;
        pair.1.notify_all();
        let seen = thread.join().unwrap();
        pair.0.clear_poison();
        (seen, pair.0.lock().is_ok())
    };
    preemptions(3).returns(body, [((true, true), true), ((false, false), true)]);
}

#[test]
fn a_panic_hook_may_print_and_lock() {
    let body = || {
        let heard = Arc::new(Mutex::new(0));
        let ear = Arc::clone(&heard);
        set_hook(Box::new(move |info| {
            model_std::eprintln!("heard {:?}", info.payload_as_str());
            *ear.lock().unwrap() += 1;
        }));
        let threads = [1, 2].map(|_| thread::spawn(|| panic!("boom")));
        let died = threads.map(|thread| thread.join().is_err());
        (died, *heard.lock().unwrap())
    };
    returns(body, [([true, true], 2)]);
}

#[test]
fn messages_that_own_their_own_channel_go_with_it() {
    let body = || {
        let (sender, receiver) = channel::<OnDrop<Box<dyn FnMut() + Send>>>();
        let own = sender.clone();
        let log = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&log);
        let message = OnDrop(Box::new(move || {
            // The receiver is gone: the inner message comes back and is dropped here.
            let refused = own.send(OnDrop(Box::new(|| {}) as Box<dyn FnMut() + Send>)).is_err();
            *theirs.lock().unwrap() += usize::from(refused);
        }) as Box<dyn FnMut() + Send>);
        sender.send(message).unwrap();
        let thread = thread::spawn(move || drop(receiver));
        drop(sender);
        thread.join().unwrap();
        *log.lock().unwrap()
    };
    returns(body, [1]);
}

#[test]
fn a_receiver_may_be_dropped_while_its_message_is_handed_over() {
    let body = || {
        let (sender, receiver) = sync_channel(0);
        let (outer, inner) = channel();
        let thread = thread::spawn(move || {
            outer.send(receiver).unwrap();
        });
        let sending = thread::spawn(move || sender.send(1).is_ok());
        drop(inner.recv());
        thread.join().unwrap();
        sending.join().unwrap()
    };
    returns(body, [false]);
}

#[test]
fn a_barrier_and_a_condition_variable_serve_many_rounds_with_injected_faults() {
    let body = || {
        let (barrier, pair) = (Barrier::new(2), (Mutex::new(0), Condvar::new()));
        thread::scope(|scope| {
            scope.spawn(|| {
                for round in 1..=2 {
                    *pair.0.lock().unwrap() = round;
                    pair.1.notify_one();
                    barrier.wait();
                }
            });
            for round in 1..=2 {
                drop(
                    pair.1
                        .wait_while(pair.0.lock().unwrap(), |value| *value < round)
                        .unwrap(),
                );
                barrier.wait();
            }
        });
        pair.0.into_inner().unwrap()
    };
    let injected_faults = Settings {
        spurious_wakeups: 2,
        late_threads: 1,
        ..plain()
    };
    settings(injected_faults).returns(body, [2]);
}

#[test]
fn scopes_in_threads_in_scopes_wait_for_all_of_them() {
    let body = || {
        let total = Mutex::new(0);
        let died = catch_unwind(AssertUnwindSafe(|| {
            thread::scope(|outer| {
                outer.spawn(|| {
                    thread::scope(|inner| {
                        inner.spawn(|| *total.lock().unwrap() += 1);
                        panic!("between the two");
                    })
                });
                *total.lock().unwrap() += 10;
            });
        }));
        (died.is_err(), total.into_inner().unwrap())
    };
    returns(body, [(true, 11)]);
}
