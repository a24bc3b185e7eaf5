//! With the default settings, in code whose reference counts the model does not see: no load is stale that a count
//! orders, and wrong orderings show nevertheless.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::atomic::Ordering::{self, Acquire, Relaxed, Release, SeqCst};

use model_std::model::Settings;
use model_std::sync::Arc;
use model_std::sync::atomic::{AtomicBool, AtomicUsize};
use model_std::thread;
use model_std_suite::Explorer;

/// All values that `body` returns with the default settings and bounds.
fn returned<T: Ord + Debug + 'static>(body: impl Fn() -> T + 'static) -> BTreeSet<T> {
    let explorer = Explorer {
        settings: Settings::default(),
        ..Explorer::default()
    };
    let mut returned = BTreeSet::new();
    explorer.each(body, |execution| {
        returned.insert(execution.value.expect("it comes to its end").expect("nothing panics"));
    });
    returned
}

/// A thread that stores 1 and drops its `Arc`, while the caller does something with its own.
fn beside_a_store<T>(own: impl FnOnce(Arc<AtomicUsize>) -> T) -> T {
    let data = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&data);
    let thread = thread::spawn(move || {
        theirs.store(1, Relaxed);
        drop(theirs);
    });
    thread::yield_now();
    let result = own(data);
    thread.join().unwrap();
    result
}

#[test]
fn no_load_of_the_only_owner_is_stale() {
    let allowed = BTreeSet::from([None, Some(1)]);
    let get_mut = || beside_a_store(|mut data| Arc::get_mut(&mut data).map(|data| data.load(Relaxed)));
    assert_eq!(returned(get_mut), allowed);
    let try_unwrap = || beside_a_store(|data| Arc::try_unwrap(data).ok().map(|data| data.load(Relaxed)));
    assert_eq!(returned(try_unwrap), allowed);
    let into_inner = || beside_a_store(|data| Arc::into_inner(data).map(|data| data.load(Relaxed)));
    assert_eq!(returned(into_inner), allowed);
    let strong_count = || beside_a_store(|data| (Arc::strong_count(&data) == 1).then(|| data.load(Relaxed)));
    assert_eq!(returned(strong_count), allowed);
}

#[test]
fn the_destructor_of_the_last_owner_reads_nothing_stale() {
    struct Sum(AtomicUsize, AtomicUsize, model_std::sync::mpsc::Sender<usize>);
    impl Drop for Sum {
        fn drop(&mut self) {
            let Self(one, other, sum) = &*self;
            sum.send(one.load(Relaxed) + other.load(Relaxed)).unwrap();
        }
    }
    let body = || {
        let (sender, receiver) = model_std::sync::mpsc::channel();
        let data = Arc::new(Sum(AtomicUsize::new(0), AtomicUsize::new(0), sender));
        let theirs = Arc::clone(&data);
        let thread = thread::spawn(move || theirs.0.store(1, Relaxed));
        data.1.store(2, Relaxed);
        drop(data);
        thread.join().unwrap();
        receiver.recv().unwrap()
    };
    assert_eq!(returned(body), [3].into());
}

/// Hands 1 over in an `Arc`, with a flag in another one. Returns what the reader saw, if it saw the flag.
fn pass(store: Ordering, load: Ordering) -> Option<usize> {
    let (data, flag) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let theirs = (Arc::clone(&data), Arc::clone(&flag));
    let thread = thread::spawn(move || {
        theirs.0.store(1, Relaxed);
        theirs.1.store(true, store);
    });
    let seen = flag.load(load).then(|| data.load(Relaxed));
    thread.join().unwrap();
    seen
}

#[test]
fn a_message_that_nothing_orders_is_read_stale() {
    for (store, load) in [(Relaxed, Relaxed), (Release, Relaxed), (Relaxed, Acquire)] {
        let seen = returned(move || pass(store, load));
        assert_eq!(seen, [None, Some(0), Some(1)].into(), "{store:?} and {load:?}");
    }
    assert_eq!(returned(|| pass(Release, Acquire)), [None, Some(1)].into());
    assert_eq!(returned(|| pass(SeqCst, SeqCst)), [None, Some(1)].into());
}

#[test]
fn both_threads_read_stale_values_where_stores_are_buffered() {
    let buffer = |store, load| {
        move || {
            let both: Arc<[AtomicUsize; 2]> = Arc::default();
            let theirs = Arc::clone(&both);
            let thread = thread::spawn(move || {
                theirs[0].store(1, store);
                theirs[1].load(load)
            });
            both[1].store(1, store);
            let mine = both[0].load(load);
            (mine, thread.join().unwrap())
        }
    };
    assert!(returned(buffer(Release, Acquire)).contains(&(0, 0)));
    assert!(returned(buffer(Relaxed, SeqCst)).contains(&(0, 0)));
    assert!(!returned(buffer(SeqCst, SeqCst)).contains(&(0, 0)));
}

#[test]
fn a_lock_that_orders_nothing_loses_an_update() {
    let count = |acquire, release| {
        move || {
            let shared: Arc<(AtomicBool, AtomicUsize)> = Arc::default();
            let add = || {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    while shared.0.swap(true, acquire) {
                        thread::yield_now();
                    }
                    shared.1.store(shared.1.load(Relaxed) + 1, Relaxed);
                    shared.0.store(false, release);
                })
            };
            [add(), add()].into_iter().for_each(|thread| thread.join().unwrap());
            shared.1.load(Relaxed)
        }
    };
    assert_eq!(returned(count(Acquire, Release)), [2].into());
    assert_eq!(returned(count(Relaxed, Release)), [1, 2].into());
    assert_eq!(returned(count(Acquire, Relaxed)), [1, 2].into());
}
