//! Mistake: the timeout is cut down to whole milliseconds.
//!
//! Fails: `waiting_threads_sleep_and_are_woken` with `wrong_result`.
//! Fails: `timeouts_end_at_their_deadline` with `wrong_result`.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::error::Error;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[derive(PartialEq, Eq)]
pub enum PutError<T> {
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

#[derive(Debug, PartialEq, Eq)]
pub enum GetError {
    Empty,
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

pub struct PriorityQueue<P, T> {
    waiting: Waiting<Ranked<P, T>>,
}

impl<P: Ord, T> PriorityQueue<P, T> {
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

    pub fn put(&self, priority: P, item: T) -> Result<(), PutError<T>> {
        self.waiting.put(item, |items, item| {
            let arrival = items.next_arrival;
            items.next_arrival += 1;
            items.heap.push(Entry {
                priority,
                arrival,
                item,
            });
        })
    }

    pub fn get(&self) -> Result<T, GetError> {
        self.waiting.get()
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        self.waiting.try_get()
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.waiting.get_timeout(timeout)
    }

    pub fn close(&self) {
        self.waiting.close();
    }
}

pub struct LifoQueue<T> {
    waiting: Waiting<Vec<T>>,
}

impl<T> LifoQueue<T> {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        Self {
            waiting: Waiting::new(Vec::new()),
        }
    }

    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        self.waiting.put(item, Vec::push)
    }

    pub fn get(&self) -> Result<T, GetError> {
        self.waiting.get()
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        self.waiting.try_get()
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.waiting.get_timeout(timeout)
    }

    pub fn close(&self) {
        self.waiting.close();
    }
}

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

struct Waiting<I> {
    state: Mutex<State<I>>,
    item_came: Condvar,
}

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
        self.item_came.notify_one();
        Ok(())
    }

    fn get(&self) -> Result<I::Item, GetError> {
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
        let timeout = Duration::from_millis(timeout.as_millis().try_into().unwrap_or(u64::MAX));
        let (state, _) = self
            .item_came
            .wait_timeout_while(self.state(), timeout, |state| state.has_to_wait())
            .unwrap_or_else(PoisonError::into_inner);
        Self::take(state)
    }

    fn take(mut state: MutexGuard<'_, State<I>>) -> Result<I::Item, GetError> {
        match state.items.take_next() {
            Some(item) => Ok(item),
            None if state.is_closed => Err(GetError::Closed),
            None => Err(GetError::Empty),
        }
    }

    fn close(&self) {
        self.state().is_closed = true;
        self.item_came.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State<I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<I: Items> State<I> {
    fn has_to_wait(&self) -> bool {
        self.items.is_empty() && !self.is_closed
    }
}
