//! Channels synchronize under stale reads: from sender to receiver, from receiver to sender, and at disconnection.

use model_std::sync::mpsc::{self, channel, sync_channel};
use model_std::thread;

use super::data::{get, returns, set};

#[test]
fn receiving_synchronizes_with_sending() {
    let received = |bound: Option<usize>| {
        move || {
            let thread = match bound {
                None => {
                    let (sender, receiver) = channel();
                    (thread::spawn(move || (set(), sender.send(()).unwrap()).0), receiver)
                }
                Some(bound) => {
                    let (sender, receiver) = sync_channel(bound);
                    (thread::spawn(move || (set(), sender.send(()).unwrap()).0), receiver)
                }
            };
            let (thread, receiver) = thread;
            receiver.recv().unwrap();
            let seen = get();
            thread.join().unwrap();
            seen
        }
    };
    returns(received(None), [1]);
    returns(received(Some(0)), [1]);
    returns(received(Some(1)), [1]);
    let first_of_two = || {
        let (sender, receiver) = channel();
        let theirs = sender.clone();
        let threads = [
            thread::spawn(move || sender.send(false).unwrap()),
            thread::spawn(move || {
                set();
                theirs.send(true).unwrap();
            }),
        ];
        let seen = (receiver.recv().unwrap(), get());
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        seen
    };
    returns(first_of_two, [(false, 0), (false, 1), (true, 1)]);
}

#[test]
fn disconnection_synchronizes_with_dropping_the_last_end() {
    let hung_up = || {
        let (sender, receiver) = channel::<()>();
        let thread = thread::spawn(move || {
            set();
            drop(sender);
        });
        assert!(receiver.recv().is_err());
        let seen = get();
        thread.join().unwrap();
        seen
    };
    returns(hung_up, [1]);
    let gone = || {
        let (sender, receiver) = channel();
        let thread = thread::spawn(move || {
            set();
            drop(receiver);
        });
        let seen = sender.send(()).is_err().then(get);
        thread.join().unwrap();
        seen
    };
    returns(gone, [None, Some(1)]);
}

#[test]
fn dropping_a_message_synchronizes_with_sending_it() {
    /// Sends what it sees when it is dropped.
    struct Looks(mpsc::Sender<usize>);
    impl Drop for Looks {
        fn drop(&mut self) {
            self.0.send(get()).unwrap();
        }
    }
    let body = || {
        let (sender, receiver) = channel();
        let (tell, told) = channel();
        let thread = thread::spawn(move || {
            set();
            drop(sender.send(Looks(tell)));
        });
        thread::yield_now();
        drop(receiver);
        let seen = told.recv().unwrap();
        thread.join().unwrap();
        seen
    };
    returns(body, [1]);
}

#[test]
fn sending_synchronizes_with_the_receive_that_made_room() {
    let room = |bound: usize| {
        move || {
            let (sender, receiver) = sync_channel(bound);
            let thread = thread::spawn(move || {
                set();
                receiver.recv().unwrap();
                receiver
            });
            for _ in 0..bound + usize::from(bound > 0) {
                sender.send(()).unwrap();
            }
            if bound == 0 {
                sender.send(()).unwrap();
            }
            let seen = get();
            thread.join().unwrap();
            seen
        }
    };
    returns(room(0), [1]);
    returns(room(1), [1]);
    returns(room(2), [1]);
}
