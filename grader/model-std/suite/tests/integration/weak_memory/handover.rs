//! What happens before in `std` also happens before under stale reads: after a join, a lock, a message or anything else
//! that synchronizes two threads, not even a relaxed load returns an older value. Without synchronization, it may.

use std::collections::BTreeSet;
use std::time::Duration;

use model_std::panic;
use model_std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use model_std::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, RwLockWriteGuard};
use model_std::{io, print, thread, thread_local};

use super::data::{FLAG, explorer, get, returns, set};

#[test]
fn without_synchronization_a_load_may_be_stale() {
    let body = || {
        let thread = thread::spawn(|| {
            set();
            FLAG.store(true, Relaxed);
        });
        while !FLAG.load(Relaxed) {
            thread::yield_now();
        }
        let seen = get();
        thread.join().unwrap();
        seen
    };
    returns(body, [0, 1]);
}

#[test]
fn starting_a_thread_synchronizes_with_spawning_it() {
    let body = || {
        set();
        let child = thread::spawn(|| {
            let child = thread::spawn(get);
            (get(), child.join().unwrap())
        });
        child.join().unwrap()
    };
    returns(body, [(1, 1)]);
    returns(
        || {
            let child = thread::spawn(get);
            set();
            child.join().unwrap()
        },
        [0, 1],
    );
}

#[test]
fn joining_a_thread_synchronizes_with_its_end() {
    returns(
        || {
            thread::spawn(set).join().unwrap();
            get()
        },
        [1],
    );
    let scoped = || {
        thread::scope(|scope| {
            scope.spawn(set).join().unwrap();
            get()
        })
    };
    returns(scoped, [1]);
    let left = || {
        thread::scope(|scope| {
            scope.spawn(set);
        });
        get()
    };
    returns(left, [1]);
    let polled = || {
        let thread = thread::spawn(set);
        while !thread.is_finished() {
            thread::yield_now();
        }
        get()
    };
    returns(polled, [1]);
    let after_a_panic = || {
        let thread = thread::spawn(|| {
            set();
            panic!("no reason");
        });
        assert!(thread.join().is_err());
        get()
    };
    returns(after_a_panic, [1]);
}

#[test]
fn locking_a_mutex_synchronizes_with_unlocking_it() {
    let body = || {
        let ready = Arc::new(Mutex::new(false));
        let theirs = Arc::clone(&ready);
        let thread = thread::spawn(move || {
            set();
            *theirs.lock().unwrap() = true;
        });
        let seen = ready.lock().unwrap().then(get);
        let again = ready.try_lock().ok().filter(|ready| **ready).map(|_| get());
        thread.join().unwrap();
        (seen, again)
    };
    returns(
        body,
        [(None, None), (None, Some(1)), (Some(1), None), (Some(1), Some(1))]
            .into_iter()
            .filter(
                // Once it was seen to be true, the lock is free.
                |seen| *seen != (Some(1), None),
            ),
    );
}

#[test]
fn a_mutex_unlocked_before_a_store_does_not_order_it() {
    let body = || {
        let mutex = Arc::new(Mutex::new(()));
        let theirs = Arc::clone(&mutex);
        let thread = thread::spawn(move || {
            drop(theirs.lock().unwrap());
            set();
            FLAG.store(true, Relaxed);
        });
        let flag = FLAG.load(Relaxed);
        drop(mutex.lock().unwrap());
        let seen = get();
        thread.join().unwrap();
        (flag, seen)
    };
    returns(body, [(false, 0), (false, 1), (true, 0), (true, 1)]);
}

