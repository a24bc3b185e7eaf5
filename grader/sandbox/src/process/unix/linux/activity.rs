//! What the threads of a process do, as the kernel shows it. A thread that ends meanwhile is left out.

use std::fs;

use crate::kernel::{self, Task};
use crate::process::Activity;
use crate::process::unix::deadline::Sample;

/// What the threads of `process` do, and how often they were given a CPU. The latter is `None` when there are no
/// threads.
pub(super) fn sample(process: i32) -> Sample {
    let tasks = kernel::tasks_of(process);
    let n_switches = tasks.iter().map(|task| task.switches).sum();
    (activity(&tasks), (!tasks.is_empty()).then_some(n_switches))
}

fn activity(tasks: &[Task]) -> Activity {
    // `D`: the thread waits for a disk, for as long as the disk is busy with other work.
    if tasks.iter().any(|task| matches!(task.state, 'R' | 'D')) {
        return Activity::Running;
    }
    if !tasks.is_empty() && tasks.iter().all(Task::waits_for_a_thread) {
        return Activity::WaitingForEachOther { threads: tasks.len() };
    }
    Activity::Waiting
}

/// How many threads `process` has.
pub(super) fn n_threads(process: i32) -> Option<u64> {
    // The file also holds the name of the process, which the kernel may cut inside of a character.
    let status = fs::read(format!("/proc/{process}/status")).ok()?;
    String::from_utf8_lossy(&status)
        .lines()
        .find_map(|line| line.strip_prefix("Threads:"))?
        .trim()
        .parse()
        .ok()
}
