//! `thread`: names, ids, joining, parking, sleeping, and threads that nobody joins.

use std::any::Any;
use std::panic::panic_any;
use std::time::Duration;

use super::comes_to;
use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::sync::mpsc::{Sender, channel};
use super::library::sync::{Arc, Barrier};
use super::library::thread::{self, Builder};
use super::library::time::Instant;

const MOMENT: Duration = Duration::from_millis(1);

#[test]
fn threads_have_the_names_they_were_given() {
    let body = || {
        let name = || thread::current().name().map(str::to_owned);
        let long = "a name that is longer than the system takes".to_owned();
        let unnamed = thread::spawn(name).join().unwrap();
        let named = Builder::new()
            .name(long.clone())
            .stack_size(1 << 20)
            .spawn(name)
            .unwrap();
        let outside = named.thread().name().map(str::to_owned);
        (
            unnamed,
            named.join().unwrap() == Some(long.clone()),
            outside == Some(long),
        )
    };
    comes_to(body, [(None, true, true)]);
}

#[test]
fn a_thread_name_with_a_null_byte_is_refused() {
    let body = || {
        let start = || drop(Builder::new().name("a\0b".to_owned()).spawn(|| {}));
        super::library::panic::catch_unwind(start).is_err()
    };
    comes_to(body, [true]);
}

#[test]
fn every_thread_has_an_id_of_its_own() {
    let body = || {
        let thread = thread::spawn(|| thread::current().id());
        let from_outside = thread.thread().id();
        let theirs = thread.join().unwrap();
        let mine = thread::current().id();
        let small = size_of::<Option<thread::ThreadId>>() == size_of::<thread::ThreadId>();
        (
            theirs == from_outside,
            mine == thread::current().id(),
            mine == theirs,
            small,
        )
    };
    comes_to(body, [(true, true, false, true)]);
}

#[test]
fn a_join_gives_the_result_or_the_payload_of_the_panic() {
    struct Unit;
    let body = || {
        let join = |f: fn()| thread::spawn(f).join().unwrap_err();
        let any = *join(|| panic_any(Box::new(413_u16) as Box<dyn Any + Send>))
            .downcast::<Box<dyn Any + Send>>()
            .unwrap();
        (
            thread::spawn(|| 7).join().unwrap(),
            *join(|| panic!("a literal")).downcast::<&str>().unwrap(),
            *join(|| panic!("with {}", std::hint::black_box(5)))
                .downcast::<String>()
                .unwrap(),
            *join(|| panic_any("owned".to_owned())).downcast::<String>().unwrap(),
            *any.downcast::<u16>().unwrap(),
            join(|| panic_any(Unit)).is::<Unit>(),
        )
    };
    let owned = |text: &str| text.to_owned();
    comes_to(body, [(7, "a literal", owned("with 5"), owned("owned"), 413, true)]);
}

#[test]
fn is_finished_turns_true_only_after_the_function_has_returned() {
    let body = || {
        let barrier = Arc::new(Barrier::new(2));
        let theirs = Arc::clone(&barrier);
        let thread = thread::spawn(move || {
            theirs.wait();
            1234
        });
        let early = thread.is_finished();
        barrier.wait();
        while !thread.is_finished() {
            thread::sleep(MOMENT);
        }
        (early, thread.join().unwrap())
    };
    comes_to(body, [(false, 1234)]);
}

#[test]
fn threads_start_threads_that_outlive_them() {
    fn start(generation: i32, done: Sender<i32>) {
        thread::spawn(move || match generation {
            0 => done.send(0).unwrap(),
            _ => start(generation - 1, done),
        });
    }
    let body = || {
        let (done, all) = channel();
        start(3, done);
        let last = all.recv().unwrap();
        // When the last sender is gone, all of them have ended except for their very last steps.
        let is_over = all.recv().is_err();
        thread::sleep(MOMENT);
        (last, is_over)
    };
    comes_to(body, [(0, true)]);
}

#[test]
fn a_thread_works_on_the_value_that_it_was_given() {
    let body = || {
        let value = Box::new(1);
        let address = std::ptr::from_ref(&*value).addr();
        thread::spawn(move || std::ptr::from_ref(&*value).addr() == address)
            .join()
            .unwrap()
    };
    comes_to(body, [true]);
}

