//! What both queues have in common. What holds for one holds for the other, apart from the order.

use std::fmt;
use std::time::Duration;

use harness::waiting::in_words;
use priority_queue::{GetError, LifoQueue, PriorityQueue, PutError};

/// A queue of numbers.
pub(crate) trait Line: Sync + 'static {
    const NAME: &'static str;

    fn new() -> Self;

    fn put(&self, item: usize);

    /// As `put`, and returns the item that came back.
    fn put_or_get_back(&self, item: usize) -> Option<usize>;

    fn get(&self, call: Call) -> Answer;

    fn close(&self);
}

/// Every number is its own priority.
impl Line for PriorityQueue<usize, usize> {
    const NAME: &'static str = "PriorityQueue";

    fn new() -> Self {
        PriorityQueue::new()
    }

    fn put(&self, item: usize) {
        let _ = self.put(item, item);
    }

    fn put_or_get_back(&self, item: usize) -> Option<usize> {
        self.put(item, item).err().map(|PutError::Closed(item)| item)
    }

    fn get(&self, call: Call) -> Answer {
        Answer::of(match call {
            Call::Wait => self.get(),
            Call::Try => self.try_get(),
            Call::Timeout(timeout) => self.get_timeout(timeout),
        })
    }

    fn close(&self) {
        self.close();
    }
}

impl Line for LifoQueue<usize> {
    const NAME: &'static str = "LifoQueue";

    fn new() -> Self {
        LifoQueue::new()
    }

    fn put(&self, item: usize) {
        let _ = self.put(item);
    }

    fn put_or_get_back(&self, item: usize) -> Option<usize> {
        self.put(item).err().map(|PutError::Closed(item)| item)
    }

    fn get(&self, call: Call) -> Answer {
        Answer::of(match call {
            Call::Wait => self.get(),
            Call::Try => self.try_get(),
            Call::Timeout(timeout) => self.get_timeout(timeout),
        })
    }

    fn close(&self) {
        self.close();
    }
}

/// How a thread asks for an item.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Call {
    Wait,
    Try,
    Timeout(Duration),
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Call::Wait => f.write_str("get"),
            Call::Try => f.write_str("try_get"),
            Call::Timeout(Duration::MAX) => f.write_str("get_timeout(Duration::MAX)"),
            Call::Timeout(timeout) => write!(f, "get_timeout({})", in_words(timeout)),
        }
    }
}

/// What a call said.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Answer {
    Got(usize),
    Empty,
    Closed,
}

impl Answer {
    fn of(outcome: Result<usize, GetError>) -> Self {
        match outcome {
            Ok(item) => Answer::Got(item),
            Err(GetError::Empty) => Answer::Empty,
            Err(_) => Answer::Closed,
        }
    }

    pub(crate) fn got(self) -> Option<usize> {
        match self {
            Answer::Got(item) => Some(item),
            Answer::Empty | Answer::Closed => None,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Got(item) => write!(f, "it gave item {item}"),
            Answer::Empty => f.write_str("it said that nothing is inside"),
            Answer::Closed => f.write_str("it said that the queue is closed"),
        }
    }
}
