//! Executes 80 million basic blocks before an operation and as many after it: four fifths of what may pass without one.

/// Counts in one thread.
pub fn count(total: u64) -> u64 {
    compute();
    std::thread::yield_now();
    compute();
    total
}

fn compute() {
    let mut rest = 20_000_000_u64;
    while rest > 0 {
        rest = std::hint::black_box(rest) - 1;
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
