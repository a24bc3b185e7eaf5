//! Never comes to an end, and does nothing that the model could see.

/// Counts for ever.
pub fn count(total: u64) -> u64 {
    let mut steps = total;
    loop {
        steps = std::hint::black_box(steps.wrapping_add(1));
    }
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        self.0 += more;
    }
}
