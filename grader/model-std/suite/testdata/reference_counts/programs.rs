//! Programs with `Arc` and `Weak`, each with all outcomes that real threads can have.
//!
//! The test `reference_counts` compiles them against the modelled `std`, with calls in place of atomic instructions, and
//! against the real one.

pub mod generated;

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Barrier, Condvar, Mutex, RwLock, Weak};
use std::thread;

/// A program, its name and its outcomes. One that panics has the outcome `panicked`.
pub struct Program {
    pub name: &'static str,
    pub outcomes: &'static [&'static str],
    /// Whether the order in which threads use a count makes a difference.
    pub counts_matter: bool,
    pub run: fn() -> String,
}

macro_rules! programs {
    ($list:ident: $($name:ident: $matter:literal, [$($outcome:literal),*];)*) => {
        pub const $list: &[Program] = &[$(Program {
            name: stringify!($name),
            outcomes: &[$($outcome),*],
            counts_matter: $matter,
            run: $name,
        }),*];
    };
}

programs! {
    PROGRAMS:
    unwrapped_after_a_message: true, ["alone", "shared"];
    unwrapped_after_a_join: false, ["1"];
    unwrapped_after_a_scope: false, ["2"];
    unwrapped_after_the_value_was_locked: true, ["alone", "shared"];
    unwrapped_after_a_notification: true, ["alone", "shared"];
    unwrapped_after_a_barrier: true, ["alone", "shared"];
    unwrapped_after_a_flag: true, ["alone", "shared"];
    unwrapped_after_an_unpark: true, ["alone", "shared"];
    unwrapped_when_a_channel_is_closed: true, ["alone", "shared"];
    unwrapped_when_the_channel_of_a_clone_is_closed: false, ["alone"];
    counted_while_two_threads_drop: true, ["1", "2", "3"];
    counted_until_it_is_alone: true, ["alone"];
    counted_until_it_is_alone_with_a_hint: true, ["alone"];
    counted_by_a_child_that_is_quicker: true, ["1", "2"];
    counted_before_any_thread_starts: false, ["2"];
    borrowed_mutably_while_a_thread_drops: true, ["alone", "shared"];
    borrowed_mutably_in_turn: false, ["3"];
    made_mutable_while_a_thread_drops: true, ["copied", "in place"];
    made_mutable_beside_a_weak: true, ["moved", "copied"];
    unwrapped_or_cloned: true, ["clone", "original"];
    upgraded_while_a_thread_drops: true, ["gone", "there"];
    upgraded_in_a_loop: true, ["gone"];
    upgraded_by_a_thread_that_may_be_the_last: true, ["main: none", "main: some", "other: some"];
    upgraded_after_looking: true, ["gone", "panicked", "there"];
    weaks_counted_while_one_is_dropped: true, ["0", "1"];
    weak_alone_is_no_owner: false, ["alone"];
    last_drop_closes_a_channel: true, ["closed", "open"];
    last_drop_is_in_either_thread: true, ["main", "other"];
    last_drop_of_a_trait_object: true, ["main", "other"];
    last_drop_wakes_a_waiting_thread: false, ["woken"];
    last_drop_has_no_operation: false, ["2"];
    exactly_one_takes_the_value: false, ["first", "second"];
    two_try_to_take_the_value: true, ["first", "nobody", "second"];
    compared_by_address: false, ["true"];
    cyclic: true, ["none, some"];
    slice_borrowed_mutably: true, ["alone", "shared"];
    text_counted: true, ["1", "2"];
    kept_in_a_static: true, ["2", "3"];
    dropped_while_unwinding_before_a_join: false, ["alone"];
    dropped_while_unwinding_after_a_message: true, ["alone", "shared"];
    dropped_by_a_thread_local_before_a_join: false, ["1"];
    dropped_by_a_thread_local_after_a_scope: true, ["1", "2"];
    returned_by_a_thread: false, ["2"];
    moved_through_a_channel: false, ["alone"];
    copied_on_write_under_a_lock: true, ["copied", "in place"];
    replaced_while_a_thread_reads: true, ["1", "2"];
    named_threads_that_are_detached: false, ["1"];
}

