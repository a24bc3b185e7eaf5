//! A queue with a bounded number of places, built on `std`, and a function that lets producers and
//! consumers work over it.
//!
//! A producer that finds no room sleeps until there is some, and a consumer that finds nothing
//! sleeps until something comes. The README beside this crate states the task and its rules.

// What you will probably want from the standard library:
//
//   std::collections::VecDeque      items in order: push_back, pop_front
//   std::sync::{Mutex, Condvar}     the items behind a lock, and a place to sleep until they change
//   Condvar::wait, wait_while       release the lock while asleep, take it again afterwards
//   Condvar::wait_timeout_while     the same, until a timeout has passed
//   Condvar::notify_one, notify_all wake one sleeper, or all of them
//   std::thread::scope              threads that may borrow, and that have ended when it returns
//   ScopedJoinHandle::join          a thread's value, or the panic that ended it
//   std::panic::resume_unwind       go on with a panic that was caught

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

/// Why an item was not put into the queue. The item comes back in it.
#[derive(PartialEq, Eq)]
pub enum PutError<T> {
    /// There was no room.
    Full(T),
    /// The queue is closed.
    Closed(T),
}

impl<T> fmt::Debug for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PutError::Full(_) => "Full(..)",
            PutError::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> fmt::Display for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PutError::Full(_) => "the queue is full",
            PutError::Closed(_) => "the queue is closed",
        })
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

/// Items on their way from producers to consumers, first in, first out.
pub struct Queue<T> {
    // The fields are yours to choose. This one is a beginning.
    items: Mutex<VecDeque<T>>,
}

impl<T> Queue<T> {
    /// Makes an empty queue that never holds more than `maxsize` items. 0 means that there is no
    /// limit.
    pub fn new(maxsize: usize) -> Self {
        todo!("make a queue for {maxsize} items")
    }

    /// Appends `item`, and sleeps until there is room for it.
    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        let _ = item;
        todo!("wait until there is room, then append the item")
    }

    /// Appends `item` if there is room at this moment, and never waits for it.
    pub fn try_put(&self, item: T) -> Result<(), PutError<T>> {
        let _ = item;
        todo!("append the item, or give it back at once")
    }

    /// Appends `item`, and sleeps until there is room for it, but no longer than `timeout`.
    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutError<T>> {
        let _ = item;
        todo!("wait at most {timeout:?} for room, then append the item or give it back")
    }

    /// Takes the oldest item, and sleeps until there is one.
    pub fn get(&self) -> Result<T, GetError> {
        todo!("wait until something is inside, then take the oldest")
    }

    /// Takes the oldest item if there is one at this moment, and never waits for one.
    pub fn try_get(&self) -> Result<T, GetError> {
        todo!("take the oldest item, or say at once why there is none")
    }

    /// Takes the oldest item, and sleeps until there is one, but no longer than `timeout`.
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        todo!("wait at most {timeout:?} for an item")
    }

    /// Lets no further item in, and wakes all who wait. What is inside can still be got.
    pub fn close(&self) {
        todo!("close the queue and wake everybody")
    }

    /// The number of items inside at this moment.
    ///
    /// Another thread may put or get one before you use the answer, so display it, but do not
    /// decide by it.
    #[expect(clippy::len_without_is_empty, reason = "an answer that is outdated at once")]
    pub fn len(&self) -> usize {
        todo!("count the items behind the lock at {:p}", &self.items)
    }
}

/// Runs each of the `producers` in a thread of its own, and `consumers` threads that take the items
/// out of one queue and call `consume` with each. Returns all that `consume` returned. 0 consumers
/// means 1.
///
/// # Panics
///
/// When a producer or `consume` panics, once all threads have ended.
pub fn produce_and_consume<T: Send, R: Send>(
    producers: Vec<impl FnOnce(&Queue<T>) + Send>,
    consumers: usize,
    maxsize: usize,
    consume: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let _ = consume;
    todo!(
        "let {} producers and {consumers} consumers share a queue for {maxsize} items",
        producers.len()
    )
}
