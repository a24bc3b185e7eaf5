//! Standard output and standard error of the program: each has a re-entrant lock, and keeps what was written to it.

use std::time::Duration;

use super::lock::Lock;
use super::{ObjectId, Origin, State};
use crate::model::trace::{LockFunction, LockOutcome, ObjectKind, Op};
use crate::runtime::execution::Execution;
use crate::runtime::task::{Hold, Operation, Site, TaskId, Until};
use crate::runtime::{announce, announce_wait, try_with, with};

/// One of the two streams that the program can write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

/// Bytes that were written to a stream as a unit.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) task: TaskId,
    pub(crate) bytes: Vec<u8>,
    pub(crate) time: Duration,
}

/// One stream in the current execution.
#[derive(Debug, Default)]
pub(crate) struct StreamState {
    lock: Option<ObjectId>,
    pub(crate) written: Vec<Written>,
}

/// The streams in the current execution.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    pub(crate) stdout: StreamState,
    pub(crate) stderr: StreamState,
    /// The lock of standard input, once it is used.
    stdin: Option<ObjectId>,
}

impl Streams {
    fn get(&mut self, stream: Stream) -> &mut StreamState {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }
}

/// The lock of standard input; `None` outside an execution.
pub(crate) fn stdin_lock() -> Option<ObjectId> {
    try_with(|execution| {
        let known = execution.streams.stdin;
        known.unwrap_or_else(|| {
            let lock = add_lock(execution, ObjectKind::Stdin);
            execution.streams.stdin = Some(lock);
            lock
        })
    })
}

fn add_lock(execution: &mut Execution, kind: ObjectKind) -> ObjectId {
    execution
        .objects
        .add(kind, Origin::Outside, State::Lock(Lock::default()))
}

impl Stream {
    fn kind(self) -> ObjectKind {
        match self {
            Stream::Stdout => ObjectKind::Stdout,
            Stream::Stderr => ObjectKind::Stderr,
        }
    }

    /// The lock of the stream; `None` outside an execution.
    fn lock_id(self) -> Option<ObjectId> {
        try_with(|execution| {
            let known = execution.streams.get(self).lock;
            known.unwrap_or_else(|| {
                let lock = add_lock(execution, self.kind());
                execution.streams.get(self).lock = Some(lock);
                lock
            })
        })
    }

    /// Takes the stream's lock, waiting for other threads.
    pub(crate) fn lock(self, site: Site, hold: Hold) {
        let Some(id) = self.lock_id() else { return };
        announce_wait(Operation::on(id, site), Until::FreeOrMine { lock: id, hold }, None);
        with(|execution| {
            let current = execution.current;
            let lock = execution.objects.lock_mut(id);
            lock.writer = Some(current);
            lock.depth += 1;
            lock.since = Some(site);
            execution.acquire_from(id);
            if hold == Hold::Guard {
                execution.record(Some(id), Some(site), |_| Op::Lock {
                    function: LockFunction::Lock,
                    outcome: LockOutcome::Acquired,
                });
            }
        });
    }

    /// Releases the stream's lock. This is no operation of its own, because no thread can see whether a waiting thread
    /// takes the lock before or after the next operation of the running thread.
    pub(crate) fn unlock(self, hold: Hold) {
        let Some(id) = self.lock_id() else { return };
        with(|execution| {
            let lock = execution.objects.lock_mut(id);
            lock.depth = lock.depth.saturating_sub(1);
            if lock.depth == 0 {
                lock.writer = None;
                execution.release_to(id);
            }
            if hold == Hold::Guard {
                execution.record(Some(id), None, |_| Op::Unlock);
            }
        });
    }

    /// Announces a write by the holder of the lock. Other threads may go first, but they cannot write.
    pub(crate) fn announce_write(self, site: Site) {
        let Some(id) = self.lock_id() else { return };
        announce(Operation::on(id, site));
    }

    /// Writes `bytes` to the stream. The caller holds the lock.
    pub(crate) fn append(self, bytes: &[u8], site: Site) {
        self.append_at(bytes, Some(site));
    }

    /// Writes `bytes` to the stream without its lock, as through another descriptor.
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    pub(crate) fn write_past_lock(self, bytes: &[u8], site: Option<Site>) {
        let Some(id) = self.lock_id() else { return };
        if bytes.is_empty() {
            return;
        }
        announce(Operation { object: Some(id), site });
        self.append_at(bytes, site);
        with(|execution| execution.record_calls_unless_known(site));
    }

    fn append_at(self, bytes: &[u8], site: Option<Site>) {
        if bytes.is_empty() {
            return;
        }
        let Some(id) = self.lock_id() else { return };
        with(|execution| {
            let written = Written {
                task: execution.current,
                bytes: bytes.to_vec(),
                time: execution.now,
            };
            execution.streams.get(self).written.push(written);
            execution.wrote_to(id);
            execution.changed_irreversibly();
            // No state of the lock is recorded: a write may hold the lock only for itself, or within a guard.
            execution.record_with(Some(id), site, |_| (Op::Write { bytes: bytes.to_vec() }, Vec::new()));
        });
    }
}
