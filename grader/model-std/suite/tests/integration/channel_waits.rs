//! What a deadlock at a channel tells: who is left at the other end, and the line of the program that waits.

use model_std::model::trace::{End, ReceiveFunction, SendFunction, Wait, WaitReason};
use model_std::sync::mpsc::{Receiver, channel, sync_channel};
use model_std_suite::Explorer;

/// How `body`, which is one thread that waits for ever, waits.
#[track_caller]
fn wait(body: impl Fn() + 'static) -> Wait {
    match Explorer::default().first_failure(body).0.end {
        End::Deadlock { waits, cycle } if cycle.is_empty() => waits.into_iter().next().expect("a thread waits"),
        end => panic!("no deadlock, but {end:?}"),
    }
}

#[track_caller]
fn waits(body: impl Fn() + 'static, reason: WaitReason) {
    assert_eq!(wait(body).reason, reason);
}

#[test]
fn a_deadlock_at_a_channel_tells_how_many_are_left_at_the_other_end() {
    let kept = |n_clones: usize| {
        move || {
            let (sender, receiver) = channel::<u8>();
            let _kept: Vec<_> = (0..n_clones).map(|_| sender.clone()).collect();
            receiver.recv().unwrap();
        }
    };
    let for_message = |senders| WaitReason::Message {
        function: ReceiveFunction::Recv,
        senders,
    };
    waits(kept(0), for_message(1));
    waits(kept(2), for_message(3));
    let full = |bound| {
        move || {
            let (sender, _receiver) = sync_channel(bound);
            (0..=bound).for_each(|message| sender.send(message).unwrap());
        }
    };
    let (function, receivers) = (SendFunction::Send, 1);
    waits(full(0), WaitReason::HandOver { function, receivers });
    waits(full(2), WaitReason::Room { function, receivers });
}

/// A line, and what receives on it from a channel whose sender stays.
type Receiving = (u32, fn(Receiver<u8>));

#[test]
fn an_iterator_waits_on_a_line_of_the_program_even_where_an_adapter_asks_it() {
    let receiving: [Receiving; 6] = [
        (line!(), |receiver| receiver.iter().for_each(drop)),
        (line!(), |receiver| receiver.into_iter().for_each(drop)),
        (line!(), |receiver| (&receiver).into_iter().for_each(drop)),
        (line!(), |receiver| for _ in receiver {}),
        (line!(), |receiver| for _ in &receiver {}),
        (line!() + 2, |receiver| {
            let mut messages = receiver.iter();
            messages.next();
        }),
    ];
    for (expected, receive) in receiving {
        let wait = wait(move || {
            let (_sender, receiver) = channel();
            receive(receiver);
        });
        let place = wait.place.expect("a thread waits on a line");
        assert_eq!((place.file.as_str(), place.line), (file!(), expected));
    }
}
