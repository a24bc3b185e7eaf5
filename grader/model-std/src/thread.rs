//! As `std::thread`, with threads that the scheduler controls.

mod local;
mod scoped;
mod spawning;
mod starting;

pub use ::std::thread::Result;

use std::io;
use std::num::NonZero;
use std::panic::Location;
use std::time::Duration;

use crate::model::trace::YieldFunction;
use crate::runtime::objects::park;
use crate::runtime::{clock, panics};

pub use local::{AccessError, LocalKey};
pub use scoped::{Scope, ScopedJoinHandle, scope};
pub use spawning::{Builder, JoinHandle, Thread, ThreadId, current, spawn};

/// As [`std::thread::sleep`], on the virtual clock.
#[track_caller]
pub fn sleep(duration: Duration) {
    clock::sleep(duration, Location::caller());
}

/// As `std::thread::sleep_ms`.
#[track_caller]
#[deprecated(since = "1.6.0", note = "replaced by `std::thread::sleep`")]
pub fn sleep_ms(milliseconds: u32) {
    clock::sleep(Duration::from_millis(milliseconds.into()), Location::caller());
}

/// As [`std::thread::yield_now`].
#[track_caller]
pub fn yield_now() {
    clock::yield_now(YieldFunction::YieldNow, Location::caller());
}

/// As [`std::thread::park`].
#[track_caller]
pub fn park() {
    park::park(None, Location::caller());
}

/// As [`std::thread::park_timeout`], on the virtual clock.
#[track_caller]
pub fn park_timeout(duration: Duration) {
    park::park(Some(duration), Location::caller());
}

/// As `std::thread::park_timeout_ms`.
#[track_caller]
#[deprecated(since = "1.6.0", note = "replaced by `std::thread::park_timeout`")]
pub fn park_timeout_ms(milliseconds: u32) {
    park::park(Some(Duration::from_millis(milliseconds.into())), Location::caller());
}

/// As [`std::thread::panicking`].
#[must_use]
pub fn panicking() -> bool {
    panics::panicking()
}

/// As [`std::thread::available_parallelism`]; the same on every machine.
///
/// # Errors
///
/// Never.
pub fn available_parallelism() -> io::Result<NonZero<usize>> {
    Ok(const { NonZero::new(4).expect("4 is not 0") })
}
