//! Mistake: the guard that counts the producers is not moved into their threads, only a reference in it is. So it is
//! dropped before they have run.
//!
//! Fails: `items_come_in_the_order_of_putting` with `wrong_result`.
//! Fails: `consumers_work_at_the_same_time` with `wrong_result`.
//! Fails: `a_panic_reaches_the_caller` with `wrong_result`.
//! Fails: `program_shows_who_waits` with `wrong_output`.

use std::error::Error;
use std::fmt;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Mutex, MutexGuard};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

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

/// Those who wait are in a list, and each change wakes them all.
struct State<T> {
    items: Vec<Option<T>>,
    taken: usize,
    closed: bool,
    waiting: Vec<Thread>,
}

pub struct Queue<T> {
    state: Mutex<State<T>>,
    maxsize: Option<NonZeroUsize>,
}

impl<T> Queue<T> {
    pub fn new(maxsize: usize) -> Self {
        let state = State {
            items: Vec::new(),
            taken: 0,
            closed: false,
            waiting: Vec::new(),
        };
        Queue {
            state: Mutex::new(state),
            maxsize: NonZeroUsize::new(maxsize),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn until<R>(&self, timeout: Option<Duration>, mut look: impl FnMut(&mut State<T>) -> Option<R>) -> Option<R> {
        let begin = Instant::now();
        loop {
            let mut state = self.lock();
            if let Some(found) = look(&mut state) {
                state.waiting.drain(..).for_each(|thread| thread.unpark());
                return Some(found);
            }
            let left = timeout.map(|timeout| timeout.saturating_sub(begin.elapsed()));
            if left == Some(Duration::ZERO) {
                return None;
            }
            state.waiting.push(thread::current());
            drop(state);
            match left {
                Some(left) => thread::park_timeout(left),
                None => thread::park(),
            }
        }
    }

    fn put_until(&self, item: T, timeout: Option<Duration>) -> Result<(), PutError<T>> {
        let mut item = Some(item);
        let put = self.until(timeout, |state| {
            if state.closed {
                return Some(false);
            }
            if self
                .maxsize
                .is_some_and(|maxsize| state.items.len() - state.taken >= maxsize.get())
            {
                return None;
            }
            state.items.push(item.take());
            Some(true)
        });
        match (put, item) {
            (Some(false), Some(item)) => Err(PutError::Closed(item)),
            (None, Some(item)) => Err(PutError::Full(item)),
            _ => Ok(()),
        }
    }

    fn get_until(&self, timeout: Option<Duration>) -> Result<T, GetError> {
        let got = self.until(timeout, |state| {
            if state.taken == state.items.len() {
                return state.closed.then_some(Err(GetError::Closed));
            }
            let item = state.items[state.taken].take().unwrap();
            state.taken += 1;
            if state.taken > state.items.len() / 2 {
                state.items.drain(..state.taken);
                state.taken = 0;
            }
            Some(Ok(item))
        });
        got.unwrap_or(Err(GetError::Empty))
    }

    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        self.put_until(item, None)
    }

    pub fn try_put(&self, item: T) -> Result<(), PutError<T>> {
        self.put_until(item, Some(Duration::ZERO))
    }

    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutError<T>> {
        self.put_until(item, Some(timeout))
    }

    pub fn get(&self) -> Result<T, GetError> {
        self.get_until(None)
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        self.get_until(Some(Duration::ZERO))
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.get_until(Some(timeout))
    }

    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting.drain(..).for_each(|thread| thread.unpark());
    }

    #[expect(clippy::len_without_is_empty, reason = "an answer that is outdated at once")]
    pub fn len(&self) -> usize {
        let state = self.lock();
        state.items.len() - state.taken
    }
}

/// The last producer closes the queue, even in a panic; a consumer that panics does so at once.
struct Leaves<'a, T>(&'a Queue<T>, &'a AtomicUsize);

impl<T> Drop for Leaves<'_, T> {
    fn drop(&mut self) {
        if self.1.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.close();
        }
    }
}

pub fn produce_and_consume<T: Send, R: Send>(
    producers: Vec<impl FnOnce(&Queue<T>) + Send>,
    consumers: usize,
    maxsize: usize,
    consume: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    if producers.is_empty() {
        return Vec::new();
    }
    let queue = Queue::new(maxsize);
    let left = AtomicUsize::new(producers.len());
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        for producer in producers {
            let leaves = Leaves(&queue, &left);
            scope.spawn(move || producer(leaves.0));
        }
        for _ in 0..consumers.max(1) {
            let (sender, queue, consume) = (sender.clone(), &queue, &consume);
            scope.spawn(move || {
                while let Ok(item) = queue.get() {
                    let result = catch_unwind(AssertUnwindSafe(|| consume(item)));
                    if result.is_err() {
                        queue.close();
                    }
                    let _ = sender.send(result);
                }
            });
        }
        drop(sender);
    });
    receiver
        .into_iter()
        .map(|result| result.unwrap_or_else(|payload| resume_unwind(payload)))
        .collect()
}
