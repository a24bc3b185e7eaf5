//! Without a heap of its own: the program has the allocator of the system, and so other addresses in each execution.

/// Nothing has to be prepared.
pub(in crate::runtime) fn begin() {}

/// Calls `run`, which runs the program.
pub(in crate::runtime) fn in_program<R>(run: impl FnOnce() -> R) -> R {
    run()
}

/// Calls `run`, a part of the runtime.
pub(in crate::runtime) fn in_runtime<R>(run: impl FnOnce() -> R) -> R {
    run()
}

/// No address is in a heap.
pub(in crate::runtime) fn holds(_address: usize) -> bool {
    false
}
