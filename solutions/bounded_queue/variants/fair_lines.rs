//! Variant: producers and consumers stand in two lines, and only the first of each may go on. Who comes later than
//! somebody who waits does not overtake.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
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
    maxsize: usize,
    state: Mutex<State<T>>,
    moved: Condvar,
}

struct State<T> {
    items: VecDeque<T>,
    is_closed: bool,
    next: u64,
    producers: VecDeque<u64>,
    consumers: VecDeque<u64>,
}

impl<T> State<T> {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl<T> Queue<T> {
    pub fn new(maxsize: usize) -> Self {
        Self {
            maxsize,
            state: Mutex::new(State {
                items: VecDeque::new(),
                is_closed: false,
                next: 0,
                producers: VecDeque::new(),
                consumers: VecDeque::new(),
            }),
            moved: Condvar::new(),
        }
    }

    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        self.put_timeout(item, Duration::MAX)
    }

    pub fn try_put(&self, item: T) -> Result<(), PutError<T>> {
        self.put_timeout(item, Duration::ZERO)
    }

    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutError<T>> {
        let start = Instant::now();
        let mut state = self.state.lock().unwrap();
        let mine = state.number();
        state.producers.push_back(mine);
        let outcome = loop {
            if state.is_closed {
                break Err(PutError::Closed(item));
            }
            let has_room = self.maxsize == 0 || state.items.len() < self.maxsize;
            if has_room && state.producers.front() == Some(&mine) {
                state.items.push_back(item);
                break Ok(());
            }
            let left = if timeout.is_zero() {
                timeout
            } else {
                timeout.saturating_sub(start.elapsed())
            };
            if left.is_zero() {
                break Err(PutError::Full(item));
            }
            state = self.moved.wait_timeout(state, left).unwrap().0;
        };
        state.producers.retain(|&number| number != mine);
        self.moved.notify_all();
        outcome
    }

    pub fn get(&self) -> Result<T, GetError> {
        self.get_timeout(Duration::MAX)
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        self.get_timeout(Duration::ZERO)
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        let start = Instant::now();
        let mut state = self.state.lock().unwrap();
        let mine = state.number();
        state.consumers.push_back(mine);
        let outcome = loop {
            if state.consumers.front() == Some(&mine)
                && let Some(item) = state.items.pop_front()
            {
                break Ok(item);
            }
            if state.is_closed && state.items.is_empty() {
                break Err(GetError::Closed);
            }
            let left = if timeout.is_zero() {
                timeout
            } else {
                timeout.saturating_sub(start.elapsed())
            };
            if left.is_zero() {
                break Err(GetError::Empty);
            }
            state = self.moved.wait_timeout(state, left).unwrap().0;
        };
        state.consumers.retain(|&number| number != mine);
        self.moved.notify_all();
        outcome
    }

    pub fn close(&self) {
        self.state.lock().unwrap().is_closed = true;
        self.moved.notify_all();
    }

    #[expect(clippy::len_without_is_empty, reason = "an answer that is outdated at once")]
    pub fn len(&self) -> usize {
        self.state.lock().unwrap().items.len()
    }
}

pub fn produce_and_consume<T: Send, R: Send>(
    producers: Vec<impl FnOnce(&Queue<T>) + Send>,
    consumers: usize,
    maxsize: usize,
    consume: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    struct CloseOnPanic<'a, T>(&'a Queue<T>);
    impl<T> Drop for CloseOnPanic<'_, T> {
        fn drop(&mut self) {
            if thread::panicking() {
                self.0.close();
            }
        }
    }

    let queue = Queue::new(maxsize);
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..consumers.max(1) {
            scope.spawn(|| {
                let _guard = CloseOnPanic(&queue);
                while let Ok(item) = queue.get() {
                    let result = consume(item);
                    results.lock().unwrap().push(result);
                }
            });
        }
        thread::scope(|inner| {
            for producer in producers {
                inner.spawn(|| {
                    let _guard = CloseOnPanic(&queue);
                    producer(&queue);
                });
            }
        });
        queue.close();
    });
    results.into_inner().unwrap()
}
