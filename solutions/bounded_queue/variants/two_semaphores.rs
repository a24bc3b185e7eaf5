//! Variant: two semaphores beside the lock for the items, as in textbooks: one counts the free places, one the items.
//! Results come through a channel. An item takes about thirty operations.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::sync::{Condvar, Mutex, mpsc};
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

enum Outcome {
    Got,
    TimedOut,
    Closed,
}
struct Semaphore {
    permits: Mutex<(usize, bool)>,
    more: Condvar,
}
impl Semaphore {
    fn new(n: usize) -> Self {
        Self {
            permits: Mutex::new((n, false)),
            more: Condvar::new(),
        }
    }
    fn acquire(&self, timeout: Option<Duration>) -> Outcome {
        let begun = Instant::now();
        let mut p = self.permits.lock().unwrap();
        loop {
            if p.1 {
                return Outcome::Closed;
            }
            if p.0 > 0 {
                p.0 -= 1;
                return Outcome::Got;
            }
            p = match timeout {
                None => self.more.wait(p).unwrap(),
                Some(t) => match t.checked_sub(begun.elapsed()) {
                    None | Some(Duration::ZERO) => return Outcome::TimedOut,
                    Some(rest) => self.more.wait_timeout(p, rest).unwrap().0,
                },
            };
        }
    }
    fn release(&self) {
        let mut p = self.permits.lock().unwrap();
        p.0 = p.0.saturating_add(1);
        drop(p);
        self.more.notify_one();
    }
    fn close(&self) {
        self.permits.lock().unwrap().1 = true;
        self.more.notify_all();
    }
}
pub struct Queue<T> {
    slots: Semaphore,
    filled: Semaphore,
    items: Mutex<(VecDeque<T>, bool)>,
}
impl<T> Queue<T> {
    pub fn new(maxsize: usize) -> Self {
        Self {
            slots: Semaphore::new(if maxsize == 0 { usize::MAX } else { maxsize }),
            filled: Semaphore::new(0),
            items: Mutex::new((VecDeque::new(), false)),
        }
    }
    fn put_within(&self, item: T, timeout: Option<Duration>) -> Result<(), PutError<T>> {
        match self.slots.acquire(timeout) {
            Outcome::TimedOut => Err(PutError::Full(item)),
            Outcome::Closed => Err(PutError::Closed(item)),
            Outcome::Got => {
                let mut items = self.items.lock().unwrap();
                if items.1 {
                    return Err(PutError::Closed(item));
                }
                items.0.push_back(item);
                self.filled.release();
                Ok(())
            }
        }
    }
    fn get_within(&self, timeout: Option<Duration>) -> Result<T, GetError> {
        let outcome = self.filled.acquire(timeout);
        if let Outcome::TimedOut = outcome {
            return Err(GetError::Empty);
        }
        let mut items = self.items.lock().unwrap();
        match items.0.pop_front() {
            Some(item) => {
                self.slots.release();
                Ok(item)
            }
            None => Err(GetError::Closed),
        }
    }
    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        self.put_within(item, None)
    }
    pub fn try_put(&self, item: T) -> Result<(), PutError<T>> {
        self.put_within(item, Some(Duration::ZERO))
    }
    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutError<T>> {
        self.put_within(item, Some(timeout))
    }
    pub fn get(&self) -> Result<T, GetError> {
        self.get_within(None)
    }
    pub fn try_get(&self) -> Result<T, GetError> {
        self.get_within(Some(Duration::ZERO))
    }
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.get_within(Some(timeout))
    }
    pub fn close(&self) {
        self.items.lock().unwrap().1 = true;
        self.slots.close();
        self.filled.close();
    }
    pub fn len(&self) -> usize {
        self.items.lock().unwrap().0.len()
    }
}
struct CloseOnPanic<'a, T>(&'a Queue<T>);
impl<T> Drop for CloseOnPanic<'_, T> {
    fn drop(&mut self) {
        if thread::panicking() {
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
    let queue = &Queue::new(maxsize);
    let consume = &consume;
    let (tx, rx) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..consumers.max(1) {
            let tx = tx.clone();
            scope.spawn(move || {
                let _guard = CloseOnPanic(queue);
                while let Ok(item) = queue.get() {
                    tx.send(consume(item)).unwrap();
                }
            });
        }
        drop(tx);
        scope.spawn(move || {
            thread::scope(|inner| {
                for p in producers {
                    inner.spawn(move || {
                        let _guard = CloseOnPanic(queue);
                        p(queue)
                    });
                }
            });
            queue.close();
        });
        rx.iter().collect()
    })
}
