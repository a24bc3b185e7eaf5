//! `thread::scope`: borrowing, waiting for all threads, and panics.

use std::time::Duration;

use super::library::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use super::library::sync::{Mutex, PoisonError};
use super::library::thread::{self, Builder, Scope};
use super::{comes_to, message, message_of};

#[test]
fn threads_borrow_and_the_scope_gives_its_value() {
    let body = || {
        let (mut numbers, mut total) = (vec![1, 2, 3], 0);
        let first = thread::scope(|scope| {
            let sum = scope.spawn(|| numbers.iter().sum::<i32>());
            let first = scope.spawn(|| numbers[0]);
            total = sum.join().unwrap();
            first.join().unwrap()
        });
        numbers.push(4);
        (first, total, numbers.len())
    };
    comes_to(body, [(1, 6, 4)]);
}

#[test]
fn a_scope_ends_after_all_its_threads_joined_or_not() {
    let body = || {
        let n_done = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                scope.spawn(|| n_done.fetch_add(1, SeqCst));
                n_done.fetch_add(1, SeqCst);
            });
            let joined = scope.spawn(|| n_done.fetch_add(1, SeqCst));
            joined.join().unwrap();
        });
        n_done.load(SeqCst)
    };
    comes_to(body, [3]);
}

#[test]
fn the_result_of_a_thread_is_dropped_before_its_scope_ends() {
    struct Starts<'scope, 'env>(&'scope Scope<'scope, 'env>, &'env AtomicBool);
    impl Drop for Starts<'_, '_> {
        fn drop(&mut self) {
            let has_run = self.1;
            self.0.spawn(move || {
                thread::sleep(Duration::from_millis(1));
                has_run.store(true, SeqCst);
            });
        }
    }
    let body = || {
        let has_run = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| Starts(scope, &has_run));
        });
        has_run.load(SeqCst)
    };
    comes_to(body, [true]);
}

#[test]
fn a_panic_of_a_thread_that_nobody_joined_leaves_the_scope() {
    let body = || {
        let unseen = message_of(|| {
            thread::scope(|scope| {
                scope.spawn(|| panic!("inside"));
            });
        });
        let seen = message_of(|| thread::scope(|scope| assert!(scope.spawn(|| panic!("inside")).join().is_err())));
        (unseen, seen)
    };
    comes_to(body, [(message("a scoped thread panicked"), None)]);
}

#[test]
fn a_panic_of_the_scope_itself_comes_first_and_waits_for_its_threads() {
    let body = || {
        let n_done = AtomicUsize::new(0);
        let message = message_of(|| {
            thread::scope(|scope| {
                scope.spawn(|| n_done.fetch_add(1, SeqCst));
                scope.spawn(|| panic!("of a thread"));
                panic!("of the scope");
            });
        });
        (message, n_done.load(SeqCst))
    };
    comes_to(body, [(message("of the scope"), 1)]);
}

#[test]
fn the_value_of_a_scope_is_dropped_once_when_a_thread_panicked() {
    struct Noted<'a>(&'a Mutex<Vec<bool>>);
    impl Drop for Noted<'_> {
        fn drop(&mut self) {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(thread::panicking());
        }
    }
    let body = || {
        let while_panicking = Mutex::new(Vec::new());
        drop(thread::scope(|_| Noted(&while_panicking)));
        let message = message_of(|| {
            let _value = thread::scope(|scope| {
                scope.spawn(|| panic!("inside"));
                Noted(&while_panicking)
            });
        });
        let while_panicking = while_panicking.into_inner().unwrap_or_else(PoisonError::into_inner);
        (message, while_panicking)
    };
    comes_to(body, [(message("a scoped thread panicked"), vec![false, true])]);
}

#[test]
fn scopes_nest() {
    let body = || {
        let log = Mutex::new(Vec::new());
        thread::scope(|outer| {
            outer.spawn(|| {
                thread::scope(|inner| {
                    inner.spawn(|| log.lock().unwrap().push("inner"));
                });
                log.lock().unwrap().push("outer");
            });
        });
        log.into_inner().unwrap()
    };
    comes_to(body, [vec!["inner", "outer"]]);
}

#[test]
fn scoped_threads_may_have_names() {
    let body = || {
        thread::scope(|scope| {
            let named = Builder::new().name("scoped".to_owned());
            let thread = named
                .spawn_scoped(scope, || thread::current().name().map(str::to_owned))
                .unwrap();
            let outside = thread.thread().name().map(str::to_owned);
            (thread.join().unwrap(), outside)
        })
    };
    let name = || Some("scoped".to_owned());
    comes_to(body, [(name(), name())]);
}

#[test]
fn a_scope_without_threads_ends_at_once() {
    comes_to(|| thread::scope(|_| 5), [5]);
}

#[test]
fn a_scoped_thread_may_join_its_sibling() {
    let body = || {
        thread::scope(|scope| {
            let first = scope.spawn(|| 1);
            let second = scope.spawn(move || first.join().unwrap() + 1);
            second.join().unwrap()
        })
    };
    comes_to(body, [2]);
}
