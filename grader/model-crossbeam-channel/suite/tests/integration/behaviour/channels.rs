//! Channels with room: messages, their order, waiting, and what is left.

use super::check;
use super::library::channel::{
    Receiver, RecvError, RecvTimeoutError, SendError, SendTimeoutError, Sender, TryRecvError, TrySendError, bounded,
    unbounded,
};
use super::library::thread;
use super::library::time::{Duration, Instant};

const MOMENT: Duration = Duration::from_millis(5);

/// A channel of each kind that holds a message.
fn with_room() -> [(Sender<u32>, Receiver<u32>); 3] {
    [unbounded(), bounded(1), bounded(7)]
}

#[test]
fn a_message_comes_out_once() {
    check(|| {
        for (s, r) in with_room() {
            assert_eq!(r.try_recv(), Err(TryRecvError::Empty));
            assert_eq!(s.send(7), Ok(()));
            assert_eq!(r.recv(), Ok(7));
            assert_eq!(r.try_recv(), Err(TryRecvError::Empty));
        }
    });
}

#[test]
fn len_counts_the_messages_in_a_channel() {
    check(|| {
        let (s, r) = bounded(2);
        let seen = |n: usize| {
            assert_eq!((s.len(), r.len()), (n, n));
            assert_eq!((s.is_empty(), r.is_empty()), (n == 0, n == 0));
            assert_eq!((s.is_full(), r.is_full()), (n == 2, n == 2));
        };
        seen(0);
        s.send('a').unwrap();
        seen(1);
        s.send('b').unwrap();
        seen(2);
        r.recv().unwrap();
        seen(1);
        assert_eq!((s.capacity(), r.capacity()), (Some(2), Some(2)));
    });
}

#[test]
fn a_channel_without_bounds_is_never_full() {
    check(|| {
        let (s, r) = unbounded();
        (0..100).for_each(|n| s.try_send(n).unwrap());
        assert_eq!((s.len(), s.capacity(), r.capacity()), (100, None, None));
        assert!(!s.is_full() && !r.is_full() && !r.is_empty());
        assert!(r.try_iter().eq(0..100));
    });
}

#[test]
fn a_full_channel_gives_the_message_back() {
    check(|| {
        let (s, r) = bounded(1);
        assert_eq!(s.try_send(1), Ok(()));
        assert_eq!(s.try_send(2), Err(TrySendError::Full(2)));
        assert_eq!(s.send_timeout(3, MOMENT), Err(SendTimeoutError::Timeout(3)));
        assert_eq!(s.send_deadline(4, Instant::now()), Err(SendTimeoutError::Timeout(4)));
        drop(r);
        assert_eq!(s.try_send(5), Err(TrySendError::Disconnected(5)));
        assert_eq!(s.send(6), Err(SendError(6)));
        assert_eq!(s.send_timeout(7, MOMENT), Err(SendTimeoutError::Disconnected(7)));
    });
}

#[test]
fn messages_sent_before_the_disconnection_are_received() {
    check(|| {
        for (s, r) in with_room() {
            s.send(1).unwrap();
            let second = s.clone();
            drop(s);
            assert_eq!(r.recv(), Ok(1));
            assert_eq!(r.try_recv(), Err(TryRecvError::Empty));
            drop(second);
            assert_eq!(r.recv(), Err(RecvError));
            assert_eq!(r.try_recv(), Err(TryRecvError::Disconnected));
            assert_eq!(r.recv_timeout(MOMENT), Err(RecvTimeoutError::Disconnected));
        }
    });
}

#[test]
fn a_channel_is_open_as_long_as_one_receiver_is_left() {
    check(|| {
        for (s, r) in with_room() {
            let second = r.clone();
            drop(r);
            assert_eq!(s.send(1), Ok(()));
            assert_eq!(second.recv(), Ok(1));
            drop(second);
            assert_eq!(s.send(2), Err(SendError(2)));
        }
    });
}

#[test]
fn a_receiver_waits_for_a_message_and_a_sender_for_room() {
    check(|| {
        let (s, r) = bounded(1);
        thread::scope(|scope| {
            scope.spawn(|| (0..3).for_each(|n| s.send(n).unwrap()));
            assert_eq!([r.recv(), r.recv(), r.recv()], [Ok(0), Ok(1), Ok(2)]);
        });
    });
}

