//! Channels: what arrives, in which order, and what each end learns when the other goes away.

use std::time::Duration;

use model_std::sync::mpsc::{self, RecvTimeoutError, TryRecvError, TrySendError, channel, sync_channel};
use model_std::sync::{Arc, Mutex};
use model_std::thread;
use model_std::time::Instant;
use model_std_suite::{ends, preemptions, returns};

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
fn a_receiver_gets_what_was_sent_before_the_senders_went_away() {
    let body = || {
        let (sender, receiver) = channel();
        sender.send(1).unwrap();
        drop(sender);
        (
            receiver.recv().ok(),
            receiver.recv().is_err(),
            receiver.try_recv(),
            receiver.recv_timeout(Duration::MAX),
        )
    };
    returns_debug(body, "(Some(1), true, Err(Disconnected), Err(Disconnected))");
}

/// `body` returns the one value that is written as `expected`.
#[track_caller]
fn returns_debug<T: std::fmt::Debug + 'static>(body: impl Fn() -> T + 'static, expected: &str) {
    returns(move || format!("{:?}", body()), [expected.to_owned()]);
}

#[test]
fn a_try_finds_a_message_nothing_or_nobody() {
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
fn a_send_fails_exactly_if_the_receiver_went_away_first() {
    let body = || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || drop(receiver));
        let sent = sender.send(Box::new(7));
        thread.join().unwrap();
        (sent.map_err(|error| *error.0).err(), sender.send(Box::new(8)).is_err())
    };
    returns(body, [(None, true), (Some(7), true)]);
}

#[test]
fn a_bounded_channel_holds_so_many_and_no_more() {
    let body = || {
        let (sender, receiver) = sync_channel(2);
        let filled = [sender.try_send(1), sender.try_send(2), sender.try_send(3)];
        let full = matches!(filled, [Ok(()), Ok(()), Err(TrySendError::Full(3))]);
        let thread = thread::spawn(move || {
            sender.send(4).unwrap();
            sender
        });
        let received = [receiver.recv(), receiver.recv(), receiver.recv()].map(Result::unwrap);
        let sender = thread.join().unwrap();
        drop(receiver);
        (
            full,
            received,
            matches!(sender.try_send(5), Err(TrySendError::Disconnected(5))),
        )
    };
    returns(body, [(true, [1, 2, 4], true)]);
}

#[test]
fn a_send_into_a_full_channel_waits_and_fails_when_the_receiver_goes_away() {
    let body = || {
        let (sender, receiver) = sync_channel(1);
        sender.send(1).unwrap();
        let thread = thread::spawn(move || sender.send(2).is_err());
        thread::sleep(Duration::from_secs(1));
        drop(receiver);
        thread.join().unwrap()
    };
    returns(body, [true]);
    ends(
        || {
            let (sender, _receiver) = sync_channel(1);
            sender.send(1).unwrap();
            sender.send(2).unwrap();
        },
        &["deadlock []"],
    );
}

#[test]
fn a_channel_without_room_hands_each_message_over() {
    let body = || {
        let (sender, receiver) = sync_channel(0);
        let events = Arc::new(Mutex::new(Vec::new()));
        let theirs = Arc::clone(&events);
        let thread = thread::spawn(move || {
            sender.send(1).unwrap();
            theirs.lock().unwrap().push("sent");
        });
        thread::sleep(Duration::from_secs(1));
        events.lock().unwrap().push("receives");
        let received = receiver.recv().unwrap();
        thread.join().unwrap();
        let events = events.lock().unwrap().join(", ");
        (received, events)
    };
    returns(body, [(1, "receives, sent".to_owned())]);
}

#[test]
fn a_try_to_hand_over_succeeds_only_while_the_receiver_waits() {
    let body = || {
        let (sender, receiver) = sync_channel(0);
        let thread = thread::spawn(move || receiver.recv().ok());
        let tried = sender.try_send(1).is_ok();
        drop(sender);
        (tried, thread.join().unwrap())
    };
    returns(body, [(false, None), (true, Some(1))]);
}

#[test]
fn a_message_that_was_not_taken_goes_back_to_its_sender() {
    let body = || {
        let (sender, receiver) = sync_channel(0);
        let second = sender.clone();
        let threads = [
            thread::spawn(move || sender.send(1)),
            thread::spawn(move || second.send(2)),
        ];
        thread::sleep(Duration::from_secs(1));
        drop(receiver);
        threads.map(|thread| thread.join().unwrap().unwrap_err().0)
    };
    returns(body, [[1, 2]]);
}

#[test]
fn a_handed_over_message_is_given_to_one_of_several_senders_only() {
    let body = || {
        let (sender, receiver) = sync_channel(0);
        let second = sender.clone();
        let threads = [
            thread::spawn(move || sender.send(1).is_ok()),
            thread::spawn(move || second.send(2).is_ok()),
        ];
        let received = receiver.recv().unwrap();
        drop(receiver);
        (received, threads.map(|thread| thread.join().unwrap()))
    };
    returns(body, [(1, [true, false]), (2, [false, true])]);
}

#[test]
fn messages_that_nobody_received_are_dropped_with_the_receiver() {
    let body = || {
        let (sender, receiver) = channel();
        let (inner, outer) = channel::<u8>();
        sender.send(inner).unwrap();
        drop(receiver);
        let gone = outer.recv().is_err();
        (gone, sender.send(channel().0).is_err())
    };
    returns(body, [(true, true)]);
}

#[test]
fn a_timed_receive_ends_with_a_message_the_time_or_the_last_sender() {
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
fn a_kept_sender_keeps_the_receiver_waiting() {
    let body = || {
        let (sender, receiver) = channel::<u8>();
        let kept = sender.clone();
        thread::scope(|scope| {
            scope.spawn(move || drop(sender));
            receiver.iter().for_each(drop);
        });
        drop(kept);
    };
    ends(body, &["deadlock []"]);
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
