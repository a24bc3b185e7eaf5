//! Panics with a value that is no text, and drops it with another panic.

struct Twice;

impl Drop for Twice {
    fn drop(&mut self) {
        panic!("once more");
    }
}

/// Panics twice.
pub fn answer(_question: u64) -> u64 {
    std::panic::panic_any(Twice)
}
