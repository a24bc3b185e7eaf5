//! `Mutex`: exclusion, poison, and what happens to the value.

use super::library::panic::{AssertUnwindSafe, catch_unwind};
use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::sync::mpsc::channel;
use super::library::sync::{Arc, Mutex, PoisonError, TryLockError};
use super::library::thread;
use super::{Counted, comes_to};

/// The result of `try_lock`, in a word.
fn tried<T>(mutex: &Mutex<T>) -> &'static str {
    match mutex.try_lock() {
        Ok(_) => "taken",
        Err(TryLockError::WouldBlock) => "busy",
        Err(TryLockError::Poisoned(_)) => "poisoned",
    }
}

/// Panics with the lock held.
fn poison<T>(mutex: &Mutex<T>) {
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _held = mutex.lock().unwrap_or_else(PoisonError::into_inner);
        panic!("with the lock held");
    }));
    assert!(panicked.is_err());
}

#[test]
fn a_lock_can_be_taken_again_after_its_guard_is_dropped() {
    let body = || {
        let mutex = Mutex::new(());
        let first = mutex.lock().unwrap();
        let held = tried(&mutex);
        drop(first);
        drop(mutex.lock().unwrap());
        (held, tried(&mutex))
    };
    comes_to(body, [("busy", "taken")]);
}

#[test]
fn no_addition_under_a_lock_is_lost() {
    let body = || {
        let mutex = Arc::new(Mutex::new(0));
        let (done, all) = channel();
        for _ in 0..2 {
            let (mutex, done) = (Arc::clone(&mutex), done.clone());
            thread::spawn(move || {
                (0..2).for_each(|_| *mutex.lock().unwrap() += 1);
                done.send(()).unwrap();
            });
        }
        drop(done);
        let n_done = all.iter().count();
        (n_done, *mutex.lock().unwrap())
    };
    // Threads that have sent their message may not have ended yet when the body returns.
    let value = move || {
        let value = body();
        thread::sleep(std::time::Duration::from_millis(1));
        value
    };
    comes_to(value, [(2, 4)]);
}

#[test]
fn try_lock_in_another_thread_finds_the_lock_held_or_free() {
    let body = || {
        let mutex = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&mutex);
        let thread = thread::spawn(move || tried(&theirs));
        let held = mutex.lock().unwrap();
        drop(held);
        thread.join().unwrap()
    };
    comes_to(body, ["busy", "taken"]);
}

#[test]
fn the_value_of_a_mutex_is_dropped_once() {
    let body = || {
        let drops = Arc::new(AtomicUsize::new(0));
        let counted = || Counted(Arc::clone(&drops));
        drop(Mutex::new(counted()));
        let dropped = drops.load(SeqCst);
        let inner = Mutex::new(counted()).into_inner().unwrap();
        let kept = drops.load(SeqCst);
        drop(inner);
        let mutex = Mutex::new(counted());
        poison(&mutex);
        drop(mutex);
        (dropped, kept, drops.load(SeqCst))
    };
    comes_to(body, [(1, 1, 3)]);
}

#[test]
fn the_owner_of_a_mutex_needs_no_lock() {
    let body = || {
        let mut mutex = Mutex::new(1);
        *mutex.get_mut().unwrap() += 1;
        mutex.into_inner().unwrap()
    };
    comes_to(body, [2]);
}

#[test]
fn a_mutex_may_be_in_a_mutex() {
    let body = || {
        let inner = Arc::new(Mutex::new(1));
        let outer = Arc::new(Mutex::new(Arc::clone(&inner)));
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || {
            let outer = outer.lock().unwrap();
            let inner = outer.lock().unwrap();
            sender.send(*inner).unwrap();
        });
        let seen = receiver.recv().unwrap();
        thread.join().unwrap();
        seen
    };
    comes_to(body, [1]);
}

