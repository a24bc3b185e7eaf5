//! `mpsc::channel`: order, disconnection, iterators, and messages that own things.

use std::time::Duration;

use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use super::library::sync::{Arc, Mutex};
use super::library::thread;
use super::library::time::Instant;
use super::{Counted, comes_to};

const MOMENT: Duration = Duration::from_millis(1);

#[test]
fn messages_of_one_sender_come_in_order() {
    let body = || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || (0..3).for_each(|message| sender.send(message).unwrap()));
        let received: Vec<i32> = receiver.iter().collect();
        thread.join().unwrap();
        received
    };
    comes_to(body, [vec![0, 1, 2]]);
}

#[test]
fn every_message_of_every_sender_arrives() {
    let body = || {
        let (sender, receiver) = channel();
        let threads = [1, 2].map(|id| {
            let sender = sender.clone();
            thread::spawn(move || (0..2).for_each(|_| sender.send(id).unwrap()))
        });
        drop(sender);
        let sum: i32 = receiver.iter().sum();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        sum
    };
    comes_to(body, [6]);
}

#[test]
fn a_sender_learns_that_the_receiver_is_gone() {
    let body = || {
        let (sender, receiver) = channel();
        let second = sender.clone();
        drop(receiver);
        let errors = (
            sender.send(1).map_err(|error| error.0),
            second.send(2).map_err(|error| error.to_string()),
        );
        drop((sender, second));
        errors
    };
    comes_to(body, [(Err(1), Err("sending on a closed channel".to_owned()))]);
}

#[test]
fn a_send_beside_the_drop_of_the_receiver_succeeds_or_fails() {
    let body = || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || drop(receiver));
        let sent = sender.send(1).is_ok();
        thread.join().unwrap();
        (sent, sender.send(2).is_ok())
    };
    comes_to(body, [(true, false), (false, false)]);
}

#[test]
fn a_receiver_gets_every_message_and_then_the_disconnection() {
    let body = || {
        let (sender, receiver) = channel();
        let empty = receiver.try_recv();
        sender.send(10).unwrap();
        drop(sender.clone());
        drop(sender);
        let late = receiver.recv_timeout(MOMENT);
        let gone = (receiver.recv(), receiver.try_recv(), receiver.recv_timeout(MOMENT));
        format!("{empty:?} {late:?} {gone:?}")
    };
    let gone = "(Err(RecvError), Err(Disconnected), Err(Disconnected))";
    comes_to(body, [format!("Err(Empty) Ok(10) {gone}")]);
}

#[test]
fn a_waiting_receiver_wakes_when_the_last_sender_is_dropped() {
    let body = || {
        let (sender, receiver) = channel::<()>();
        let second = sender.clone();
        let threads = [sender, second].map(|sender| thread::spawn(move || drop(sender)));
        let is_over = receiver.recv().is_err();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        is_over
    };
    comes_to(body, [true]);
}

#[test]
fn try_recv_sees_each_state_of_a_channel() {
    let body = || {
        let ((first, receiver), (ask, asked), (answer, answered)) = (channel::<i32>(), channel(), channel());
        let thread = thread::spawn(move || {
            asked.recv().unwrap();
            first.send(1).unwrap();
            answer.send(()).unwrap();
            asked.recv().unwrap();
            drop(first);
            answer.send(()).unwrap();
        });
        let mut seen = vec![receiver.try_recv()];
        ask.send(()).unwrap();
        answered.recv().unwrap();
        seen.extend([receiver.try_recv(), receiver.try_recv()]);
        ask.send(()).unwrap();
        answered.recv().unwrap();
        seen.push(receiver.try_recv());
        thread.join().unwrap();
        format!("{seen:?}")
    };
    comes_to(body, ["[Err(Empty), Ok(1), Err(Empty), Err(Disconnected)]".to_owned()]);
}

#[test]
fn recv_timeout_ends_after_its_time_or_with_a_message() {
    let body = || {
        let (sender, receiver) = channel();
        let start = Instant::now();
        let late = receiver.recv_timeout(MOMENT) == Err(RecvTimeoutError::Timeout);
        let waited = start.elapsed() >= MOMENT;
        let thread = thread::spawn(move || sender.send(7).unwrap());
        let message = receiver.recv_timeout(Duration::from_secs(1_000));
        thread.join().unwrap();
        (
            late,
            waited,
            message.ok(),
            receiver.recv_timeout(Duration::MAX).is_err(),
        )
    };
    comes_to(body, [(true, true, Some(7), true)]);
}

