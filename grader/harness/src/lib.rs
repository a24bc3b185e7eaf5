//! What every check program links: checks over a model, and the channel on which observations leave.
//!
//! A check program is an ordinary `main` that lists its checks, each a plain function that calls the submission's items like
//! any user would:
//!
//! ```no_run
//! use harness::{Check, Violation, Finding, Model};
//!
//! fn main() -> std::process::ExitCode {
//!     harness::main(&[Check::new("sum_is_right", sum_is_right)])
//! }
//!
//! fn sum_is_right(model: &mut Model) {
//!     model.every("two and two", || 2 + 2, |execution| {
//!         if execution.value == 4 { Ok(()) } else { Err(Violation::new(Finding::WrongResult, "expected 4")) }
//!     });
//! }
//! ```
//!
//! It is compiled like the submission, against the modelled `std`, so the threads of a body are threads of the model. It runs
//! one check and reports what it saw; whether that is a pass is judged elsewhere.

mod channel;
mod check;
mod execution;
mod flaw;
mod model;
pub mod real;
mod requirement;
mod scenario;
mod supervision;

pub use channel::main;
pub use check::{Check, Violation};
pub use execution::Execution;
pub use model::Model;
pub use protocol::Finding;
pub use protocol::trace::{Segment, Thread};
