//! A child and its process group, on Unix systems other than Linux.
//!
//! The child runs without a sandbox. A descendant that left the group is not found.

use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ExitStatus};

use rustix::process::Pid;

use super::Streams;
use super::deadline::Sample;
use crate::process::{Activity, Command, Limits};

/// Whether the limit of CPU time is enforced.
pub(super) const LIMITS_CPU: bool = false;

/// A child and the processes below it.
pub(super) struct Tree {
    child: Child,
}

impl Tree {
    pub(super) fn spawn(command: &Command, _limits: &Limits, streams: Streams) -> io::Result<Tree> {
        let mut builder = std::process::Command::new(&command.program);
        builder
            .args(&command.args)
            .current_dir(&command.folder)
            .env_clear()
            .envs(command.env.iter().map(|(key, value)| (key, value)))
            .process_group(0);
        builder
            .stdin(streams.stdin)
            .stdout(streams.stdout)
            .stderr(streams.stderr);
        Ok(Tree {
            child: builder.spawn()?,
        })
    }

    pub(super) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub(super) fn end_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    pub(super) fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }

    pub(super) fn sample(&self) -> Sample {
        (Activity::Running, None)
    }

    pub(super) fn n_threads_to_watch(&self) -> Option<u64> {
        None
    }

    pub(super) fn count_left(&self) -> usize {
        0
    }

    pub(super) fn end_all_left(&self) {}
}
