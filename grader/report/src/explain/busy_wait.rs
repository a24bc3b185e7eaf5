//! Busy wait: a thread checks in a loop for what only another thread can change.

use protocol::trace::{Place, ThreadId, Trace};

use super::{Story, looping};
use crate::names::Names;

pub(super) fn explain(trace: &Trace, thread: ThreadId, place: Option<&Place>, names: &Names<'_>) -> Story {
    let got = format!("{} waits in a loop{}", names.thread(thread), names.at(place));
    let mut story = Story::new("expected a waiting thread to sleep until it is woken", got);
    let checks = looping::objects(trace, thread, names).map_or(String::new(), |objects| format!(" {objects}"));
    story.sentences.push(format!(
        "{} checks{checks} again and again instead of sleeping until another thread wakes it.",
        names.thread_at_start(thread)
    ));
    story.blamed = place.cloned();
    story
}
