//! `RwLock`: who shares, who excludes whom, poison, and downgrading.

use super::library::panic::{AssertUnwindSafe, catch_unwind};
use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use super::library::thread;
use super::{Counted, comes_to};

/// Whether a reader and whether a writer could take the lock now.
fn tries<T>(lock: &RwLock<T>) -> (bool, bool) {
    let reads = lock.try_read().is_ok();
    (reads, lock.try_write().is_ok())
}

/// Panics with the lock held, for writing or for reading.
fn panic_with<T>(lock: &RwLock<T>, writes: bool) {
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _write = writes.then(|| lock.write().unwrap_or_else(PoisonError::into_inner));
        let _read = (!writes).then(|| lock.read().unwrap_or_else(PoisonError::into_inner));
        panic!("with the lock held");
    }));
    assert!(panicked.is_err());
}

#[test]
fn readers_share_and_a_writer_shares_with_nobody() {
    let body = || {
        let lock = RwLock::new(());
        let reading = {
            let _readers = (lock.read().unwrap(), lock.read().unwrap());
            tries(&lock)
        };
        let writing = {
            let _writer = lock.write().unwrap();
            tries(&lock)
        };
        (reading, writing, tries(&lock))
    };
    comes_to(body, [((true, false), (false, false), (true, true))]);
}

#[test]
fn readers_never_see_a_write_half_done() {
    let body = || {
        let lock = Arc::new(RwLock::new((0, 0)));
        let theirs = Arc::clone(&lock);
        let writer = thread::spawn(move || {
            let mut pair = theirs.write().unwrap();
            pair.0 += 1;
            thread::yield_now();
            pair.1 += 1;
        });
        let theirs = Arc::clone(&lock);
        let reader = thread::spawn(move || *theirs.read().unwrap());
        let seen = *lock.read().unwrap();
        writer.join().unwrap();
        (seen, reader.join().unwrap())
    };
    let values = [(0, 0), (1, 1)];
    comes_to(
        body,
        values
            .iter()
            .flat_map(|one| values.iter().map(move |other| (*one, *other))),
    );
}

#[test]
fn a_reader_may_overtake_a_waiting_writer_or_not() {
    let body = || {
        let lock = Arc::new(RwLock::new(0));
        let (first, theirs) = (lock.read().unwrap(), Arc::clone(&lock));
        let writer = thread::spawn(move || *theirs.write().unwrap() = 1);
        thread::yield_now();
        let second = lock.try_read().is_ok();
        drop(first);
        writer.join().unwrap();
        second
    };
    comes_to(body, [true, false]);
}

#[test]
fn a_reader_of_another_thread_reads_before_or_after_a_waiting_writer() {
    let body = || {
        let lock = Arc::new(RwLock::new(0));
        let first = lock.read().unwrap();
        let theirs = Arc::clone(&lock);
        let writer = thread::spawn(move || *theirs.write().unwrap() += 1);
        let theirs = Arc::clone(&lock);
        let reader = thread::spawn(move || *theirs.read().unwrap());
        thread::yield_now();
        drop(first);
        writer.join().unwrap();
        reader.join().unwrap()
    };
    comes_to(body, [0, 1]);
}

#[test]
fn a_panic_of_a_writer_poisons_and_one_of_a_reader_does_not() {
    let body = || {
        let lock = RwLock::new(5);
        panic_with(&lock, false);
        let read = (lock.is_poisoned(), lock.read().is_err());
        panic_with(&lock, true);
        let read_after = lock.read().is_err();
        let written = (lock.is_poisoned(), read_after, lock.write().is_err());
        let value = *lock.read().unwrap_err().into_inner();
        let tried = lock.try_read().is_err();
        let values = (value, tried, lock.try_write().is_err());
        lock.clear_poison();
        (read, written, values, lock.is_poisoned(), lock.into_inner().unwrap())
    };
    comes_to(body, [((false, false), (true, true, true), (5, true, true), false, 5)]);
}

