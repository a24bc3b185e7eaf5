//! Small programs over channels have exactly the possible outcomes, in every interleaving with few preemptions.

use std::time::Duration;

use model_crossbeam_channel::{Receiver, Select, Sender, after, bounded, select, select_biased, tick, unbounded};
use model_std::sync::Arc;
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::thread;
use model_std::time::Instant;
use model_std_suite::{preemptions, reaches_the_limit, returns, while_a_thread_waits};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn the_messages_of_two_senders_arrive_in_any_order() {
    let body = || {
        let (s, r) = unbounded();
        let second = s.clone();
        let threads = [
            thread::spawn(move || [1, 2].iter().for_each(|n| s.send(*n).unwrap())),
            thread::spawn(move || second.send(3).unwrap()),
        ];
        let received: Vec<u8> = r.iter().collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        received
    };
    returns(body, [vec![1, 2, 3], vec![1, 3, 2], vec![3, 1, 2]]);
}

#[test]
fn each_receiver_may_get_each_message() {
    let body = || {
        let (s, r) = bounded(1);
        let workers = [r.clone(), r].map(|r| thread::spawn(move || r.iter().sum::<u8>()));
        [1, 2].iter().for_each(|n| s.send(*n).unwrap());
        drop(s);
        workers.map(|worker| worker.join().unwrap())
    };
    returns(body, [[0, 3], [1, 2], [2, 1], [3, 0]]);
}

#[test]
fn a_selection_takes_any_operation_that_is_ready_and_a_biased_one_the_first() {
    let two = || {
        let ((s1, r1), (s2, r2)) = (unbounded(), unbounded());
        s1.send(1).unwrap();
        s2.send(2).unwrap();
        (r1, r2, (s1, s2))
    };
    returns(
        move || {
            let (r1, r2, _senders) = two();
            select! { recv(r1) -> n => n.unwrap(), recv(r2) -> n => n.unwrap() }
        },
        [1, 2],
    );
    returns(
        move || {
            let (r1, r2, _senders) = two();
            select_biased! { recv(r1) -> n => n.unwrap(), recv(r2) -> n => n.unwrap() }
        },
        [1],
    );
    returns(
        move || {
            let (r1, r2, _senders) = two();
            let mut select = Select::new();
            let _ = (select.recv(&r1), select.recv(&r2));
            select.ready()
        },
        [0, 1],
    );
}

#[test]
fn a_message_at_the_deadline_is_in_time_or_late() {
    let body = || {
        let (s, r) = unbounded();
        let thread = thread::spawn(move || {
            thread::sleep(SECOND);
            s.send(1).unwrap();
        });
        let received = r.recv_timeout(SECOND).is_ok();
        thread.join().unwrap();
        received
    };
    returns(body, [false, true]);
}

#[test]
fn timers_of_one_instant_deliver_in_any_order() {
    let body = || {
        let (one, other) = (after(SECOND), after(SECOND));
        let (ticks, start) = (tick(SECOND), Instant::now());
        let first = select! { recv(one) -> _ => 1, recv(other) -> _ => 2, recv(ticks) -> _ => 3 };
        (first, start.elapsed())
    };
    returns(body, [(1, SECOND), (2, SECOND), (3, SECOND)]);
}

#[test]
fn one_of_two_threads_gets_the_message_of_a_timer() {
    let body = || {
        let r = after(SECOND);
        let copies = [r.clone(), r].map(|r| thread::spawn(move || r.recv_timeout(2 * SECOND).is_ok()));
        copies.map(|thread| thread.join().unwrap())
    };
    returns(body, [[false, true], [true, false]]);
}

#[test]
fn a_waiting_receiver_takes_the_next_tick() {
    let body = || {
        let r = tick(2 * SECOND);
        let first = r.clone();
        let thread = thread::spawn(move || first.recv().is_ok());
        thread::sleep(SECOND);
        let second = r.recv_timeout(2 * SECOND).is_ok();
        (thread.join().unwrap(), second)
    };
    returns(body, [(true, false)]);
}

/// Tries to send, without room, to a thread that does something before it waits.
fn hand_over(wait: fn(&Receiver<u8>) -> Option<u8>) -> (bool, bool, Option<u8>) {
    let (s, r) = bounded(0);
    let begun = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&begun);
    let thread = thread::spawn(move || {
        theirs.store(1, SeqCst);
        wait(&r)
    });
    let has_begun = begun.load(SeqCst) == 1;
    let sent = s.try_send(1).is_ok();
    drop(s);
    (has_begun, sent, thread.join().expect("it does not panic"))
}

