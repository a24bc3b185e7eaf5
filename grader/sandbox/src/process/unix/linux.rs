//! A child in its sandbox on Linux, and the tree of processes below it as `/proc` shows it.
//!
//! The grader makes itself the reaper of its descendants (a subreaper): a process whose parent ends becomes its child,
//! even after `setsid`. Such an orphan belongs to the run whose process group it is in, or whose mark it has in its
//! environment. An orphan with neither, outside of the grader's own group, can only come from a run and is ended as
//! well. Children that the program around the grader starts in its own group are left alone.

mod activity;

use std::collections::BTreeSet;
use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::process::ExitStatus;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{
    DumpableBehavior, Pid, Signal, WaitOptions, getpgrp, getpid, kill_process, set_child_subreaper,
    set_dumpable_behavior, waitpid,
};

use super::Streams;
use super::deadline::Sample;
use crate::linux::{ProcStat, processes};
use crate::process::{COMPILER_FILE_SIZE, Command, Limits};
use crate::{Child, Probe, Profile, ResourceLimits, SetupError, Spec, Stage, probe_up_to};

/// The environment variable that marks the processes of a run.
const MARK: &str = "INTERLEAVE_RUN";

/// How long killed orphans may take to be gone. A watchdog: the kernel takes microseconds.
const END_TIMEOUT: Duration = Duration::from_secs(2);

/// The children of all runs that are not reaped yet, and their supervisors. Locked while a child is started and while
/// orphans are searched, so that a child is never taken for an orphan. Global, because the process table is.
static RUNS: Mutex<Runs> = Mutex::new(Runs {
    children: BTreeSet::new(),
    supervisors: BTreeSet::new(),
});

/// Process ids.
struct Runs {
    children: BTreeSet<i32>,
    supervisors: BTreeSet<i32>,
}

/// Whether the limit of CPU time is enforced.
pub(super) const LIMITS_CPU: bool = true;

/// How many files a compiler may have open: the default of Linux.
const COMPILER_OPEN_FILES: u64 = 1024;

/// How many files a program may have open that has connections or children.
const CONNECTED_OPEN_FILES: u64 = 1024;

/// How many files any other program may have open.
const PROGRAM_OPEN_FILES: u64 = 64;

/// A child and the processes below it.
pub(super) struct Tree {
    child: Child,
    mark: String,
    /// Whether the kernel enforces the child's limit of threads.
    counts_threads: bool,
}

/// The mark of the next run. It is no number that counts: the processes of a run can read it, and would know from it
/// which of the runs this is.
fn next_mark() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    // Relaxed: only the number counts.
    format!("{:016x}", KEY.hash_one(NEXT.fetch_add(1, Ordering::Relaxed)))
}

impl Tree {
    pub(super) fn spawn(command: &Command, limits: &Limits, streams: Streams) -> io::Result<Tree> {
        prepare_this_process();
        let mark = next_mark();
        let mut env = command.env.clone();
        env.push((MARK.into(), mark.clone().into()));
        // Locked before the probe, which starts children too.
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
            limits: resource_limits(command.policy.profile, limits),
            paths: command.policy.paths.clone(),
            ports: command.policy.ports.clone(),
        };
        let child = crate::spawn(&spec, probe).map_err(start_error)?;
        runs.children.insert(child.id());
        runs.supervisors.extend(child.supervisor());
        Ok(Tree {
            counts_threads: counts_threads(command.policy.profile, probe),
            child,
            mark,
        })
    }

    pub(super) fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id()).expect("a process id is not 0")
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
    pub(super) fn sample(&self) -> Sample {
        activity::sample(self.child.id())
    }

    /// How many threads the child has; `None` if the kernel enforces that limit.
    pub(super) fn n_threads_to_watch(&self) -> Option<u64> {
        if self.counts_threads {
            return None;
        }
        activity::n_threads(self.child.id())
    }

    /// How many live processes the child left behind, provided that it has ended.
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
        let deadline = Instant::now() + END_TIMEOUT;
        loop {
            // Locked for the whole round: as long as nobody else reaps an orphan, no other process can have its id.
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

    /// The orphans that this run has to end: its own, and those that belong to no run.
    fn orphans(&self, runs: &Runs) -> Vec<Orphan> {
        let own_group = getpgrp().as_raw_pid();
        let mut orphans = Vec::new();
        let is_known = |pid: &i32| runs.children.contains(pid) || runs.supervisors.contains(pid);
        for pid in children().into_iter().filter(|pid| !is_known(pid)) {
            let Some(stat) = ProcStat::read(format!("/proc/{pid}")).filter(|stat| stat.group != own_group) else {
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
        // Locked until the supervisor is reaped, so that another run cannot get its id in between.
        if let Some(supervisor) = self.child.end_supervisor() {
            runs.supervisors.remove(&supervisor);
        }
    }
}

fn runs() -> MutexGuard<'static, Runs> {
    RUNS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the grader the reaper of its descendants, and hides its environment, memory and open files from other
/// processes. The latter does not depend on the level of containment.
fn prepare_this_process() {
    static ONCE: Once = Once::new();
    // If the kernel refuses, process groups and the sandbox are left.
    ONCE.call_once(|| {
        let _ = set_child_subreaper(Some(getpid()));
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    });
}

fn resource_limits(profile: Profile, limits: &Limits) -> ResourceLimits {
    let (file_size, open_files) = match profile {
        Profile::Compile => (COMPILER_FILE_SIZE, COMPILER_OPEN_FILES),
        Profile::RunWithLoopback | Profile::RunWithChildren | Profile::RunWithChildrenAndLoopback => {
            (0, CONNECTED_OPEN_FILES)
        }
        Profile::Run => (0, PROGRAM_OPEN_FILES),
    };
    ResourceLimits {
        cpu: limits.cpu,
        memory: limits.memory,
        file_size,
        open_files,
        threads: limits.threads,
    }
}

/// A compiler runs as the grader's user, so the kernel cannot count its threads apart. It is trusted with that: it
/// starts no more threads than it is told to.
fn counts_threads(profile: Profile, probe: &Probe) -> bool {
    profile == Profile::Compile || probe.counts_threads()
}

/// A program that cannot be started is reported as it is without a sandbox. A sandbox that cannot be set up is reported
/// with the step that failed.
fn start_error(error: SetupError) -> io::Error {
    match error.stage {
        Stage::Prepare | Stage::Start => error.source,
        _ => io::Error::other(format!("{error}: {}", error.source)),
    }
}

struct Orphan {
    pid: i32,
    stat: ProcStat,
    is_ours: bool,
}

/// The ids of the grader's children, zombies included.
fn children() -> Vec<i32> {
    let own = getpid().as_raw_pid();
    processes::listed_children(own).unwrap_or_else(|| {
        let all = processes::all().into_iter();
        all.filter(|(_, stat)| stat.parent == own).map(|(pid, _)| pid).collect()
    })
}

/// The run that started a process, according to its environment.
fn mark_of(pid: i32) -> Option<String> {
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let mut variables = environment.split(|&byte| byte == 0);
    let value = variables.find_map(|variable| variable.strip_prefix(MARK.as_bytes())?.strip_prefix(b"="))?;
    String::from_utf8(value.to_owned()).ok()
}
