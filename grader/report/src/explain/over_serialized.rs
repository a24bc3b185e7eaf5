//! Over-serialised: threads exist at the same time, but never do at once what they should.

use super::Story;
use crate::escape::counted;

pub(super) fn explain(what: &str, executions: u64) -> Story {
    story(
        what,
        executions,
        "the threads are alive at the same time but keep each other waiting",
    )
}

/// The story of something that happens in no interleaving, with the reason why.
pub(super) fn story(what: &str, executions: u64, reason: &str) -> Story {
    let never = match executions {
        1 => "only one interleaving exists, and this does not happen in it".to_owned(),
        n => format!("this happens in none of {}", counted(n, "interleaving")),
    };
    Story::new(
        &format!("expected at least one interleaving in which {what}"),
        format!("{never}: {reason}"),
    )
}
