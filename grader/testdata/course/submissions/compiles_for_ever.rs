//! Keeps the compiler busy with a constant that has no end.
#![allow(long_running_const_eval)]

const STEPS: u64 = {
    let mut steps: u64 = 0;
    while steps < u64::MAX {
        steps += 1;
    }
    steps
};

/// Counts to a constant.
pub fn count(_total: u64) -> u64 {
    STEPS
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        self.0 += more;
    }
}
