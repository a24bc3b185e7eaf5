//! The stub: it compiles and fails.

/// Counts to `total` with two threads.
pub fn count(total: u64) -> u64 {
    todo!("count to {total}")
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        todo!("add {more}")
    }
}
