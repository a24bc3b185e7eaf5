//! Never comes to an end, in a function that is compiled with the check program: no basic block of it is counted.

/// Counts for ever.
pub fn count<T: TryInto<u64>>(total: T) -> u64 {
    let mut steps = total.try_into().unwrap_or(1);
    let add = |steps: u64| steps.wrapping_add(2);
    while steps != 1 {
        steps = add(steps);
    }
    steps
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        self.0 += more;
    }
}