// With stale reads.
programs! {
    STALE:
    the_only_owner_sees_all_stores: true, ["1", "shared"];
    the_taker_of_the_value_sees_all_stores: true, ["1", "shared"];
    the_last_owner_sees_all_stores: false, ["2"];
    the_destructor_sees_all_stores: true, ["2"];
    who_copies_on_write_sees_all_stores: true, ["1", "copied"];
    who_only_counts_owners_sees_all_stores: true, ["1", "shared"];
    a_new_value_in_the_same_place_is_not_ordered: false, ["0", "1"];
}

// Data races: only the model may run them.
programs! {
    RACES:
    plain_memory_changes_right_after_an_operation: false, ["there", "gone"];
    plain_memory_beside_a_count_that_matters: true, ["there", "gone", "shared"];
}

/// Plain memory that threads share.
#[derive(Default)]
struct Plain<T>(UnsafeCell<T>);

// SAFETY: under the model, one thread runs at a time, and no reference to the value lives beyond a call.
unsafe impl<T: Send> Sync for Plain<T> {}

impl<T> Plain<T> {
    fn set(&self, value: T) {
        // SAFETY: as above.
        unsafe { *self.0.get() = value }
    }

    fn get(&self) -> T
    where
        T: Copy,
    {
        // SAFETY: as above.
        unsafe { *self.0.get() }
    }
}

/// Says that the value is there before it is.
fn published_too_early(shared: &(AtomicBool, Plain<bool>)) {
    shared.0.store(true, SeqCst);
    shared.1.set(true);
}

fn read_when_published(shared: &(AtomicBool, Plain<bool>)) -> String {
    match shared.0.load(SeqCst) && !shared.1.get() {
        true => "gone".to_owned(),
        false => "there".to_owned(),
    }
}

fn plain_memory_changes_right_after_an_operation() -> String {
    let shared: Arc<(AtomicBool, Plain<bool>)> = Arc::default();
    let theirs = Arc::clone(&shared);
    let thread = thread::spawn(move || published_too_early(&theirs));
    let seen = read_when_published(&shared);
    thread.join().unwrap();
    seen
}

fn plain_memory_beside_a_count_that_matters() -> String {
    let shared: Arc<(AtomicBool, Plain<bool>)> = Arc::default();
    let theirs = Arc::clone(&shared);
    let thread = thread::spawn(move || published_too_early(&theirs));
    let seen = read_when_published(&shared);
    let outcome = Arc::try_unwrap(shared).map_or("shared".to_owned(), |_| seen.clone());
    thread.join().unwrap();
    if seen == "gone" { seen } else { outcome }
}

fn ownership<T>(shared: Arc<T>) -> String {
    match Arc::try_unwrap(shared) {
        Ok(_) => "alone".to_owned(),
        Err(_) => "shared".to_owned(),
    }
}

fn unwrapped_after_a_message() -> String {
    let count = Arc::new(Mutex::new(0));
    let (sender, done) = mpsc::channel();
    let theirs = Arc::clone(&count);
    let worker = thread::spawn(move || {
        *theirs.lock().unwrap() += 1;
        sender.send(()).unwrap();
        drop(theirs);
    });
    done.recv().unwrap();
    let found = ownership(count);
    worker.join().unwrap();
    found
}

fn unwrapped_after_a_join() -> String {
    let count = Arc::new(Mutex::new(0));
    let theirs = Arc::clone(&count);
    let worker = thread::spawn(move || *theirs.lock().unwrap() += 1);
    worker.join().unwrap();
    Arc::try_unwrap(count).unwrap().into_inner().unwrap().to_string()
}

fn unwrapped_after_a_scope() -> String {
    let count = Arc::new(AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            let theirs = Arc::clone(&count);
            scope.spawn(move || theirs.fetch_add(1, Relaxed));
        }
    });
    Arc::try_unwrap(count).unwrap().into_inner().to_string()
}

fn unwrapped_after_the_value_was_locked() -> String {
    let done = Arc::new(Mutex::new(false));
    let theirs = Arc::clone(&done);
    let worker = thread::spawn(move || *theirs.lock().unwrap() = true);
    while !*done.lock().unwrap() {
        thread::yield_now();
    }
    let found = ownership(done);
    worker.join().unwrap();
    found
}

