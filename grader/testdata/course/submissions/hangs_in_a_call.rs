//! Never comes to an end, and spends its time in a loop that does.

/// Counts for ever.
pub fn count(total: u64) -> u64 {
    let mut steps = total;
    // The loop to be named is this one, and not that of `advance`.
    let is_over = |steps: &u64| *steps == u64::MAX;
    while !is_over(&steps) {
        steps = advance(steps);
    }
    steps
}

fn advance(steps: u64) -> u64 {
    let mut rest = 1000_u64;
    while rest > 0 {
        rest -= std::hint::black_box(1);
    }
    steps % 1000 + 1
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        self.0 += more;
    }
}
