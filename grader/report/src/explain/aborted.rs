//! A panic where none may pass: out of a destructor that runs because of another panic, for example. `std` then ends the
//! whole process.

use protocol::trace::{Panic, ThreadId};

use super::Story;
use crate::names::Names;

pub(super) fn explain(thread: ThreadId, panics: &[Panic], names: &Names<'_>) -> Story {
    const EXPECTED: &str = "expected the function to return";
    let name = names.thread(thread);
    let told = |panic: &Panic| format!("panicked{}: {}", names.at(panic.place.as_ref()), panic.message);
    let got = match panics {
        [] => format!("{name} panicked where a panic ends the whole process"),
        [only] => format!("{name} {}", told(only)),
        [first, ..] => format!("{name} {}", told(first)),
    };
    let mut story = Story::new(EXPECTED, got);
    let name = names.thread_at_start(thread);
    for panic in panics.iter().skip(1) {
        story.sentences.push(format!(
            "While that panic unwound, {} {}.",
            names.thread(thread),
            told(panic)
        ));
    }
    story.sentences.push(match panics.len() {
        0 | 1 => format!("{name} panicked where no panic may pass, so the whole process ends."),
        _ => "A panic that leaves a destructor while another panic unwinds ends the whole process.".to_owned(),
    });
    story
}
