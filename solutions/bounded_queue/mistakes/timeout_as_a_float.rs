//! Mistake: `get_timeout` keeps the timeout as a floating-point number of seconds, which rounds long ones.
//!
//! Fails: `timeouts_end_at_their_deadline` with `wrong_result`.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread;
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

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
}

pub struct Queue<T> {
    state: Mutex<State<T>>,
    maxsize: usize,
    room: Condvar,
    items: Condvar,
}

impl<T> Queue<T> {
    pub fn new(maxsize: usize) -> Self {
        Queue {
            state: Mutex::new(State {
                items: VecDeque::new(),
                closed: false,
            }),
            maxsize: if maxsize == 0 { usize::MAX } else { maxsize },
            room: Condvar::new(),
            items: Condvar::new(),
        }
    }

    fn wait<'a>(
        &self,
        at: &Condvar,
        state: MutexGuard<'a, State<T>>,
        deadline: Option<Instant>,
    ) -> Result<MutexGuard<'a, State<T>>, MutexGuard<'a, State<T>>> {
        match deadline {
            None => Ok(at.wait(state).unwrap()),
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(state);
                }
                Ok(at.wait_timeout(state, left).unwrap().0)
            }
        }
    }

    fn put_until(&self, item: T, deadline: Option<Instant>) -> Result<(), PutError<T>> {
        let mut state = self.state.lock().unwrap();
        loop {
            if state.closed {
                return Err(PutError::Closed(item));
            }
            if state.items.len() < self.maxsize {
                state.items.push_back(item);
                self.items.notify_one();
                return Ok(());
            }
            match self.wait(&self.room, state, deadline) {
                Ok(again) => state = again,
                Err(_) => return Err(PutError::Full(item)),
            }
        }
    }

    fn get_until(&self, deadline: Option<Instant>) -> Result<T, GetError> {
        let mut state = self.state.lock().unwrap();
        loop {
            if let Some(item) = state.items.pop_front() {
                self.room.notify_one();
                return Ok(item);
            }
            if state.closed {
                return Err(GetError::Closed);
            }
            match self.wait(&self.items, state, deadline) {
                Ok(again) => state = again,
                Err(_) => return Err(GetError::Empty),
            }
        }
    }

    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        self.put_until(item, None)
    }

    pub fn try_put(&self, item: T) -> Result<(), PutError<T>> {
        self.put_until(item, Some(Instant::now()))
    }

    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutError<T>> {
        self.put_until(item, Instant::now().checked_add(timeout))
    }

    pub fn get(&self) -> Result<T, GetError> {
        self.get_until(None)
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        self.get_until(Some(Instant::now()))
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.get_until(
            Instant::now().checked_add(Duration::try_from_secs_f64(timeout.as_secs_f64()).unwrap_or(Duration::MAX)),
        )
    }

    pub fn close(&self) {
        self.state.lock().unwrap().closed = true;
        self.room.notify_all();
        self.items.notify_all();
    }

    #[expect(clippy::len_without_is_empty, reason = "an answer that is outdated at once")]
    pub fn len(&self) -> usize {
        self.state.lock().unwrap().items.len()
    }
}

struct Closes<'a, T>(&'a Queue<T>);

impl<T> Drop for Closes<'_, T> {
    fn drop(&mut self) {
        self.0.close();
    }
}

pub fn produce_and_consume<T: Send, R: Send>(
    producers: Vec<impl FnOnce(&Queue<T>) + Send>,
    consumers: usize,
    maxsize: usize,
    consume: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let queue = Queue::new(maxsize);
    let (queue, consume) = (&queue, &consume);
    let mut results = Vec::new();
    if producers.is_empty() {
        return results;
    }
    let mut panicked = None;
    thread::scope(|scope| {
        let consumers: Vec<_> = (0..consumers.max(1))
            .map(|_| {
                scope.spawn(move || {
                    let closes = Closes(queue);
                    let mut results = Vec::new();
                    while let Ok(item) = queue.get() {
                        results.push(consume(item));
                    }
                    std::mem::forget(closes);
                    results
                })
            })
            .collect();
        let producers: Vec<_> = producers
            .into_iter()
            .map(|producer| scope.spawn(move || producer(queue)))
            .collect();
        for producer in producers {
            if let Err(payload) = producer.join() {
                panicked = Some(payload);
            }
        }
        queue.close();
        for consumer in consumers {
            match consumer.join() {
                Ok(more) => results.extend(more),
                Err(payload) => panicked = Some(payload),
            }
        }
    });
    if let Some(payload) = panicked {
        std::panic::resume_unwind(payload);
    }
    results
}