#[test]
fn a_mutex_may_hold_a_slice() {
    let body = || {
        let mutex: &Mutex<[i32]> = &Mutex::new([1, 2, 3]);
        {
            let slice = &mut *mutex.lock().unwrap();
            (slice[0], slice[2]) = (4, 5);
        }
        mutex.lock().unwrap().to_vec()
    };
    comes_to(body, [vec![4, 2, 5]]);
}

#[test]
fn a_panic_with_the_lock_held_poisons_it_for_everybody() {
    let body = || {
        let mutex = Arc::new(Mutex::new(10));
        let theirs = Arc::clone(&mutex);
        let died = thread::spawn(move || {
            let held = theirs.lock().unwrap();
            assert_eq!(*held, 11, "on purpose");
        });
        let died = died.join().is_err();
        let value = *mutex.lock().unwrap_err().into_inner();
        let mut mutex = Arc::into_inner(mutex).unwrap();
        let mutable = mutex.get_mut().map(|value| *value).map_err(|error| *error.into_inner());
        (
            died,
            mutex.is_poisoned(),
            tried(&mutex),
            value,
            mutable,
            mutex.into_inner().map_err(PoisonError::into_inner),
        )
    };
    comes_to(body, [(true, true, "poisoned", 10, Err(10), Err(10))]);
}

#[test]
fn a_poisoned_lock_still_excludes() {
    let body = || {
        let mutex = Mutex::new(1);
        poison(&mutex);
        poison(&mutex);
        let held = mutex.lock().unwrap_err().into_inner();
        let busy = tried(&mutex);
        drop(held);
        let text = mutex.lock().unwrap_err().to_string();
        mutex.clear_poison();
        (busy, tried(&mutex), mutex.is_poisoned(), text)
    };
    let text = "poisoned lock: another task failed inside".to_owned();
    comes_to(body, [("busy", "taken", false, text)]);
}

#[test]
fn the_next_holder_of_a_lock_sees_its_poison() {
    let body = || {
        let mutex = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&mutex);
        let thread = thread::spawn(move || {
            let mut held = theirs.lock().unwrap();
            *held = 1;
            panic!("with the lock held");
        });
        let seen = match mutex.lock() {
            Ok(value) => (true, *value),
            Err(error) => (false, *error.into_inner()),
        };
        assert!(thread.join().is_err());
        seen
    };
    comes_to(body, [(true, 0), (false, 1)]);
}

#[test]
fn a_destructor_may_lock_while_its_thread_unwinds() {
    struct Adds(Arc<Mutex<i32>>);
    impl Drop for Adds {
        fn drop(&mut self) {
            *self.0.lock().unwrap() += 1;
        }
    }
    let body = || {
        let mutex = Arc::new(Mutex::new(1));
        let theirs = Arc::clone(&mutex);
        let thread = thread::spawn(move || {
            let _adds = Adds(theirs);
            panic!("boom");
        });
        assert!(thread.join().is_err());
        mutex.lock().map(|value| *value).unwrap()
    };
    comes_to(body, [2]);
}

#[test]
fn a_forgotten_guard_keeps_the_lock() {
    let body = || {
        let mutex = Mutex::new(1);
        std::mem::forget(mutex.lock().unwrap());
        (tried(&mutex), mutex.into_inner().unwrap())
    };
    comes_to(body, [("busy", 1)]);
}

#[test]
fn the_debug_output_shows_the_value_unless_it_is_locked() {
    let body = || {
        let mutex = Mutex::new(1);
        let free = format!("{mutex:?}");
        let held = mutex.lock().unwrap();
        let locked = format!("{mutex:?} {held:?} {held}");
        drop(held);
        poison(&mutex);
        let error = format!("{:?}", mutex.lock().unwrap_err());
        [free, locked, format!("{mutex:?} {error}")]
    };
    let shown = [
        "Mutex { data: 1, poisoned: false, .. }",
        "Mutex { data: \"<locked>\", poisoned: false, .. } 1 1",
        "Mutex { data: 1, poisoned: true, .. } PoisonError { .. }",
    ];
    comes_to(body, [shown.map(str::to_owned)]);
}
