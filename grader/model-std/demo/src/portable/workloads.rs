//! Programs without a wrong outcome, on which the speed of explorers is measured.

use super::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::sync::{Arc, Condvar, Mutex};
use super::{on_threads, thread};

/// The programs by name: `3 × 3` is three threads that do three things each.
pub(crate) const PROGRAMS: &[(&str, fn())] = &[
    ("3 × 3 locks", locks),
    ("2 × 4 atomics", atomics),
    ("producer-consumer", producer_consumer),
    ("4 × 8 atomics", many_atomics),
];

fn locks() {
    let count = Mutex::new(0);
    on_threads(3, move |_| {
        for _ in 0..3 {
            *count.lock().expect("nobody panics") += 1;
        }
    });
}

fn atomics() {
    count_atomically(2, 4);
}

fn many_atomics() {
    count_atomically(4, 8);
}

fn count_atomically(n_threads: usize, n_each: usize) {
    let count = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&count);
    on_threads(n_threads, move |_| {
        for _ in 0..n_each {
            theirs.fetch_add(1, SeqCst);
        }
    });
    assert_eq!(count.load(SeqCst), n_threads * n_each);
}

/// A place for one item, through which two producers hand on three each. A rate has to be measured over many
/// executions: with one producer there are some dozens, and what an exploration does once (it runs the first execution
/// twice, and records both) tells.
fn producer_consumer() {
    let place = Arc::new((Mutex::new(None), Condvar::new()));
    let producers = [10, 20].map(|first| {
        let theirs = Arc::clone(&place);
        thread::spawn(move || {
            for item in first..first + 3 {
                let (place, changed) = &*theirs;
                let mut place = place.lock().expect("nobody panics");
                while place.is_some() {
                    place = changed.wait(place).expect("nobody panics");
                }
                *place = Some(item);
                changed.notify_all();
            }
        })
    });
    let mut sum = 0;
    for _ in 0..6 {
        let (place, changed) = &*place;
        let mut place = place.lock().expect("nobody panics");
        while place.is_none() {
            place = changed.wait(place).expect("nobody panics");
        }
        sum += place.take().expect("it is not empty");
        changed.notify_all();
    }
    assert_eq!(sum, 96);
    for producer in producers {
        producer.join().expect("no producer panics");
    }
}
