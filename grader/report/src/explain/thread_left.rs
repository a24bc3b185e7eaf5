//! Threads that were still running when the function returned.

use std::collections::BTreeMap;

use protocol::trace::{Place, ThreadId, Trace};

use super::Story;
use crate::names::Names;

pub(super) fn explain(trace: &Trace, threads: &[ThreadId], names: &Names<'_>) -> Story {
    let were = if threads.len() == 1 { "was" } else { "were" };
    let got = format!("{} {were} still running", names.some_threads(threads));
    let mut story = Story::new("expected every thread to have ended when the function returns", got);
    let mut by_place: BTreeMap<&Place, Vec<ThreadId>> = BTreeMap::new();
    for &thread in threads {
        if let Some(place) = trace.threads.get(thread).and_then(|thread| thread.spawned_at.as_ref()) {
            by_place.entry(place).or_default().push(thread);
        }
    }
    let sentence = |(place, threads): (&Place, Vec<ThreadId>)| {
        let names_of = names.some_threads_at_start(&threads);
        let (were, them) = if threads.len() == 1 {
            ("was", "it")
        } else {
            ("were", "them")
        };
        format!(
            "{names_of} {were} spawned at {}, and nobody joined {them}.",
            names.place(place)
        )
    };
    story.sentences = by_place.into_iter().map(sentence).collect();
    story
}
