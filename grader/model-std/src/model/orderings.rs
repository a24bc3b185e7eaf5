//! Which accesses to atomics an exploration could not decide by sequential consistency alone.

use super::trace::Place;

/// An access to an atomic, or a fence, as it stands in the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AtomicAccess {
    /// The line that asks for it.
    pub place: Place,
    /// What is done, as a reader names it: `load`, `fetch_add`, `fence`.
    pub operation: String,
    /// The type of what it is done to, such as `AtomicBool`; `None` for a fence.
    pub kind: Option<String>,
    /// Where that was created.
    pub created_at: Option<Place>,
    /// The ordering with which it took effect, as `Ordering` names it. A compare-exchange is one access with the ordering for its
    /// success and another with that for its failure, as far as each came up.
    pub ordering: String,
}
