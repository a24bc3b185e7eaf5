//! The tree below a child on Linux, as `/proc` shows it.
//!
//! The grader makes itself the reaper of its descendants: a process whose parent ends becomes its child, also after `setsid`.
//! Such an orphan belongs to the run whose process group or mark in the environment it has. What has neither, and is not in
//! the grader's own group either, can only come from a run and is ended as well. Children that the embedding program starts
//! in its own group are left alone.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, PidfdFlags, Resource, Rlimit, Signal, WaitOptions, getpgrp, getpid, kill_process, pidfd_open, prlimit,
    set_child_subreaper, waitpid,
};

use super::Limits;

/// The variable that marks a run's processes.
const MARK: &str = "INTERLEAVE_RUN";

/// How long orphans that were killed may take to be gone. A watchdog: the kernel takes microseconds.
const END_LIMIT: Duration = Duration::from_secs(2);

/// The children of all runs that are not reaped yet. It is locked while a child is started and while orphans are looked for,
/// so that a child is never taken for an orphan. Global, as the table of processes is.
static RUNS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// The processes below one child.
pub(super) struct Tree {
    child: i32,
    mark: String,
    end_fd: Option<OwnedFd>,
}

impl Tree {
    pub(super) fn spawn(mut command: Command, limits: &Limits) -> io::Result<(Child, Tree)> {
        become_reaper();
        static NEXT: AtomicU64 = AtomicU64::new(0);
        // Relaxed: only the number counts.
        let mark = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
        command.env(MARK, &mark);
        let mut runs = runs();
        let child = command.spawn()?;
        let pid = Pid::from_child(&child);
        runs.insert(pid.as_raw_pid());
        drop(runs);
        set_limits(pid, limits);
        // Without one (an old kernel, a filter) the child's end is asked for again and again.
        let end_fd = pidfd_open(pid, PidfdFlags::empty()).ok();
        Ok((
            child,
            Tree {
                child: pid.as_raw_pid(),
                mark,
                end_fd,
            },
        ))
    }

    /// Readable when the child has ended.
    pub(super) fn end_fd(&self) -> Option<BorrowedFd<'_>> {
        self.end_fd.as_ref().map(|fd| fd.as_fd())
    }

    /// Whether a thread of the child runs or could run.
    pub(super) fn is_busy(&self) -> bool {
        let Ok(tasks) = fs::read_dir(format!("/proc/{}/task", self.child)) else {
            return false;
        };
        let mut states = tasks
            .flatten()
            .filter_map(|task| Stat::read(&task.path().to_string_lossy()));
        states.any(|stat| stat.state == b'R')
    }

    /// How many processes the child left behind alive, as far as it has ended.
    pub(super) fn count_left(&self) -> usize {
        let runs = runs();
        let orphans = self.orphans(&runs);
        orphans
            .iter()
            .filter(|orphan| orphan.stat.is_alive() && (orphan.is_ours || runs.len() == 1))
            .count()
    }

    /// Ends and reaps every orphan of the child, and those that become orphans by that. The child itself has ended.
    pub(super) fn end_all_left(&self) {
        let deadline = Instant::now() + END_LIMIT;
        loop {
            // Locked for the whole round: as long as nobody else reaps an orphan, its number stays its own.
            let runs = runs();
            let orphans = self.orphans(&runs);
            if orphans.is_empty() || Instant::now() >= deadline {
                return;
            }
            for pid in orphans.iter().filter_map(|orphan| Pid::from_raw(orphan.pid)) {
                let _ = kill_process(pid, Signal::KILL);
                let _ = waitpid(Some(pid), WaitOptions::NOHANG);
            }
            drop(runs);
            std::thread::yield_now();
        }
    }

    /// The orphans that this run has to end: its own, and those that are nobody's. Those of other runs are not among them.
    fn orphans(&self, runs: &BTreeSet<i32>) -> Vec<Orphan> {
        let own_group = getpgrp().as_raw_pid();
        let mut orphans = Vec::new();
        for pid in children().into_iter().filter(|pid| !runs.contains(pid)) {
            let Some(stat) = Stat::read(&format!("/proc/{pid}")).filter(|stat| stat.group != own_group) else {
                continue;
            };
            let owner = if stat.group == self.child {
                Some(self.mark.clone())
            } else {
                mark_of(pid)
            };
            let is_ours = owner.as_ref() == Some(&self.mark);
            let is_another_run = !is_ours && (owner.is_some() || runs.contains(&stat.group));
            if !is_another_run {
                orphans.push(Orphan { pid, stat, is_ours });
            }
        }
        orphans
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        runs().remove(&self.child);
    }
}

