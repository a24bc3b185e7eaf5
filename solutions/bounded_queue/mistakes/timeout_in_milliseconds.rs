//! Mistake: the timeout is cut down to whole milliseconds.
//!
//! Fails: `waiting_threads_sleep_and_are_woken` with `wrong_result`.
//! Fails: `timeouts_end_at_their_deadline` with `wrong_result`.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::panic;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

#[derive(PartialEq, Eq)]
pub enum PutError<T> {
    Full(T),
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

pub struct Queue<T> {
    maxsize: usize,
    state: Mutex<State<T>>,
    item_came: Condvar,
    room_came: Condvar,
}

struct State<T> {
    items: VecDeque<T>,
    is_closed: bool,
}

impl<T> Queue<T> {
    pub fn new(maxsize: usize) -> Self {
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

    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        let state = self
            .room_came
            .wait_while(self.state(), |state| self.is_full(state) && !state.is_closed)
            .unwrap_or_else(PoisonError::into_inner);
        self.append(state, item)
    }

    pub fn try_put(&self, item: T) -> Result<(), PutError<T>> {
        self.append(self.state(), item)
    }

    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutError<T>> {
        let timeout = Duration::from_millis(timeout.as_millis().try_into().unwrap_or(u64::MAX));
        let (state, _) = self
            .room_came
            .wait_timeout_while(self.state(), timeout, |state| self.is_full(state) && !state.is_closed)
            .unwrap_or_else(PoisonError::into_inner);
        self.append(state, item)
    }

    pub fn get(&self) -> Result<T, GetError> {
        let state = self
            .item_came
            .wait_while(self.state(), |state| state.items.is_empty() && !state.is_closed)
            .unwrap_or_else(PoisonError::into_inner);
        self.take(state)
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        self.take(self.state())
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        let (state, _) = self
            .item_came
            .wait_timeout_while(self.state(), timeout, |state| {
                state.items.is_empty() && !state.is_closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        self.take(state)
    }

    pub fn close(&self) {
        self.state().is_closed = true;
        self.item_came.notify_all();
        self.room_came.notify_all();
    }

    #[expect(clippy::len_without_is_empty, reason = "an answer that is outdated at once")]
    pub fn len(&self) -> usize {
        self.state().items.len()
    }

    fn is_full(&self, state: &State<T>) -> bool {
        self.maxsize > 0 && state.items.len() >= self.maxsize
    }

    fn append(&self, mut state: MutexGuard<'_, State<T>>, item: T) -> Result<(), PutError<T>> {
        if state.is_closed {
            return Err(PutError::Closed(item));
        }
        if self.is_full(&state) {
            return Err(PutError::Full(item));
        }
        state.items.push_back(item);
        drop(state);
        self.item_came.notify_one();
        Ok(())
    }

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

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub fn produce_and_consume<T: Send, R: Send>(
    producers: Vec<impl FnOnce(&Queue<T>) + Send>,
    consumers: usize,
    maxsize: usize,
    consume: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let queue = Queue::new(maxsize);
    let (produced, consumed) = thread::scope(|scope| {
        let consume_all = || {
            let _guard = CloseOnPanic(&queue);
            let mut results = Vec::new();
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
        let produced: Vec<_> = producers.into_iter().map(|producer| producer.join()).collect();
        queue.close();
        let consumed: Vec<_> = consumers.into_iter().map(|consumer| consumer.join()).collect();
        (produced, consumed)
    });
    for outcome in produced {
        outcome.unwrap_or_else(|payload| panic::resume_unwind(payload));
    }
    consumed
        .into_iter()
        .flat_map(|outcome| outcome.unwrap_or_else(|payload| panic::resume_unwind(payload)))
        .collect()
}

struct CloseOnPanic<'a, T>(&'a Queue<T>);

impl<T> Drop for CloseOnPanic<'_, T> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.close();
        }
    }
}
