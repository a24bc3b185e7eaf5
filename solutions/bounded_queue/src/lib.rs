//! A bounded queue made of a locked `VecDeque` and two condition variables.
//!
//! It rests on three rules. A thread looks at the items and changes them under one lock. Those who
//! wait for an item and those who wait for room sleep in different places, so each change wakes
//! exactly the kind of thread that it is for. And closing is a change like any other: it is made
//! under the lock and told to everybody.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::panic;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
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
    maxsize: usize,
    state: Mutex<State<T>>,
    /// Consumers sleep here. Notified once for each item that comes, and for all when it closes.
    item_came: Condvar,
    /// Producers sleep here. Notified once for each item that goes, and for all when it closes.
    room_came: Condvar,
}

/// What one lock protects. The flag belongs to the items: whether a consumer may still wait depends
/// on both.
struct State<T> {
    items: VecDeque<T>,
    is_closed: bool,
}

impl<T> Queue<T> {
    /// Makes an empty queue that never holds more than `maxsize` items. 0 means that there is no
    /// limit.
    pub fn new(maxsize: usize) -> Self {
        // `maxsize` is a bound, not an estimate: `VecDeque::with_capacity(usize::MAX)` would panic.
        Self {
            maxsize,
            state: Mutex::new(State {
                items: VecDeque::new(),
                is_closed: false,
            }),
            item_came: Condvar::new(),
            room_came: Condvar::new(),
        }
    }

    /// Appends `item`, and sleeps until there is room for it.
    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        // `wait_while` is the loop that a condition variable always needs: a wake-up only says that
        // something may have changed. Another producer may have been quicker, and the wake-up may be
        // spurious. A closed queue is a reason to stop waiting, too.
        let state = self
            .room_came
            .wait_while(self.state(), |state| self.is_full(state) && !state.is_closed)
            .unwrap_or_else(PoisonError::into_inner);
        self.append(state, item)
    }

    /// Appends `item` if there is room at this moment, and never waits for it.
    pub fn try_put(&self, item: T) -> Result<(), PutError<T>> {
        self.append(self.state(), item)
    }

    /// Appends `item`, and sleeps until there is room for it, but no longer than `timeout`.
    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutError<T>> {
        // `wait_timeout_while` looks at the state before it looks at the clock. So a producer that is
        // woken for a free place at the very end of its time takes it, and no other producer sleeps
        // while that place stays free.
        let (state, _) = self
            .room_came
            .wait_timeout_while(self.state(), timeout, |state| self.is_full(state) && !state.is_closed)
            .unwrap_or_else(PoisonError::into_inner);
        self.append(state, item)
    }

    /// Takes the oldest item, and sleeps until there is one.
    pub fn get(&self) -> Result<T, GetError> {
        let state = self
            .item_came
            .wait_while(self.state(), |state| state.items.is_empty() && !state.is_closed)
            .unwrap_or_else(PoisonError::into_inner);
        self.take(state)
    }

    /// Takes the oldest item if there is one at this moment, and never waits for one.
    pub fn try_get(&self) -> Result<T, GetError> {
        self.take(self.state())
    }

    /// Takes the oldest item, and sleeps until there is one, but no longer than `timeout`.
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        let (state, _) = self
            .item_came
            .wait_timeout_while(self.state(), timeout, |state| {
                state.items.is_empty() && !state.is_closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        self.take(state)
    }

    /// Lets no further item in, and wakes all who wait. What is inside can still be got.
    pub fn close(&self) {
        // Under the lock, so that no thread is between looking at the flag and going to sleep.
        self.state().is_closed = true;
        // Everybody, and on both sides: a thread that sleeps on has nobody left to wake it.
        self.item_came.notify_all();
        self.room_came.notify_all();
    }

    /// The number of items inside at this moment.
    #[expect(clippy::len_without_is_empty, reason = "an answer that is outdated at once")]
    pub fn len(&self) -> usize {
        self.state().items.len()
    }

    fn is_full(&self, state: &State<T>) -> bool {
        self.maxsize > 0 && state.items.len() >= self.maxsize
    }

    /// Appends `item` if it may come in, as the locked state says.
    fn append(&self, mut state: MutexGuard<'_, State<T>>, item: T) -> Result<(), PutError<T>> {
        if state.is_closed {
            return Err(PutError::Closed(item));
        }
        if self.is_full(&state) {
            return Err(PutError::Full(item));
        }
        state.items.push_back(item);
        // The woken thread finds the lock free.
        drop(state);
        // One item, one consumer. Notify every time, not only when the queue was empty: of two items
        // that come in a row, the second is for a second consumer.
        self.item_came.notify_one();
        Ok(())
    }

    /// Takes the oldest item if there is one. What is inside a closed queue is still got.
    fn take(&self, mut state: MutexGuard<'_, State<T>>) -> Result<T, GetError> {
        let Some(item) = state.items.pop_front() else {
            return Err(if state.is_closed {
                GetError::Closed
            } else {
                GetError::Empty
            });
        };
        drop(state);
        self.room_came.notify_one();
        Ok(item)
    }

    /// Nothing here panics while it has the lock, so poisoning tells us nothing.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
    let queue = Queue::new(maxsize);
    let (produced, consumed) = thread::scope(|scope| {
        let consume_all = || {
            // Without this, producers would wait for ever for room in a queue that nobody empties.
            let _guard = CloseOnPanic(&queue);
            let mut results = Vec::new();
            // The lock is free again when `get` returns, so other consumers work at the same time.
            while let Ok(item) = queue.get() {
                results.push(consume(item));
            }
            results
        };
        let consumers: Vec<_> = (0..consumers.max(1)).map(|_| scope.spawn(consume_all)).collect();
        let producers: Vec<_> = producers
            .into_iter()
            .map(|producer| scope.spawn(|| producer(&queue)))
            .collect();
        // `join` gives an `Err` for a producer that panicked. Only after the last one, however it
        // ended, can nothing come any more; then the consumers have to learn that.
        let produced: Vec<_> = producers.into_iter().map(|producer| producer.join()).collect();
        queue.close();
        let consumed: Vec<_> = consumers.into_iter().map(|consumer| consumer.join()).collect();
        (produced, consumed)
    });
    // All threads have ended; only now may a panic go on to the caller, with its own message.
    for outcome in produced {
        outcome.unwrap_or_else(|payload| panic::resume_unwind(payload));
    }
    consumed
        .into_iter()
        .flat_map(|outcome| outcome.unwrap_or_else(|payload| panic::resume_unwind(payload)))
        .collect()
}

/// Closes the queue when the thread that has it panics.
struct CloseOnPanic<'a, T>(&'a Queue<T>);

impl<T> Drop for CloseOnPanic<'_, T> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.close();
        }
    }
}
