//! A wait for what the model does not control, such as another process. Whether it would end is not known, so nothing
//! else can be said.

use protocol::trace::{Outside, Place, ThreadId};

use super::Story;
use crate::names::Names;

pub(super) fn explain(thread: ThreadId, outside: Outside, place: Option<&Place>, names: &Names<'_>) -> Story {
    let (who, at) = (names.thread(thread), names.at(place));
    let waits = |what: &str| {
        (
            "every wait to be for another thread",
            format!("{who} waits{at} for {what}"),
        )
    };
    let (expected, got) = match outside {
        Outside::Pipe => waits("a pipe from outside the program"),
        Outside::Socket => waits("a socket"),
        Outside::Device => waits("a terminal or another device"),
        Outside::FileLock => waits("the lock of a file"),
        Outside::ChildProcess => ("no other process to be started", format!("{who} starts one{at}")),
        Outside::Other => waits("something outside the program"),
    };
    let mut story = Story::new(&format!("expected {expected}"), got);
    story.sentences.push(
        "This check controls every thread and explores the orders in which they run. Pipes of `std::io::pipe` and \
         pairs of sockets are controlled as well. What another process does, and what else a thread waits for, is not, \
         so the check cannot go on."
            .to_owned(),
    );
    story
}
