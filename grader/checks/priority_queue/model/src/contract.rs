//! The public items of the exercise with their exact types, one line each.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

#![allow(
    clippy::redundant_closure,
    reason = "a function that is generic has no pointer that fits"
)]

use std::cmp::Ordering;
use std::time::Duration;

use priority_queue::{GetError, LifoQueue, PriorityQueue};

const _: fn(&PriorityQueue<Rank, Item>) -> &(dyn Sync + '_) = |queue| queue;
const _: fn(PriorityQueue<Rank, Item>) -> Box<dyn Send> = |queue| Box::new(queue);
const _: fn() -> PriorityQueue<Rank, Anything> = || PriorityQueue::new();
const _: fn(&PriorityQueue<Rank, Anything>, Rank, Anything) = |queue, priority, item| {
    let _ = queue.put(priority, item);
};
const _: fn(&PriorityQueue<Rank, Anything>) -> Result<Anything, GetError> = |queue| queue.get();
const _: fn(&PriorityQueue<Rank, Anything>) -> Result<Anything, GetError> = |queue| queue.try_get();
const _: fn(&PriorityQueue<Rank, Anything>, Duration) -> Result<Anything, GetError> =
    |queue, timeout| queue.get_timeout(timeout);
const _: fn(&PriorityQueue<Rank, Anything>) = |queue| queue.close();

const _: fn(&LifoQueue<Item>) -> &(dyn Sync + '_) = |queue| queue;
const _: fn(LifoQueue<Item>) -> Box<dyn Send> = |queue| Box::new(queue);
const _: fn() -> LifoQueue<Anything> = || LifoQueue::new();
const _: fn(&LifoQueue<Anything>, Anything) = |queue, item| {
    let _ = queue.put(item);
};
const _: fn(&LifoQueue<Anything>) -> Result<Anything, GetError> = |queue| queue.get();
const _: fn(&LifoQueue<Anything>) -> Result<Anything, GetError> = |queue| queue.try_get();
const _: fn(&LifoQueue<Anything>, Duration) -> Result<Anything, GetError> = |queue, timeout| queue.get_timeout(timeout);
const _: fn(&LifoQueue<Anything>) = |queue| queue.close();

const _: fn(GetError) -> bool = |error| matches!(error, GetError::Empty | GetError::Closed);

/// An item that can be sent to another thread, and nothing else.
type Item = Box<dyn FnOnce() + Send>;

/// An item that cannot even be sent.
type Anything = *const ();

/// A priority that can be compared and sent, and nothing else.
struct Rank(Box<dyn Fn() -> u8 + Send>);

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0)().cmp(&(other.0)())
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Rank {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Rank {}
