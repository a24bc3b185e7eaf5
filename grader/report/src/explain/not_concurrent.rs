//! Not concurrent: no two threads of the submission exist at the same time in any interleaving.

use super::{Story, over_serialized};

pub(super) fn explain(what: &str, executions: u64) -> Story {
    over_serialized::story(
        what,
        executions,
        "no two threads that the function started were alive at the same time",
    )
}
