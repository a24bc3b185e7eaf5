//! The values of `thread_local!` keys, one set a task.

use super::task::Local;
use super::{Runtime, with};

/// What a key holds in the running thread.
pub(crate) enum Found {
    /// A value at this address; it stays there until the thread ends.
    Value(*const ()),
    /// Nothing yet.
    Uninitialised,
    /// The value was destroyed, or is being initialised right now by the same thread.
    Gone,
}

/// What the key at address `key` holds in the running thread. `address_of` tells where the value in a box is.
pub(crate) fn find(key: usize, address_of: fn(&dyn std::any::Any) -> *const ()) -> Found {
    with(|runtime| {
        let me = runtime.locals();
        match me.iter().find(|local| local.key == key) {
            None => Found::Uninitialised,
            Some(Local { value: Some(value), .. }) => Found::Value(address_of(value.as_ref())),
            Some(Local { value: None, .. }) => Found::Gone,
        }
    })
}

/// Stores the first value of a key in the running thread, and returns its address.
pub(crate) fn store(
    key: usize,
    value: Box<dyn std::any::Any>,
    address_of: fn(&dyn std::any::Any) -> *const (),
) -> *const () {
    with(|runtime| {
        let locals = runtime.locals();
        let address = address_of(value.as_ref());
        locals.push(Local {
            key,
            value: Some(value),
        });
        address
    })
}

/// Forgets the values of all threads, whose execution is over: their destructors belong to it.
pub(crate) fn abandon(runtime: &mut Runtime) {
    let locals = runtime.tasks.iter_mut().flat_map(|task| task.locals.drain(..));
    locals.for_each(std::mem::forget);
}

/// Destroys the running thread's values, the newest first, until none is left; destructors may initialise further ones.
pub(crate) fn destroy() {
    loop {
        let value = with(|runtime| {
            let locals = runtime.locals();
            locals.iter_mut().rev().find_map(|local| local.value.take())
        });
        // Dropped outside `with`: a destructor may perform operations.
        match value {
            Some(value) => drop(value),
            None => return,
        }
    }
}
