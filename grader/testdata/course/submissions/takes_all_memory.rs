//! Asks for more memory than any limit allows.

/// Allocates.
pub fn count(total: u64) -> u64 {
    let bytes = vec![1_u8; 1 << 36];
    std::hint::black_box(bytes).len() as u64 + total
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        self.0 += more;
    }
}
