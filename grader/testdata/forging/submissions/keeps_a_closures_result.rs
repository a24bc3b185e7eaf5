//! Makes a reference live for ever without `unsafe`, since a closure may be `'static` although its result is not.

use std::any::Any;

/// Harmless, as long as the items of an iterator live as long as the iterator.
fn keep<I: Iterator + 'static>(_: &I, item: I::Item) -> Box<dyn Any> {
    Box::new(item)
}

/// For ever.
fn extend<'a, T: 'static>(value: &'a T) -> &'static T {
    let items = std::iter::from_fn(|| -> Option<&'a T> { None });
    keep(&items, value).downcast::<&'static T>().map_or_else(|_| unreachable!(), |kept| *kept)
}

/// Reads memory that belongs to somebody else by now.
pub fn answer(question: u64) -> u64 {
    let gone: &'static u64 = {
        let value = Box::new(question);
        extend(&*value)
    };
    let _theirs = Box::new(7 * question);
    *gone
}
