//! Ends the process at once.

/// Is not there any more.
pub fn answer(_question: u64) -> u64 {
    std::process::abort()
}
