//! What the threads of a process do, as `/proc` shows it. A thread that ends meanwhile is left out.

use std::fs;
use std::path::Path;

use super::stat::Stat;
use crate::process::Doing;

/// The number of the call in which a thread waits for a lock, a condition or another thread.
#[cfg(target_arch = "x86_64")]
const FUTEX: &str = "202";
#[cfg(target_arch = "aarch64")]
const FUTEX: &str = "98";
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const FUTEX: &str = "unknown";

/// What the threads of `process` do.
pub(super) fn of(process: i32) -> Doing {
    let Ok(tasks) = fs::read_dir(format!("/proc/{process}/task")) else {
        return Doing::Waiting;
    };
    let tasks: Vec<_> = tasks.flatten().map(|task| task.path()).collect();
    let mut states = tasks.iter().filter_map(|task| Stat::read(&task.to_string_lossy()));
    // In a call that cannot be interrupted it waits for a disk, which may have much else to do as well.
    if states.any(|stat| matches!(stat.state, b'R' | b'D')) {
        return Doing::Running;
    }
    if !tasks.is_empty() && tasks.iter().all(|task| waits_for_ever(task)) {
        return Doing::WaitingForEachOther { threads: tasks.len() };
    }
    Doing::Waiting
}

/// How often the threads of `process` have been given a processor: how often they left one.
pub(super) fn n_runs(process: i32) -> Option<u64> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let counts = tasks.map(|task| {
        let status = fs::read_to_string(task.ok()?.path().join("status")).ok()?;
        let counts = status.lines().filter(|line| line.contains("ctxt_switches:"));
        counts
            .map(|line| line.rsplit_once(':')?.1.trim().parse::<u64>().ok())
            .sum::<Option<u64>>()
    });
    counts.sum()
}

/// How many threads `process` has.
pub(super) fn n_threads(process: i32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("Threads:"))?
        .trim()
        .parse()
        .ok()
}

fn waits_for_ever(task: &Path) -> bool {
    fs::read_to_string(task.join("syscall")).is_ok_and(|line| is_endless_wait(&line))
}

/// Whether a line of `/proc/<pid>/task/<tid>/syscall` tells of a wait without a time limit: the number of the call, then its
/// arguments, of which the fourth is where the limit stands.
fn is_endless_wait(line: &str) -> bool {
    let mut fields = line.split_ascii_whitespace();
    fields.next() == Some(FUTEX) && fields.nth(3) == Some("0x0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_without_a_time_limit_is_told_from_one_with_and_from_other_calls() {
        let line = |call: &str, limit: &str| format!("{call} 0x55d0 0x80 0x2 {limit} 0x0 0xffffffff 0x7ffc 0x7f12\n");
        assert!(is_endless_wait(&line(FUTEX, "0x0")));
        assert!(!is_endless_wait(&line(FUTEX, "0x7f00")));
        assert!(!is_endless_wait(&line("0", "0x0")));
        assert!(!is_endless_wait("running\n"));
        assert!(!is_endless_wait(""));
    }
}
