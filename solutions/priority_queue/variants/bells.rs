//! Variant: a bell for those who wait, a channel with room for one ring. Whoever takes an item and sees that more are
//! inside rings again. The items of one priority wait in a bucket.

use std::collections::{BTreeMap, VecDeque};
use std::error::Error;
use std::fmt;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

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
    inner: Inner<BTreeMap<P, VecDeque<T>>>,
}

pub struct LifoQueue<T> {
    inner: Inner<VecDeque<T>>,
}

trait Take<T> {
    fn take(&mut self) -> Option<T>;
    fn has_more(&self) -> bool;
}

impl<P: Ord, T> Take<T> for BTreeMap<P, VecDeque<T>> {
    fn take(&mut self) -> Option<T> {
        let mut bucket = self.first_entry()?;
        let item = bucket.get_mut().pop_front();
        if bucket.get().is_empty() {
            bucket.remove();
        }
        item
    }

    fn has_more(&self) -> bool {
        !self.is_empty()
    }
}

impl<T> Take<T> for VecDeque<T> {
    fn take(&mut self) -> Option<T> {
        self.pop_front()
    }

    fn has_more(&self) -> bool {
        !self.is_empty()
    }
}

struct Inner<I> {
    state: Mutex<(I, bool)>,
    ring: Sender<()>,
    bell: Receiver<()>,
}

impl<I: Default> Default for Inner<I> {
    fn default() -> Self {
        let (ring, bell) = bounded(1);
        Self {
            state: Mutex::default(),
            ring,
            bell,
        }
    }
}

impl<I> Inner<I> {
    fn put<T>(&self, item: T, add: impl FnOnce(&mut I, T)) -> Result<(), PutError<T>> {
        let mut state = self.state.lock().unwrap();
        if state.1 {
            return Err(PutError::Closed(item));
        }
        add(&mut state.0, item);
        drop(state);
        let _ = self.ring.try_send(());
        Ok(())
    }

    fn try_get<T>(&self) -> Result<T, GetError>
    where
        I: Take<T>,
    {
        let mut state = self.state.lock().unwrap();
        let item = state.0.take();
        if state.0.has_more() || state.1 {
            let _ = self.ring.try_send(());
        }
        item.ok_or(if state.1 { GetError::Closed } else { GetError::Empty })
    }

    fn get<T>(&self, timeout: Option<Duration>) -> Result<T, GetError>
    where
        I: Take<T>,
    {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            match self.try_get() {
                Err(GetError::Empty) => {}
                outcome => return outcome,
            }
            let rang = match deadline {
                None => self.bell.recv().is_ok(),
                Some(deadline) => self.bell.recv_deadline(deadline).is_ok(),
            };
            if !rang {
                return self.try_get();
            }
        }
    }

    fn close(&self) {
        self.state.lock().unwrap().1 = true;
        let _ = self.ring.try_send(());
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
        self.inner
            .put(item, |items, item| items.entry(priority).or_default().push_back(item))
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
        self.inner.put(item, VecDeque::push_front)
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
