//! As `std::process`, with an `exit` and an `abort` that end the execution and not the process, and with an `id` that
//! is the same in every run.
//!
//! Child processes are not modelled. Their types and functions are the real ones.

pub use ::std::process::*;

use std::panic::Location;

use crate::runtime::{is_active, threads};

/// The process id in an execution: one more than the highest that Linux gives (see `proc_sys_kernel(5)`, `pid_max`), so
/// that a program which sends a signal to it, or looks it up, never meets another process.
const ID: u32 = (1 << 22) + 1;

/// As [`std::process::id`], except that it is the same in every execution and in every process. No process has it.
#[must_use]
pub fn id() -> u32 {
    if is_active() { ID } else { ::std::process::id() }
}

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
