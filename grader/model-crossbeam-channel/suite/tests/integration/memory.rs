//! Channels synchronize under stale reads: receiving with sending, and disconnection with dropping the last end.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use model_crossbeam_channel::{Receiver, Select, Sender, bounded, select, unbounded};
use model_std::model::Settings;
use model_std::sync::Arc;
use model_std::sync::atomic::AtomicUsize;
use model_std::thread;
use model_std_suite::{Explorer, plain, settings};

/// Loads may be stale.
fn stale() -> Explorer {
    settings(Settings {
        stale_reads: 2,
        ..plain()
    })
}

/// One thread stores a number and then does `first`. Another one does `then`, and loads the number if that returns
/// true.
fn read_after<A: Send + 'static, B: Send + 'static>(
    (a, b): (A, B),
    first: fn(A),
    then: fn(&B) -> bool,
) -> Option<usize> {
    let data = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&data);
    let thread = thread::spawn(move || {
        theirs.store(1, Relaxed);
        first(a);
    });
    let read = then(&b).then(|| data.load(Relaxed));
    thread.join().expect("it does not panic");
    read
}

#[track_caller]
fn is_always_seen(body: impl Fn() -> Option<usize> + 'static) {
    stale().returns(body, [Some(1)]);
}

#[test]
fn without_a_channel_the_store_may_be_missed() {
    let body = || read_after(((), ()), |()| {}, |()| true);
    stale().returns(body, [Some(0), Some(1)]);
}

#[test]
fn receiving_synchronizes_with_sending() {
    let send = |s: Sender<u8>| s.send(1).unwrap();
    for capacity in [None, Some(0), Some(1)] {
        let open = move || capacity.map_or_else(unbounded, bounded);
        is_always_seen(move || read_after(open(), send, |r: &Receiver<u8>| r.recv().is_ok()));
        is_always_seen(move || {
            read_after(
                open(),
                send,
                |r| select! { recv(r) -> n => n.is_ok(), recv(r) -> n => n.is_ok() },
            )
        });
        is_always_seen(move || {
            let send = |s: Sender<u8>| {
                let mut select = Select::new();
                select.send(&s);
                select.select().send(&s, 1).unwrap();
            };
            read_after(open(), send, |r: &Receiver<u8>| r.recv_timeout(Duration::MAX).is_ok())
        });
    }
}

#[test]
fn disconnection_synchronizes_with_dropping_the_last_end() {
    is_always_seen(|| read_after(unbounded::<u8>(), drop, |r| r.recv().is_err()));
    is_always_seen(|| {
        let (s, r) = bounded(1);
        s.send(1).unwrap();
        read_after((r, s), drop, |s: &Sender<u8>| s.send(2).is_err())
    });
}

#[test]
fn sending_synchronizes_with_the_receive_that_made_room() {
    is_always_seen(|| {
        let (s, r) = bounded(1);
        s.send(1).unwrap();
        let kept = r.clone();
        let read = read_after((r, s), |r| assert!(r.recv().is_ok()), |s| s.send(2).is_ok());
        drop(kept);
        read
    });
    is_always_seen(|| {
        let (s, r) = bounded(0);
        read_after(
            (r, s),
            |r: Receiver<u8>| assert!(r.recv().is_ok()),
            |s| s.send(2).is_ok(),
        )
    });
}
