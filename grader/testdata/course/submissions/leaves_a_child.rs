//! Leaves a process behind that has a session of its own and holds standard output.

use std::process::Command;

/// Counts, but not alone.
pub fn count(total: u64) -> u64 {
    let child = Command::new("/usr/bin/setsid").args(["/bin/sleep", "98722"]).spawn();
    child.map_or(0, |_| total)
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        self.0 += more;
    }
}
