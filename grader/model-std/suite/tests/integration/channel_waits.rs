//! What a deadlock at a channel reports: how many ends are left on the other side, and the line that waits.

use model_std::model::trace::{End, ReceiveFunction, SendFunction, Wait, WaitReason};
use model_std::sync::mpsc::{Receiver, channel, sync_channel};
use model_std_suite::Explorer;

/// The wait of `body`, whose only thread waits for ever.
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
fn a_deadlock_at_a_channel_tells_how_many_ends_are_left_on_the_other_side() {
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

/// A line, and a function on it that receives from a channel whose sender stays.
type Receiving = (u32, fn(Receiver<u8>));

#[test]
fn a_wait_of_an_iterator_names_a_line_of_the_program() {
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