fn unwrapped_after_a_notification() -> String {
    let done = Arc::new((Mutex::new(false), Condvar::new()));
    let theirs = Arc::clone(&done);
    let worker = thread::spawn(move || {
        *theirs.0.lock().unwrap() = true;
        theirs.1.notify_one();
    });
    drop(done.1.wait_while(done.0.lock().unwrap(), |done| !*done).unwrap());
    let found = ownership(done);
    worker.join().unwrap();
    found
}

fn unwrapped_after_a_barrier() -> String {
    let barrier = Arc::new(Barrier::new(2));
    let theirs = Arc::clone(&barrier);
    let worker = thread::spawn(move || {
        theirs.wait();
    });
    barrier.wait();
    let found = ownership(barrier);
    worker.join().unwrap();
    found
}

fn unwrapped_after_a_flag() -> String {
    let done = Arc::new(AtomicBool::new(false));
    let theirs = Arc::clone(&done);
    let worker = thread::spawn(move || theirs.store(true, Release));
    while !done.load(Acquire) {
        std::hint::spin_loop();
    }
    let found = ownership(done);
    worker.join().unwrap();
    found
}

fn unwrapped_after_an_unpark() -> String {
    let shared = Arc::new(thread::current());
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || theirs.unpark());
    thread::park();
    let found = ownership(shared);
    worker.join().unwrap();
    found
}

fn unwrapped_when_a_channel_is_closed() -> String {
    let (shared, (sender, receiver)) = (Arc::new(()), mpsc::channel::<()>());
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || {
        drop(sender);
        drop(theirs);
    });
    receiver.recv().unwrap_err();
    let found = ownership(shared);
    worker.join().unwrap();
    found
}

/// The sender is in the same closure, but is dropped after the `Arc`. The two accesses to the count are ordered, which
/// nothing but the outcomes shows.
fn unwrapped_when_the_channel_of_a_clone_is_closed() -> String {
    let (shared, (sender, receiver)) = (Arc::new(()), mpsc::channel::<()>());
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || {
        drop(theirs);
        drop(sender);
    });
    receiver.recv().unwrap_err();
    worker.join().unwrap();
    ownership(shared)
}

fn counted_while_two_threads_drop() -> String {
    let shared = Arc::new(());
    let (sender, receiver) = mpsc::channel();
    let workers = [(); 2].map(|()| {
        let (theirs, sender) = (Arc::clone(&shared), sender.clone());
        thread::spawn(move || {
            sender.send(()).unwrap();
            drop(theirs);
        })
    });
    for _ in &workers {
        receiver.recv().unwrap();
    }
    let count = Arc::strong_count(&shared);
    workers.into_iter().for_each(|worker| worker.join().unwrap());
    count.to_string()
}

fn counted_until_it_is_alone() -> String {
    let shared = Arc::new(AtomicUsize::new(0));
    for _ in 0..2 {
        let theirs = Arc::clone(&shared);
        thread::spawn(move || theirs.fetch_add(1, SeqCst));
    }
    while Arc::strong_count(&shared) > 1 {
        thread::yield_now();
    }
    ownership(shared)
}

fn counted_until_it_is_alone_with_a_hint() -> String {
    let shared = Arc::new(());
    let theirs = Arc::clone(&shared);
    thread::spawn(move || drop(theirs));
    while Arc::strong_count(&shared) != 1 {
        std::hint::spin_loop();
    }
    ownership(shared)
}

fn counted_by_a_child_that_is_quicker() -> String {
    let shared = Arc::new(());
    let theirs = Arc::clone(&shared);
    let child = thread::spawn(move || Arc::strong_count(&theirs));
    drop(shared);
    child.join().unwrap().to_string()
}

fn counted_before_any_thread_starts() -> String {
    let shared = Arc::new(());
    let theirs = Arc::clone(&shared);
    let count = Arc::strong_count(&shared);
    thread::spawn(move || drop(theirs)).join().unwrap();
    count.to_string()
}

fn borrowed_mutably_while_a_thread_drops() -> String {
    let mut shared = Arc::new(0);
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || drop(theirs));
    let found = Arc::get_mut(&mut shared).map_or("shared", |_| "alone");
    worker.join().unwrap();
    found.to_owned()
}

fn borrowed_mutably_in_turn() -> String {
    let mut shared = Arc::new(0);
    for _ in 0..3 {
        *Arc::get_mut(&mut shared).unwrap() += 1;
        let theirs = Arc::clone(&shared);
        thread::spawn(move || drop(theirs)).join().unwrap();
    }
    shared.to_string()
}

