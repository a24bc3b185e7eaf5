//! Watches one child: reads its streams, waits for its end, and ends it at a limit.

mod capture;
mod deadline;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod portable;

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};

use self::capture::Capture;
use self::deadline::Deadline;
use super::{Command, ExitReason, Input, Limits, ProcessOutput, Signal, Stream};
use crate::cancel::Cancel;
use crate::channel::Channel;
use crate::kernel;

#[cfg(target_os = "linux")]
use linux as tree;
#[cfg(not(target_os = "linux"))]
use portable as tree;

/// How long one wait lasts, and so how long a request to stop may go unnoticed. Short enough after Ctrl-C.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The same for kernels without pidfd, and for children whose threads have to be counted by polling.
const SHORT_POLL_INTERVAL: Duration = Duration::from_millis(5);

/// How long a pipe may stay open after the child and its descendants are gone.
const DRAIN_GRACE: Duration = Duration::from_millis(50);

/// The largest answer, in bytes. More than the traces of long executions take.
const ANSWER_LIMIT: usize = 64 << 20;

/// Runs `command` until it ends or reaches a limit.
pub(super) fn run(command: &Command, limits: &Limits, cancel: &Cancel) -> io::Result<ProcessOutput> {
    // Where the system does not limit CPU time, wall time stands for it.
    let busy = limits.cpu.filter(|_| !tree::LIMITS_CPU);
    let wall = busy.map_or(limits.wall, |cpu| limits.wall.min(3 * cpu));
    let mut deadline = Deadline::new(wall, limits.waiting, Instant::now());
    let oom_kills = kernel::oom_kills();
    let mut child = RunningChild::start(command, limits)?;
    let ended_because = child.watch(&mut deadline, cancel);
    let (left_behind, status) = child.finish();
    let status = status?;
    let exit_reason = match ended_because? {
        Some(exit_reason) => exit_reason,
        None => exit_reason_of(status),
    };
    let [stdout, stderr, answer] = child.captures;
    Ok(ProcessOutput {
        exit_reason,
        stdout: stdout.bytes,
        stderr: stderr.bytes,
        answer: answer.bytes,
        left_behind,
        is_killed_from_within: matches!(exit_reason, ExitReason::Signal(_))
            && command.policy.can_start_processes()
            && oom_kills.is_some()
            && oom_kills == kernel::oom_kills(),
    })
}

fn exit_reason_of(status: ExitStatus) -> ExitReason {
    match (status.code(), status.signal()) {
        (Some(code), _) => ExitReason::Code(code),
        (None, Some(signal)) => ExitReason::Signal(Signal::from_number(signal)),
        (None, None) => unreachable!("a process that was waited for has a code or a signal"),
    }
}

/// A child that was started and is not reaped yet.
struct RunningChild {
    tree: tree::Tree,
    captures: [Capture; 3],
    max_threads: u64,
}

/// The child's ends of its streams. It does not have the grader's ends.
struct Streams {
    stdin: OwnedFd,
    stdout: OwnedFd,
    stderr: OwnedFd,
}

impl RunningChild {
    fn start(command: &Command, limits: &Limits) -> io::Result<RunningChild> {
        let (stdin, channel) = match &command.input {
            Input::Nothing => (File::open("/dev/null")?.into(), None),
            Input::Channel(request) => {
                let (ours, theirs) = Channel::pair()?;
                (&ours).write_all(request)?;
                (theirs, Some(File::from(OwnedFd::from(ours))))
            }
        };
        let [(stdout, their_stdout), (stderr, their_stderr)] = [io::pipe()?, io::pipe()?];
        let streams = Streams {
            stdin,
            stdout: their_stdout.into(),
            stderr: their_stderr.into(),
        };
        let tree = tree::Tree::spawn(command, limits, streams)?;
        let file = |pipe: io::PipeReader| Some(File::from(OwnedFd::from(pipe)));
        let captures = [
            Capture::new(Stream::Stdout, file(stdout), limits.output),
            Capture::new(Stream::Stderr, file(stderr), limits.output),
            Capture::new(Stream::Answer, channel, ANSWER_LIMIT),
        ];
        Ok(RunningChild {
            tree,
            captures,
            max_threads: limits.threads,
        })
    }

