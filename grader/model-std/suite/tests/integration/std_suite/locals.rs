//! `thread_local!`: one value for each thread, when it is made, and when it is destroyed.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::comes_to;
use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::sync::mpsc::{Sender, channel};
use super::library::sync::{Arc, Mutex};
use super::library::thread::{self, LocalKey};
use super::library::thread_local;

/// Sends its name when it is destroyed.
struct Tells(Sender<&'static str>, &'static str);

impl Drop for Tells {
    fn drop(&mut self) {
        self.0.send(self.1).unwrap();
    }
}

#[test]
fn every_thread_has_its_own_lazy_and_constant_values() {
    thread_local! {
        static LAZY: Cell<i32> = Cell::new(1 + i32::from(thread::panicking()));
        static CONSTANT: Cell<i32> = const { Cell::new(1) };
    }
    fn use_it(key: &'static LocalKey<Cell<i32>>) -> (i32, i32, i32) {
        let before = key.replace(2);
        let theirs = thread::spawn(move || key.get()).join().unwrap();
        (before, theirs, key.get())
    }
    comes_to(|| [use_it(&LAZY), use_it(&CONSTANT)], [[(1, 1, 2); 2]]);
}

#[test]
fn a_thread_local_is_made_at_its_first_use() {
    static N_MADE: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static VALUE: usize = N_MADE.fetch_add(1, SeqCst);
    }
    let body = || {
        let before = N_MADE.load(SeqCst);
        let unused = thread::spawn(|| ()).join().is_ok();
        let same = thread::spawn(|| VALUE.with(|value| *value) == VALUE.with(|value| *value))
            .join()
            .unwrap();
        (unused, same, N_MADE.load(SeqCst) - before)
    };
    comes_to(body, [(true, true, 1)]);
}

#[test]
fn setting_a_first_value_skips_the_initialiser() {
    thread_local! {
        static VALUE: Cell<i32> = panic!("it is never made");
        static CELL: RefCell<Vec<i32>> = panic!("it is never made");
    }
    let body = || {
        let thread = thread::spawn(|| {
            VALUE.set(3);
            CELL.set(vec![1]);
            CELL.with_borrow_mut(|cell| cell.push(2));
            (
                VALUE.take(),
                VALUE.get(),
                CELL.replace(Vec::new()),
                CELL.with_borrow(Vec::len),
            )
        });
        thread.join().unwrap()
    };
    comes_to(body, [(3, 0, vec![1, 2], 0)]);
}

#[test]
fn a_value_cannot_be_reached_while_it_is_destroyed() {
    struct Looks(&'static LocalKey<Looks>, Arc<Mutex<Vec<bool>>>);
    impl Drop for Looks {
        fn drop(&mut self) {
            let is_gone = self.0.try_with(|_| ()).is_err();
            self.1.lock().unwrap().push(is_gone);
        }
    }
    thread_local! {
        static SLOT: RefCell<Option<Arc<Mutex<Vec<bool>>>>> = const { RefCell::new(None) };
        static VALUE: Looks = Looks(&VALUE, SLOT.take().unwrap());
    }
    let body = || {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let theirs = Arc::clone(&seen);
        let thread = thread::spawn(move || {
            SLOT.set(Some(theirs));
            VALUE.try_with(|_| ()).is_ok()
        });
        let was_there = thread.join().unwrap();
        let seen = seen.lock().unwrap().clone();
        (was_there, seen)
    };
    comes_to(body, [(true, vec![true])]);
}

#[test]
fn thread_locals_are_destroyed_before_a_join_returns() {
    thread_local! {
        static VALUE: RefCell<Option<Tells>> = const { RefCell::new(None) };
    }
    let body = || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || VALUE.set(Some(Tells(sender, "destroyed"))));
        thread.join().unwrap();
        receiver.try_recv().ok()
    };
    comes_to(body, [Some("destroyed")]);
}

#[test]
fn a_panic_destroys_the_values_of_its_thread() {
    thread_local! {
        static VALUE: RefCell<Option<Tells>> = const { RefCell::new(None) };
    }
    let body = || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || {
            VALUE.set(Some(Tells(sender, "destroyed")));
            panic!("boom");
        });
        let died = thread.join().is_err();
        (died, receiver.try_recv().ok())
    };
    comes_to(body, [(true, Some("destroyed"))]);
}

