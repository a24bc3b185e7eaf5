//! Ends a check that hangs: every thread sleeps and nothing will wake one, or the check computes without end.
//!
//! This is a watchdog and does not judge speed. It acts when the process and its descendants are quiescent and no
//! thread sleeps for a time, or after much more CPU time than any scenario takes.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::kernel::{self, Task};
use super::quiescence::{Polls, Quiescence};
use super::{Scenario, give_up};
use crate::channel::Answer;
use protocol::{Activity, BlockingCall, CheckObservation, DescriptorKind, ThreadActivity, ThreadOwner};
use sandbox::this_process::cpu_time;

/// The time between two polls.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// How many polls in a row have to agree. They make one second where the kernel shows that nothing more will happen.
/// They make three seconds where it does not: a thread that polls for something does so more often. They make six where
/// the kernel does not even show packets.
const HUNG_POLLS: Polls = Polls {
    shown: 4,
    observed: 12,
    blind: 24,
};

/// How much CPU time the process may take for one scenario, and how long that has to last at least: more than ten times
/// what the longest takes. A thread that polls uses CPU time as well, and is found after three seconds. Without the
/// time that has to pass, several such threads on several processors would be taken for a computation.
const COMPUTING_LIMIT: Duration = Duration::from_secs(5);

/// Starts the watchdog, which gives `answer` if the scenario in `current` hangs.
pub(super) fn watch(answer: &Arc<Answer>, current: &Scenario) {
    let (answer, current) = (Arc::clone(answer), Arc::clone(current));
    thread::spawn(move || {
        let _observer = kernel::watch_only();
        let mut quiescence = Quiescence::after(HUNG_POLLS);
        let (mut scenario, mut since, mut begun) = (String::new(), Duration::ZERO, Instant::now());
        loop {
            thread::sleep(POLL_INTERVAL);
            let (now, under_way) = (
                cpu_time(),
                current.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            );
            if under_way != scenario {
                (scenario, since, begun) = (under_way, now, Instant::now());
            }
            let computed = now.saturating_sub(since);
            if computed.min(begun.elapsed()) >= COMPUTING_LIMIT {
                let seconds = computed.as_secs();
                let scenario = Some(scenario);
                give_up(&answer, CheckObservation::Stalled { scenario, seconds });
            }
            let tasks = kernel::tasks();
            let is_quiescent = kernel::is_visible() && quiescence.poll(&tasks);
            if is_quiescent && !tasks.iter().any(waits_for_a_timer) {
                let threads = activities(&tasks, |task| {
                    kernel::target(task.process, task.descriptor?).and_then(kernel::Target::kind)
                });
                give_up(&answer, CheckObservation::Hung { scenario, threads });
            }
        }
    });
}

fn waits_for_a_timer(task: &Task) -> bool {
    task.call == Some(BlockingCall::Sleep)
}

/// What the threads do, sorted, so that it does not depend on which thread came first. `descriptor_of` finds the kind
/// of descriptor that a thread's call was given.
fn activities(tasks: &[Task], descriptor_of: impl Fn(&Task) -> Option<DescriptorKind>) -> Vec<ThreadActivity> {
    let own = std::process::id();
    let is_main = |task: &&Task| task.id == task.process && task.process.unsigned_abs() == own;
    // A thread that was given no name has the name of the program. So has a child process that runs the same file, as
    // the children of some checks do.
    let program = tasks.iter().find(is_main).map_or("", |main| &main.name);
    let mut counts: BTreeMap<(ThreadOwner, Option<String>, Activity), usize> = BTreeMap::new();
    for task in tasks {
        let owner = match task.process.unsigned_abs() == own {
            true if task.id == task.process => ThreadOwner::Main,
            true => ThreadOwner::Check,
            false => ThreadOwner::Child,
        };
        let name = Some(&task.name).filter(|name| owner != ThreadOwner::Main && *name != program);
        let activity = match task.call {
            _ if task.state == 'Z' => Activity::Zombie,
            Some(call) => Activity::Blocked {
                call,
                descriptor: descriptor_of(task),
            },
            None => Activity::Asleep,
        };
        *counts.entry((owner, name.cloned(), activity)).or_default() += 1;
    }
    let activities = counts
        .into_iter()
        .map(|((owner, name, activity), count)| ThreadActivity {
            owner,
            name,
            activity,
            count,
        });
    activities.collect()
}

#[cfg(test)]
mod tests;
