//! Has no `Tally`.

/// Counts.
pub fn count(total: u64) -> u64 {
    total
}
