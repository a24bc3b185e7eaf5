//! Variant: no condition variable: those who wait are parked, and each change unparks all of that side. The items
//! come out of the consumers through a channel, which ends when the last consumer has ended.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::mem;
use std::sync::mpsc;
use std::sync::{Mutex, MutexGuard};
use std::thread::{self, Thread};
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
}

struct State<T> {
    items: VecDeque<T>,
    is_closed: bool,
    producers: Vec<Thread>,
    consumers: Vec<Thread>,
}

fn unpark(threads: &mut Vec<Thread>) {
    mem::take(threads).iter().for_each(Thread::unpark);
}

fn park(deadline: Option<Instant>) -> bool {
    let Some(deadline) = deadline else {
        thread::park();
        return true;
    };
    let left = deadline.saturating_duration_since(Instant::now());
    if !left.is_zero() {
        thread::park_timeout(left);
    }
    !left.is_zero()
}

impl<T> Queue<T> {
    pub fn new(maxsize: usize) -> Self {
        let state = State {
            items: VecDeque::new(),
            is_closed: false,
            producers: Vec::new(),
            consumers: Vec::new(),
        };
        Self {
            maxsize,
            state: Mutex::new(state),
        }
    }

    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        self.put_before(item, None)
    }

    pub fn try_put(&self, item: T) -> Result<(), PutError<T>> {
        self.append(&mut self.state(), item)
    }

    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutError<T>> {
        self.put_before(item, Instant::now().checked_add(timeout))
    }

    fn put_before(&self, mut item: T, deadline: Option<Instant>) -> Result<(), PutError<T>> {
        let mut may_wait = true;
        loop {
            let mut state = self.state();
            match self.append(&mut state, item) {
                Err(PutError::Full(back)) if may_wait => item = back,
                outcome => return outcome,
            }
            state.producers.push(thread::current());
            drop(state);
            may_wait = park(deadline);
        }
    }

    fn append(&self, state: &mut State<T>, item: T) -> Result<(), PutError<T>> {
        if state.is_closed {
            Err(PutError::Closed(item))
        } else if self.maxsize != 0 && state.items.len() >= self.maxsize {
            Err(PutError::Full(item))
        } else {
            state.items.push_back(item);
            unpark(&mut state.consumers);
            Ok(())
        }
    }

    pub fn get(&self) -> Result<T, GetError> {
        self.get_before(None)
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        Self::take(&mut self.state())
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.get_before(Instant::now().checked_add(timeout))
    }

    fn get_before(&self, deadline: Option<Instant>) -> Result<T, GetError> {
        let mut may_wait = true;
        loop {
            let mut state = self.state();
            match Self::take(&mut state) {
                Err(GetError::Empty) if may_wait => state.consumers.push(thread::current()),
                outcome => return outcome,
            }
            drop(state);
            may_wait = park(deadline);
        }
    }

    fn take(state: &mut State<T>) -> Result<T, GetError> {
        let item = state.items.pop_front();
        if item.is_some() {
            unpark(&mut state.producers);
        }
        item.ok_or(if state.is_closed {
            GetError::Closed
        } else {
            GetError::Empty
        })
    }

    pub fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        unpark(&mut state.producers);
        unpark(&mut state.consumers);
    }

    #[expect(clippy::len_without_is_empty, reason = "an answer that is outdated at once")]
    pub fn len(&self) -> usize {
        self.state().items.len()
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().expect("nothing panics with the lock held")
    }
}

pub fn produce_and_consume<T: Send, R: Send>(
    producers: Vec<impl FnOnce(&Queue<T>) + Send>,
    consumers: usize,
    maxsize: usize,
    consume: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    struct Close<'a, T>(&'a Queue<T>);
    impl<T> Drop for Close<'_, T> {
        fn drop(&mut self) {
            self.0.close();
        }
    }

    let queue = Queue::new(maxsize);
    let (result, results) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..consumers.max(1) {
            let (queue, consume, result) = (&queue, &consume, result.clone());
            scope.spawn(move || {
                let _close = Close(queue);
                while let Ok(item) = queue.get() {
                    let _ = result.send(consume(item));
                }
            });
        }
        drop(result);
        let _close = Close(&queue);
        let producers: Vec<_> = producers
            .into_iter()
            .map(|producer| scope.spawn(|| producer(&queue)))
            .collect();
        let panics = producers
            .into_iter()
            .filter_map(|producer| producer.join().err())
            .count();
        assert_eq!(panics, 0, "a producer panicked");
    });
    results.into_iter().collect()
}
