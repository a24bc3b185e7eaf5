//! Dropping ends: what happens to messages and waiting threads, and what the errors say.

use super::check;
use super::library::channel::{
    Receiver, RecvError, RecvTimeoutError, Select, SendError, SendTimeoutError, Sender, TryRecvError, TrySendError,
    bounded, never, unbounded,
};
use super::library::sync::Arc;
use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::{thread, thread_local};

/// Counts how many of its kind were dropped.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn the_last_receiver_of_an_unbounded_channel_drops_its_messages() {
    check(|| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let (s, r) = unbounded();
        let second = r.clone();
        (0..3).for_each(|_| s.send(Counted(dropped.clone())).unwrap());
        drop(r.recv());
        assert_eq!(dropped.load(SeqCst), 1);
        drop(r);
        assert_eq!((dropped.load(SeqCst), s.len()), (1, 2));
        drop(second);
        assert_eq!((dropped.load(SeqCst), s.len()), (3, 0));
        drop(s.send(Counted(dropped.clone())));
        assert_eq!(dropped.load(SeqCst), 4);
    });
}

#[test]
fn the_last_end_of_a_bounded_channel_drops_its_messages() {
    check(|| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let (s, r) = bounded(3);
        (0..2).for_each(|_| s.send(Counted(dropped.clone())).unwrap());
        drop(r);
        assert_eq!((dropped.load(SeqCst), s.len()), (0, 2));
        drop(s);
        assert_eq!(dropped.load(SeqCst), 2);
    });
}

#[test]
fn messages_are_dropped_in_the_order_in_which_they_were_sent() {
    struct Numbered(usize, Sender<usize>);
    impl Drop for Numbered {
        fn drop(&mut self) {
            self.1.send(self.0).unwrap();
        }
    }
    check(|| {
        let (log, logged) = unbounded();
        let channels = [unbounded(), bounded(9)];
        for (s, r) in channels {
            (0..3).for_each(|n| s.send(Numbered(n, log.clone())).unwrap());
            drop(r);
        }
        assert!(logged.try_iter().eq([0, 1, 2, 0, 1, 2]));
    });
}

#[test]
fn a_message_may_hold_the_last_end_of_its_own_channel() {
    struct Own {
        _sender: Sender<Own>,
        dropped: Arc<AtomicUsize>,
    }
    impl Drop for Own {
        fn drop(&mut self) {
            self.dropped.fetch_add(1, SeqCst);
        }
    }
    check(|| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let (s, r) = unbounded();
        let message = Own {
            _sender: s.clone(),
            dropped: dropped.clone(),
        };
        s.send(message).unwrap();
        drop(s);
        drop(r);
        assert_eq!(dropped.load(SeqCst), 1);
    });
}

#[test]
fn a_thread_that_panics_drops_its_ends() {
    check(|| {
        let (s, r) = bounded::<u32>(1);
        let thread = thread::spawn(move || {
            let _s = s;
            std::panic::resume_unwind(Box::new("gone"));
        });
        assert_eq!(r.recv(), Err(RecvError));
        assert!(thread.join().is_err());
    });
}

#[test]
fn ends_in_thread_locals_are_dropped_with_their_thread() {
    struct Last(Sender<u32>, Receiver<u32>);
    impl Drop for Last {
        fn drop(&mut self) {
            // Channels can be used while thread-locals are destroyed.
            let mut select = Select::new();
            let index = select.send(&self.0);
            let _ = select.recv(&self.1);
            let selected = select.select();
            assert_eq!(selected.index(), index);
            selected.send(&self.0, 9).unwrap();
        }
    }
    thread_local! {
        static LAST: std::cell::RefCell<Option<Last>> = const { std::cell::RefCell::new(None) };
    }
    check(|| {
        let (s, r) = unbounded();
        let thread = thread::spawn(move || LAST.with(|last| *last.borrow_mut() = Some(Last(s, never()))));
        assert_eq!((r.recv(), r.recv()), (Ok(9), Err(RecvError)));
        thread.join().unwrap();
    });
}

#[test]
fn errors_return_the_message_and_the_reason() {
    assert_eq!(SendError(1).into_inner(), 1);
    assert_eq!(TrySendError::Full(1).into_inner(), 1);
    assert_eq!(SendTimeoutError::Timeout(1).into_inner(), 1);
    assert!(TrySendError::Full(1).is_full() && TrySendError::Disconnected(1).is_disconnected());
    assert!(SendTimeoutError::Timeout(1).is_timeout() && SendTimeoutError::Disconnected(1).is_disconnected());
    assert!(TryRecvError::Empty.is_empty() && TryRecvError::Disconnected.is_disconnected());
    assert!(RecvTimeoutError::Timeout.is_timeout() && RecvTimeoutError::Disconnected.is_disconnected());
    assert_eq!(TrySendError::from(SendError(1)), TrySendError::Disconnected(1));
    assert_eq!(SendTimeoutError::from(SendError(1)), SendTimeoutError::Disconnected(1));
    assert_eq!(TryRecvError::from(RecvError), TryRecvError::Disconnected);
    assert_eq!(RecvTimeoutError::from(RecvError), RecvTimeoutError::Disconnected);
    assert_eq!(format!("{:?}", SendError(1)), "\"SendError(..)\"");
    assert_eq!(SendError(1).to_string(), "sending on a disconnected channel");
}

#[test]
fn ends_have_the_debug_output_of_the_library() {
    check(|| {
        let (s, r) = unbounded::<u32>();
        let texts = [
            format!("{s:?}"),
            format!("{r:?}"),
            format!("{:?}", r.iter()),
            format!("{:?}", r.try_iter()),
            format!("{:?}", r.clone().into_iter()),
            format!("{:?}", Select::new()),
        ];
        let names = ["Sender", "Receiver", "Iter", "TryIter", "IntoIter", "Select"];
        assert_eq!(texts, names.map(|name| format!("{name} {{ .. }}")));
    });
}
