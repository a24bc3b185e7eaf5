//! Variant: one condition variable for all, and every change wakes everybody. Deadlines are `Instant`s. The results
//! go into one locked `Vec`, and the last consumer to end closes the queue.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

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
    state: Mutex<(VecDeque<T>, bool)>,
    maxsize: usize,
    changed: Condvar,
}

impl<T> Queue<T> {
    pub fn new(maxsize: usize) -> Self {
        let maxsize = if maxsize == 0 { usize::MAX } else { maxsize };
        Self {
            state: Mutex::default(),
            maxsize,
            changed: Condvar::new(),
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

    fn put_until(&self, item: T, deadline: Option<Instant>) -> Result<(), PutError<T>> {
        let mut state = self.state.lock().unwrap();
        loop {
            if state.1 {
                return Err(PutError::Closed(item));
            }
            if state.0.len() < self.maxsize {
                state.0.push_back(item);
                self.changed.notify_all();
                return Ok(());
            }
            state = match deadline {
                None => self.changed.wait(state).unwrap(),
                Some(deadline) => match deadline.checked_duration_since(Instant::now()) {
                    None | Some(Duration::ZERO) => return Err(PutError::Full(item)),
                    Some(left) => self.changed.wait_timeout(state, left).unwrap().0,
                },
            };
        }
    }

    pub fn get(&self) -> Result<T, GetError> {
        self.get_until(None)
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        self.get_until(Some(Instant::now()))
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.get_until(Instant::now().checked_add(timeout))
    }

    fn get_until(&self, deadline: Option<Instant>) -> Result<T, GetError> {
        let mut state = self.state.lock().unwrap();
        loop {
            if let Some(item) = state.0.pop_front() {
                self.changed.notify_all();
                return Ok(item);
            }
            if state.1 {
                return Err(GetError::Closed);
            }
            state = match deadline {
                None => self.changed.wait(state).unwrap(),
                Some(deadline) => match deadline.checked_duration_since(Instant::now()) {
                    None | Some(Duration::ZERO) => return Err(GetError::Empty),
                    Some(left) => self.changed.wait_timeout(state, left).unwrap().0,
                },
            };
        }
    }

    pub fn close(&self) {
        self.state.lock().unwrap().1 = true;
        self.changed.notify_all();
    }

    #[expect(clippy::len_without_is_empty, reason = "an answer that is outdated at once")]
    pub fn len(&self) -> usize {
        self.state.lock().unwrap().0.len()
    }
}

pub fn produce_and_consume<T: Send, R: Send>(
    producers: Vec<impl FnOnce(&Queue<T>) + Send>,
    consumers: usize,
    maxsize: usize,
    consume: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let queue = Queue::new(maxsize);
    let consumers = consumers.max(1);
    let (producing, consuming) = (AtomicUsize::new(producers.len()), AtomicUsize::new(consumers));
    let results = Mutex::new(Vec::new());
    let payload = Mutex::new(None);
    if producers.is_empty() {
        return Vec::new();
    }
    thread::scope(|scope| {
        for producer in producers {
            scope.spawn(|| {
                if let Err(panic) = panic::catch_unwind(AssertUnwindSafe(|| producer(&queue))) {
                    *payload.lock().unwrap() = Some(panic);
                }
                if producing.fetch_sub(1, Ordering::SeqCst) == 1 {
                    queue.close();
                }
            });
        }
        for _ in 0..consumers {
            scope.spawn(|| {
                while let Ok(item) = queue.get() {
                    match panic::catch_unwind(AssertUnwindSafe(|| consume(item))) {
                        Ok(result) => results.lock().unwrap().push(result),
                        Err(panic) => {
                            *payload.lock().unwrap() = Some(panic);
                            break;
                        }
                    }
                }
                if consuming.fetch_sub(1, Ordering::SeqCst) == 1 {
                    queue.close();
                }
            });
        }
    });
    if let Some(payload) = payload.into_inner().unwrap() {
        panic::resume_unwind(payload);
    }
    results.into_inner().unwrap()
}
