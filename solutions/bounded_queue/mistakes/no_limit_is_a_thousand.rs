//! Mistake: without a limit there is room for a thousand items, as if that were always enough.
//!
//! Fails: `never_more_than_maxsize_inside` with `lost_wakeup`.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
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
    changed: Condvar,
    max: usize,
}
impl<T> Queue<T> {
    pub fn new(maxsize: usize) -> Self {
        Queue {
            state: Mutex::new(State {
                items: VecDeque::new(),
                closed: false,
            }),
            changed: Condvar::new(),
            max: if maxsize == 0 { 1000 } else { maxsize },
        }
    }
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn wait_for<'a>(
        &'a self,
        mut s: MutexGuard<'a, State<T>>,
        deadline: Option<Instant>,
        blocked: impl Fn(&State<T>) -> bool,
    ) -> MutexGuard<'a, State<T>> {
        while blocked(&s) && !s.closed {
            match deadline {
                None => s = self.changed.wait(s).unwrap(),
                Some(d) => {
                    let now = Instant::now();
                    if now >= d {
                        break;
                    }
                    s = self.changed.wait_timeout(s, d - now).unwrap().0;
                }
            }
        }
        s
    }
    fn put_until(&self, item: T, deadline: Option<Instant>) -> Result<(), PutError<T>> {
        let s = self.lock();
        let mut s = self.wait_for(s, deadline, |s| s.items.len() >= self.max);
        if s.closed {
            return Err(PutError::Closed(item));
        }
        if s.items.len() >= self.max {
            return Err(PutError::Full(item));
        }
        s.items.push_back(item);
        self.changed.notify_all();
        Ok(())
    }
    fn get_until(&self, deadline: Option<Instant>) -> Result<T, GetError> {
        let s = self.lock();
        let mut s = self.wait_for(s, deadline, |s| s.items.is_empty());
        match s.items.pop_front() {
            Some(item) => {
                self.changed.notify_all();
                Ok(item)
            }
            None if s.closed => Err(GetError::Closed),
            None => Err(GetError::Empty),
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
        self.get_until(Instant::now().checked_add(timeout))
    }
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }
    pub fn len(&self) -> usize {
        self.lock().items.len()
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
    let mut results = Vec::new();
    let mut panic = None;
    thread::scope(|scope| {
        let queue = &queue;
        let consume = &consume;
        let ps: Vec<_> = producers.into_iter().map(|p| scope.spawn(move || p(queue))).collect();
        let cs: Vec<_> = (0..consumers.max(1))
            .map(|_| {
                scope.spawn(move || {
                    let mut mine = Vec::new();
                    while let Ok(item) = queue.get() {
                        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| consume(item))) {
                            Ok(r) => mine.push(r),
                            Err(p) => {
                                queue.close();
                                while queue.try_get().is_ok() {}
                                std::panic::resume_unwind(p)
                            }
                        }
                    }
                    mine
                })
            })
            .collect();
        for p in ps {
            if let Err(e) = p.join() {
                panic = Some(e);
            }
        }
        queue.close();
        for c in cs {
            match c.join() {
                Ok(r) => results.extend(r),
                Err(e) => panic = Some(e),
            }
        }
    });
    if let Some(p) = panic {
        std::panic::resume_unwind(p)
    }
    results
}
