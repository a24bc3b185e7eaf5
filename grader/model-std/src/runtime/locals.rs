//! The values of `thread_local!` keys. Each task has its own.

use std::cell::RefCell;

use super::task::Local;
use super::{is_active, with};

thread_local! {
    /// The values outside an execution.
    static OUTSIDE: RefCell<Vec<Local>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f` on the values of the running task; outside an execution, on those of the operating-system thread.
fn with_locals<R>(f: impl FnOnce(&mut Vec<Local>) -> R) -> R {
    if is_active() {
        with(|execution| f(&mut execution.me().locals))
    } else {
        OUTSIDE.with_borrow_mut(f)
    }
}

/// What a key holds in the running thread.
pub(crate) enum Found {
    /// A value at this address. It stays there until the thread ends.
    Value(*const ()),
    /// Nothing yet.
    Uninitialised,
    /// The value was destroyed, or is being initialised right now by the same thread.
    Gone,
}

/// What the key at address `key` holds in the running thread. `address_of` returns the address of the value in a box.
pub(crate) fn find(key: usize, address_of: fn(&dyn std::any::Any) -> *const ()) -> Found {
    with_locals(|locals| match locals.iter().find(|local| local.key == key) {
        None => Found::Uninitialised,
        Some(Local { value: Some(value), .. }) => Found::Value(address_of(value.as_ref())),
        Some(Local { value: None, .. }) => Found::Gone,
    })
}

/// Stores the first value of a key in the running thread, and returns its address.
pub(crate) fn store(
    key: usize,
    value: Box<dyn std::any::Any>,
    address_of: fn(&dyn std::any::Any) -> *const (),
) -> *const () {
    with_locals(|locals| {
        let address = address_of(value.as_ref());
        locals.push(Local {
            key,
            value: Some(value),
        });
        address
    })
}

/// Destroys the values of the running thread, the newest first, until none is left. Destructors may initialise further
/// values.
pub(crate) fn destroy() {
    loop {
        let value = with_locals(|locals| locals.iter_mut().rev().find_map(|local| local.value.take()));
        // Dropped here and not above: a destructor may perform operations.
        match value {
            Some(value) => drop(value),
            None => return,
        }
    }
}
