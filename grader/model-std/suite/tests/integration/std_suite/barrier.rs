//! `Barrier`: nobody passes early, one thread leads, and it can be used again.

use super::comes_to;
use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::sync::mpsc::{TryRecvError, channel};
use super::library::sync::{Arc, Barrier};
use super::library::thread;

#[test]
fn a_barrier_for_one_or_none_lets_everyone_through_as_leader() {
    let body = || {
        let (none, one) = (Barrier::new(0), Barrier::new(1));
        [&none, &one, &none, &one].map(|barrier| barrier.wait().is_leader())
    };
    comes_to(body, [[true; 4]]);
}

#[test]
fn nobody_passes_a_barrier_early_and_one_thread_leads() {
    let body = || {
        let barrier = Arc::new(Barrier::new(3));
        let (sender, receiver) = channel();
        let threads = [1, 2].map(|_| {
            let (barrier, sender) = (Arc::clone(&barrier), sender.clone());
            thread::spawn(move || sender.send(barrier.wait().is_leader()).unwrap())
        });
        thread::yield_now();
        let early = receiver.try_recv() == Err(TryRecvError::Empty);
        let mine = barrier.wait().is_leader();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let theirs = receiver.try_iter().filter(|leads| *leads).count();
        (early, usize::from(mine) + theirs)
    };
    comes_to(body, [(true, 1)]);
}

#[test]
fn a_barrier_can_be_used_again_at_once() {
    let body = || {
        let (barrier, rounds) = (Barrier::new(2), AtomicUsize::new(0));
        let pass = || {
            let mut n_led = 0;
            for round in 1..=2 {
                rounds.fetch_add(1, SeqCst);
                n_led += usize::from(barrier.wait().is_leader());
                assert!(rounds.load(SeqCst) >= 2 * round, "somebody passed early");
            }
            n_led
        };
        thread::scope(|scope| {
            let other = scope.spawn(pass);
            pass() + other.join().unwrap()
        })
    };
    comes_to(body, [2]);
}

#[test]
fn any_thread_may_be_the_leader() {
    let body = || {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            let other = scope.spawn(|| barrier.wait().is_leader());
            (barrier.wait().is_leader(), other.join().unwrap())
        })
    };
    comes_to(body, [(true, false), (false, true)]);
}
