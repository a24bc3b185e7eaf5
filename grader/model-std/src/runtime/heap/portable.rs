//! Without a heap of its own: the program has the allocator of the system, and so other addresses in each execution.

/// Nothing has to be prepared.
pub(in crate::runtime) fn begin() {}

/// Calls `resume`, which resumes the program.
pub(in crate::runtime) fn in_program<R>(resume: impl FnOnce() -> R) -> R {
    resume()
}

/// No address is in a heap.
pub(in crate::runtime) fn holds(_address: usize) -> bool {
    false
}
