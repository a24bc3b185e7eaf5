//! As `std::sync::mpsc`, with channels that the scheduler controls.

mod iterators;

pub use ::std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::time::Duration;

use crate::runtime::objects::channel::{self, Refusal, WaitLimit};
use crate::runtime::objects::{ObjectId, Tag};
use crate::runtime::switch_after_release;
use crate::runtime::task::Site;

pub use iterators::{IntoIter, Iter, TryIter};

/// The messages of a channel, and its identity for the scheduler.
struct Queue<T> {
    tag: Tag,
    /// Whether a sender waits until its message is received.
    is_rendezvous: bool,
    messages: RefCell<VecDeque<T>>,
}

impl<T> Queue<T> {
    fn id(&self) -> Option<ObjectId> {
        channel::id(&self.tag)
    }
}

/// One sender of a channel, of either kind.
struct SendingEnd<T>(Rc<Queue<T>>);

impl<T> SendingEnd<T> {
    fn send(&self, message: T, limit: WaitLimit, site: Site) -> Result<(), (Refusal, T)> {
        let id = self.0.id();
        if let Err(refusal) = channel::send(id, limit, site) {
            return Err((refusal, message));
        }
        self.0.messages.borrow_mut().push_back(message);
        if limit == WaitLimit::NoWait || channel::wait_until_taken(id, site) {
            switch_after_release();
            return Ok(());
        }
        channel::take_back(id);
        let message = self
            .0
            .messages
            .borrow_mut()
            .pop_back()
            .expect("a message that nobody took is still there");
        Err((Refusal::Disconnected, message))
    }
}

impl<T> Clone for SendingEnd<T> {
    fn clone(&self) -> Self {
        channel::add_sender(self.0.id());
        Self(Rc::clone(&self.0))
    }
}

impl<T> Drop for SendingEnd<T> {
    fn drop(&mut self) {
        channel::drop_sender(self.0.id());
    }
}

/// As [`std::sync::mpsc::Sender`].
pub struct Sender<T>(SendingEnd<T>);

/// As [`std::sync::mpsc::SyncSender`].
pub struct SyncSender<T>(SendingEnd<T>);

/// As [`std::sync::mpsc::Receiver`].
pub struct Receiver<T> {
    queue: Rc<Queue<T>>,
    /// Makes the type not `Sync`, as in `std`.
    not_sync: PhantomData<std::cell::Cell<()>>,
}

// SAFETY: all threads of the program share one operating-system thread, so the reference count and the queue are never
// used concurrently. As in `std`, the messages must be `Send`.
unsafe impl<T: Send> Send for Sender<T> {}
// SAFETY: as for `Send`.
unsafe impl<T: Send> Sync for Sender<T> {}
// SAFETY: as for `Sender`.
unsafe impl<T: Send> Send for SyncSender<T> {}
// SAFETY: as for `Sender`.
unsafe impl<T: Send> Sync for SyncSender<T> {}
// SAFETY: as for `Sender`.
unsafe impl<T: Send> Send for Receiver<T> {}
impl<T> UnwindSafe for Sender<T> {}
impl<T> RefUnwindSafe for Sender<T> {}
impl<T> UnwindSafe for SyncSender<T> {}
impl<T> RefUnwindSafe for SyncSender<T> {}
impl<T> UnwindSafe for Receiver<T> {}
impl<T> RefUnwindSafe for Receiver<T> {}

/// As [`std::sync::mpsc::channel`].
#[track_caller]
#[must_use]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (end, receiver) = open(None, Location::caller());
    (Sender(end), receiver)
}

/// As [`std::sync::mpsc::sync_channel`].
#[track_caller]
#[must_use]
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let (end, receiver) = open(Some(bound), Location::caller());
    (SyncSender(end), receiver)
}

fn open<T>(capacity: Option<usize>, site: Site) -> (SendingEnd<T>, Receiver<T>) {
    let is_rendezvous = capacity == Some(0);
    let queue = Rc::new(Queue {
        tag: Tag::at(site),
        is_rendezvous,
        messages: RefCell::default(),
    });
    if let (Some(id), Some(capacity)) = (queue.id(), capacity) {
        channel::set_capacity(id, capacity);
    }
    (
        SendingEnd(Rc::clone(&queue)),
        Receiver {
            queue,
            not_sync: PhantomData,
        },
    )
}

