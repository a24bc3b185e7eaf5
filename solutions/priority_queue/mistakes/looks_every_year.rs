//! Mistake: a thread that waits without a timeout looks again after 400 days.
//!
//! Fails: `waiting_threads_sleep_and_are_woken` with `busy_wait`.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::error::Error;
use std::fmt;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// Why an item was not put into the queue. The item comes back in it.
#[derive(PartialEq, Eq)]
pub enum PutError<T> {
    /// The queue is closed.
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

trait Shelf {
    type In;
    type Out;
    fn add(&mut self, x: Self::In);
    fn next(&mut self) -> Option<Self::Out>;
}
struct Entry<P, T> {
    key: (P, u64),
    item: T,
}
impl<P: Ord, T> PartialEq for Entry<P, T> {
    fn eq(&self, o: &Self) -> bool {
        self.cmp(o) == Ordering::Equal
    }
}
impl<P: Ord, T> Eq for Entry<P, T> {}
impl<P: Ord, T> PartialOrd for Entry<P, T> {
    fn partial_cmp(&self, o: &Self) -> Option<Ordering> {
        Some(self.cmp(o))
    }
}
impl<P: Ord, T> Ord for Entry<P, T> {
    fn cmp(&self, o: &Self) -> Ordering {
        self.key.cmp(&o.key)
    }
}
struct Heap<P, T> {
    heap: BinaryHeap<Reverse<Entry<P, T>>>,
    count: u64,
}
impl<P: Ord, T> Shelf for Heap<P, T> {
    type In = (P, T);
    type Out = T;
    fn add(&mut self, (p, item): (P, T)) {
        self.count += 1;
        self.heap.push(Reverse(Entry {
            key: (p, self.count),
            item,
        }));
    }
    fn next(&mut self) -> Option<T> {
        self.heap.pop().map(|Reverse(e)| e.item)
    }
}
impl<T> Shelf for Vec<T> {
    type In = T;
    type Out = T;
    fn add(&mut self, x: T) {
        self.push(x)
    }
    fn next(&mut self) -> Option<T> {
        self.pop()
    }
}
struct Core<S> {
    state: Mutex<(S, bool)>,
    some: Condvar,
}
impl<S: Shelf> Core<S> {
    fn new(s: S) -> Self {
        Core {
            state: Mutex::new((s, false)),
            some: Condvar::new(),
        }
    }
    fn put(&self, x: S::In) -> Result<(), S::In> {
        let mut g = self.state.lock().unwrap();
        if g.1 {
            return Err(x);
        }
        g.0.add(x);
        drop(g);
        self.some.notify_one();
        Ok(())
    }
    fn get(&self, timeout: Option<Duration>) -> Result<S::Out, GetError> {
        let end = timeout.map(|t| Instant::now().checked_add(t));
        let mut g = self.state.lock().unwrap();
        loop {
            if let Some(x) = g.0.next() {
                return Ok(x);
            }
            if g.1 {
                return Err(GetError::Closed);
            }
            g = match end {
                None | Some(None) => self.some.wait_timeout(g, Duration::from_secs(400 * 86400)).unwrap().0,
                Some(Some(end)) => {
                    let rest = end.saturating_duration_since(Instant::now());
                    if rest.is_zero() {
                        return Err(GetError::Empty);
                    }
                    self.some.wait_timeout(g, rest).unwrap().0
                }
            };
        }
    }
    fn close(&self) {
        self.state.lock().unwrap().1 = true;
        self.some.notify_all();
    }
}
pub struct PriorityQueue<P, T> {
    core: Core<Heap<P, T>>,
}
impl<P: Ord, T> PriorityQueue<P, T> {
    pub fn new() -> Self {
        Self {
            core: Core::new(Heap {
                heap: BinaryHeap::new(),
                count: 0,
            }),
        }
    }
    pub fn put(&self, priority: P, item: T) -> Result<(), PutError<T>> {
        self.core.put((priority, item)).map_err(|(_, i)| PutError::Closed(i))
    }
    pub fn get(&self) -> Result<T, GetError> {
        self.core.get(None)
    }
    pub fn try_get(&self) -> Result<T, GetError> {
        self.core.get(Some(Duration::ZERO))
    }
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.core.get(Some(timeout))
    }
    pub fn close(&self) {
        self.core.close()
    }
}
pub struct LifoQueue<T> {
    core: Core<Vec<T>>,
}
impl<T> LifoQueue<T> {
    pub fn new() -> Self {
        Self {
            core: Core::new(Vec::new()),
        }
    }
    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        self.core.put(item).map_err(PutError::Closed)
    }
    pub fn get(&self) -> Result<T, GetError> {
        self.core.get(None)
    }
    pub fn try_get(&self) -> Result<T, GetError> {
        self.core.get(Some(Duration::ZERO))
    }
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.core.get(Some(timeout))
    }
    pub fn close(&self) {
        self.core.close()
    }
}
