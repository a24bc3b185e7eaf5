//! As `std::hash`, with a [`RandomState`] that is not random.

pub use ::std::hash::*;

use std::fmt;

use crate::runtime::randomness;

/// As [`std::hash::RandomState`], but the n-th one that a thread creates has the same keys in every execution. So the
/// order of iteration of a map depends on the schedule alone. Two maps still have different orders.
#[derive(Clone)]
pub struct RandomState {
    key: u64,
}

impl RandomState {
    /// As [`std::hash::RandomState::new`].
    #[must_use]
    pub fn new() -> RandomState {
        RandomState {
            key: randomness::next_hash_key(),
        }
    }
}

impl BuildHasher for RandomState {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.key);
        hasher
    }
}

impl Default for RandomState {
    fn default() -> RandomState {
        RandomState::new()
    }
}

impl fmt::Debug for RandomState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RandomState").finish_non_exhaustive()
    }
}
