//! Nondeterminism: the same schedule did not give the same execution.

use protocol::Finding;
use protocol::trace::{Difference, Event, Trace};

use super::Story;
use crate::escape::counted;
use crate::names::Names;
use crate::words;

const EXPECTED: &str = "expected the same schedule to give the same execution";
const REASON: &str = "the submission depends on something other than its schedule";

/// The story of an execution that did not follow its schedule.
pub(super) fn explain(trace: &Trace, difference: &Difference, names: &Names<'_>) -> Story {
    let mut story = Story::new(EXPECTED, format!("it did not: {REASON}"));
    story.sentences.push(match difference {
        Difference::Choice {
            index,
            expected: Some(expected),
            found,
            ..
        } => format!(
            "The executions first differ at choice {}: the scheduler had {} at first, and {} this time.",
            index + 1,
            counted(expected.options as u64, "option"),
            counted(found.options as u64, "option")
        ),
        Difference::Choice { index, found, .. } => format!(
            "Choice {} of the schedule does not fit: the scheduler had {} this time.",
            index + 1,
            counted(found.options as u64, "option")
        ),
        Difference::Operations { index } => format!(
            "Before choice {} of the schedule, the threads did something else this time.",
            index + 1
        ),
        Difference::Event { index, expected, found } => format!(
            "The executions first differ at step {}: {} at first, and {} this time.",
            index + 1,
            event(trace, expected.as_deref(), names),
            event(trace, found.as_deref(), names)
        ),
        Difference::Outcome => "Every operation was the same, but the output or the end was not.".to_owned(),
    });
    story
}

/// What a thread did, as a clause: `thread 1 did `load` at lib.rs:5`.
fn event(trace: &Trace, event: Option<&Event>, names: &Names<'_>) -> String {
    let Some(event) = event else {
        return "nothing happened".to_owned();
    };
    let object = event
        .object
        .map_or(String::new(), |object| format!(" on `{}`", names.object(object)));
    let detail = words::detail(trace, event, names).map_or(String::new(), |detail| format!(" {detail}"));
    format!(
        "{} did `{}{detail}`{object}{}",
        names.thread(event.thread),
        words::operation(&event.op),
        names.at(event.place.as_ref())
    )
}

/// The story of a schedule that failed as `first` and, run again, as `then`.
pub(super) fn two_findings(first: Finding, then: Option<Finding>) -> Story {
    let then = then.map_or("nothing wrong".to_owned(), |then| format!("`{then}`"));
    Story::new(
        EXPECTED,
        format!("it gave `{first}` first and {then} the second time: {REASON}"),
    )
}
