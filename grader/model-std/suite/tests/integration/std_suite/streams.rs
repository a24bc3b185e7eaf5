//! The locks of the standard streams: a thread may take its own again, others wait.

use std::io::Write;

use super::comes_to;
use super::library::io;
use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::thread;

#[test]
fn a_thread_may_lock_a_stream_again_and_again() {
    let body = || {
        let first = io::stderr().lock();
        let second = io::stderr().lock();
        drop(first);
        let third = io::stderr().lock();
        drop((second, third));
        drop(io::stdout().lock());
        true
    };
    comes_to(body, [true]);
}

#[test]
fn another_thread_waits_until_the_last_lock_is_given_back() {
    let body = || {
        let step = AtomicUsize::new(0);
        thread::scope(|scope| {
            let first = io::stdout().lock();
            let second = io::stdout().lock();
            let other = scope.spawn(|| {
                let _held = io::stdout().lock();
                step.load(SeqCst)
            });
            drop(first);
            thread::yield_now();
            step.store(1, SeqCst);
            drop(second);
            other.join().unwrap()
        })
    };
    comes_to(body, [1]);
}

#[test]
fn the_two_streams_have_separate_locks() {
    let body = || {
        let _held = io::stdout().lock();
        thread::scope(|scope| scope.spawn(|| io::stderr().lock().flush().is_ok()).join().unwrap())
    };
    comes_to(body, [true]);
}

#[test]
fn a_panic_with_a_stream_locked_poisons_nothing() {
    let body = || {
        let thread = thread::spawn(|| {
            let _held = io::stdout().lock();
            panic!("with the stream locked");
        });
        (thread.join().is_err(), io::stdout().lock().flush().is_ok())
    };
    comes_to(body, [(true, true)]);
}