    /// Reads and waits until the child has ended by itself (`None`) or has to be ended.
    fn watch(&mut self, deadline: &mut Deadline, cancel: &Cancel) -> io::Result<Option<ExitReason>> {
        loop {
            let now = Instant::now();
            if cancel.is_cancelled() {
                return Ok(Some(ExitReason::Cancelled));
            }
            if let Some(activity) = deadline.is_over(now, || self.tree.sample()) {
                return Ok(Some(ExitReason::TimedOut { activity }));
            }
            let n_threads = self.tree.n_threads_to_watch();
            if n_threads.is_some_and(|n_threads| n_threads > self.max_threads) {
                return Ok(Some(ExitReason::ThreadLimit));
            }
            let has_to_poll = self.tree.end_fd().is_none() || n_threads.is_some();
            let interval = if has_to_poll {
                SHORT_POLL_INTERVAL
            } else {
                POLL_INTERVAL
            };
            let timeout = interval.min(deadline.until_next_sample(now));
            let has_ended = read_ready(&mut self.captures, self.tree.end_fd(), timeout)?;
            if let Some(full) = self.captures.iter().find(|capture| capture.is_over) {
                return Ok(Some(ExitReason::OutputLimit(full.stream)));
            }
            if has_ended || (self.tree.end_fd().is_none() && has_exited(self.tree.pid())?) {
                return Ok(None);
            }
        }
    }

    /// Ends what is left of the child's tree, reads what is left in its pipes, and reaps it.
    fn finish(&mut self) -> (usize, io::Result<ExitStatus>) {
        let pid = self.tree.pid();
        let has_exited = has_exited(pid).unwrap_or(false);
        let mut left_behind = self.tree.count_left();
        // The child is not reaped yet, so no other process can have its number or its group's.
        let _ = kill_process_group(pid, rustix::process::Signal::KILL);
        if !has_exited {
            let _ = kill_process(pid, rustix::process::Signal::KILL);
            left_behind = 0;
        }
        // Waits without reaping: the child's orphans become ours when it has ended.
        let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        self.tree.end_all_left();
        self.drain();
        (left_behind, self.tree.wait())
    }

    fn drain(&mut self) {
        let deadline = Instant::now() + DRAIN_GRACE;
        while self.captures.iter().any(Capture::is_open) {
            let now = Instant::now();
            if now >= deadline || read_ready(&mut self.captures, None, deadline - now).is_err() {
                return;
            }
        }
    }
}

/// Whether the child is a zombie. Does not reap it.
fn has_exited(child: Pid) -> io::Result<bool> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    Ok(waitid(WaitId::Pid(child), options)?.is_some())
}

/// Waits until a stream can be read, `end_fd` reports the child's end, or `timeout` has passed. Reads what there is,
/// and says whether the child has ended.
fn read_ready(captures: &mut [Capture], end_fd: Option<BorrowedFd<'_>>, timeout: Duration) -> io::Result<bool> {
    let mut fds = Vec::with_capacity(captures.len() + 1);
    let open: Vec<usize> = (0..captures.len()).filter(|&index| captures[index].is_open()).collect();
    for &index in &open {
        let file = captures[index].file.as_ref().expect("an open capture has its file");
        fds.push(PollFd::new(file, PollFlags::IN));
    }
    if let Some(end_fd) = &end_fd {
        fds.push(PollFd::new(end_fd, PollFlags::IN));
    }
    let timeout = Timespec::try_from(timeout).map_err(io::Error::other)?;
    match poll(&mut fds, Some(&timeout)) {
        Ok(_) => {}
        Err(rustix::io::Errno::INTR) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
    drop(fds);
    for (&index, _) in open.iter().zip(&ready).filter(|(_, is_ready)| **is_ready) {
        captures[index].read();
    }
    Ok(end_fd.is_some() && ready[open.len()])
}
