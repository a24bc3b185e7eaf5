//! Threads that wait for ever: who waits for what, held by whom, taken where.

use protocol::trace::{Event, Notification, Place, Trace, Wait};

use super::names::Names;
use super::story::Story;

/// The story of a deadlock.
pub fn deadlock(trace: &Trace, waits: &[Wait], cycle: &[usize], names: &Names<'_>) -> Story {
    let of_cycle = cycle
        .iter()
        .filter_map(|&thread| waits.iter().find(|wait| wait.thread == thread));
    let mut sentences: Vec<String> = of_cycle.map(|wait| sentence(wait, names)).collect();
    sentences.extend(circle(cycle, names));
    let mut steps = Vec::new();
    for wait in waits.iter().filter(|wait| !cycle.contains(&wait.thread)) {
        sentences.push(sentence(wait, names));
        if let Some(notification) = &wait.last_notification {
            let step = step_of(trace, notification);
            sentences.push(elsewhere(trace, wait, notification, step, names));
            steps.extend(step);
        }
    }
    if cycle.is_empty() {
        sentences.push("Every thread waits, and none is left that could end a wait.".to_owned());
    }
    Story { sentences, steps }
}

/// What became of the last notification of what `wait` waits at, since it did not end that.
fn elsewhere(trace: &Trace, wait: &Wait, last: &Notification, step: Option<usize>, names: &Names<'_>) -> String {
    let thread = names.thread(wait.thread);
    let woke: Vec<String> = last.woke.iter().map(|&woken| names.thread(woken)).collect();
    let woke = woke.join(" and ");
    let begins =
        |event: &Event| event.thread == wait.thread && event.object == wait.object && event.operation == wait.operation;
    let began = trace.events.iter().rposition(begins);
    let then = if last.woke.contains(&wait.thread) {
        format!("woke {woke}; {thread} went back to wait")
    } else if woke.is_empty() && went_on_after(trace, wait.thread, step) {
        format!("came when {thread} had been woken by an earlier one; it went back to wait")
    } else if woke.is_empty() {
        "found nobody waiting".to_owned()
    } else if began < step {
        format!("woke {woke} instead")
    } else {
        format!("woke {woke}, before {thread} began to wait")
    };
    let at = names.at(last.place.as_ref());
    let number = step.map_or(String::new(), |index| format!(" (step {})", index + 1));
    format!(
        "The last notification, by {}{at}{number}, {then}.",
        names.thread(last.by)
    )
}

/// Whether `thread` went on from a wait at a condition variable after the event with number `step`.
fn went_on_after(trace: &Trace, thread: usize, step: Option<usize>) -> bool {
    let mut later = trace.events.iter().skip(step.map_or(0, |step| step + 1));
    later.any(|event| event.thread == thread && event.operation == "wake up")
}

/// Which event `notification` is: the last one by that thread from that line.
fn step_of(trace: &Trace, notification: &Notification) -> Option<usize> {
    trace.events.iter().rposition(|event| {
        event.thread == notification.by && event.place == notification.place && event.operation.starts_with("notify")
    })
}

/// `thread 1 → thread 2 → thread 1: each waits for the next, so none can go on.`
fn circle(cycle: &[usize], names: &Names<'_>) -> Option<String> {
    match cycle {
        [] => None,
        [alone] => {
            let name = Names::at_start(&names.thread(*alone));
            Some(format!(
                "{name} waits for itself: it can never let go, because it can never go on."
            ))
        }
        [first, ..] => {
            let circle = cycle
                .iter()
                .chain([first])
                .map(|&thread| names.thread(thread))
                .collect::<Vec<_>>();
            Some(format!(
                "{}: each waits for the next, so none can go on.",
                circle.join(" → ")
            ))
        }
    }
}

/// The story of a thread that a notification passed by.
pub fn lost_wakeup(
    trace: &Trace,
    waits: &[Wait],
    waiter: usize,
    notified_at: Option<&Place>,
    names: &Names<'_>,
) -> Story {
    let mut sentences: Vec<String> = Vec::new();
    let notification = trace.events.iter().rposition(|event| {
        notified_at.is_some() && event.place.as_ref() == notified_at && event.operation.starts_with("notify")
    });
    sentences.extend(
        waits
            .iter()
            .filter(|wait| wait.thread == waiter)
            .map(|wait| sentence(wait, names)),
    );
    let step = notification.map_or(String::new(), |index| format!(" (step {})", index + 1));
    let by = notification.map_or(String::new(), |index| {
        format!(" by {}", names.thread(trace.events[index].thread))
    });
    sentences.push(format!(
        "The notification{by}{}{step} came before {} had begun to wait, and a notification is not kept: whoever is not waiting yet never hears of it.",
        names.at(notified_at),
        names.thread(waiter)
    ));
    sentences.extend(
        waits
            .iter()
            .filter(|wait| wait.thread != waiter)
            .map(|wait| sentence(wait, names)),
    );
    Story {
        sentences,
        steps: notification.into_iter().collect(),
    }
}

/// `thread 1 waits at lib.rs:14 for "b" (lock), held by thread 2 since lib.rs:20.`
fn sentence(wait: &Wait, names: &Names<'_>) -> String {
    let thread = Names::at_start(&names.thread(wait.thread));
    let place = names.at(wait.place.as_ref());
    let is_joining = wait.operation.starts_with("join") || wait.operation == "leave scope";
    if is_joining && !wait.held_by.is_empty() {
        return format!("{thread} waits{place} for {} to end.", holders(wait, names));
    }
    let what = match wait.object {
        Some(object) if wait.operation.starts_with("wait") => format!("for `{}`", names.object(object)),
        Some(object) => format!("for `{}` ({})", names.object(object), wait.operation),
        None => format!("({})", wait.operation),
    };
    let since = wait
        .held_since
        .as_ref()
        .map_or(String::new(), |place| format!(" since {}", names.place(place)));
    let held = if wait.held_by.is_empty() {
        String::new()
    } else {
        format!(", held by {}{since}", holders(wait, names))
    };
    let detail = wait
        .detail
        .as_ref()
        .map_or(String::new(), |detail| format!(", {detail}"));
    format!("{thread} waits{place} {what}{held}{detail}.")
}

fn holders(wait: &Wait, names: &Names<'_>) -> String {
    let name = |&thread: &usize| {
        if thread == wait.thread {
            "itself".to_owned()
        } else {
            names.thread(thread)
        }
    };
    wait.held_by.iter().map(name).collect::<Vec<_>>().join(" and ")
}