#[test]
fn polling_with_a_timeout_loses_nothing() {
    let body = || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || {
            for message in 0..2 {
                thread::sleep(MOMENT);
                sender.send(message).unwrap();
            }
        });
        let mut received = Vec::new();
        loop {
            match receiver.recv_timeout(MOMENT / 2) {
                Ok(message) => received.push(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        thread.join().unwrap();
        received
    };
    comes_to(body, [vec![0, 1]]);
}

#[test]
fn iterators_end_with_the_senders_or_when_nothing_waits() {
    let body = || {
        let (sender, receiver) = channel();
        sender.send(1).unwrap();
        sender.send(2).unwrap();
        let waiting: Vec<i32> = receiver.try_iter().collect();
        let nothing = receiver.try_iter().next();
        sender.send(3).unwrap();
        let first = receiver.iter().next();
        sender.send(4).unwrap();
        drop(sender);
        let mut borrowed = Vec::new();
        for message in &receiver {
            borrowed.push(message);
        }
        (waiting, nothing, first, borrowed, receiver.into_iter().next())
    };
    comes_to(body, [(vec![1, 2], None, Some(3), vec![4], None)]);
}

#[test]
fn a_loop_over_messages_may_stop_early() {
    let body = || {
        let (sender, receiver) = channel();
        let (done, result) = channel();
        let thread = thread::spawn(move || {
            let sum = receiver.iter().take_while(|message| *message < 3).sum::<i32>();
            done.send(sum).unwrap();
        });
        [1, 2, 3].iter().for_each(|message| sender.send(*message).unwrap());
        let sum = result.recv().unwrap();
        thread.join().unwrap();
        (sum, sender.send(4).is_ok())
    };
    comes_to(body, [(3, false)]);
}

#[test]
fn messages_that_nobody_received_are_dropped_with_the_receiver() {
    let body = || {
        let drops = Arc::new(AtomicUsize::new(0));
        let (sender, receiver) = channel();
        let counted = || Counted(Arc::clone(&drops));
        sender.send(counted()).unwrap();
        sender.send(counted()).unwrap();
        drop(receiver.recv());
        let after_one = drops.load(SeqCst);
        drop(receiver);
        let after_all = drops.load(SeqCst);
        let refused = sender.send(counted()).unwrap_err();
        let kept = drops.load(SeqCst);
        drop(refused);
        (after_one, after_all, kept, drops.load(SeqCst))
    };
    comes_to(body, [(1, 2, 2, 3)]);
}

#[test]
fn channels_travel_through_channels() {
    let body = || {
        let (sender, receiver) = channel::<Sender<i32>>();
        let thread = thread::spawn(move || receiver.iter().for_each(|answer| answer.send(5).unwrap()));
        let (answer, answers) = channel();
        sender.send(answer).unwrap();
        let received = (answers.recv().ok(), answers.recv().ok());
        drop(sender);
        thread.join().unwrap();
        received
    };
    comes_to(body, [(Some(5), None)]);
}

#[test]
fn a_message_may_own_the_receiver_s_sender() {
    struct Owns(#[expect(dead_code, reason = "it is only owned")] Option<Sender<Owns>>);
    let body = || {
        let (sender, receiver): (Sender<Owns>, Receiver<Owns>) = channel();
        sender.send(Owns(Some(sender.clone()))).unwrap();
        sender.send(Owns(None)).unwrap();
        drop(sender);
        // The message in the channel keeps the channel open; both are dropped with the receiver.
        let received = receiver.recv().is_ok();
        drop(receiver);
        received
    };
    comes_to(body, [true]);
}

#[test]
fn a_receiver_may_go_from_thread_to_thread() {
    let body = || {
        let (sender, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        let threads = [1, 2].map(|_| {
            let receiver = Arc::clone(&receiver);
            thread::spawn(move || receiver.lock().unwrap().recv().unwrap())
        });
        sender.send(1).unwrap();
        sender.send(2).unwrap();
        let mut received = threads.map(|thread| thread.join().unwrap());
        received.sort_unstable();
        received
    };
    comes_to(body, [[1, 2]]);
}

#[test]
fn a_receiver_that_panics_disconnects_its_channel() {
    let body = || {
        let (sender, receiver) = channel::<i32>();
        let thread = thread::spawn(move || {
            let message = receiver.recv().unwrap();
            assert_eq!(message, 0, "on purpose");
        });
        sender.send(1).unwrap();
        let died = thread.join().is_err();
        (died, sender.send(2).is_ok(), format!("{sender:?}"))
    };
    comes_to(body, [(true, false, "Sender { .. }".to_owned())]);
}
