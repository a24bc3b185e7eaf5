//! Catches and resumes panics of jobs, and ends the process for a panic that no caller can get.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use model_std::{panic, process};

/// The payload of a panic.
pub(crate) type Payload = Box<dyn Any + Send>;

/// Calls a function of the program. The panic is passed on later, so nobody sees what it left half done.
pub(crate) fn catch<R>(function: impl FnOnce() -> R) -> Result<R, Payload> {
    panic::catch_unwind(AssertUnwindSafe(function))
}

/// What the function returned. Panics as it did.
pub(crate) fn unwrap<R>(result: Result<R, Payload>) -> R {
    result.unwrap_or_else(|payload| panic::resume_unwind(payload))
}

/// Ends the process as the library does.
pub(crate) fn abort() -> ! {
    model_std::eprintln!("Rayon: detected unexpected panic; aborting");
    process::abort()
}