#[test]
fn get_mut_and_into_inner_tell_of_poison() {
    let body = || {
        let mut lock = RwLock::new(7);
        panic_with(&lock, true);
        let mutable = lock.get_mut().map(|value| *value).map_err(|error| *error.into_inner());
        (mutable, lock.into_inner().map_err(PoisonError::into_inner))
    };
    comes_to(body, [(Err(7), Err(7))]);
}

#[test]
fn a_reader_that_panics_while_a_writer_waits_poisons_nothing() {
    let body = || {
        let lock = Arc::new(RwLock::new(1));
        let theirs = Arc::clone(&lock);
        let reader = thread::spawn(move || {
            let held = theirs.read().unwrap();
            assert_eq!(*held, 9, "on purpose");
        });
        let written = lock.write().map(|mut value| *value += 1).is_ok();
        let died = reader.join().is_err();
        (written, died, lock.is_poisoned(), *lock.read().unwrap())
    };
    comes_to(body, [(true, true, false, 2)]);
}

#[test]
fn a_destructor_may_write_while_its_thread_unwinds() {
    struct Adds(Arc<RwLock<i32>>);
    impl Drop for Adds {
        fn drop(&mut self) {
            *self.0.write().unwrap() += 1;
        }
    }
    let body = || {
        let lock = Arc::new(RwLock::new(1));
        let theirs = Arc::clone(&lock);
        let thread = thread::spawn(move || {
            let _adds = Adds(theirs);
            panic!("boom");
        });
        assert!(thread.join().is_err());
        *lock.read().unwrap()
    };
    comes_to(body, [2]);
}

#[test]
fn nobody_writes_between_a_write_and_its_downgrade() {
    let body = || {
        let lock = Arc::new(RwLock::new(0));
        let add = |lock: &RwLock<i32>| {
            let mut writer = lock.write().unwrap();
            *writer += 1;
            let written = *writer;
            let reader = RwLockWriteGuard::downgrade(writer);
            thread::yield_now();
            written == *reader
        };
        let theirs = Arc::clone(&lock);
        let thread = thread::spawn(move || add(&theirs));
        let mine = add(&lock);
        (mine, thread.join().unwrap(), *lock.read().unwrap())
    };
    comes_to(body, [(true, true, 2)]);
}

#[test]
fn readers_share_with_a_downgraded_writer() {
    let body = || {
        let lock = RwLock::new(0);
        let mut writer = lock.write().unwrap();
        *writer = 3;
        let reader = RwLockWriteGuard::downgrade(writer);
        let during = tries(&lock);
        drop(reader);
        (during, tries(&lock))
    };
    comes_to(body, [((true, false), (true, true))]);
}

#[test]
fn a_lock_may_hold_a_slice_and_drops_its_value_once() {
    let body = || {
        let lock: &RwLock<[i32]> = &RwLock::new([1, 2, 3]);
        lock.write().unwrap()[1] = 9;
        let drops = Arc::new(AtomicUsize::new(0));
        let inner = RwLock::new(Counted(Arc::clone(&drops))).into_inner().unwrap();
        let kept = drops.load(SeqCst);
        drop(inner);
        drop(RwLock::new(Counted(Arc::clone(&drops))));
        (lock.read().unwrap().to_vec(), kept, drops.load(SeqCst))
    };
    comes_to(body, [(vec![1, 9, 3], 0, 2)]);
}

#[test]
fn a_forgotten_guard_keeps_the_lock() {
    let body = || {
        let (read, written) = (RwLock::new(1), RwLock::new(1));
        std::mem::forget(read.read().unwrap());
        std::mem::forget(written.write().unwrap());
        (tries(&read), tries(&written))
    };
    comes_to(body, [((true, false), (false, false))]);
}

#[test]
fn the_debug_output_shows_the_value_unless_somebody_writes() {
    let body = || {
        let lock = RwLock::new(1);
        let read = {
            let _reader = lock.read().unwrap();
            format!("{lock:?}")
        };
        let mut writer = lock.write().unwrap();
        *writer += 1;
        [read, format!("{lock:?} {writer:?}")]
    };
    let shown = [
        "RwLock { data: 1, poisoned: false, .. }",
        "RwLock { data: <locked>, poisoned: false, .. } 2",
    ];
    comes_to(body, [shown.map(str::to_owned)]);
}