fn made_mutable_while_a_thread_drops() -> String {
    let mut shared = Arc::new(0);
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || drop(theirs));
    let before = Arc::as_ptr(&shared);
    *Arc::make_mut(&mut shared) += 1;
    let found = if before == Arc::as_ptr(&shared) { "in place" } else { "copied" };
    worker.join().unwrap();
    found.to_owned()
}

/// Without another owner, the value is moved out, and the `Weak` is left behind. While a thread has upgraded its `Weak`,
/// there is another owner.
fn made_mutable_beside_a_weak() -> String {
    static COPIES: AtomicUsize = AtomicUsize::new(0);
    struct Counted;
    impl Clone for Counted {
        fn clone(&self) -> Self {
            COPIES.fetch_add(1, SeqCst);
            Self
        }
    }
    let mut shared = Arc::new(Counted);
    let weak = Arc::downgrade(&shared);
    let worker = thread::spawn(move || drop(weak.upgrade()));
    let before = COPIES.load(SeqCst);
    Arc::make_mut(&mut shared);
    let found = if COPIES.load(SeqCst) == before { "moved" } else { "copied" };
    worker.join().unwrap();
    found.to_owned()
}

struct Original(bool);

impl Clone for Original {
    fn clone(&self) -> Self {
        Self(false)
    }
}

fn unwrapped_or_cloned() -> String {
    let shared = Arc::new(Original(true));
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || drop(theirs));
    let Original(is_original) = Arc::unwrap_or_clone(shared);
    worker.join().unwrap();
    if is_original { "original" } else { "clone" }.to_owned()
}

fn upgraded_while_a_thread_drops() -> String {
    let shared = Arc::new(());
    let weak = Arc::downgrade(&shared);
    let worker = thread::spawn(move || drop(shared));
    let found = weak.upgrade().map_or("gone", |_| "there");
    worker.join().unwrap();
    found.to_owned()
}

fn upgraded_in_a_loop() -> String {
    let shared = Arc::new(());
    let weak = Arc::downgrade(&shared);
    thread::spawn(move || drop(shared));
    while weak.upgrade().is_some() {
        thread::yield_now();
    }
    "gone".to_owned()
}

