//! Variant: a consumer that finds nothing leaves the sender of a channel of its own, and the item is handed to the
//! oldest of them. Producers sleep at a condition variable.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::panic;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Condvar, Mutex, PoisonError};
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
    room: Condvar,
}

struct State<T> {
    items: VecDeque<T>,
    is_closed: bool,
    /// While there are any, nothing is inside.
    waiting: VecDeque<(u64, Sender<T>)>,
    next: u64,
}

enum Found<T> {
    Item(T),
    Closed,
    Wait(u64, Receiver<T>),
}

impl<T> Queue<T> {
    pub fn new(maxsize: usize) -> Self {
        let state = State {
            items: VecDeque::new(),
            is_closed: false,
            waiting: VecDeque::new(),
            next: 0,
        };
        Self {
            maxsize,
            state: Mutex::new(state),
            room: Condvar::new(),
        }
    }

    fn is_full(&self, state: &State<T>) -> bool {
        self.maxsize > 0 && state.items.len() >= self.maxsize
    }

    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        let state = self.state.lock().unwrap();
        let state = self
            .room
            .wait_while(state, |state| self.is_full(state) && !state.is_closed)
            .unwrap();
        self.hand_over(state, item)
    }

    pub fn try_put(&self, item: T) -> Result<(), PutError<T>> {
        self.hand_over(self.state.lock().unwrap(), item)
    }

    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutError<T>> {
        let state = self.state.lock().unwrap();
        let state = self
            .room
            .wait_timeout_while(state, timeout, |state| self.is_full(state) && !state.is_closed)
            .unwrap()
            .0;
        self.hand_over(state, item)
    }

    fn hand_over(&self, mut state: std::sync::MutexGuard<'_, State<T>>, item: T) -> Result<(), PutError<T>> {
        if state.is_closed {
            return Err(PutError::Closed(item));
        }
        if self.is_full(&state) {
            return Err(PutError::Full(item));
        }
        match state.waiting.pop_front() {
            Some((_, consumer)) => {
                consumer.send(item).expect("it leaves the line before it goes");
                // The place that this producer was woken for is still free.
                self.room.notify_one();
            }
            None => state.items.push_back(item),
        }
        Ok(())
    }

    fn find(&self) -> Found<T> {
        let mut state = self.state.lock().unwrap();
        if let Some(item) = state.items.pop_front() {
            self.room.notify_one();
            return Found::Item(item);
        }
        if state.is_closed {
            return Found::Closed;
        }
        let (sender, receiver) = mpsc::channel();
        state.next += 1;
        let number = state.next;
        state.waiting.push_back((number, sender));
        Found::Wait(number, receiver)
    }

    pub fn get(&self) -> Result<T, GetError> {
        match self.find() {
            Found::Item(item) => Ok(item),
            Found::Closed => Err(GetError::Closed),
            Found::Wait(_, receiver) => receiver.recv().map_err(|_| GetError::Closed),
        }
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        let mut state = self.state.lock().unwrap();
        let item = state.items.pop_front();
        self.room.notify_one();
        item.ok_or(if state.is_closed {
            GetError::Closed
        } else {
            GetError::Empty
        })
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        let (number, receiver) = match self.find() {
            Found::Item(item) => return Ok(item),
            Found::Closed => return Err(GetError::Closed),
            Found::Wait(number, receiver) => (number, receiver),
        };
        match receiver.recv_timeout(timeout) {
            Ok(item) => Ok(item),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(GetError::Closed),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                // An item may have been handed over at this very moment.
                let mut state = self.state.lock().unwrap();
                state.waiting.retain(|(other, _)| *other != number);
                receiver.try_recv().map_err(|_| {
                    if state.is_closed {
                        GetError::Closed
                    } else {
                        GetError::Empty
                    }
                })
            }
        }
    }

    pub fn close(&self) {
        let mut state = self.state.lock().unwrap();
        state.is_closed = true;
        state.waiting.clear();
        self.room.notify_all();
    }

    #[expect(clippy::len_without_is_empty, reason = "an answer that is outdated at once")]
    pub fn len(&self) -> usize {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).items.len()
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
