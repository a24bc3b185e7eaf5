//! The process was ended from inside, by `process::exit` or `process::abort`.

use protocol::trace::{Place, ThreadId};

use super::Story;
use crate::names::Names;

pub(super) fn explain(code: Option<i32>, thread: ThreadId, place: Option<&Place>, names: &Names<'_>) -> Story {
    let (name, at) = (names.thread(thread), names.at(place));
    let got = match code {
        Some(code) => format!("{name} called `process::exit({code})`{at}, which ends the whole process"),
        None => format!("{name} called `process::abort()`{at}, which ends the whole process"),
    };
    Story::new("expected the function to return", got)
}