/// Says in which thread it is dropped.
struct Telling(Sender<&'static str>);

impl Drop for Telling {
    fn drop(&mut self) {
        let who = if thread::current().name() == Some("other") { "other" } else { "main" };
        self.0.send(who).unwrap();
    }
}

fn other(work: impl FnOnce() + Send + 'static) -> thread::JoinHandle<()> {
    thread::Builder::new().name("other".to_owned()).spawn(work).unwrap()
}

fn upgraded_by_a_thread_that_may_be_the_last() -> String {
    let (sender, receiver) = mpsc::channel();
    let shared = Arc::new(Telling(sender.clone()));
    let weak = Arc::downgrade(&shared);
    let worker = other(move || {
        let upgraded = weak.upgrade();
        sender.send(upgraded.as_ref().map_or("none", |_| "some")).unwrap();
    });
    drop(shared);
    worker.join().unwrap();
    let told: Vec<&str> = receiver.iter().collect();
    let who = told.iter().find(|word| ["main", "other"].contains(word)).unwrap();
    let found = told.iter().find(|word| ["none", "some"].contains(word)).unwrap();
    format!("{who}: {found}")
}

fn upgraded_after_looking() -> String {
    let shared = Arc::new(());
    let weak = Arc::downgrade(&shared);
    let worker = thread::spawn(move || drop(shared));
    let found = if weak.strong_count() > 0 {
        drop(weak.upgrade().expect("it was there a moment ago"));
        "there"
    } else {
        "gone"
    };
    worker.join().unwrap();
    found.to_owned()
}

fn weaks_counted_while_one_is_dropped() -> String {
    let shared = Arc::new(());
    let weak = Arc::downgrade(&shared);
    let worker = thread::spawn(move || drop(weak));
    let count = Arc::weak_count(&shared);
    worker.join().unwrap();
    count.to_string()
}

fn weak_alone_is_no_owner() -> String {
    let shared = Arc::new(());
    let weak = Arc::downgrade(&shared);
    let worker = thread::spawn(move || drop(weak));
    worker.join().unwrap();
    ownership(shared)
}

fn last_drop_closes_a_channel() -> String {
    let (sender, receiver) = mpsc::channel::<()>();
    let sender = Arc::new(sender);
    let theirs = Arc::clone(&sender);
    let worker = thread::spawn(move || drop(theirs));
    drop(sender);
    let found = match receiver.try_recv() {
        Err(mpsc::TryRecvError::Disconnected) => "closed",
        _ => "open",
    };
    worker.join().unwrap();
    found.to_owned()
}

fn last_drop_is_in_either_thread() -> String {
    let (sender, receiver) = mpsc::channel();
    let shared = Arc::new(Telling(sender));
    let theirs = Arc::clone(&shared);
    let worker = other(move || drop(theirs));
    drop(shared);
    worker.join().unwrap();
    receiver.recv().unwrap().to_owned()
}

trait Animal: Send + Sync {}
impl Animal for Telling {}

fn last_drop_of_a_trait_object() -> String {
    let (sender, receiver) = mpsc::channel();
    // The lock makes it shareable.
    struct Shareable(#[expect(dead_code)] Mutex<Telling>);
    impl Animal for Shareable {}
    let shared: Arc<dyn Animal> = Arc::new(Shareable(Mutex::new(Telling(sender))));
    let theirs = Arc::clone(&shared);
    let worker = other(move || drop(theirs));
    drop(shared);
    worker.join().unwrap();
    receiver.recv().unwrap().to_owned()
}

/// Two threads own what ends the wait of a third; whichever is the last, there is no other outcome. The destructor has
/// an operation, but both threads end before main.
fn last_drop_wakes_a_waiting_thread() -> String {
    let (sender, receiver) = mpsc::channel::<()>();
    let sender = Arc::new(Mutex::new(sender));
    let theirs = Arc::clone(&sender);
    let worker = thread::spawn(move || {
        drop(theirs.lock().unwrap().clone());
    });
    worker.join().unwrap();
    drop(sender);
    receiver.recv().unwrap_err();
    "woken".to_owned()
}

fn last_drop_has_no_operation() -> String {
    let counts = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let workers = [0, 1].map(|index| {
        let counts = Arc::clone(&counts);
        thread::spawn(move || counts[index].fetch_add(1, SeqCst))
    });
    let count = workers.into_iter().map(|worker| worker.join().unwrap() + 1).sum::<usize>();
    count.to_string()
}

fn exactly_one_takes_the_value() -> String {
    let shared = Arc::new(1);
    let theirs = Arc::clone(&shared);
    let second = thread::spawn(move || Arc::into_inner(theirs));
    let first = Arc::into_inner(shared);
    let second = second.join().unwrap();
    match (first, second) {
        (Some(_), None) => "first".to_owned(),
        (None, Some(_)) => "second".to_owned(),
        other => format!("{other:?}"),
    }
}

fn two_try_to_take_the_value() -> String {
    let shared = Arc::new(1);
    let theirs = Arc::clone(&shared);
    let second = thread::spawn(move || Arc::try_unwrap(theirs).ok());
    let first = Arc::try_unwrap(shared).ok();
    let second = second.join().unwrap();
    match (first, second) {
        (Some(_), None) => "first".to_owned(),
        (None, Some(_)) => "second".to_owned(),
        (None, None) => "nobody".to_owned(),
        other => format!("{other:?}"),
    }
}

fn compared_by_address() -> String {
    let shared = Arc::new(());
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || theirs);
    let theirs = worker.join().unwrap();
    Arc::ptr_eq(&shared, &theirs).to_string()
}

fn cyclic() -> String {
    struct Node {
        itself: Weak<Node>,
        found: &'static str,
    }
    let found = |weak: &Weak<Node>| weak.upgrade().map_or("none", |_| "some");
    let node = Arc::new_cyclic(|weak| Node {
        itself: weak.clone(),
        found: found(weak),
    });
    let theirs = Arc::clone(&node);
    let now = thread::spawn(move || found(&theirs.itself)).join().unwrap();
    format!("{}, {now}", node.found)
}

fn slice_borrowed_mutably() -> String {
    let mut shared: Arc<[i32]> = Arc::from([1, 2]);
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || drop(theirs));
    let found = Arc::get_mut(&mut shared).map_or("shared", |_| "alone");
    worker.join().unwrap();
    found.to_owned()
}

