//! What every check program links: checks over a model or on real threads, and the channel for the answer.
//!
//! A check program is an ordinary `main` that lists its checks. Each check is a plain function that calls the
//! submission's items as any user would:
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
//! The check program is compiled against the modelled `std`, like the submission. So the threads of a body are threads
//! of the model. The program runs one check and reports what it observed. The grader judges whether that is a pass.

mod channel;
mod check;
mod execution;
pub mod inside;
mod model;
mod playing;
mod program;
pub mod real;
mod requirement;
mod scenario;
mod scenario_failure;
mod supervision;
pub mod waiting;

pub use channel::main;
pub use check::{Check, Violation};
pub use execution::Execution;
pub use model::Model;
pub use program::program;
pub use protocol::Finding;
pub use protocol::trace::{Segment, Thread};
