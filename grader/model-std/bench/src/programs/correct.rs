//! Programs without a bug, whose executions are counted.
//!
//! Written once and compiled against several libraries: whoever includes this file brings `sync` and `thread`.

use super::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::sync::{Arc, Condvar, Mutex};
use super::thread;

/// The programs by name: `3 × 3` is three threads that do three things each.
pub(crate) const PROGRAMS: &[(&str, fn())] = &[
    ("3 × 3 locks", locks),
    ("2 × 4 atomics", atomics),
    ("producer-consumer", producer_consumer),
    ("4 × 8 atomics", many_atomics),
];

/// Runs `work` on as many threads and waits for them.
fn on_threads(n: usize, work: impl Fn() + Send + Sync + 'static) {
    let work = Arc::new(work);
    let start = |_| {
        let work = Arc::clone(&work);
        thread::spawn(move || (*work)())
    };
    let threads: Vec<_> = (0..n).map(start).collect();
    for thread in threads {
        thread.join().expect("no thread panics");
    }
}

fn locks() {
    let count = Mutex::new(0);
    on_threads(3, move || {
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
    on_threads(n_threads, move || {
        for _ in 0..n_each {
            theirs.fetch_add(1, SeqCst);
        }
    });
    assert_eq!(count.load(SeqCst), n_threads * n_each);
}

/// A place for one item, through which three are handed on.
fn producer_consumer() {
    let place = Arc::new((Mutex::new(None), Condvar::new()));
    let theirs = Arc::clone(&place);
    let producer = thread::spawn(move || {
        for item in 0..3 {
            let (place, changed) = &*theirs;
            let mut place = place.lock().expect("nobody panics");
            while place.is_some() {
                place = changed.wait(place).expect("nobody panics");
            }
            *place = Some(item);
            changed.notify_all();
        }
    });
    for expected in 0..3 {
        let (place, changed) = &*place;
        let mut place = place.lock().expect("nobody panics");
        while place.is_none() {
            place = changed.wait(place).expect("nobody panics");
        }
        assert_eq!(place.take(), Some(expected));
        changed.notify_all();
    }
    producer.join().expect("the producer does not panic");
}
