//! Random numbers for the program that are the same in every run of a schedule.
//!
//! Each thread has a sequence of its own. So what it gets does not depend on when the others ask.

use super::execution::Execution;
use super::visibility::mix;
use super::{try_with, with_undisturbed};

/// The number that all of them follow from: the first digits of the golden ratio, as good as any other.
const SEED: u64 = 1_618_033_988_749_894_848;

/// A new key for a hash map of the running thread. It stands in for the random key of `std`.
pub(crate) fn next_hash_key() -> u64 {
    try_with(next_number).unwrap_or_default()
}

/// Fills `bytes` with random ones. Returns false, and leaves them alone, outside an execution and while the runtime
/// itself is at work.
pub(crate) fn fill(bytes: &mut [u8]) -> bool {
    let filled = with_undisturbed(|execution| {
        for chunk in bytes.chunks_mut(size_of::<u64>()) {
            let random = mix(SEED, next_number(execution)).to_le_bytes();
            chunk.copy_from_slice(&random[..chunk.len()]);
        }
    });
    filled.is_some()
}

/// A number that no thread of the execution has got before.
fn next_number(execution: &mut Execution) -> u64 {
    let thread = execution.current as u64;
    let me = execution.me();
    me.random_numbers += 1;
    thread << 32 | me.random_numbers
}
