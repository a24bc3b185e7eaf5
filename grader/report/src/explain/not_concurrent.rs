//! Not concurrent: no two threads of the submission exist at the same time in any interleaving.

use protocol::Measure;
use protocol::trace::Trace;

use super::{Story, obstacle, over_serialized};
use crate::names::Names;

pub(super) fn explain(
    what: &str,
    measure: Option<Measure>,
    executions: u64,
    trace: Option<&Trace>,
    names: &Names<'_>,
) -> Story {
    let reason = ": no two threads that the function started were alive at the same time";
    let obstacle = trace.and_then(|trace| obstacle::of_one_after_another(trace, names));
    over_serialized::story(&over_serialized::never(what, measure, executions), reason, obstacle)
}
