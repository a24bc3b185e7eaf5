//! `mpsc::sync_channel`: capacity, rendezvous, and senders that wait.

use std::rc::Rc;
use std::time::Duration;

use super::comes_to;
use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::sync::mpsc::{RecvTimeoutError, TryRecvError, TrySendError, channel, sync_channel};
use super::library::sync::{Arc, Barrier};
use super::library::thread;

const MOMENT: Duration = Duration::from_millis(1);

#[test]
fn a_channel_takes_as_many_messages_as_it_has_room_for() {
    let body = || {
        [0, 1, 2].map(|room| {
            let (sender, _receiver) = sync_channel(room);
            let mut n_sent = 0;
            while sender.try_send(n_sent) == Ok(()) {
                n_sent += 1;
            }
            n_sent
        })
    };
    comes_to(body, [[0, 1, 2]]);
}

#[test]
fn try_send_tells_a_full_channel_from_a_disconnected_one() {
    let body = || {
        let (sender, receiver) = sync_channel(1);
        let first = sender.try_send(1);
        let full = sender.try_send(2) == Err(TrySendError::Full(2));
        drop(receiver);
        let gone = sender.try_send(3) == Err(TrySendError::Disconnected(3));
        let (handing, nobody) = sync_channel(0);
        let waits = handing.try_send(4) == Err(TrySendError::Full(4));
        drop(nobody);
        (
            first.is_ok(),
            full,
            gone,
            waits,
            handing.try_send(5) == Err(TrySendError::Disconnected(5)),
        )
    };
    comes_to(body, [(true, true, true, true, true)]);
}

#[test]
fn a_sender_that_waits_for_room_wakes_when_there_is_some() {
    for room in [0, 1, 2] {
        let body = move || {
            let (sender, receiver) = sync_channel(room);
            let thread = thread::spawn(move || (0..3).for_each(|message| sender.send(message).unwrap()));
            let received: Vec<i32> = receiver.iter().collect();
            thread.join().unwrap();
            received
        };
        comes_to(body, [vec![0, 1, 2]]);
    }
}

#[test]
fn a_rendezvous_send_ends_only_when_the_message_is_taken() {
    let body = || {
        let (sender, receiver) = sync_channel(0);
        let taken = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&taken);
        let thread = thread::spawn(move || {
            sender.send(()).unwrap();
            theirs.load(SeqCst)
        });
        taken.store(1, SeqCst);
        receiver.recv().unwrap();
        thread.join().unwrap()
    };
    comes_to(body, [1]);
}

#[test]
fn a_waiting_sender_gets_its_message_back_when_the_receiver_is_dropped() {
    for room in [0, 1] {
        let body = move || {
            let (sender, receiver) = sync_channel(room);
            (0..room).for_each(|_| sender.send(0).unwrap());
            let second = sender.clone();
            let threads = [(sender, 1), (second, 2)]
                .map(|(sender, message)| thread::spawn(move || sender.send(message).map_err(|error| error.0)));
            thread::yield_now();
            drop(receiver);
            threads.map(|thread| thread.join().unwrap())
        };
        comes_to(body, [[Err(1), Err(2)]]);
    }
}

#[test]
fn one_of_two_senders_may_keep_its_message() {
    let body = || {
        let (sender, receiver) = sync_channel(0);
        let second = sender.clone();
        let threads =
            [(sender, 1), (second, 2)].map(|(sender, message)| thread::spawn(move || sender.send(message).is_ok()));
        let received = receiver.recv().unwrap();
        drop(receiver);
        (received, threads.map(|thread| thread.join().unwrap()))
    };
    comes_to(body, [(1, [true, false]), (2, [false, true])]);
}

#[test]
fn try_send_without_room_needs_a_waiting_receiver() {
    let body = || {
        let (sender, receiver) = sync_channel(0);
        let is_near = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&is_near);
        let thread = thread::spawn(move || {
            theirs.store(1, SeqCst);
            receiver.recv().is_ok()
        });
        let near = is_near.load(SeqCst) == 1;
        let handed_over = sender.try_send(1).is_ok();
        drop(sender);
        (near, handed_over, thread.join().unwrap())
    };
    // A receiver that is about to wait does not wait yet.
    comes_to(
        body,
        [
            (false, false, false),
            (false, true, true),
            (true, false, false),
            (true, true, true),
        ],
    );
}

