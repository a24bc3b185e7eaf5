//! As `std::process`, with an `exit` and an `abort` that end the execution and not the process.
//!
//! Child processes are not modelled. Their types and functions are the real ones.

pub use ::std::process::*;

use std::panic::Location;

use crate::runtime::{is_active, threads};

/// As [`std::process::exit`].
#[track_caller]
pub fn exit(code: i32) -> ! {
    if is_active() {
        threads::exit(Some(code), Location::caller());
    }
    ::std::process::exit(code)
}

/// As [`std::process::abort`].
#[track_caller]
pub fn abort() -> ! {
    if is_active() {
        threads::exit(None, Location::caller());
    }
    ::std::process::abort()
}
