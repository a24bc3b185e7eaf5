//! Counts in another type.

/// Counts.
pub fn count(total: u32) -> u32 {
    total
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        self.0 += more;
    }
}