#[test]
fn locking_a_read_write_lock_synchronizes_with_unlocking_it() {
    let written = || {
        let ready = Arc::new(RwLock::new(false));
        let theirs = Arc::clone(&ready);
        let thread = thread::spawn(move || {
            set();
            *theirs.write().unwrap() = true;
        });
        let seen = ready.read().unwrap().then(get);
        thread.join().unwrap();
        seen
    };
    returns(written, [None, Some(1)]);
    let read = || {
        let lock = Arc::new(RwLock::new(()));
        let theirs = Arc::clone(&lock);
        let thread = thread::spawn(move || {
            let guard = theirs.read().unwrap();
            set();
            FLAG.store(true, Relaxed);
            drop(guard);
        });
        let guard = lock.write().unwrap();
        let seen = FLAG.load(Relaxed).then(get);
        drop(guard);
        thread.join().unwrap();
        seen
    };
    returns(read, [None, Some(1)]);
    let downgraded = || {
        let lock = Arc::new(RwLock::new(()));
        let theirs = Arc::clone(&lock);
        let thread = thread::spawn(move || {
            let guard = theirs.write().unwrap();
            set();
            let guard = RwLockWriteGuard::downgrade(guard);
            FLAG.store(true, Relaxed);
            drop(guard);
        });
        let guard = lock.read().unwrap();
        let seen = FLAG.load(Relaxed).then(get);
        drop(guard);
        thread.join().unwrap();
        seen
    };
    returns(downgraded, [None, Some(1)]);
}

#[test]
fn a_notified_waiter_sees_what_the_notifier_did_under_the_mutex() {
    let body = || {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            set();
            *theirs.0.lock().unwrap() = true;
            theirs.1.notify_one();
        });
        drop(shared.1.wait_while(shared.0.lock().unwrap(), |ready| !*ready).unwrap());
        let seen = get();
        thread.join().unwrap();
        seen
    };
    returns(body, [1]);
}

#[test]
fn a_barrier_hands_on_what_all_did_before_it() {
    let body = || {
        let barrier = Arc::new(Barrier::new(2));
        let theirs = Arc::clone(&barrier);
        let thread = thread::spawn(move || {
            set();
            theirs.wait();
        });
        barrier.wait();
        let seen = get();
        thread.join().unwrap();
        seen
    };
    returns(body, [1]);
}

#[test]
fn seeing_an_initialised_value_synchronizes_with_its_initialiser() {
    let once = || {
        static ONCE: Once = Once::new();
        let thread = thread::spawn(|| ONCE.call_once(set));
        let early = ONCE.is_completed().then(get);
        ONCE.call_once(|| ());
        let seen = get();
        thread.join().unwrap();
        (early, seen)
    };
    // Where the main thread came first, its own function initialised it and set nothing.
    returns(once, [(None, 0), (None, 1), (Some(1), 1)]);
    let cell = || {
        static CELL: OnceLock<()> = OnceLock::new();
        let thread = thread::spawn(|| {
            set();
            CELL.set(()).unwrap();
        });
        let early = CELL.get().map(|()| get());
        CELL.wait();
        let seen = get();
        thread.join().unwrap();
        (early, seen)
    };
    returns(cell, [(None, 1), (Some(1), 1)]);
    let lazy = || {
        static LAZY: LazyLock<()> = LazyLock::new(set);
        let thread = thread::spawn(|| LazyLock::force(&LAZY));
        LazyLock::force(&LAZY);
        let seen = get();
        thread.join().unwrap();
        seen
    };
    returns(lazy, [1]);
}

#[test]
fn park_synchronizes_with_every_unpark_before_it() {
    let body = || {
        let main = thread::current();
        let thread = thread::spawn(move || {
            set();
            main.unpark();
        });
        thread::park();
        let seen = get();
        thread.join().unwrap();
        seen
    };
    returns(body, [1]);
    let twice = || {
        let main = thread::current();
        let other = main.clone();
        thread::current().unpark();
        let thread = thread::spawn(move || {
            set();
            other.unpark();
            FLAG.store(true, Relaxed);
        });
        thread::yield_now();
        let was_set = FLAG.load(Relaxed);
        thread::park();
        let seen = get();
        thread.join().unwrap();
        was_set.then_some(seen)
    };
    returns(twice, [None, Some(1)]);
}

#[test]
fn a_pause_ends_stale_reads_of_earlier_stores() {
    let woken_in_time = || {
        let thread = thread::spawn(|| {
            set();
            FLAG.store(true, Relaxed);
        });
        thread::park_timeout(Duration::from_millis(1));
        let seen = (FLAG.load(Relaxed), get());
        thread.join().unwrap();
        seen
    };
    returns(woken_in_time, [(true, 1)]);
    let set_after_the_pause = || {
        let thread = thread::spawn(|| {
            thread::sleep(Duration::from_millis(1));
            set();
            FLAG.store(true, Relaxed);
        });
        thread::sleep(Duration::from_millis(1));
        let seen = FLAG.load(Relaxed).then(get);
        thread.join().unwrap();
        seen
    };
    returns(set_after_the_pause, [None, Some(0), Some(1)]);
}

