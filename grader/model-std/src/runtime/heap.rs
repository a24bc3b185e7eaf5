//! The memory that a program allocates in an execution: at the same addresses in each of them.
//!
//! A program may order its locks by their addresses, or keep pointers in a sorted or a hashed map. The allocator of the
//! system gives other addresses in each execution. So what the program allocates comes from a heap of its own (see
//! `interposition` for how it gets there). Everything else, such as the runtime and the other threads of the system,
//! has the allocator of the system. What is allocated in an execution may live on after it.

#[cfg(all(
    target_os = "linux",
    target_env = "gnu",
    not(target_feature = "crt-static"),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod arena;
#[cfg(not(all(
    target_os = "linux",
    target_env = "gnu",
    not(target_feature = "crt-static"),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
mod portable;

#[cfg(all(
    target_os = "linux",
    target_env = "gnu",
    not(target_feature = "crt-static"),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
use arena as system;
#[cfg(all(
    target_os = "linux",
    target_env = "gnu",
    not(target_feature = "crt-static"),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
pub(crate) use arena::{Heap, clear, contains, free, of_program, reallocate, usable_size};
#[cfg(not(all(
    target_os = "linux",
    target_env = "gnu",
    not(target_feature = "crt-static"),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
use portable as system;

pub(super) use system::{begin, holds, in_program, in_runtime};
