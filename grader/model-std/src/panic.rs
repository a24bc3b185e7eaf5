//! As `std::panic`, with panics counted for each thread of the program.

pub use ::std::panic::*;

use std::any::Any;
use std::rc::Rc;

use crate::runtime::{is_active, panics};
use crate::thread::Result;

/// As [`std::panic::catch_unwind`].
///
/// # Errors
///
/// The payload of the panic, if `f` panics.
pub fn catch_unwind<F: FnOnce() -> R + UnwindSafe, R>(f: F) -> Result<R> {
    let result = ::std::panic::catch_unwind(f);
    if result.is_err() {
        panics::caught();
    }
    result
}

/// As [`std::panic::resume_unwind`].
pub fn resume_unwind(payload: Box<dyn Any + Send>) -> ! {
    panics::resumed(payload.as_ref());
    ::std::panic::resume_unwind(payload)
}

/// As [`std::panic::set_hook`]. In an execution, this is the hook of the program, and other threads do not run while it
/// runs, unless it waits.
pub fn set_hook(hook: Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>) {
    if is_active() {
        panics::set_program_hook(Some(Rc::from(hook)));
    } else {
        ::std::panic::set_hook(hook);
    }
}

/// As [`std::panic::take_hook`].
#[must_use]
pub fn take_hook() -> Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static> {
    if !is_active() {
        return ::std::panic::take_hook();
    }
    match panics::set_program_hook(None) {
        Some(hook) => panics::boxed(hook),
        None => Box::new(|_| {}),
    }
}
