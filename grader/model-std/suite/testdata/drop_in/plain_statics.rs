//! Statics of a program that has no operation of the model, and does not explore itself.
//!
//! Compiled by the test `drop_in` against the real `std` and against the modelled one. In each execution, `run` must
//! return what it returns in the first run of a process.

static mut RUNS: u32 = 0;

pub fn run() -> Vec<String> {
    // SAFETY: one thread runs.
    let runs = unsafe {
        RUNS += 1;
        RUNS
    };
    vec![runs.to_string()]
}