#[test]
fn locking_standard_output_synchronizes_with_unlocking_it() {
    let body = || {
        let thread = thread::spawn(|| {
            let lock = io::stdout().lock();
            set();
            FLAG.store(true, Relaxed);
            drop(lock);
        });
        let lock = io::stdout().lock();
        let seen = FLAG.load(Relaxed).then(get);
        drop(lock);
        thread.join().unwrap();
        seen
    };
    returns(body, [None, Some(1)]);
}

#[test]
fn printing_synchronizes_with_printing_before_it() {
    let mut printed = BTreeSet::new();
    let body = || {
        let thread = thread::spawn(|| {
            set();
            print!("a");
        });
        print!("b");
        let seen = get();
        thread.join().unwrap();
        seen
    };
    explorer().each(body, |execution| {
        let text: Vec<u8> = execution
            .trace
            .stdout
            .iter()
            .flat_map(|segment| segment.bytes.clone())
            .collect();
        let seen = execution.value.unwrap().unwrap();
        printed.insert((String::from_utf8(text).unwrap(), seen));
    });
    let [ab, ba] = ["ab", "ba"].map(str::to_owned);
    assert_eq!(printed, [(ab, 1), (ba.clone(), 0), (ba, 1)].into());
}

#[test]
fn joining_a_thread_synchronizes_with_its_thread_local_destructors() {
    struct Sets;
    impl Drop for Sets {
        fn drop(&mut self) {
            set();
        }
    }
    thread_local! {
        static LOCAL: Sets = const { Sets };
    }
    let body = || {
        thread::spawn(|| LOCAL.with(|_| ())).join().unwrap();
        get()
    };
    returns(body, [1]);
    // The value of the thread is dropped by whoever joins it, or by the thread if nobody does.
    let dropped_value = || {
        let thread = thread::spawn(|| Sets);
        drop(thread.join().unwrap());
        get()
    };
    returns(dropped_value, [1]);
}

#[test]
fn a_failed_initialisation_synchronizes_with_the_one_that_came_before() {
    let body = || {
        static CELL: OnceLock<usize> = OnceLock::new();
        let thread = thread::spawn(|| {
            set();
            let _ = CELL.set(1);
        });
        let early = CELL.set(2).err().map(|_| get());
        thread.join().unwrap();
        early
    };
    returns(body, [None, Some(1)]);
    let initialised_by_another = || {
        static CELL: OnceLock<usize> = OnceLock::new();
        let thread = thread::spawn(|| {
            set();
            CELL.get_or_init(|| 1);
        });
        let seen = (*CELL.get_or_init(|| 2) == 1).then(get);
        thread.join().unwrap();
        seen
    };
    returns(initialised_by_another, [None, Some(1)]);
    let poisoned = || {
        static ONCE: Once = Once::new();
        let thread = thread::spawn(|| {
            let _ = panic::catch_unwind(|| {
                ONCE.call_once(|| {
                    set();
                    panic!("no reason");
                });
            });
        });
        let mut was_poisoned = false;
        ONCE.call_once_force(|state| was_poisoned = state.is_poisoned());
        let seen = was_poisoned.then(get);
        thread.join().unwrap();
        seen
    };
    returns(poisoned, [None, Some(1)]);
}

