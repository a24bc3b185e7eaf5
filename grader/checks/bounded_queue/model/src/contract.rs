//! The public items of the exercise with their exact types, one line each.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

#![allow(
    clippy::redundant_closure,
    clippy::type_complexity,
    reason = "a function that is generic has no pointer that fits, and the types stand as they are"
)]

use std::time::Duration;

use bounded_queue::{GetError, PutError, Queue, produce_and_consume};

const _: fn(&Queue<Item>) -> &(dyn Sync + '_) = |queue| queue;
const _: fn(Queue<Item>) -> Box<dyn Send> = |queue| Box::new(queue);
const _: fn(usize) -> Queue<Anything> = |maxsize| Queue::new(maxsize);
const _: fn(&Queue<Anything>, Anything) -> Result<(), PutError<Anything>> = |queue, item| queue.put(item);
const _: fn(&Queue<Anything>, Anything) -> Result<(), PutError<Anything>> = |queue, item| queue.try_put(item);
const _: fn(&Queue<Anything>, Anything, Duration) -> Result<(), PutError<Anything>> =
    |queue, item, timeout| queue.put_timeout(item, timeout);
const _: fn(&Queue<Anything>) -> Result<Anything, GetError> = |queue| queue.get();
const _: fn(&Queue<Anything>) -> Result<Anything, GetError> = |queue| queue.try_get();
const _: fn(&Queue<Anything>, Duration) -> Result<Anything, GetError> = |queue, timeout| queue.get_timeout(timeout);
const _: fn(&Queue<Anything>) = |queue| queue.close();
const _: fn(&Queue<Anything>) -> usize = |queue| queue.len();
const _: fn(PutError<Anything>) -> Option<Anything> = |error| match error {
    PutError::Full(item) | PutError::Closed(item) => Some(item),
    #[allow(unreachable_patterns, reason = "there may be more reasons")]
    _ => None,
};
const _: fn(GetError) -> bool = |error| matches!(error, GetError::Empty | GetError::Closed);
const _: for<'a> fn(Vec<Producer<'a>>, &'a (dyn Fn(Borrowed<'a>) -> Borrowed<'a> + Sync)) -> Vec<Borrowed<'a>> =
    |producers, consume| produce_and_consume(producers, 1, 1, consume);

/// An item that can be sent to another thread, and nothing else.
type Item = Box<dyn FnOnce() + Send>;

/// An item that cannot even be sent.
type Anything = *const ();

/// An item that borrows.
type Borrowed<'a> = Box<dyn Fn() -> &'a str + Send + 'a>;

/// A producer that is called once and borrows.
type Producer<'a> = Box<dyn FnOnce(&Queue<Borrowed<'a>>) + Send + 'a>;
