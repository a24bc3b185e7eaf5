//! The process was ended from inside: by `process::exit` or `process::abort`, or by a panic that `std` lets no code
//! catch.

use protocol::trace::{Op, Place, ThreadId, Trace};

use super::Story;
use crate::names::Names;

pub(super) fn explain(
    trace: &Trace,
    code: Option<i32>,
    thread: ThreadId,
    place: Option<&Place>,
    names: &Names<'_>,
) -> Story {
    let (name, at) = (names.thread(thread), names.at(place));
    let is_call = trace
        .events
        .last()
        .is_some_and(|event| matches!(event.op, Op::Exit { .. }));
    let got = match code {
        Some(code) => format!("{name} called `process::exit({code})`{at}, which ends the whole process"),
        None if is_call => format!("{name} called `process::abort()`{at}, which ends the whole process"),
        None => format!("{name} panicked{at} where a panic ends the whole process"),
    };
    Story::new("expected the function to return", got)
}
