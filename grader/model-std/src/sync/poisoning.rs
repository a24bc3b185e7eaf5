//! Converts the poison flag of a lock into the result of `std`.

use std::sync::{LockResult, PoisonError};

/// The guard or value of a lock, as an error if the lock is poisoned.
pub(super) fn result<G>(guard: G, poisoned: bool) -> LockResult<G> {
    if poisoned {
        Err(PoisonError::new(guard))
    } else {
        Ok(guard)
    }
}
