//! Two queues that differ only in which item comes out next.
//!
//! All that has to do with waiting is written once, in [`Waiting`]: a lock around the items and the
//! flag, and a condition variable for those who find nothing. What comes out next is decided when an
//! item is taken, with the lock held, and not when one is put.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::error::Error;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
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

/// A queue from which the item with the lowest priority comes first.
pub struct PriorityQueue<P, T> {
    waiting: Waiting<Ranked<P, T>>,
}

impl<P: Ord, T> PriorityQueue<P, T> {
    /// Makes an empty queue.
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        let items = Ranked {
            heap: BinaryHeap::new(),
            next_arrival: 0,
        };
        Self {
            waiting: Waiting::new(items),
        }
    }

    /// Puts `item` into the queue. It comes out before all of a higher priority.
    pub fn put(&self, priority: P, item: T) -> Result<(), PutError<T>> {
        self.waiting.put(item, |items, item| {
            // The number is drawn under the same lock under which the item comes in. So the order of
            // the numbers is the order of arrival.
            let arrival = items.next_arrival;
            items.next_arrival += 1;
            items.heap.push(Entry {
                priority,
                arrival,
                item,
            });
        })
    }

    /// Takes the item with the lowest priority, and sleeps until there is one.
    pub fn get(&self) -> Result<T, GetError> {
        self.waiting.get()
    }

    /// Takes the item with the lowest priority if there is one at this moment.
    pub fn try_get(&self) -> Result<T, GetError> {
        self.waiting.try_get()
    }

    /// Takes the item with the lowest priority, and sleeps until there is one, but no longer than
    /// `timeout`.
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.waiting.get_timeout(timeout)
    }

    /// Lets no further item in, and wakes all who wait. What is inside can still be got.
    pub fn close(&self) {
        self.waiting.close();
    }
}

/// A queue from which the item that was put last comes first.
pub struct LifoQueue<T> {
    waiting: Waiting<Vec<T>>,
}

impl<T> LifoQueue<T> {
    /// Makes an empty queue.
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        Self {
            waiting: Waiting::new(Vec::new()),
        }
    }

    /// Puts `item` into the queue. It comes out before all that are inside.
    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        self.waiting.put(item, Vec::push)
    }

    /// Takes the item that was put last, and sleeps until there is one.
    pub fn get(&self) -> Result<T, GetError> {
        self.waiting.get()
    }

    /// Takes the item that was put last if there is one at this moment.
    pub fn try_get(&self) -> Result<T, GetError> {
        self.waiting.try_get()
    }

    /// Takes the item that was put last, and sleeps until there is one, but no longer than `timeout`.
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.waiting.get_timeout(timeout)
    }

    /// Lets no further item in, and wakes all who wait. What is inside can still be got.
    pub fn close(&self) {
        self.waiting.close();
    }
}

/// Items that come out in an order of their own.
trait Items {
    type Item;

    fn take_next(&mut self) -> Option<Self::Item>;

    fn is_empty(&self) -> bool;
}

impl<T> Items for Vec<T> {
    type Item = T;

    fn take_next(&mut self) -> Option<T> {
        self.pop()
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

/// Items by priority, and those of one priority by arrival.
struct Ranked<P, T> {
    heap: BinaryHeap<Entry<P, T>>,
    next_arrival: u64,
}

impl<P: Ord, T> Items for Ranked<P, T> {
    type Item = T;

    fn take_next(&mut self) -> Option<T> {
        self.heap.pop().map(|entry| entry.item)
    }

    fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

struct Entry<P, T> {
    priority: P,
    arrival: u64,
    item: T,
}

// A `BinaryHeap` gives out the *greatest*, so the comparison is the other way round. It does not look
// at the item: that need not be comparable, and must not decide between equal priorities. A heap
// alone keeps no order among equals, so the arrival decides.
impl<P: Ord, T> Ord for Entry<P, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_priority = other.priority.cmp(&self.priority);
        by_priority.then_with(|| other.arrival.cmp(&self.arrival))
    }
}

impl<P: Ord, T> PartialOrd for Entry<P, T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P: Ord, T> PartialEq for Entry<P, T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<P: Ord, T> Eq for Entry<P, T> {}

/// Items behind a lock, and a place to sleep for those who find none.
struct Waiting<I> {
    state: Mutex<State<I>>,
    item_came: Condvar,
}

/// What the one lock protects: whether a thread may still wait depends on both.
struct State<I> {
    items: I,
    is_closed: bool,
}

impl<I: Items> Waiting<I> {
    fn new(items: I) -> Self {
        Self {
            state: Mutex::new(State {
                items,
                is_closed: false,
            }),
            item_came: Condvar::new(),
        }
    }

    fn put(&self, item: I::Item, add: impl FnOnce(&mut I, I::Item)) -> Result<(), PutError<I::Item>> {
        let mut state = self.state();
        if state.is_closed {
            return Err(PutError::Closed(item));
        }
        add(&mut state.items, item);
        drop(state);
        // Every time, not only when the queue was empty: of two items that come in a row, the second
        // is for a second thread.
        self.item_came.notify_one();
        Ok(())
    }

    fn get(&self) -> Result<I::Item, GetError> {
        // The woken thread looks again, because another one may have been quicker. Then it takes what
        // comes first *now*, which need not be the item that it was woken for.
        let state = self
            .item_came
            .wait_while(self.state(), |state| state.has_to_wait())
            .unwrap_or_else(PoisonError::into_inner);
        Self::take(state)
    }

    fn try_get(&self) -> Result<I::Item, GetError> {
        Self::take(self.state())
    }

    fn get_timeout(&self, timeout: Duration) -> Result<I::Item, GetError> {
        // Whether the time is up does not matter here: the items decide. If one came at that very
        // moment, this thread takes it, and nobody else sleeps while it lies there.
        let (state, _) = self
            .item_came
            .wait_timeout_while(self.state(), timeout, |state| state.has_to_wait())
            .unwrap_or_else(PoisonError::into_inner);
        Self::take(state)
    }

    fn take(mut state: MutexGuard<'_, State<I>>) -> Result<I::Item, GetError> {
        // First the items, then the flag: what is inside a closed queue is still got.
        match state.items.take_next() {
            Some(item) => Ok(item),
            None if state.is_closed => Err(GetError::Closed),
            None => Err(GetError::Empty),
        }
    }

    fn close(&self) {
        // Under the lock, so that no thread is between looking at the flag and going to sleep.
        self.state().is_closed = true;
        // All of them: a thread that sleeps on has nobody left to wake it.
        self.item_came.notify_all();
    }

    /// Only the comparison of two priorities can panic while the lock is held. The items are then
    /// still there, so poisoning is no reason to give up.
    fn state(&self) -> MutexGuard<'_, State<I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<I: Items> State<I> {
    fn has_to_wait(&self) -> bool {
        self.items.is_empty() && !self.is_closed
    }
}
