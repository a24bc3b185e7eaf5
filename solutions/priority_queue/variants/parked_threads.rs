//! Variant: a plain `Vec`, searched for the first of the lowest each time. Threads that wait are parked, and each
//! item unparks all of them.

use std::error::Error;
use std::fmt;
use std::mem;
use std::sync::Mutex;
use std::thread::{self, Thread};
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
    inner: Inner<(P, T)>,
}

pub struct LifoQueue<T> {
    inner: Inner<T>,
}

struct Inner<E> {
    state: Mutex<State<E>>,
}

struct State<E> {
    entries: Vec<E>,
    waiting: Vec<Thread>,
    closed: bool,
}

impl<E> Default for Inner<E> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                entries: Vec::new(),
                waiting: Vec::new(),
                closed: false,
            }),
        }
    }
}

impl<E> Inner<E> {
    fn put(&self, entry: E) -> Result<(), E> {
        let mut state = self.state.lock().unwrap();
        if state.closed {
            return Err(entry);
        }
        state.entries.push(entry);
        mem::take(&mut state.waiting).iter().for_each(Thread::unpark);
        Ok(())
    }

    fn close(&self) {
        let mut state = self.state.lock().unwrap();
        state.closed = true;
        mem::take(&mut state.waiting).iter().for_each(Thread::unpark);
    }

    /// Without a deadline it waits for ever; `next` says where the entry is that comes next.
    fn get(&self, deadline: Option<Instant>, next: impl Fn(&[E]) -> Option<usize>) -> Result<E, GetError> {
        let mut is_late = false;
        loop {
            let mut state = self.state.lock().unwrap();
            if let Some(index) = next(&state.entries) {
                return Ok(state.entries.remove(index));
            }
            if state.closed {
                return Err(GetError::Closed);
            }
            if is_late {
                return Err(GetError::Empty);
            }
            state.waiting.push(thread::current());
            drop(state);
            match deadline {
                None => thread::park(),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    is_late = left.is_zero();
                    if !is_late {
                        thread::park_timeout(left);
                    }
                }
            }
        }
    }
}

fn after(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
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
            .put((priority, item))
            .map_err(|(_, item)| PutError::Closed(item))
    }

    pub fn get(&self) -> Result<T, GetError> {
        self.get_before(None)
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        self.get_before(after(Duration::ZERO))
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.get_before(after(timeout))
    }

    fn get_before(&self, deadline: Option<Instant>) -> Result<T, GetError> {
        let lowest = |entries: &[(P, T)]| {
            let numbered = entries.iter().enumerate();
            numbered
                .min_by(|(_, one), (_, other)| one.0.cmp(&other.0))
                .map(|(index, _)| index)
        };
        self.inner.get(deadline, lowest).map(|(_, item)| item)
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
        self.inner.put(item).map_err(PutError::Closed)
    }

    pub fn get(&self) -> Result<T, GetError> {
        self.get_before(None)
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        self.get_before(after(Duration::ZERO))
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.get_before(after(timeout))
    }

    fn get_before(&self, deadline: Option<Instant>) -> Result<T, GetError> {
        self.inner.get(deadline, |items: &[T]| items.len().checked_sub(1))
    }

    pub fn close(&self) {
        self.inner.close();
    }
}