fn text_counted() -> String {
    let shared: Arc<str> = Arc::from("text");
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || drop(theirs));
    let count = Arc::strong_count(&shared);
    worker.join().unwrap();
    count.to_string()
}

fn kept_in_a_static() -> String {
    static KEPT: Mutex<Option<Arc<u8>>> = Mutex::new(None);
    let shared = Arc::new(1);
    *KEPT.lock().unwrap() = Some(Arc::clone(&shared));
    let worker = thread::spawn(|| {
        let copy = KEPT.lock().unwrap().clone();
        drop(copy);
    });
    let count = Arc::strong_count(&shared);
    worker.join().unwrap();
    KEPT.lock().unwrap().take();
    count.to_string()
}

fn dropped_while_unwinding_before_a_join() -> String {
    let shared = Arc::new(());
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || {
        let _theirs = theirs;
        std::panic::resume_unwind(Box::new(()));
    });
    assert!(worker.join().is_err());
    ownership(shared)
}

fn dropped_while_unwinding_after_a_message() -> String {
    let (shared, (sender, receiver)) = (Arc::new(()), mpsc::channel());
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || {
        let _theirs = theirs;
        sender.send(()).unwrap();
        std::panic::resume_unwind(Box::new(()));
    });
    receiver.recv().unwrap();
    let found = ownership(shared);
    assert!(worker.join().is_err());
    found
}

thread_local! {
    static LOCAL: std::cell::RefCell<Option<Arc<()>>> = const { std::cell::RefCell::new(None) };
}

fn dropped_by_a_thread_local_before_a_join() -> String {
    let shared = Arc::new(());
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || LOCAL.with(|local| *local.borrow_mut() = Some(theirs)));
    worker.join().unwrap();
    Arc::strong_count(&shared).to_string()
}

/// A scope waits for the functions of its threads, and not for the destructors of their thread-local values.
fn dropped_by_a_thread_local_after_a_scope() -> String {
    let shared = Arc::new(());
    let theirs = Arc::clone(&shared);
    thread::scope(|scope| {
        scope.spawn(move || LOCAL.with(|local| *local.borrow_mut() = Some(theirs)));
    });
    Arc::strong_count(&shared).to_string()
}

fn returned_by_a_thread() -> String {
    let shared = Arc::new(());
    let theirs = Arc::clone(&shared);
    let theirs = thread::spawn(move || theirs).join().unwrap();
    let count = Arc::strong_count(&shared);
    drop(theirs);
    count.to_string()
}

fn moved_through_a_channel() -> String {
    let (sender, receiver) = mpsc::channel();
    let worker = thread::spawn(move || sender.send(Arc::new(1)).unwrap());
    let received = receiver.recv().unwrap();
    let found = ownership(received);
    worker.join().unwrap();
    found
}

fn copied_on_write_under_a_lock() -> String {
    let shared = Arc::new(Mutex::new(Arc::new(1)));
    let theirs = Arc::clone(&shared);
    let reader = thread::spawn(move || {
        let copy = Arc::clone(&theirs.lock().unwrap());
        *copy
    });
    let found = {
        let mut value = shared.lock().unwrap();
        let before = Arc::as_ptr(&value);
        *Arc::make_mut(&mut value) = 2;
        if before == Arc::as_ptr(&value) { "in place" } else { "copied" }
    };
    reader.join().unwrap();
    found.to_owned()
}

fn replaced_while_a_thread_reads() -> String {
    let current = Arc::new(RwLock::new(Arc::new(1)));
    let theirs = Arc::clone(&current);
    let reader = thread::spawn(move || **theirs.read().unwrap());
    let old = std::mem::replace(&mut *current.write().unwrap(), Arc::new(2));
    let other = thread::spawn({
        let old = Arc::clone(&old);
        move || drop(old)
    });
    let count = Arc::strong_count(&old);
    other.join().unwrap();
    reader.join().unwrap();
    count.to_string()
}

