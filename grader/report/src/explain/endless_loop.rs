//! Endless loop: a thread computes on and on without an operation by which another thread or the clock could end it.

use protocol::trace::{Place, ThreadId, Trace};

use super::Story;
use crate::names::Names;

pub(super) fn explain(trace: &Trace, thread: ThreadId, place: Option<&Place>, names: &Names<'_>) -> Story {
    let got = format!(
        "{} runs in a loop{} that does not end",
        names.thread(thread),
        names.at(place)
    );
    let mut story = Story::new(super::TO_END, got);
    let mut own = trace.events.iter().rev().filter(|event| event.thread == thread);
    let since = match own.find_map(|event| event.place.as_ref()) {
        Some(last) => format!("since {}", names.place(last)),
        None => "since it started".to_owned(),
    };
    story.sentences.push(format!(
        "{} has only computed {since}. It has used no lock, channel, atomic or clock, so nothing that another thread \
         does can end the loop.",
        names.thread_at_start(thread)
    ));
    story.blamed = place.cloned();
    story
}
