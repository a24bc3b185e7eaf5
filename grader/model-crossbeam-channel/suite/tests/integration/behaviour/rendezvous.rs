//! Channels without room, in which a message passes directly from thread to thread.

use super::check;
use super::library::channel::{
    RecvError, RecvTimeoutError, Select, SendError, SendTimeoutError, TryRecvError, TrySendError, bounded, select,
};
use super::library::sync::Arc;
use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::thread;
use super::library::time::Duration;

const MOMENT: Duration = Duration::from_millis(5);

#[test]
fn a_channel_without_room_is_always_empty_and_full() {
    check(|| {
        let (s, r) = bounded::<u32>(0);
        assert_eq!((s.len(), r.len(), s.capacity(), r.capacity()), (0, 0, Some(0), Some(0)));
        assert!(s.is_empty() && r.is_empty() && s.is_full() && r.is_full());
    });
}

#[test]
fn a_rendezvous_needs_both_sides() {
    check(|| {
        let (s, r) = bounded(0);
        assert_eq!(s.try_send(1), Err(TrySendError::Full(1)));
        assert_eq!(s.send_timeout(2, MOMENT), Err(SendTimeoutError::Timeout(2)));
        assert_eq!(r.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(r.recv_timeout(MOMENT), Err(RecvTimeoutError::Timeout));
        drop(s);
        assert_eq!(r.try_recv(), Err(TryRecvError::Disconnected));
        assert_eq!(r.recv(), Err(RecvError));
    });
}

#[test]
fn a_rendezvous_send_ends_when_the_message_is_received() {
    check(|| {
        let (s, r) = bounded(0);
        let received = Arc::new(AtomicUsize::new(0));
        let theirs = received.clone();
        let thread = thread::spawn(move || {
            for n in 0..2 {
                theirs.fetch_add(1, SeqCst);
                assert_eq!(r.recv(), Ok(n));
            }
        });
        for n in 0..2 {
            s.send(n).unwrap();
            assert!(received.load(SeqCst) > n);
        }
        thread.join().unwrap();
    });
}

#[test]
fn a_waiting_thread_wakes_when_the_other_side_is_dropped() {
    check(|| {
        let (s, r) = bounded(0);
        let sending = thread::spawn(move || s.send(1));
        drop(r);
        assert_eq!(sending.join().unwrap(), Err(SendError(1)));
        let (s, r) = bounded::<u32>(0);
        let receiving = thread::spawn(move || r.recv());
        drop(s);
        assert_eq!(receiving.join().unwrap(), Err(RecvError));
    });
}

#[test]
fn each_message_is_handed_to_one_receiver() {
    check(|| {
        let (s, r) = bounded(0);
        let receiving = [r.clone(), r].map(|r| thread::spawn(move || r.recv().unwrap()));
        s.send(1).unwrap();
        s.send(2).unwrap();
        let mut received = receiving.map(|thread| thread.join().unwrap());
        received.sort_unstable();
        assert_eq!(received, [1, 2]);
    });
}

#[test]
fn one_of_two_senders_fails_when_the_receiver_is_dropped() {
    check(|| {
        let (s, r) = bounded(0);
        let second = s.clone();
        let sending = [(s, 1), (second, 2)].map(|(s, n)| thread::spawn(move || s.send(n)));
        let received = r.recv().unwrap();
        drop(r);
        let [one, other] = sending.map(|thread| thread.join().unwrap());
        let expected = if received == 1 {
            (Ok(()), Err(SendError(2)))
        } else {
            (Err(SendError(1)), Ok(()))
        };
        assert_eq!((one, other), expected);
    });
}

#[test]
fn two_selections_hand_over_to_each_other() {
    check(|| {
        let (s, r) = bounded(0);
        let thread = thread::spawn(move || {
            select! {
                send(s, 4) -> sent => sent.unwrap(),
                default(Duration::from_secs(60)) => panic!("nobody came"),
            }
        });
        let mut select = Select::new();
        let index = select.recv(&r);
        let selected = select.select();
        assert_eq!((selected.index(), selected.recv(&r)), (index, Ok(4)));
        thread.join().unwrap();
    });
}

#[test]
fn a_thread_does_not_hand_over_to_itself() {
    check(|| {
        let (s, r) = bounded(0);
        select! {
            send(s, 1) -> _ => panic!("to itself"),
            recv(r) -> _ => panic!("from itself"),
            default(MOMENT) => {}
        }
    });
}

#[test]
fn two_selections_that_offer_both_sides_meet() {
    check(|| {
        let (s, r) = bounded(0);
        let either = |s: super::library::channel::Sender<u32>, r: super::library::channel::Receiver<u32>| {
            select! { send(s, 1) -> _ => true, recv(r) -> _ => false }
        };
        let (s2, r2) = (s.clone(), r.clone());
        let thread = thread::spawn(move || either(s2, r2));
        assert_ne!(either(s, r), thread.join().unwrap());
    });
}

#[test]
fn a_receiver_waits_until_the_selected_send_is_completed() {
    check(|| {
        let (s, r) = bounded(0);
        let thread = thread::spawn(move || r.recv());
        let mut select = Select::new();
        select.send(&s);
        let selected = select.select();
        thread::yield_now();
        selected.send(&s, 3).unwrap();
        assert_eq!(thread.join().unwrap(), Ok(3));
    });
}

#[test]
fn a_sender_waits_until_the_selected_receive_is_completed() {
    check(|| {
        let (s, r) = bounded(0);
        let completed = Arc::new(AtomicUsize::new(0));
        let theirs = completed.clone();
        let thread = thread::spawn(move || {
            s.send(3).unwrap();
            theirs.load(SeqCst)
        });
        // It waits before the selection: then it must see what was done before the completion.
        let mut select = Select::new();
        select.recv(&r);
        while select.try_ready().is_err() {
            thread::yield_now();
        }
        let selected = select.select();
        completed.store(1, SeqCst);
        assert_eq!(selected.recv(&r), Ok(3));
        assert_eq!(thread.join().unwrap(), 1);
    });
}