/// The name of a thread is in an `Arc` as well, which is not the program's.
fn named_threads_that_are_detached() -> String {
    let (sender, receiver) = mpsc::channel();
    drop(other(move || {
        let itself = thread::current();
        sender.send(itself.name().map(str::len)).unwrap();
    }));
    assert_eq!(receiver.recv().unwrap(), Some(5));
    receiver.recv().unwrap_err();
    "1".to_owned()
}

/// Both threads store, and the other one drops.
fn stored_and_dropped() -> (Arc<[AtomicUsize; 2]>, thread::JoinHandle<()>) {
    let shared = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || {
        theirs[0].store(1, Relaxed);
        drop(theirs);
    });
    thread::yield_now();
    (shared, worker)
}

fn the_only_owner_sees_all_stores() -> String {
    let (mut shared, worker) = stored_and_dropped();
    let alone = Arc::get_mut(&mut shared);
    let seen = alone.map_or("shared".to_owned(), |values| (&*values)[0].load(Relaxed).to_string());
    worker.join().unwrap();
    seen
}

fn the_taker_of_the_value_sees_all_stores() -> String {
    let (shared, worker) = stored_and_dropped();
    let seen = match Arc::try_unwrap(shared) {
        Ok(values) => values[0].load(Relaxed).to_string(),
        Err(_) => "shared".to_owned(),
    };
    worker.join().unwrap();
    seen
}

fn the_last_owner_sees_all_stores() -> String {
    fn take(shared: Arc<[AtomicUsize; 2]>, mine: usize) -> Option<usize> {
        shared[mine].store(1, Relaxed);
        Arc::into_inner(shared).map(|values| values.iter().map(|value| value.load(Relaxed)).sum())
    }
    let shared = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || take(theirs, 0));
    let mine = take(shared, 1);
    mine.or(worker.join().unwrap()).unwrap().to_string()
}

fn the_destructor_sees_all_stores() -> String {
    struct Sum([AtomicUsize; 2], Mutex<Sender<usize>>);
    impl Drop for Sum {
        fn drop(&mut self) {
            let this = &*self;
            let sum = this.0.iter().map(|value| value.load(Relaxed)).sum();
            this.1.lock().unwrap().send(sum).unwrap();
        }
    }
    let (sender, receiver) = mpsc::channel();
    let shared = Arc::new(Sum([AtomicUsize::new(0), AtomicUsize::new(0)], Mutex::new(sender)));
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || theirs.0[0].store(1, Relaxed));
    shared.0[1].store(1, Relaxed);
    drop(shared);
    worker.join().unwrap();
    receiver.recv().unwrap().to_string()
}

fn who_copies_on_write_sees_all_stores() -> String {
    struct Copied(Option<AtomicUsize>);
    impl Clone for Copied {
        fn clone(&self) -> Self {
            Self(None)
        }
    }
    let mut shared = Arc::new(Copied(Some(AtomicUsize::new(0))));
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || theirs.0.as_ref().unwrap().store(1, Relaxed));
    thread::yield_now();
    let value = &*Arc::make_mut(&mut shared);
    let seen = value.0.as_ref().map_or("copied".to_owned(), |value| value.load(Relaxed).to_string());
    worker.join().unwrap();
    seen
}

/// `Arc::strong_count` loads with `Relaxed`, but the model lets it synchronize, since programs wait with it.
fn who_only_counts_owners_sees_all_stores() -> String {
    let (shared, worker) = stored_and_dropped();
    let seen = match Arc::strong_count(&shared) {
        1 => shared[0].load(Relaxed).to_string(),
        _ => "shared".to_owned(),
    };
    worker.join().unwrap();
    seen
}

/// What was released to a count that is gone says nothing about a new one at the same address.
fn a_new_value_in_the_same_place_is_not_ordered() -> String {
    static STORED: AtomicUsize = AtomicUsize::new(0);
    let worker = thread::spawn(|| {
        STORED.store(1, Relaxed);
        let shared = Arc::new(0);
        drop(Arc::clone(&shared));
        drop(shared);
    });
    thread::yield_now();
    let mut shared = Arc::new(0);
    drop(Arc::clone(&shared));
    *Arc::get_mut(&mut shared).unwrap() += 1;
    let seen = STORED.load(Relaxed);
    worker.join().unwrap();
    // A static of the real `std` keeps its value.
    STORED.store(0, Relaxed);
    seen.to_string()
}
