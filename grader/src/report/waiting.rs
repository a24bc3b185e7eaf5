//! Threads that wait for ever: who waits for what, held by whom, taken where.

use driver::protocol::{Place, Trace, Wait};

use super::names::Names;
use super::story::Story;

/// The story of a deadlock.
pub fn deadlock(waits: &[Wait], cycle: &[usize], names: &Names<'_>) -> Story {
    let of_cycle = cycle
        .iter()
        .filter_map(|&thread| waits.iter().find(|wait| wait.thread == thread));
    let mut sentences: Vec<String> = of_cycle.map(|wait| sentence(wait, names)).collect();
    sentences.extend(circle(cycle, names));
    let others = waits.iter().filter(|wait| !cycle.contains(&wait.thread));
    sentences.extend(others.map(|wait| sentence(wait, names)));
    if cycle.is_empty() {
        sentences.push("Every thread waits, and none is left that could end a wait.".to_owned());
    }
    Story {
        sentences,
        steps: Vec::new(),
    }
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
