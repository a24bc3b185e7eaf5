//! `std::sync::mpsc`.

use std::sync::mpsc::{
    self, IntoIter, Iter, Receiver, RecvError, RecvTimeoutError, SendError, Sender, SyncSender, TryIter, TryRecvError,
    TrySendError,
};
use std::thread;
use std::time::Duration;

fn unbounded() -> String {
    let (sender, receiver): (Sender<u8>, Receiver<u8>) = mpsc::channel();
    let second = sender.clone();
    let formatted = format!("{sender:?} {receiver:?}");
    let sent: Result<(), SendError<u8>> = sender.send(1);
    let worker = thread::spawn(move || (2..6).try_for_each(|message| second.send(message)));
    let received: [Result<u8, RecvError>; 2] = [receiver.recv(), receiver.recv()];
    worker.join().unwrap().unwrap();
    let tried: Result<u8, TryRecvError> = receiver.try_recv();
    let timely: Result<u8, RecvTimeoutError> = receiver.recv_timeout(Duration::from_millis(1));
    let some: TryIter<'_, u8> = receiver.try_iter();
    let some: Vec<u8> = some.collect();
    let nothing = (receiver.try_recv(), receiver.recv_timeout(Duration::from_millis(1)));
    drop(sender);
    let iter: Iter<'_, u8> = receiver.iter();
    let left = iter.count() + (&receiver).into_iter().count();
    let end = (
        receiver.recv(),
        receiver.try_recv(),
        receiver.recv_timeout(Duration::ZERO),
    );
    let owned: IntoIter<u8> = receiver.into_iter();
    format!(
        "{formatted} {sent:?} {received:?} {tried:?} {timely:?} {some:?} {nothing:?} {left} {end:?} {}",
        owned.count()
    )
}

fn bounded() -> String {
    let (sender, receiver): (SyncSender<u8>, Receiver<u8>) = mpsc::sync_channel(1);
    let sent: Result<(), TrySendError<u8>> = sender.try_send(1);
    let full = sender.try_send(2);
    let second = sender.clone();
    let worker = thread::spawn(move || second.send(3));
    let received: Vec<u8> = receiver.iter().take(2).collect();
    let joined = worker.join().unwrap();
    drop(receiver);
    let gone = (sender.send(4), sender.try_send(5));
    let errors = [
        SendError(1).to_string(),
        TrySendError::Full(1).to_string(),
        TrySendError::from(SendError(1)).to_string(),
    ];
    format!(
        "{sender:?} {sent:?} {full:?} {received:?} {joined:?} {gone:?} {errors:?} {}",
        RecvError
    )
}

fn handing_over() -> String {
    let (sender, receiver) = mpsc::sync_channel(0);
    let nobody_waits = sender.try_send(0);
    let worker = thread::spawn(move || (1..4).map(|message| sender.send(message).is_ok()).collect::<Vec<_>>());
    let received = (receiver.recv(), receiver.recv());
    drop(receiver);
    format!("{nobody_waits:?} {received:?} {:?}", worker.join().unwrap())
}

pub fn run() -> Vec<String> {
    vec![unbounded(), bounded(), handing_over()]
}