#[test]
fn a_waiting_receiver_wakes_when_the_last_sender_is_dropped() {
    check(|| {
        let (s, r) = unbounded::<u32>();
        let second = s.clone();
        let waiting = thread::spawn(move || r.recv());
        drop(s);
        let other = thread::spawn(move || drop(second));
        assert_eq!(waiting.join().unwrap(), Err(RecvError));
        other.join().unwrap();
    });
}

#[test]
fn a_waiting_sender_wakes_when_the_last_receiver_is_dropped() {
    check(|| {
        let (s, r) = bounded(1);
        s.send(1).unwrap();
        let waiting = thread::spawn(move || s.send(2));
        drop(r);
        assert_eq!(waiting.join().unwrap(), Err(SendError(2)));
    });
}

#[test]
fn a_timed_receive_waits_for_its_timeout() {
    check(|| {
        let (s, r) = unbounded::<u32>();
        let start = Instant::now();
        assert_eq!(r.recv_timeout(MOMENT), Err(RecvTimeoutError::Timeout));
        assert!(start.elapsed() >= MOMENT);
        assert_eq!(r.recv_deadline(start + 2 * MOMENT), Err(RecvTimeoutError::Timeout));
        assert!(start.elapsed() >= 2 * MOMENT);
        assert_eq!(r.recv_deadline(start), Err(RecvTimeoutError::Timeout));
        s.send(1).unwrap();
        assert_eq!(r.recv_deadline(start), Ok(1));
    });
}

#[test]
fn an_endless_timeout_never_ends_a_wait() {
    check(|| {
        let (s, r) = bounded(1);
        thread::scope(|scope| {
            scope.spawn(|| [s.send_timeout(1, Duration::MAX), s.send_timeout(2, Duration::MAX)]);
            assert_eq!(r.recv_timeout(Duration::MAX), Ok(1));
            assert_eq!(r.recv_timeout(Duration::MAX), Ok(2));
        });
    });
}

#[test]
fn several_threads_at_both_ends_get_each_message_once() {
    check(|| {
        let (s, r) = bounded(1);
        let receiving = [r.clone(), r].map(|r| thread::spawn(move || r.iter().collect::<Vec<u32>>()));
        let second = s.clone();
        let sending = [
            thread::spawn(move || s.send(1).unwrap()),
            thread::spawn(move || second.send(2).unwrap()),
        ];
        sending.into_iter().for_each(|thread| thread.join().unwrap());
        let mut received: Vec<u32> = receiving
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect();
        received.sort_unstable();
        assert_eq!(received, [1, 2]);
    });
}

#[test]
fn the_messages_of_one_sender_stay_in_order() {
    check(|| {
        let (s, r) = unbounded();
        let sending: Vec<_> = (0..2)
            .map(|id| {
                let s = s.clone();
                thread::spawn(move || (0..2).for_each(|n| s.send((id, n)).unwrap()))
            })
            .collect();
        drop(s);
        let mut next = [0, 0];
        for (id, n) in &r {
            assert_eq!(n, next[id]);
            next[id] += 1;
        }
        assert_eq!(next, [2, 2]);
        sending.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn iterators_end_when_the_senders_are_gone_or_nothing_waits() {
    check(|| {
        let (s, r) = unbounded();
        let thread = thread::spawn(move || (0..3).for_each(|n| s.send(n).unwrap()));
        let at_once: Vec<u32> = r.try_iter().collect();
        let rest: Vec<u32> = r.iter().collect();
        assert!(at_once.into_iter().chain(rest).eq(0..3));
        thread.join().unwrap();
        let mut iter = r.into_iter();
        assert_eq!((iter.next(), iter.next(), iter.size_hint()), (None, None, (0, None)));
    });
}

#[test]
fn same_channel_compares_channels() {
    check(|| {
        for ((s, r), (s2, r2)) in with_room().into_iter().zip(with_room()) {
            assert!(s.same_channel(&s.clone()) && r.same_channel(&r.clone()));
            assert!(!s.same_channel(&s2) && !r.same_channel(&r2));
        }
    });
}

#[test]
fn a_channel_carries_a_channel() {
    check(|| {
        let (s, r) = bounded(1);
        let thread = thread::spawn(move || {
            let reply: Sender<u32> = r.recv().unwrap();
            reply.send(5).unwrap();
        });
        let (reply, replies) = bounded(0);
        s.send(reply).unwrap();
        assert_eq!(replies.recv(), Ok(5));
        thread.join().unwrap();
    });
}