#[test]
fn a_token_that_was_set_before_ends_the_next_park_at_once() {
    let body = || {
        let start = Instant::now();
        for _ in 0..3 {
            thread::current().unpark();
            thread::park();
            thread::current().unpark();
            thread::park_timeout(Duration::from_secs(1_000));
        }
        start.elapsed() < Duration::from_secs(900)
    };
    comes_to(body, [true]);
}

#[test]
fn a_park_ends_with_an_unpark_by_another_thread() {
    let body = || {
        for timeout in [None, Some(Duration::from_secs(1_000)), Some(Duration::MAX)] {
            let (main, flag) = (thread::current(), Arc::new(AtomicUsize::new(0)));
            let theirs = Arc::clone(&flag);
            let thread = thread::spawn(move || {
                theirs.store(1, SeqCst);
                main.unpark();
            });
            while flag.load(SeqCst) == 0 {
                timeout.map_or_else(thread::park, thread::park_timeout);
            }
            thread.join().unwrap();
            // Takes the token of this round, if the loop did not.
            thread::park_timeout(Duration::ZERO);
        }
        true
    };
    comes_to(body, [true]);
}

#[test]
fn a_park_with_a_timeout_ends_without_an_unpark() {
    let body = || {
        let start = Instant::now();
        while start.elapsed() < MOMENT {
            thread::park_timeout(MOMENT);
        }
        thread::park_timeout(Duration::ZERO);
        true
    };
    comes_to(body, [true]);
}

#[test]
fn an_unpark_of_a_thread_that_is_over_does_nothing() {
    let body = || {
        let thread = thread::spawn(|| 1);
        let handle = thread.thread().clone();
        let value = thread.join().unwrap();
        handle.unpark();
        (value, handle.name().is_none())
    };
    comes_to(body, [(1, true)]);
}

#[test]
fn a_sleep_takes_at_least_as_long_as_asked_for() {
    let body = || {
        let start = Instant::now();
        thread::sleep(Duration::ZERO);
        thread::sleep(MOMENT);
        start.elapsed() >= MOMENT
    };
    comes_to(body, [true]);
}

#[test]
fn a_handle_that_is_dropped_lets_its_thread_run_on() {
    let body = || {
        let (done, result) = channel();
        drop(thread::spawn(move || done.send(3).unwrap()));
        let value = result.recv().unwrap();
        thread::sleep(MOMENT);
        value
    };
    comes_to(body, [3]);
}

#[test]
fn the_result_of_a_thread_that_nobody_joins_is_dropped() {
    struct Tells(Sender<&'static str>);
    impl Drop for Tells {
        fn drop(&mut self) {
            self.0.send("dropped").unwrap();
        }
    }
    let body = || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || Tells(sender));
        drop(thread);
        let told = receiver.recv().unwrap();
        let is_over = receiver.recv().is_err();
        thread::sleep(MOMENT);
        (told, is_over)
    };
    comes_to(body, [("dropped", true)]);
}

#[test]
fn what_a_thread_owns_is_dropped_once() {
    let body = || {
        let owned = Arc::new(());
        let (ours, theirs) = (Arc::clone(&owned), Arc::clone(&owned));
        let returned = thread::spawn(move || Arc::strong_count(&ours) > 1).join();
        let panicked = thread::spawn(move || assert!(Arc::strong_count(&theirs) > 9)).join();
        let ours = Arc::clone(&owned);
        let in_scope = thread::scope(move |_| Arc::strong_count(&ours));
        (
            returned.unwrap(),
            panicked.is_err(),
            in_scope,
            Arc::strong_count(&owned),
        )
    };
    comes_to(body, [(true, true, 2, 1)]);
}

#[test]
fn a_thread_may_join_the_child_of_another() {
    let body = || {
        let (sender, receiver) = channel();
        let parent = thread::spawn(move || sender.send(thread::spawn(|| 9)).unwrap());
        let child = receiver.recv().unwrap();
        parent.join().unwrap();
        child.join().unwrap()
    };
    comes_to(body, [9]);
}
