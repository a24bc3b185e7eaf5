//! Right, but with a line too many on standard output.

/// Counts, and says so.
pub fn count(total: u64) -> u64 {
    println!("counting");
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
