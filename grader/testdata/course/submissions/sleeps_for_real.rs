//! Waits for a child process that takes longer than any limit.

use std::process::Command;

/// Waits.
pub fn count(total: u64) -> u64 {
    Command::new("/bin/sleep").arg("98721").status().map_or(0, |_| total)
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        self.0 += more;
    }
}
