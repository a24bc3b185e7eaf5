//! Livelock: threads keep running without getting anywhere.

use protocol::trace::{ThreadId, Trace};

use super::{Story, TO_END, looping};
use crate::names::Names;

/// More threads than these repeat the same.
const SENTENCES: usize = 4;

pub(super) fn explain(trace: &Trace, threads: &[ThreadId], names: &Names<'_>) -> Story {
    let got = match threads {
        [alone] => format!("{} runs in a loop that does not end", names.thread(*alone)),
        several => format!("{} run in loops that do not end", names.some_threads(several)),
    };
    let mut story = Story::new(TO_END, got);
    let repeats = |thread: &ThreadId| {
        let lines = looping::lines(trace, *thread, names)?;
        Some(format!("{} repeats {lines}.", names.thread_at_start(*thread)))
    };
    story.sentences = threads.iter().take(SENTENCES).filter_map(repeats).collect();
    story
}
