//! Limit of steps: the work took more operations than an execution may have.

use protocol::trace::Trace;

use super::Story;
use crate::escape::counted;

pub(super) fn explain(trace: &Trace) -> Story {
    let operations: u64 = trace.threads.iter().map(|thread| thread.operations).sum();
    Story::new(
        "expected the work to be done within the limit of operations",
        format!(
            "after {} the threads were still working",
            counted(operations, "operation")
        ),
    )
}
