//! Mistake: the list is sorted after each `put` by a sort that is not stable.
//!
//! Fails: `ties_come_in_order_of_arrival` with `wrong_result`.

use std::error::Error;
use std::fmt;
use std::sync::{Condvar, Mutex};
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

pub struct PriorityQueue<P, T> {
    inner: Inner<ByPriority<P, T>>,
}

impl<P: Ord, T> PriorityQueue<P, T> {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        PriorityQueue { inner: Inner::new() }
    }
    pub fn put(&self, priority: P, item: T) -> Result<(), PutError<T>> {
        self.inner
            .put((priority, item))
            .map_err(|(_, item)| PutError::Closed(item))
    }
    pub fn get(&self) -> Result<T, GetError> {
        self.inner.get(None)
    }
    pub fn try_get(&self) -> Result<T, GetError> {
        self.inner.get(Some(Duration::ZERO))
    }
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.inner.get(Some(timeout))
    }
    pub fn close(&self) {
        self.inner.close();
    }
}

pub struct LifoQueue<T> {
    inner: Inner<Vec<T>>,
}

impl<T> LifoQueue<T> {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        LifoQueue { inner: Inner::new() }
    }
    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        self.inner.put(item).map_err(PutError::Closed)
    }
    pub fn get(&self) -> Result<T, GetError> {
        self.inner.get(None)
    }
    pub fn try_get(&self) -> Result<T, GetError> {
        self.inner.get(Some(Duration::ZERO))
    }
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.inner.get(Some(timeout))
    }
    pub fn close(&self) {
        self.inner.close();
    }
}

trait Order: Default {
    type Put;
    type Item;
    fn push(&mut self, put: Self::Put);
    fn pop(&mut self) -> Option<Self::Item>;
}

impl<T> Order for Vec<T> {
    type Put = T;
    type Item = T;
    fn push(&mut self, put: T) {
        Vec::push(self, put);
    }
    fn pop(&mut self) -> Option<T> {
        Vec::pop(self)
    }
}

struct ByPriority<P, T>(Vec<(P, T)>);

impl<P, T> Default for ByPriority<P, T> {
    fn default() -> Self {
        ByPriority(Vec::new())
    }
}

impl<P: Ord, T> Order for ByPriority<P, T> {
    type Put = (P, T);
    type Item = T;
    fn push(&mut self, put: (P, T)) {
        self.0.insert(0, put);
        self.0.sort_unstable_by(|one, other| other.0.cmp(&one.0));
    }
    fn pop(&mut self) -> Option<T> {
        self.0.pop().map(|entry| entry.1)
    }
}

struct Inner<O> {
    state: Mutex<(O, bool)>,
    changed: Condvar,
}

impl<O: Order> Inner<O> {
    fn new() -> Self {
        Inner {
            state: Mutex::new((O::default(), false)),
            changed: Condvar::new(),
        }
    }
    fn put(&self, put: O::Put) -> Result<(), O::Put> {
        let mut state = self.state.lock().unwrap();
        if state.1 {
            return Err(put);
        }
        state.0.push(put);
        self.changed.notify_one();
        Ok(())
    }
    fn get(&self, timeout: Option<Duration>) -> Result<O::Item, GetError> {
        let begin = Instant::now();
        let mut state = self.state.lock().unwrap();
        loop {
            if let Some(item) = state.0.pop() {
                return Ok(item);
            }
            if state.1 {
                return Err(GetError::Closed);
            }
            let left = match timeout {
                None => Duration::MAX,
                Some(timeout) => timeout.saturating_sub(begin.elapsed()),
            };
            if left.is_zero() {
                return Err(GetError::Empty);
            }
            state = self.changed.wait_timeout(state, left).unwrap().0;
        }
    }
    fn close(&self) {
        self.state.lock().unwrap().1 = true;
        self.changed.notify_all();
    }
}
