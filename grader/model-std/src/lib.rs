//! A drop-in `std` whose threads, locks and clock are controlled, and an explorer of all their interleavings.
//!
//! Compile a crate with this one in place of `std`, either with a dependency that is *named* `std`
//!
//! ```toml
//! [dependencies]
//! std = { package = "model-std", path = "…" }
//! ```
//!
//! or with `rustc --extern std=libmodel_std.rlib --extern core=libmodel_std.rlib --extern alloc=libmodel_std.rlib`, and
//! its unchanged source uses the modules below wherever it says `std::thread`, `std::sync`, `println!`, … Everything
//! that is not modelled passes through to the real `std`. Then [`model::explore`] runs a function of that crate under
//! every interleaving of its threads up to a bound.
//!
//! What is modelled: `thread`, `sync` (with `atomic` and `mpsc`), `time`, the standard output streams and the printing
//! macros, `thread_local!`, `process::{exit, abort}`, `hint::spin_loop`, `panic`; and `HashMap` and `HashSet`, whose
//! order is the same in every run of a schedule. Memory is sequentially consistent: an ordering weaker than `SeqCst` is
//! accepted and treated as `SeqCst`.
//!
//! `unsafe` is used for three things only: to switch stacks, to lay a static's first value back before each execution,
//! and to hand out the contents of a lock or a cell to the one thread that the model lets have it.

pub use ::std::*;

pub mod collections;
pub mod hash;
pub mod hint;
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
