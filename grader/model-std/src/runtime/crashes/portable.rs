//! For systems on which nothing tells why a thread crashed: the process ends.

use corosensei::trap::CoroutineTrapHandler;

use crate::runtime::stacks::Mapping;

/// The task that runs.
#[derive(Clone, Copy)]
pub(in crate::runtime) struct Running;

impl Running {
    pub(in crate::runtime) fn on(_: *const Mapping, _: CoroutineTrapHandler<()>) -> Self {
        Self
    }
}

/// Cannot interrupt an execution.
pub(crate) fn interrupt() {}

pub(in crate::runtime) fn catch_on_this_thread() {}

/// Calls `resume`, which resumes the task.
pub(in crate::runtime) fn resume<R>(_: &Running, resume: impl FnOnce() -> R) -> R {
    resume()
}
