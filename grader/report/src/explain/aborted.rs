//! A panic where none may pass: out of a destructor that runs because of another panic, for example. `std` then ends
//! the whole process.

use protocol::trace::{Panic, ThreadId};

use super::Story;
use crate::names::Names;

pub(super) fn explain(thread: ThreadId, panics: &[Panic], names: &Names<'_>) -> Story {
    let name = names.thread(thread);
    let told = |panic: &Panic| format!("panicked{}: {}", names.at(panic.place.as_ref()), panic.message);
    let got = match panics {
        [] => format!("{name} panicked where a panic ends the whole process"),
        [only] => format!("{name} {}", told(only)),
        [first, .., last] => format!(
            "{name} {}; while that panic unwound, {name} {}",
            told(first),
            told(last)
        ),
    };
    let mut story = Story::new("expected the function to return", got);
    story.sentences.push(match panics {
        [] | [_] => format!(
            "{} panicked where no panic may pass: that ends the whole process.",
            names.thread_at_start(thread)
        ),
        [..] => "The second panic left a destructor that ran because of the first one: that ends the whole process."
            .to_owned(),
    });
    story
}
