//! A program that explores functions that use plain memory as atomics: orderings hold, and nobody reads what an earlier
//! atomic held in the same place.
//!
//! Compiled by the test `drop_in` against the modelled `std`.

use std::collections::BTreeSet;
use std::model::{Bounds, Settings, explore, trace::End};
use std::ops::ControlFlow;
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, AtomicUsize, Ordering::*};
use std::thread;

/// The values that executions of `body` return. Each execution ends as finished.
fn returned<T: Ord + 'static>(body: fn() -> T) -> BTreeSet<T> {
    let body: Rc<dyn Fn() -> T> = Rc::new(body);
    let bounds = Bounds {
        stale_executions: 100_000,
        ..Bounds::default()
    };
    let mut returned = BTreeSet::new();
    let coverage = explore(&bounds, &Settings::default(), &body, |execution| {
        assert_eq!(execution.trace.end, End::Finished);
        returned.extend(execution.value.and_then(Result::ok));
        ControlFlow::Continue(())
    });
    assert!(coverage.complete);
    returned
}

/// One thread sets a flag as an `AtomicU32`, the other one reads it as an `AtomicI32`. Returns what they pass on.
fn a_flag_of_two_types<const RELEASES: bool>() -> Option<usize> {
    let shared: Arc<(AtomicUsize, AtomicU32)> = Arc::default();
    let writer = Arc::clone(&shared);
    let thread = thread::spawn(move || {
        writer.0.store(1, Relaxed);
        writer.1.store(u32::MAX, if RELEASES { Release } else { Relaxed });
    });
    let flag: *const AtomicU32 = &shared.1;
    // SAFETY: both atomics have the layout of 32 bits.
    let flag = unsafe { &*flag.cast::<AtomicI32>() };
    let seen = (flag.load(Acquire) == -1).then(|| shared.0.load(Relaxed));
    thread.join().unwrap();
    seen
}

/// Messages through numbers that are atomics only for a while.
fn numbers_as_atomics() -> (u64, Option<u64>) {
    let mut numbers = vec![0_u64; 2].into_boxed_slice();
    let place: *mut [u64] = &mut *numbers;
    // SAFETY: the numbers are used as atomics alone until the threads have ended.
    let [data, flag] = (unsafe { &*(place as *const [AtomicU64]) }) else {
        unreachable!("there are two");
    };
    let seen = thread::scope(|scope| {
        scope.spawn(|| {
            data.store(5, Relaxed);
            flag.store(1, Release);
        });
        let reader = scope.spawn(|| (flag.load(Acquire) == 1).then(|| data.load(Relaxed)));
        reader.join().unwrap()
    });
    (numbers[0], seen)
}

/// A plain write while no other thread uses the atomic: the threads that begin afterwards read no older value.
fn a_plain_write() -> usize {
    let atomic = Arc::new(AtomicUsize::new(1));
    atomic.store(2, Relaxed);
    // SAFETY: no other thread uses the atomic.
    unsafe { *atomic.as_ptr() = 3 };
    let other = Arc::clone(&atomic);
    thread::spawn(move || other.load(Relaxed)).join().unwrap()
}

/// A value that was never an atomic before: the first load returns it, in each execution.
static mut WORD: u32 = 7;

fn a_static_word() -> u32 {
    // SAFETY: the static is used through atomics alone.
    let word = unsafe { AtomicU32::from_ptr(&raw mut WORD) };
    let thread = thread::spawn(|| word.fetch_add(1, Relaxed));
    let seen = word.fetch_add(1, Relaxed);
    seen.min(thread.join().unwrap())
}

/// Two atomics in one place, one after the other, each used by another thread.
fn one_place_twice() -> Vec<u32> {
    let place = NonNull::from(Box::leak(Box::new(0_u32)));
    let use_it = |first: u32| {
        // SAFETY: the number is used as an atomic alone until it is written again, and lives on.
        let atomic = unsafe {
            place.write(first);
            AtomicU32::from_ptr(place.as_ptr())
        };
        let thread = thread::spawn(move || atomic.store(first + 1, Relaxed));
        let seen = atomic.load(Relaxed);
        thread.join().unwrap();
        seen
    };
    vec![use_it(10), use_it(20)]
}

fn main() {
    assert_eq!(returned(a_flag_of_two_types::<true>), [None, Some(1)].into());
    assert_eq!(returned(a_flag_of_two_types::<false>), [None, Some(0), Some(1)].into());
    assert_eq!(returned(numbers_as_atomics), [(5, None), (5, Some(5))].into());
    assert_eq!(returned(a_plain_write), [3].into());
    assert_eq!(returned(a_static_word), [7].into());
    let seen = [10, 11].map(|first| [20, 21].map(|second| vec![first, second]));
    assert_eq!(returned(one_place_twice), seen.into_iter().flatten().collect());
    println!("done");
}
