//! Lost wake-up: a notification came before the thread that it was meant for began to wait.

use protocol::trace::{Op, Place, ThreadId, Trace, Wait};

use super::{Account, Story, waits};
use crate::names::Names;
use crate::words;

pub(super) fn explain(
    trace: &Trace,
    all: &[Wait],
    waiter: ThreadId,
    notified_at: Option<&Place>,
    names: &Names<'_>,
) -> Story {
    let missed = all.iter().find(|wait| wait.thread == waiter);
    let notification = notified_at.and_then(|_| {
        trace.events.iter().rposition(|event| {
            event.place.as_ref() == notified_at
                && missed.is_none_or(|wait| wait.object == event.object)
                && matches!(event.op, Op::Notify { .. })
        })
    });
    let name = names.thread(waiter);
    let got = format!("{name} waits for a notification that was sent before it began to wait");
    let mut story = Story::new("expected every waiting thread to be woken", got);
    story
        .sentences
        .extend(missed.map(|wait| waits::sentence(trace, wait, names)));
    let by = notification.map_or("It was sent".to_owned(), |index| {
        format!("{} sent it", names.thread_at_start(trace.events[index].thread))
    });
    story.sentences.push(format!(
        "{by}{}{}, when no thread was waiting. A notification is not kept for threads that begin to wait later.",
        names.at(notified_at),
        words::step(notification)
    ));
    let others = all.iter().filter(|wait| wait.thread != waiter);
    let Account { sentences, steps, .. } = waits::account(trace, others, names);
    story.sentences.extend(sentences);
    story.steps = notification.into_iter().chain(steps).collect();
    story
}
