//! Two queues on which threads wait for items: one gives out the lowest priority first, the other
//! what was put last.
//!
//! The README beside this crate states the task and its rules.

// What you will probably want from the standard library:
//
//   std::collections::BinaryHeap    gives out the greatest first; says nothing about equals
//   std::collections::BTreeMap      sorted by key: pop_first
//   std::cmp::{Ord, Reverse}        an order of your own, or one the other way round
//   std::sync::{Mutex, Condvar}     the items behind a lock, and a place to sleep until some come
//   Condvar::wait_while             release the lock while asleep, take it again afterwards
//   Condvar::wait_timeout_while     the same, until a timeout has passed
//   Condvar::notify_one, notify_all wake one sleeper, or all of them

use std::error::Error;
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

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

/// A queue from which the item with the lowest priority comes first. Among items of one priority,
/// the one that was put first does.
pub struct PriorityQueue<P, T> {
    // The fields are yours to choose. This one is a beginning.
    items: Mutex<Vec<(P, T)>>,
}

impl<P: Ord, T> PriorityQueue<P, T> {
    /// Makes an empty queue.
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        todo!("make an empty queue")
    }

    /// Puts `item` into the queue. It comes out before all of a higher priority.
    pub fn put(&self, priority: P, item: T) -> Result<(), PutError<T>> {
        let _ = (priority, item);
        todo!("put the item into the queue at {:p}", &self.items)
    }

    /// Takes the item with the lowest priority, and sleeps until there is one.
    pub fn get(&self) -> Result<T, GetError> {
        todo!("wait until something is inside, then take the item with the lowest priority")
    }

    /// Takes the item with the lowest priority if there is one at this moment, and never waits for
    /// one.
    pub fn try_get(&self) -> Result<T, GetError> {
        todo!("take the item with the lowest priority, or say at once why there is none")
    }

    /// Takes the item with the lowest priority, and sleeps until there is one, but no longer than
    /// `timeout`.
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        todo!("wait at most {timeout:?} for an item")
    }

    /// Lets no further item in, and wakes all who wait. What is inside can still be got.
    pub fn close(&self) {
        todo!("close the queue and wake everybody")
    }
}

/// A queue from which the item that was put last comes first: a stack on which threads wait.
pub struct LifoQueue<T> {
    // The fields are yours to choose. This one is a beginning.
    items: Mutex<Vec<T>>,
}

impl<T> LifoQueue<T> {
    /// Makes an empty queue.
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        todo!("make an empty queue")
    }

    /// Puts `item` into the queue. It comes out before all that are inside.
    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        let _ = item;
        todo!("put the item into the queue at {:p}", &self.items)
    }

    /// Takes the item that was put last, and sleeps until there is one.
    pub fn get(&self) -> Result<T, GetError> {
        todo!("wait until something is inside, then take the item that was put last")
    }

    /// Takes the item that was put last if there is one at this moment, and never waits for one.
    pub fn try_get(&self) -> Result<T, GetError> {
        todo!("take the item that was put last, or say at once why there is none")
    }

    /// Takes the item that was put last, and sleeps until there is one, but no longer than `timeout`.
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        todo!("wait at most {timeout:?} for an item")
    }

    /// Lets no further item in, and wakes all who wait. What is inside can still be got.
    pub fn close(&self) {
        todo!("close the queue and wake everybody")
    }
}
