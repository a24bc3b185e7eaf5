//! The two sides of a queue: those who put and those who get. What holds for one holds for the other.

use std::fmt;
use std::time::Duration;

use bounded_queue::{GetError, PutError, Queue};
use harness::waiting::in_words;

/// The item that a waiting producer wants to put, and that a waiting consumer gets.
pub(crate) const ITEM: usize = 77;

/// What a thread wants to do with the queue.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Side {
    Put,
    Get,
}

pub(crate) const SIDES: [Side; 2] = [Side::Put, Side::Get];

impl Side {
    /// A queue with so many places at which this side has to wait: full for those who put, empty for those who get.
    pub(crate) fn blocked(self, places: usize) -> Queue<usize> {
        let queue = Queue::new(places);
        if self == Side::Put {
            (0..places).for_each(|_| drop(queue.try_put(0)));
        }
        queue
    }

    /// Does what this side wants to do, or waits for it as `call` says.
    pub(crate) fn ask(self, queue: &Queue<usize>, call: Call) -> Answer {
        match (self, call) {
            (Side::Put, Call::Try) => Answer::of_put(queue.try_put(ITEM)),
            (Side::Put, Call::Wait) => Answer::of_put(queue.put(ITEM)),
            (Side::Put, Call::Timeout(timeout)) => Answer::of_put(queue.put_timeout(ITEM, timeout)),
            (Side::Get, Call::Try) => Answer::of_get(queue.try_get()),
            (Side::Get, Call::Wait) => Answer::of_get(queue.get()),
            (Side::Get, Call::Timeout(timeout)) => Answer::of_get(queue.get_timeout(timeout)),
        }
    }

    /// Lets one thread of this side go on: gets an item for those who put, puts one for those who get.
    pub(crate) fn let_one_go_on(self, queue: &Queue<usize>) {
        self.let_one_go_on_by(queue, Call::Wait);
    }

    /// The same by one of the calls of the other side, none of which has to wait.
    pub(crate) fn let_one_go_on_by(self, queue: &Queue<usize>, call: Call) {
        self.other().ask(queue, call);
    }

    /// The other side.
    pub(crate) fn other(self) -> Self {
        match self {
            Side::Put => Side::Get,
            Side::Get => Side::Put,
        }
    }

    /// Undoes [`let_one_go_on`](Self::let_one_go_on) if no thread of this side was quicker.
    pub(crate) fn undo_if_possible(self, queue: &Queue<usize>) {
        match self {
            Side::Put => drop(queue.try_put(0)),
            Side::Get => drop(queue.try_get()),
        }
    }

    /// How many more threads of this side could go on now.
    pub(crate) fn free(self, queue: &Queue<usize>, places: usize) -> usize {
        match self {
            Side::Put => places.saturating_sub(queue.len()),
            Side::Get => queue.len(),
        }
    }

    /// The name of the call.
    pub(crate) fn name(self, call: Call) -> String {
        match (self, call) {
            (Side::Put, Call::Wait) => "put".to_owned(),
            (Side::Put, Call::Try) => "try_put".to_owned(),
            (Side::Put, Call::Timeout(timeout)) => format!("put_timeout({})", timeout_in_words(timeout)),
            (Side::Get, Call::Wait) => "get".to_owned(),
            (Side::Get, Call::Try) => "try_get".to_owned(),
            (Side::Get, Call::Timeout(timeout)) => format!("get_timeout({})", timeout_in_words(timeout)),
        }
    }

    /// The state in which this side has to wait.
    pub(crate) fn state(self) -> &'static str {
        match self {
            Side::Put => "full",
            Side::Get => "empty",
        }
    }
}

/// How a thread asks.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Call {
    Wait,
    Try,
    Timeout(Duration),
}

fn timeout_in_words(timeout: Duration) -> String {
    if timeout == Duration::MAX {
        "Duration::MAX".to_owned()
    } else {
        in_words(timeout)
    }
}

/// What a call said.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Answer {
    Done,
    /// It was done, but with another item.
    OtherItem,
    /// Full for those who put, empty for those who get.
    Refused,
    Closed,
}

impl Answer {
    pub(crate) fn of_put(outcome: Result<(), PutError<usize>>) -> Self {
        match outcome {
            Ok(()) => Answer::Done,
            Err(PutError::Full(ITEM)) => Answer::Refused,
            Err(PutError::Closed(ITEM)) => Answer::Closed,
            Err(_) => Answer::OtherItem,
        }
    }

    fn of_get(outcome: Result<usize, GetError>) -> Self {
        match outcome {
            Ok(ITEM) => Answer::Done,
            Ok(_) => Answer::OtherItem,
            Err(GetError::Empty) => Answer::Refused,
            Err(_) => Answer::Closed,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Answer::Done => "it was done",
            Answer::OtherItem => "another item came",
            Answer::Refused => "it gave up",
            Answer::Closed => "it said that the queue is closed",
        })
    }
}
