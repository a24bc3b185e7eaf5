//! Uses `unsafe` and switches the lint off.
#![allow(unsafe_code)]

/// Reads through a pointer.
pub fn count(total: u64) -> u64 {
    let pointer = &raw const total;
    unsafe { *pointer }
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        self.0 += more;
    }
}