#[test]
fn try_send_without_room_succeeds_only_while_a_receiver_waits() {
    let expected = [
        (false, false, None),
        (false, true, Some(1)),
        (true, false, None),
        (true, true, Some(1)),
    ];
    returns(|| hand_over(|r| r.recv().ok()), expected);
    returns(|| hand_over(|r| r.recv_timeout(SECOND).ok()), expected);
    returns(
        || hand_over(|r| select! { recv(r) -> n => n.ok(), default(SECOND) => None }),
        expected,
    );
    let never = [(false, false, None), (true, false, None)];
    returns(|| hand_over(|r| r.try_recv().ok()), never);
    returns(
        || {
            hand_over(|r| {
                let mut select = Select::new();
                select.recv(r);
                let is_ready = select.ready() == 0;
                r.try_recv().ok().filter(|_| is_ready)
            })
        },
        never,
    );
}

#[test]
fn a_selection_is_met_in_one_of_its_cases_only() {
    let body = || {
        let ((s1, r1), (s2, r2)) = (bounded(0), bounded(0));
        let thread = thread::spawn(move || select! { recv(r1) -> n => n.unwrap(), recv(r2) -> n => n.unwrap() });
        let met = (s1.try_send(1).is_ok(), s2.try_send(2).is_ok());
        if met == (false, false) {
            let _ = s1.send(1);
        }
        (met, thread.join().unwrap())
    };
    returns(body, [((false, false), 1), ((true, false), 1), ((false, true), 2)]);
}

#[test]
fn a_message_goes_to_any_waiting_receiver() {
    let body = || {
        let (s, r) = bounded(0);
        let waiting = [r.clone(), r].map(|r| thread::spawn(move || r.recv_timeout(2 * SECOND).is_ok()));
        thread::sleep(SECOND);
        s.send(()).unwrap();
        waiting.map(|thread| thread.join().unwrap())
    };
    let in_turn = || {
        let (s, r) = bounded(0);
        let waiting = [(r.clone(), 0), (r, 1)].map(|(r, late)| {
            thread::spawn(move || {
                thread::sleep(late * SECOND);
                r.recv_timeout(3 * SECOND).is_ok()
            })
        });
        thread::sleep(2 * SECOND);
        s.send(()).unwrap();
        waiting.map(|thread| thread.join().unwrap())
    };
    returns(body, [[true, false], [false, true]]);
    returns(in_turn, [[true, false], [false, true]]);
}

#[test]
fn a_rendezvous_lets_either_side_go_on_first() {
    let body = || {
        let (s, r) = bounded(0);
        let number = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&number);
        let thread = thread::spawn(move || {
            r.recv().unwrap();
            theirs.fetch_add(1, SeqCst)
        });
        s.send(()).unwrap();
        let mine = number.fetch_add(1, SeqCst);
        (mine, thread.join().unwrap())
    };
    returns(body, [(0, 1), (1, 0)]);
}

#[test]
fn the_last_sender_closes_a_channel() {
    let body = || {
        let (s, r): (Sender<u8>, _) = unbounded();
        let order = Arc::new(AtomicUsize::new(0));
        let threads = [s.clone(), s].map(|s| {
            let order = Arc::clone(&order);
            thread::spawn(move || {
                drop(s);
                order.fetch_add(1, SeqCst);
            })
        });
        let closed = r.recv().is_err();
        let seen = order.load(SeqCst);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        (closed, seen)
    };
    returns(body, [(true, 0), (true, 1), (true, 2)]);
}

#[test]
fn len_and_is_full_tell_the_present_state() {
    let body = || {
        let (s, r) = bounded(1);
        let thread = thread::spawn(move || {
            s.send(1).unwrap();
            r.recv().unwrap();
            (s, r)
        });
        let (s, _r) = thread.join().unwrap();
        let other = s.clone();
        let thread = thread::spawn(move || other.send(2).unwrap());
        let seen = (s.len(), s.is_full());
        thread.join().unwrap();
        seen
    };
    returns(body, [(0, false), (0, true), (1, true)]);
}

#[test]
fn a_worker_pool_ends_when_its_queue_is_closed() {
    let body = || {
        let (jobs, queue) = bounded(1);
        let (results, collected) = unbounded();
        let workers: Vec<_> = (0..2)
            .map(|_| {
                let (queue, results) = (queue.clone(), results.clone());
                thread::spawn(move || queue.iter().for_each(|n: u32| results.send(n * n).unwrap()))
            })
            .collect();
        drop((queue, results));
        (1..=3).for_each(|n| jobs.send(n).unwrap());
        drop(jobs);
        let sum: u32 = collected.iter().sum();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        sum
    };
    preemptions(1).returns(body, [14]);
}

#[test]
fn a_long_queue_that_empties_is_no_livelock() {
    reaches_the_limit(|| {
        let (sender, receiver) = unbounded();
        (0..10_500).for_each(|i| sender.send(i).unwrap());
        drop(sender);
        while_a_thread_waits(|| assert_eq!(receiver.iter().count(), 10_500));
    });
}
