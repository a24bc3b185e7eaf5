//! Channels under the model: the order of messages, virtual timeouts, and disconnection.

use std::time::Duration;

use model_std::sync::mpsc::{self, RecvTimeoutError, TryRecvError, channel};
use model_std::sync::{Arc, Mutex};
use model_std::thread;
use model_std::time::Instant;
use model_std_suite::{preemptions, returns};

#[test]
fn messages_of_one_sender_arrive_in_order_and_those_of_two_in_any() {
    let body = || {
        let (sender, receiver) = channel();
        let second = sender.clone();
        let threads = [
            thread::spawn(move || [1, 2].iter().try_for_each(|message| sender.send(*message))),
            thread::spawn(move || second.send(3)),
        ];
        let received: Vec<u8> = receiver.iter().collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap().unwrap());
        received
    };
    returns(body, [vec![1, 2, 3], vec![1, 3, 2], vec![3, 1, 2]]);
}

#[test]
fn try_recv_beside_a_send_finds_the_message_or_nothing() {
    let body = || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || sender.send(1).unwrap());
        let found = receiver.try_recv();
        thread.join().unwrap();
        (
            found == Ok(1),
            found == Err(TryRecvError::Empty),
            found == Err(TryRecvError::Disconnected),
        )
    };
    returns(body, [(true, false, false), (false, true, false)]);
}

#[test]
fn recv_timeout_ends_with_a_message_the_time_or_the_last_sender() {
    let second = Duration::from_secs(1);
    let body = move || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || {
            thread::sleep(second);
            sender.send(1).unwrap();
            thread::sleep(3 * second);
        });
        let start = Instant::now();
        let receive = || (receiver.recv_timeout(2 * second), start.elapsed().as_secs());
        let seen = [receive(), receive(), receive(), receive()];
        thread.join().unwrap();
        seen == [
            (Ok(1), 1),
            (Err(RecvTimeoutError::Timeout), 3),
            (Err(RecvTimeoutError::Disconnected), 4),
            (Err(RecvTimeoutError::Disconnected), 4),
        ]
    };
    returns(body, [true]);
}

#[test]
fn iterators_end_when_the_senders_are_gone_or_nothing_waits() {
    let body = || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || (0..3).for_each(|message| sender.send(message).unwrap()));
        let at_once: Vec<u8> = receiver.try_iter().collect();
        let rest: Vec<u8> = (&receiver).into_iter().collect();
        thread.join().unwrap();
        let all: Vec<u8> = at_once.into_iter().chain(rest).collect();
        (all, receiver.into_iter().count())
    };
    preemptions(3).returns(body, [(vec![0, 1, 2], 0)]);
}

#[test]
fn a_receiver_behind_a_lock_serves_several_threads() {
    let body = || {
        let (sender, receiver) = mpsc::channel();
        let receiver = Arc::new(Mutex::new(receiver));
        let worker = || {
            let receiver = Arc::clone(&receiver);
            thread::spawn(move || {
                let mut mine = 0;
                while let Ok(message) = { receiver.lock().unwrap().recv() } {
                    mine += message;
                }
                mine
            })
        };
        let workers = [worker(), worker()];
        [1, 2].iter().for_each(|message| sender.send(*message).unwrap());
        drop(sender);
        let [one, other] = workers.map(|worker| worker.join().unwrap());
        (one, other)
    };
    returns(body, [(0, 3), (1, 2), (2, 1), (3, 0)]);
}