fn runs() -> MutexGuard<'static, BTreeSet<i32>> {
    RUNS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn become_reaper() {
    static ONCE: Once = Once::new();
    // A kernel that refuses leaves process groups, as elsewhere.
    ONCE.call_once(|| {
        let _ = set_child_subreaper(Some(getpid()));
    });
}

/// Set on the child from outside, moments after its start: what a child does first in safe Rust cannot use up a limit.
fn set_limits(pid: Pid, limits: &Limits) {
    let both = |value| Rlimit {
        current: Some(value),
        maximum: Some(value),
    };
    // No limit that cannot be set is relied on: the wall limit holds in any case.
    let _ = prlimit(Some(pid), Resource::Core, both(0));
    if let Some(cpu) = limits.cpu {
        // One second between the signal that tells of the limit and the one that cannot be caught.
        let seconds = cpu.as_secs().max(1);
        let limit = Rlimit {
            current: Some(seconds),
            maximum: Some(seconds + 1),
        };
        let _ = prlimit(Some(pid), Resource::Cpu, limit);
    }
    if let Some(memory) = limits.memory {
        let _ = prlimit(Some(pid), Resource::Data, both(memory));
    }
}

struct Orphan {
    pid: i32,
    stat: Stat,
    is_ours: bool,
}

/// What `/proc/<pid>/stat` says of a process or thread.
struct Stat {
    state: u8,
    parent: i32,
    group: i32,
}

impl Stat {
    fn read(folder: &str) -> Option<Stat> {
        Stat::parse(&fs::read(format!("{folder}/stat")).ok()?)
    }

    /// The name of the program stands in brackets and may contain anything, brackets included.
    fn parse(stat: &[u8]) -> Option<Stat> {
        let after_name = stat.iter().rposition(|&byte| byte == b')')? + 1;
        let text = str::from_utf8(&stat[after_name..]).ok()?;
        let mut fields = text.split_ascii_whitespace();
        let state = *fields.next()?.as_bytes().first()?;
        Some(Stat {
            state,
            parent: fields.next()?.parse().ok()?,
            group: fields.next()?.parse().ok()?,
        })
    }

    fn is_alive(&self) -> bool {
        !matches!(self.state, b'Z' | b'X')
    }
}

/// The grader's children, zombies included.
fn children() -> Vec<i32> {
    // `children` lists those of one thread; a kernel built without it leaves the whole of `/proc`.
    let Ok(tasks) = fs::read_dir("/proc/self/task") else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for task in tasks.flatten() {
        match fs::read_to_string(task.path().join("children")) {
            Ok(list) => all.extend(list.split_ascii_whitespace().filter_map(|pid| pid.parse::<i32>().ok())),
            Err(error) if error.kind() == io::ErrorKind::NotFound && task.path().exists() => return all_children(),
            // The thread has ended; its children went to another one.
            Err(_) => {}
        }
    }
    all
}

fn all_children() -> Vec<i32> {
    let own = getpid().as_raw_pid();
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| Stat::read(&format!("/proc/{pid}")).is_some_and(|stat| stat.parent == own))
        .collect()
}

/// The run that a process was started by, as its environment tells.
fn mark_of(pid: i32) -> Option<String> {
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let mut variables = environment.split(|&byte| byte == 0);
    let value = variables.find_map(|variable| variable.strip_prefix(MARK.as_bytes())?.strip_prefix(b"="))?;
    String::from_utf8(value.to_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_name_with_brackets_and_spaces_does_not_shift_the_fields() {
        let stat = Stat::parse(b"42 (a) R (b) S 7 99 99 0 -1").expect("the line is whole");
        assert_eq!((stat.state, stat.parent, stat.group), (b'S', 7, 99));
    }

    #[test]
    fn a_line_that_is_cut_off_is_nothing() {
        assert!(Stat::parse(b"42 (a) S").is_none());
        assert!(Stat::parse(b"").is_none());
    }
}
