//! A contained child on Linux, and the tree below it as `/proc` shows it.
//!
//! The grader makes itself the reaper of its descendants: a process whose parent ends becomes its child, also after `setsid`.
//! Such an orphan belongs to the run whose process group or mark in the environment it has. What has neither, and is not in
//! the grader's own group either, can only come from a run and is ended as well. Children that the embedding program starts
//! in its own group are left alone.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use crate::{Child, Probe, SetupError, Spec, Stage, probe_up_to};
use rustix::process::{
    DumpableBehavior, Pid, Signal, WaitOptions, getpgrp, getpid, kill_process, set_child_subreaper,
    set_dumpable_behavior, waitpid,
};

use self::stat::Stat;
use super::deadline::Look;
use super::{Command, Limits, Profile, Streams};

mod activity;
mod stat;

/// The variable that marks a run's processes.
const MARK: &str = "INTERLEAVE_RUN";

/// How long orphans that were killed may take to be gone. A watchdog: the kernel takes microseconds.
const END_LIMIT: Duration = Duration::from_secs(2);

/// The children of all runs that are not reaped yet, and their wardens. It is locked while a child is started and while orphans
/// are looked for, so that a child is never taken for an orphan. Global, as the table of processes is.
static RUNS: Mutex<Runs> = Mutex::new(Runs {
    children: BTreeSet::new(),
    wardens: BTreeSet::new(),
});

/// Processes by their numbers.
struct Runs {
    children: BTreeSet<i32>,
    wardens: BTreeSet<i32>,
}

/// Whether the limit of processor time is seen to.
pub(super) const LIMITS_CPU: bool = true;

/// How large a file a compiler may write: a hundred times what a program of an exercise takes.
const OBJECT_SIZE: u64 = 512 << 20;

/// How many files a compiler may have open, and how many threads: what Linux gives to whoever does not ask.
const COMPILER_FILES: u64 = 1024;

/// How many files a program may have open.
const PROGRAM_FILES: u64 = 64;

/// Where the programs are that every system has.
pub(super) fn programs() -> impl Iterator<Item = PathBuf> {
    let folders = ["/usr/bin", "/bin"].map(PathBuf::from).into_iter();
    folders.filter(|folder| folder.exists())
}

/// Where the kernel tells of processes.
pub(super) fn view_of_processes() -> Option<PathBuf> {
    Some(PathBuf::from("/proc"))
}

/// A child and the processes below it.
pub(super) struct Tree {
    child: Child,
    mark: String,
    /// Whether the kernel holds it to its limit of threads.
    counts_threads: bool,
}

impl Tree {
    pub(super) fn spawn(command: &Command, limits: &Limits, streams: Streams) -> io::Result<Tree> {
        prepare_this_process();
        static NEXT: AtomicU64 = AtomicU64::new(0);
        // Relaxed: only the number counts.
        let mark = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
        let mut env = command.env.clone();
        env.push((MARK.into(), mark.clone().into()));
        // What tries the containment out starts children too.
        let mut runs = runs();
        let probe = probe_up_to(command.policy.level);
        let spec = Spec {
            program: &command.program,
            args: &command.args,
            env: &env,
            folder: &command.folder,
            stdin: streams.stdin.as_fd(),
            stdout: streams.stdout.as_fd(),
            stderr: streams.stderr.as_fd(),
            profile: command.policy.profile,
            limits: contained_limits(command.policy.profile, limits),
            paths: command.policy.paths.clone(),
            ports: command.policy.ports.clone(),
        };
        let child = crate::spawn(&spec, probe).map_err(not_contained)?;
        runs.children.insert(child.id());
        runs.wardens.extend(child.warden());
        Ok(Tree {
            counts_threads: counts_threads(command.policy.profile, probe),
            child,
            mark,
        })
    }

    pub(super) fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id()).expect("the number of a process is not 0")
    }

    /// Readable when the child has ended.
    pub(super) fn end_fd(&self) -> Option<BorrowedFd<'_>> {
        self.child.end_fd()
    }

    /// Reaps the child.
    pub(super) fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }

    /// What the child's threads do.
    pub(super) fn look(&self) -> Look {
        activity::look(self.child.id())
    }

    /// How many threads the child has; `None` where the kernel sees to that limit.
    pub(super) fn n_threads_to_watch(&self) -> Option<u64> {
        if self.counts_threads {
            return None;
        }
        activity::n_threads(self.child.id())
    }

    /// How many processes the child left behind alive, as far as it has ended.
    pub(super) fn count_left(&self) -> usize {
        let runs = runs();
        let orphans = self.orphans(&runs);
        orphans
            .iter()
            .filter(|orphan| orphan.stat.is_alive() && (orphan.is_ours || runs.children.len() == 1))
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
    fn orphans(&self, runs: &Runs) -> Vec<Orphan> {
        let own_group = getpgrp().as_raw_pid();
        let mut orphans = Vec::new();
        let is_known = |pid: &i32| runs.children.contains(pid) || runs.wardens.contains(pid);
        for pid in children().into_iter().filter(|pid| !is_known(pid)) {
            let Some(stat) = Stat::read(&format!("/proc/{pid}")).filter(|stat| stat.group != own_group) else {
                continue;
            };
            let owner = if stat.group == self.child.id() {
                Some(self.mark.clone())
            } else {
                mark_of(pid)
            };
            let is_ours = owner.as_ref() == Some(&self.mark);
            let is_another_run = !is_ours && (owner.is_some() || runs.children.contains(&stat.group));
            if !is_another_run {
                orphans.push(Orphan { pid, stat, is_ours });
            }
        }
        orphans
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let mut runs = runs();
        runs.children.remove(&self.child.id());
        // Locked until it is reaped, so that its number is not given to another run meanwhile.
        if let Some(warden) = self.child.end_warden() {
            runs.wardens.remove(&warden);
        }
    }
}

fn runs() -> MutexGuard<'static, Runs> {
    RUNS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the grader the reaper of its descendants, and closes what the kernel shows of it: its environment, its memory and its
/// open files are nobody's affair, whatever the level.
fn prepare_this_process() {
    static ONCE: Once = Once::new();
    // A kernel that refuses leaves process groups, as elsewhere, and what contains a child.
    ONCE.call_once(|| {
        let _ = set_child_subreaper(Some(getpid()));
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    });
}

fn contained_limits(profile: Profile, limits: &Limits) -> crate::Limits {
    let (file_size, open_files) = match profile {
        Profile::Compile => (OBJECT_SIZE, COMPILER_FILES),
        Profile::Run | Profile::RunWithLoopback | Profile::RunWithChildren | Profile::RunWithChildrenAndLoopback => {
            (0, PROGRAM_FILES)
        }
    };
    crate::Limits {
        cpu: limits.cpu,
        memory: limits.memory,
        file_size,
        open_files,
        threads: limits.threads,
    }
}

/// A compiler runs for the grader's user, among whose threads its own are not counted; it makes no more than it is told to.
fn counts_threads(profile: Profile, probe: &Probe) -> bool {
    profile == Profile::Compile || probe.counts_threads()
}

/// A program that cannot be started is told as everywhere else; what cannot be contained, with the step.
fn not_contained(error: SetupError) -> io::Error {
    match error.stage {
        Stage::Prepare | Stage::Start => error.source,
        _ => io::Error::other(format!("{error}: {}", error.source)),
    }
}

struct Orphan {
    pid: i32,
    stat: Stat,
    is_ours: bool,
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
