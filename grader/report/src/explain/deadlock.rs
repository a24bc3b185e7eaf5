//! Deadlock: threads wait for each other in a cycle, or for what no thread is left to do.

use protocol::trace::{ThreadId, Trace, Wait, WaitReason};

use super::{Account, Story, TO_END, waits};
use crate::names::Names;

pub(super) fn explain(trace: &Trace, all: &[Wait], cycle: &[ThreadId], names: &Names<'_>) -> Story {
    let wait_of = |thread: &ThreadId| all.iter().find(|wait| wait.thread == *thread);
    let got = match cycle {
        [] => match all {
            [alone] => format!(
                "{} waits, and no thread is left that could end the wait",
                names.thread(alone.thread)
            ),
            [_, ..] | [] => {
                let threads: Vec<ThreadId> = all.iter().map(|wait| wait.thread).collect();
                format!(
                    "{} wait, and no thread is left that could end a wait",
                    names.some_threads(&threads)
                )
            }
        },
        [alone] => format!("{} waits for {}", names.thread(*alone), of_its_own(wait_of(alone))),
        [_, _] => format!("{} wait for each other", names.threads(cycle)),
        [_, _, _, ..] => format!("{} wait for each other in a circle", names.threads(cycle)),
    };
    let mut story = Story::new(TO_END, got);
    let in_cycle = cycle.iter().filter_map(wait_of);
    story.sentences = in_cycle.map(|wait| waits::sentence(trace, wait, names)).collect();
    let outside = all.iter().filter(|wait| !cycle.contains(&wait.thread));
    let Account { sentences, steps, .. } = waits::account(trace, outside, names);
    story.sentences.extend(sentences);
    story.steps = steps;
    story
}

/// What a thread waits for that only itself could end.
fn of_its_own(wait: Option<&Wait>) -> &'static str {
    match wait.map(|wait| &wait.reason) {
        Some(WaitReason::Lock { .. } | WaitReason::WriteLock | WaitReason::Relock { .. }) => {
            "a lock that it holds itself"
        }
        Some(WaitReason::Initialization { .. }) => "an initialisation that it has begun itself",
        Some(WaitReason::Join { .. } | WaitReason::ScopeEnd) => "its own end",
        Some(WaitReason::Jobs { .. }) => "the end of a job that it runs itself",
        Some(
            WaitReason::Notification { .. }
            | WaitReason::Barrier { .. }
            | WaitReason::Message { .. }
            | WaitReason::TimerMessage { .. }
            | WaitReason::Room { .. }
            | WaitReason::HandOver { .. }
            | WaitReason::Partner { .. }
            | WaitReason::Select { .. }
            | WaitReason::Park { .. }
            | WaitReason::Clock
            | WaitReason::Work
            | WaitReason::Bytes { .. }
            | WaitReason::RoomForBytes { .. }
            | WaitReason::Descriptors,
        )
        | None => "itself",
    }
}
