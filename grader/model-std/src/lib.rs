//! A drop-in `std` whose threads, locks and clock are controlled, and an explorer of all their interleavings.
//!
//! Compile a crate with this one in place of `std`. Either give it a dependency that is *named* `std`:
//!
//! ```toml
//! [dependencies]
//! std = { package = "model-std", path = "…" }
//! ```
//!
//! Or use `rustc --extern std=libmodel_std.rlib --extern core=libmodel_std.rlib`. The source of the crate stays
//! unchanged: `std::thread`, `std::sync`, `println!`, … now mean the modules and macros below. Everything that is not
//! modelled passes through to the real `std`. Then [`model::explore`] runs a function of that crate under every
//! interleaving of its threads, up to a bound.
//!
//! Modelled are `thread`, `sync` (with `atomic` and `mpsc`), `time`, the standard streams and the printing macros,
//! pipes, `thread_local!`, `process::{exit, abort}`, `hint::spin_loop` and `panic`; also `HashMap` and `HashSet`, whose
//! order is the same in every run of a schedule. Loads of atomics return older values where their orderings allow it,
//! up to [`Settings::stale_reads`](model::Settings::stale_reads) of them in an execution.
//!
//! A crate that is compiled with `rustc -C passes=sancov-module`, `-C llvm-args=-sanitizer-coverage-level=2`,
//! `-C llvm-args=-sanitizer-coverage-trace-pc` and `-C llvm-args=-sanitizer-coverage-prune-blocks=0` may not compute
//! on and on without an operation: that ends the execution as [`EndlessLoop`](model::trace::End::EndlessLoop).
//!
//! A crate that is compiled with `-C passes=tsan-module`, `-C passes=function(tsan)` and
//! `-C llvm-args=-tsan-instrument-func-entry-exit=0` shows the model the reference counts of its `Arc`s.
//!
//! `unsafe` is used for seven things, apart from the functions that such crates call: to map and to switch stacks, to
//! leave the stack of a thread that crashes, to restore the initial values of statics before each execution, to give
//! the contents of a lock or a cell to the thread that holds it in the model, to run functions that borrow from the
//! stack of another thread, to stand in for the functions of the C library that allocate, that ask for random bytes or
//! the time of day, or that use descriptors, and for the heap from which programs allocate.

pub mod collections;
pub mod hash;
pub mod hint;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod interposition;
pub mod io;
mod macros;
pub mod model;
pub mod panic;
pub mod prelude;
pub mod process;
mod runtime;
#[doc(hidden)]
pub mod shim;
pub mod sync;
pub mod thread;
pub mod time;

pub use ::std::*;