#[test]
fn a_lock_that_was_poisoned_or_tried_synchronizes_as_any_other() {
    let poisoned = || {
        let lock = Arc::new(Mutex::new(()));
        let theirs = Arc::clone(&lock);
        let thread = thread::spawn(move || {
            let _guard = theirs.lock().unwrap();
            set();
            panic!("no reason");
        });
        let seen = lock.lock().is_err().then(get);
        let _ = thread.join();
        seen
    };
    returns(poisoned, [None, Some(1)]);
    let tried = || {
        let lock = Arc::new(RwLock::new(false));
        let theirs = Arc::clone(&lock);
        let thread = thread::spawn(move || {
            set();
            *theirs.try_write().unwrap() = true;
        });
        thread::yield_now();
        let seen = lock.try_read().ok().and_then(|is_set| is_set.then(get));
        // A thread that could not take the lock has learned nothing.
        let failed = lock.try_read().is_err().then(get);
        let _ = thread.join();
        (seen, failed)
    };
    let mut seen = BTreeSet::new();
    explorer().each(tried, |execution| {
        seen.extend(execution.value.and_then(Result::ok));
    });
    assert!(seen.iter().all(|(seen, _)| *seen != Some(0)), "{seen:?}");
    assert!(seen.iter().any(|(_, failed)| *failed == Some(0)), "{seen:?}");
    let timed_out = || {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            set();
            *theirs.0.lock().unwrap() = true;
        });
        let guard = shared.0.lock().unwrap();
        let (guard, _) = shared.1.wait_timeout(guard, Duration::from_millis(1)).unwrap();
        let seen = guard.then(get);
        drop(guard);
        thread.join().unwrap();
        seen
    };
    returns(timed_out, [Some(1)]);
}

/// An atomic in the memory of an earlier one has none of its values.
#[test]
fn an_atomic_has_no_older_values_than_its_own() {
    let body = || {
        let mut seen = BTreeSet::new();
        for first in [10, 20, 30] {
            let number = AtomicUsize::new(first);
            thread::scope(|scope| {
                scope.spawn(|| number.store(first + 1, Relaxed));
                seen.insert(number.load(Relaxed) - first);
            });
            let moved = Box::new(number);
            seen.insert(moved.load(Relaxed) - first);
        }
        seen
    };
    returns(body, [BTreeSet::from([0, 1]), BTreeSet::from([1])]);
}

#[test]
fn exclusive_access_to_an_atomic_sees_the_newest_value() {
    let body = || {
        let mut data = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&data);
        thread::spawn(move || theirs.store(1, Relaxed)).join().unwrap();
        let owned = Arc::get_mut(&mut data).unwrap();
        let seen = *owned.get_mut();
        *owned.get_mut() = 2;
        let (theirs, others) = (Arc::clone(&data), Arc::clone(&data));
        let reader = thread::spawn(move || theirs.load(Relaxed));
        others.store(3, Relaxed);
        let read = reader.join().unwrap();
        drop(others);
        (seen, read, Arc::try_unwrap(data).unwrap().into_inner())
    };
    returns(body, [(1, 2, 3), (1, 3, 3)]);
}

#[test]
fn calling_a_panic_hook_synchronizes_with_setting_it() {
    let body = || {
        let seen = Arc::new(AtomicUsize::new(9));
        let theirs = Arc::clone(&seen);
        let barrier = Arc::new(Barrier::new(2));
        let meets = Arc::clone(&barrier);
        let thread = thread::spawn(move || {
            meets.wait();
            let _ = panic::catch_unwind(|| std::panic!("no reason"));
        });
        barrier.wait();
        set();
        panic::set_hook(Box::new(move |_| theirs.store(get(), Relaxed)));
        thread.join().unwrap();
        seen.load(Relaxed)
    };
    // 9 where the panic came before the hook was set.
    returns(body, [1, 9]);
}

/// In Rust, the reference count of an `Arc` synchronizes here. The model does not see it in code that is not compiled
/// for it, and without switches after operations it shows `Some(0)`, which cannot happen. The programs of
/// `reference_counts` and `uninstrumented` show that it does not elsewhere.
#[test]
fn reference_counts_are_not_seen_to_synchronize_without_instrumentation_and_switches() {
    let body = || {
        let mut data = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&data);
        let thread = thread::spawn(move || {
            theirs.store(1, Relaxed);
            drop(theirs);
        });
        thread::yield_now();
        let seen = Arc::get_mut(&mut data).map(|data| data.load(Relaxed));
        thread.join().unwrap();
        seen
    };
    let allowed_or_not: BTreeSet<_> = [None, Some(0), Some(1)].into();
    returns(body, allowed_or_not);
}
