//! A wait for what the model does not control. Whether it would end is not known, so nothing else can be said.

use protocol::trace::{Outside, Place, ThreadId};

use super::Story;
use crate::names::Names;

pub(super) fn explain(thread: ThreadId, outside: Outside, place: Option<&Place>, names: &Names<'_>) -> Story {
    let what = match outside {
        Outside::Pipe => "a pipe from outside the program",
        Outside::Socket => "a socket",
        Outside::Device => "a terminal or another device",
        Outside::FileLock => "the lock of a file",
        Outside::Other => "something outside the program",
    };
    let got = format!("{} waits{} for {what}", names.thread(thread), names.at(place));
    let mut story = Story::new("expected every wait to be for another thread", got);
    story.sentences.push(
        "This check controls every thread and explores the orders in which they run. Pipes of `std::io::pipe` and \
         pairs of sockets are controlled as well. What else a thread waits for is not, so the check cannot go on."
            .to_owned(),
    );
    story
}