#[test]
fn try_send_succeeds_once_the_receiver_waits() {
    let body = || {
        let (sender, receiver) = sync_channel(0);
        let thread = thread::spawn(move || receiver.recv().is_ok());
        // A real receiver may need more than a moment until it waits.
        loop {
            thread::sleep(MOMENT);
            if sender.try_send(1).is_ok() {
                return thread.join().unwrap();
            }
        }
    };
    comes_to(body, [true]);
}

#[test]
fn a_receiver_takes_only_what_a_sender_offers() {
    let body = || {
        let (sender, receiver) = sync_channel(0);
        let early = receiver.try_recv() == Err(TryRecvError::Empty);
        let late = receiver.recv_timeout(MOMENT) == Err(RecvTimeoutError::Timeout);
        let thread = thread::spawn(move || sender.send(1).unwrap());
        let message = loop {
            match receiver.try_recv() {
                Ok(message) => break message,
                Err(_) => thread::yield_now(),
            }
        };
        thread.join().unwrap();
        (
            early,
            late,
            message,
            receiver.try_recv() == Err(TryRecvError::Disconnected),
        )
    };
    comes_to(body, [(true, true, 1, true)]);
}

#[test]
fn a_disconnected_channel_first_gives_its_messages() {
    let body = || {
        let (sender, receiver) = sync_channel(2);
        sender.send(1).unwrap();
        sender.clone().send(2).unwrap();
        drop(sender);
        (
            receiver.recv().ok(),
            receiver.try_recv().ok(),
            receiver.try_recv() == Err(TryRecvError::Disconnected),
        )
    };
    comes_to(body, [(Some(1), Some(2), true)]);
}

#[test]
fn messages_that_nobody_received_are_dropped_at_once() {
    let body = || {
        let (sender, receiver) = sync_channel::<Rc<()>>(1);
        let message = Rc::new(());
        let weak = Rc::downgrade(&message);
        sender.send(message).unwrap();
        let before = weak.upgrade().is_some();
        drop(receiver);
        let after = weak.upgrade().is_some();
        drop(sender);
        (before, after)
    };
    comes_to(body, [(true, false)]);
}

#[test]
fn two_rendezvous_channels_pass_a_message_back_and_forth() {
    let body = || {
        let ((there, comes), (back, answer)) = (sync_channel(0), sync_channel(0));
        let thread = thread::spawn(move || {
            comes.iter().for_each(|message: i32| back.send(message + 1).unwrap());
        });
        let answers = [1, 5].map(|message| {
            there.send(message).unwrap();
            answer.recv().unwrap()
        });
        drop(there);
        thread.join().unwrap();
        answers
    };
    comes_to(body, [[2, 6]]);
}

#[test]
fn threads_that_start_threads_hand_messages_over_in_order() {
    let body = || {
        let (sender, receiver) = sync_channel(0);
        let (done, all) = channel();
        let first = thread::spawn(move || {
            sender.send(1).unwrap();
            let second = thread::spawn(move || sender.send(2).unwrap());
            done.send(second).unwrap();
        });
        let received = [receiver.recv().unwrap(), receiver.recv().unwrap()];
        all.recv().unwrap().join().unwrap();
        first.join().unwrap();
        received
    };
    comes_to(body, [[1, 2]]);
}

#[test]
fn messages_sent_before_a_barrier_are_received_after_it() {
    let body = || {
        let (sender, receiver) = sync_channel(1);
        let barrier = Arc::new(Barrier::new(2));
        let theirs = Arc::clone(&barrier);
        let thread = thread::spawn(move || {
            sender.send(3).unwrap();
            theirs.wait();
        });
        barrier.wait();
        let found = receiver.try_recv();
        thread.join().unwrap();
        (found.ok(), format!("{receiver:?}"))
    };
    comes_to(body, [(Some(3), "Receiver { .. }".to_owned())]);
}
