//! What the threads of a process do, as the kernel shows it. A thread that ends meanwhile is left out.

use std::fs;

use driver::real::kernel::{self, Task};

use crate::process::Doing;
use crate::process::deadline::Look;

/// What the threads of `process` do, and how often they have been given a processor, if there are any.
pub(super) fn look(process: i32) -> Look {
    let tasks = kernel::tasks_of(process);
    let n_runs = tasks.iter().map(|task| task.switches).sum();
    (doing(&tasks), (!tasks.is_empty()).then_some(n_runs))
}

fn doing(tasks: &[Task]) -> Doing {
    // In a call that cannot be interrupted it waits for a disk, which may have much else to do as well.
    if tasks.iter().any(|task| matches!(task.state, 'R' | 'D')) {
        return Doing::Running;
    }
    if !tasks.is_empty() && tasks.iter().all(Task::waits_for_a_thread) {
        return Doing::WaitingForEachOther { threads: tasks.len() };
    }
    Doing::Waiting
}

/// How many threads `process` has.
pub(super) fn n_threads(process: i32) -> Option<u64> {
    // The name of the process, which stands there too, is cut after 15 bytes, be it within a letter.
    let status = fs::read(format!("/proc/{process}/status")).ok()?;
    String::from_utf8_lossy(&status)
        .lines()
        .find_map(|line| line.strip_prefix("Threads:"))?
        .trim()
        .parse()
        .ok()
}
