//! What the exercise `{{name}}` must show on real threads.
//!
//! TBD: what cannot be shown under the model, and what the evidence is: a gate, a server, the kernel.

{{modules}}

use std::process::ExitCode;

use harness::real::{self, Check};

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[{{listed}}];

fn main() -> ExitCode {
    real::main(CHECKS)
}
