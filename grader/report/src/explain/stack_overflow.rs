//! Stack overflow: a thread used up its stack, mostly by a function that calls itself without end.

use protocol::trace::{Place, ThreadId};

use super::Story;
use crate::names::Names;

pub(super) fn explain(thread: ThreadId, size: u64, place: Option<&Place>, names: &Names<'_>) -> Story {
    let name = names.thread(thread);
    let got = format!("{name} overflowed its stack of {}{}", in_words(size), names.at(place));
    let mut story = Story::new(super::TO_END, got);
    story.sentences.push(match place {
        Some(place) => format!(
            "Mostly a function that calls itself without end does this. Here the calls go through {}.",
            names.place(place)
        ),
        None => "Mostly a function that calls itself without end does this.".to_owned(),
    });
    story.blamed = place.cloned();
    story
}

/// `2 MiB`
fn in_words(size: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let unit = UNITS
        .iter()
        .find(|(_, bytes)| size >= *bytes && size.is_multiple_of(*bytes));
    match unit {
        Some((unit, bytes)) => format!("{} {unit}", size / bytes),
        None => format!("{size} bytes"),
    }
}
