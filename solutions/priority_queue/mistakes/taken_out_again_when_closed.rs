//! Mistake: `put` of the pile lays the item down before it asks whether the queue is closed, and takes the last one out
//! again if so. Another thread may have taken the item meanwhile.
//!
//! Fails: `close_wakes_all_and_keeps_what_is_inside` with `wrong_result`.

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, unbounded};
use std::error::Error;
use std::fmt;
use std::sync::{Mutex, RwLock};
use std::time::{Duration, Instant};

/// Why an item was not put into the queue. The item comes back in it.
#[derive(PartialEq, Eq)]
pub enum PutError<T> {
    /// The queue is closed.
    Closed(T),
}

impl<T> fmt::Debug for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Closed(..)")
    }
}

impl<T> fmt::Display for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the queue is closed")
    }
}

impl<T> Error for PutError<T> {}

/// Why there was no item to get.
#[derive(Debug, PartialEq, Eq)]
pub enum GetError {
    /// Nothing is inside.
    Empty,
    /// Nothing is inside, and nothing can come any more.
    Closed,
}

impl fmt::Display for GetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GetError::Empty => "the queue is empty",
            GetError::Closed => "the queue is empty and closed",
        })
    }
}

impl Error for GetError {}

/// One token in the channel for each item inside. Dropping the sender closes.
struct Tokens {
    sender: RwLock<Option<Sender<()>>>,
    receiver: Receiver<()>,
}
impl Tokens {
    fn new() -> Self {
        let (s, receiver) = unbounded();
        Tokens {
            sender: RwLock::new(Some(s)),
            receiver,
        }
    }
    fn add(&self, put: impl FnOnce()) -> bool {
        let sender = self.sender.read().unwrap();
        match &*sender {
            Some(s) => {
                put();
                s.send(()).is_ok()
            }
            None => false,
        }
    }
    fn wait(&self, deadline: Option<Instant>) -> Result<(), GetError> {
        match deadline {
            None => self.receiver.recv().map_err(|_| GetError::Closed),
            Some(d) => self.receiver.recv_deadline(d).map_err(|e| {
                if e == RecvTimeoutError::Timeout {
                    GetError::Empty
                } else {
                    GetError::Closed
                }
            }),
        }
    }
    fn ask(&self) -> Result<(), GetError> {
        self.receiver.try_recv().map_err(|e| {
            if e == TryRecvError::Empty {
                GetError::Empty
            } else {
                GetError::Closed
            }
        })
    }
    fn close(&self) {
        self.sender.write().unwrap().take();
    }
}
pub struct PriorityQueue<P, T> {
    items: Mutex<Vec<(P, T)>>,
    tokens: Tokens,
}
impl<P: Ord, T> PriorityQueue<P, T> {
    pub fn new() -> Self {
        Self {
            items: Mutex::new(Vec::new()),
            tokens: Tokens::new(),
        }
    }
    pub fn put(&self, priority: P, item: T) -> Result<(), PutError<T>> {
        let mut item = Some(item);
        let done = self
            .tokens
            .add(|| self.items.lock().unwrap().push((priority, item.take().unwrap())));
        if done {
            Ok(())
        } else {
            Err(PutError::Closed(item.unwrap()))
        }
    }
    fn lowest(&self) -> T {
        let mut items = self.items.lock().unwrap();
        let mut best = 0;
        for i in 1..items.len() {
            if items[i].0 < items[best].0 {
                best = i;
            }
        }
        items.remove(best).1
    }
    pub fn get(&self) -> Result<T, GetError> {
        self.tokens.wait(None).map(|()| self.lowest())
    }
    pub fn try_get(&self) -> Result<T, GetError> {
        self.tokens.ask().map(|()| self.lowest())
    }
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.tokens
            .wait(Instant::now().checked_add(timeout))
            .map(|()| self.lowest())
    }
    pub fn close(&self) {
        self.tokens.close()
    }
}
pub struct LifoQueue<T> {
    items: Mutex<Vec<T>>,
    tokens: Tokens,
}
impl<T> LifoQueue<T> {
    pub fn new() -> Self {
        Self {
            items: Mutex::new(Vec::new()),
            tokens: Tokens::new(),
        }
    }
    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        let mut item = Some(item);
        self.items.lock().unwrap().push(item.take().unwrap());
        let done = self.tokens.add(|| ());
        if !done {
            item = self.items.lock().unwrap().pop();
        }
        if done {
            Ok(())
        } else {
            Err(PutError::Closed(item.unwrap()))
        }
    }
    fn last(&self) -> T {
        self.items.lock().unwrap().pop().unwrap()
    }
    pub fn get(&self) -> Result<T, GetError> {
        self.tokens.wait(None).map(|()| self.last())
    }
    pub fn try_get(&self) -> Result<T, GetError> {
        self.tokens.ask().map(|()| self.last())
    }
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.tokens
            .wait(Instant::now().checked_add(timeout))
            .map(|()| self.last())
    }
    pub fn close(&self) {
        self.tokens.close()
    }
}
