//! Reads a file at compile time that is not the submission's.

/// Tells the length of a file.
pub fn count(_total: u64) -> u64 {
    include_str!("../../solutions/counting/src/lib.rs").len() as u64
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        self.0 += more;
    }
}
