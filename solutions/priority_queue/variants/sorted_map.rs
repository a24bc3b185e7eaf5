//! Variant: the items are in a `BTreeMap`, by priority and arrival; a pile is one in which the priority is the
//! arrival, reversed. Deadlines are `Instant`s, and every change wakes everybody.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

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
    inner: Inner<P, T>,
}

pub struct LifoQueue<T> {
    inner: Inner<Reverse<u64>, T>,
}

struct Inner<K, T> {
    state: Mutex<State<K, T>>,
    changed: Condvar,
}

struct State<K, T> {
    items: BTreeMap<(K, u64), T>,
    arrivals: u64,
    is_closed: bool,
}

impl<K, T> Default for Inner<K, T> {
    fn default() -> Self {
        let state = State {
            items: BTreeMap::new(),
            arrivals: 0,
            is_closed: false,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }
}

impl<K: Ord, T> Inner<K, T> {
    fn put(&self, key: impl FnOnce(u64) -> K, item: T) -> Result<(), PutError<T>> {
        let mut state = self.state.lock().unwrap();
        if state.is_closed {
            return Err(PutError::Closed(item));
        }
        state.arrivals += 1;
        let arrival = state.arrivals;
        state.items.insert((key(arrival), arrival), item);
        self.changed.notify_all();
        Ok(())
    }

    fn try_get(&self) -> Result<T, GetError> {
        let mut state = self.state.lock().unwrap();
        let first = state.items.pop_first();
        first.map(|(_, item)| item).ok_or(if state.is_closed {
            GetError::Closed
        } else {
            GetError::Empty
        })
    }

    fn get(&self, timeout: Option<Duration>) -> Result<T, GetError> {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut state = self.state.lock().unwrap();
        loop {
            if let Some((_, item)) = state.items.pop_first() {
                return Ok(item);
            }
            if state.is_closed {
                return Err(GetError::Closed);
            }
            state = match deadline {
                None => self.changed.wait(state).unwrap(),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(GetError::Empty);
                    }
                    self.changed.wait_timeout(state, left).unwrap().0
                }
            }
        }
    }

    fn close(&self) {
        self.state.lock().unwrap().is_closed = true;
        self.changed.notify_all();
    }
}

impl<P: Ord, T> PriorityQueue<P, T> {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        Self {
            inner: Inner::default(),
        }
    }

    pub fn put(&self, priority: P, item: T) -> Result<(), PutError<T>> {
        self.inner.put(|_| priority, item)
    }

    pub fn get(&self) -> Result<T, GetError> {
        self.inner.get(None)
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        self.inner.try_get()
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.inner.get(Some(timeout))
    }

    pub fn close(&self) {
        self.inner.close();
    }
}

impl<T> LifoQueue<T> {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        Self {
            inner: Inner::default(),
        }
    }

    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        self.inner.put(Reverse, item)
    }

    pub fn get(&self) -> Result<T, GetError> {
        self.inner.get(None)
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        self.inner.try_get()
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.inner.get(Some(timeout))
    }

    pub fn close(&self) {
        self.inner.close();
    }
}