impl<T> Sender<T> {
    /// As [`std::sync::mpsc::Sender::send`].
    ///
    /// # Errors
    ///
    /// The message, if the receiver is gone.
    #[track_caller]
    pub fn send(&self, t: T) -> Result<(), SendError<T>> {
        self.0
            .send(t, WaitLimit::Forever, Location::caller())
            .map_err(|(_, message)| SendError(message))
    }
}

impl<T> SyncSender<T> {
    /// As [`std::sync::mpsc::SyncSender::send`].
    ///
    /// # Errors
    ///
    /// The message, if the receiver is gone.
    #[track_caller]
    pub fn send(&self, t: T) -> Result<(), SendError<T>> {
        self.0
            .send(t, WaitLimit::Forever, Location::caller())
            .map_err(|(_, message)| SendError(message))
    }

    /// As [`std::sync::mpsc::SyncSender::try_send`].
    ///
    /// # Errors
    ///
    /// The message, if there is no room or the receiver is gone.
    #[track_caller]
    pub fn try_send(&self, t: T) -> Result<(), TrySendError<T>> {
        self.0
            .send(t, WaitLimit::NoWait, Location::caller())
            .map_err(|(refusal, message)| match refusal {
                Refusal::Disconnected => TrySendError::Disconnected(message),
                Refusal::WouldBlock | Refusal::TimedOut => TrySendError::Full(message),
            })
    }
}

impl<T> Receiver<T> {
    /// As [`std::sync::mpsc::Receiver::recv`].
    ///
    /// # Errors
    ///
    /// If no message is left and every sender is gone.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        self.receive(WaitLimit::Forever, Location::caller())
            .map_err(|_| RecvError)
    }

    /// As [`std::sync::mpsc::Receiver::try_recv`].
    ///
    /// # Errors
    ///
    /// If no message waits.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.receive(WaitLimit::NoWait, Location::caller())
            .map_err(|refusal| match refusal {
                Refusal::Disconnected => TryRecvError::Disconnected,
                Refusal::WouldBlock | Refusal::TimedOut => TryRecvError::Empty,
            })
    }

    /// As [`std::sync::mpsc::Receiver::recv_timeout`], on the virtual clock.
    ///
    /// # Errors
    ///
    /// If no message comes in time, or every sender is gone.
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        self.receive(WaitLimit::For(timeout), Location::caller())
            .map_err(|refusal| match refusal {
                Refusal::Disconnected => RecvTimeoutError::Disconnected,
                Refusal::WouldBlock | Refusal::TimedOut => RecvTimeoutError::Timeout,
            })
    }

    /// As [`std::sync::mpsc::Receiver::iter`].
    #[track_caller]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter::new(self, Location::caller())
    }

    /// As [`std::sync::mpsc::Receiver::try_iter`].
    #[track_caller]
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter::new(self, Location::caller())
    }

    fn receive(&self, limit: WaitLimit, site: Site) -> Result<T, Refusal> {
        let id = self.queue.id();
        channel::receive(id, limit, site)?;
        let message = self.queue.messages.borrow_mut().pop_front();
        channel::switch_after_receive(id);
        // Only outside an execution can the queue be empty here. No other thread could send there, so waiting would not
        // help.
        message.ok_or(if Rc::strong_count(&self.queue) == 1 {
            Refusal::Disconnected
        } else {
            Refusal::WouldBlock
        })
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        channel::drop_receiver(self.queue.id());
        if self.queue.is_rendezvous {
            // The sender takes the message back that was not received.
            return;
        }
        // As in `std`, messages that will not be received are dropped now: others may wait for something that they own.
        let messages = std::mem::take(&mut *self.queue.messages.borrow_mut());
        drop(messages);
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        Sender(self.0.clone())
    }
}

impl<T> Clone for SyncSender<T> {
    fn clone(&self) -> SyncSender<T> {
        SyncSender(self.0.clone())
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for SyncSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncSender").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}