#[test]
fn a_destructor_may_make_further_values_which_are_destroyed_too() {
    struct Makes(Sender<&'static str>);
    impl Drop for Makes {
        fn drop(&mut self) {
            let made = SECOND.try_with(|second| second.replace(Some(Tells(self.0.clone(), "second"))));
            assert!(made.is_ok());
            self.0.send("first").unwrap();
        }
    }
    thread_local! {
        static FIRST: RefCell<Option<Makes>> = const { RefCell::new(None) };
        static SECOND: RefCell<Option<Tells>> = const { RefCell::new(None) };
    }
    let body = || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || FIRST.set(Some(Makes(sender))));
        thread.join().unwrap();
        receiver.iter().collect::<Vec<_>>()
    };
    comes_to(body, [vec!["first", "second"]]);
}

#[test]
fn two_destructors_may_make_each_other_s_values() {
    struct One(Arc<AtomicUsize>);
    struct Other(Arc<AtomicUsize>);
    thread_local! {
        static ONE: RefCell<Option<One>> = const { RefCell::new(None) };
        static OTHER: RefCell<Option<Other>> = const { RefCell::new(None) };
    }
    impl Drop for One {
        fn drop(&mut self) {
            if self.0.fetch_add(1, SeqCst) == 0 {
                OTHER.set(Some(Other(Arc::clone(&self.0))));
            }
        }
    }
    impl Drop for Other {
        fn drop(&mut self) {
            self.0.fetch_add(10, SeqCst);
            let _ = ONE.try_with(|one| one.replace(Some(One(Arc::clone(&self.0)))));
        }
    }
    let body = || {
        let hits = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&hits);
        // The first drop is in the function of the thread, not in a thread-local destructor.
        thread::spawn(move || drop(One(theirs))).join().unwrap();
        hits.load(SeqCst)
    };
    comes_to(body, [12]);
}

#[test]
fn thread_locals_are_destroyed_in_reverse_order() {
    thread_local! {
        static FIRST: RefCell<Option<Tells>> = const { RefCell::new(None) };
        static SECOND: RefCell<Option<Tells>> = const { RefCell::new(None) };
        static THIRD: RefCell<Option<Tells>> = const { RefCell::new(None) };
    }
    let body = || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || {
            SECOND.set(Some(Tells(sender.clone(), "second")));
            THIRD.set(Some(Tells(sender.clone(), "third")));
            FIRST.set(Some(Tells(sender, "first")));
        });
        thread.join().unwrap();
        receiver.iter().collect::<Vec<_>>()
    };
    comes_to(body, [vec!["first", "third", "second"]]);
}

#[test]
fn a_destructor_may_start_a_thread() {
    struct Starts(Sender<&'static str>);
    impl Drop for Starts {
        fn drop(&mut self) {
            let sender = self.0.clone();
            thread::spawn(move || sender.send("started").unwrap());
        }
    }
    thread_local! {
        static VALUE: RefCell<Option<Starts>> = const { RefCell::new(None) };
    }
    let body = || {
        let (sender, receiver) = channel();
        thread::spawn(move || VALUE.set(Some(Starts(sender)))).join().unwrap();
        let told = receiver.recv().unwrap();
        thread::sleep(Duration::from_millis(1));
        told
    };
    comes_to(body, ["started"]);
}

#[test]
fn an_error_says_that_the_value_is_gone() {
    struct Says(Sender<String>);
    impl Drop for Says {
        fn drop(&mut self) {
            let error = VALUE.try_with(|_| ()).unwrap_err();
            self.0.send(format!("{error} {error:?}")).unwrap();
        }
    }
    thread_local! {
        static VALUE: RefCell<Option<Says>> = const { RefCell::new(None) };
    }
    let body = || {
        let (sender, receiver) = channel();
        thread::spawn(move || VALUE.set(Some(Says(sender)))).join().unwrap();
        receiver.recv().unwrap()
    };
    comes_to(body, ["already destroyed AccessError".to_owned()]);
}
