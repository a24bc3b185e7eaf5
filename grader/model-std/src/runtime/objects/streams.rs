//! Standard output and standard error of the program: a re-entrant lock each, and what was written.

use std::time::Duration;

use super::lock::Lock;
use super::{ObjectId, State};
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

/// Bytes that reached a stream as a unit.
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
    /// The lock of standard input, once it was used.
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
            let lock = enter_lock(execution, ObjectKind::Stdin);
            execution.streams.stdin = Some(lock);
            lock
        })
    })
}

fn enter_lock(execution: &mut Execution, kind: ObjectKind) -> ObjectId {
    execution.objects.enter(kind, None, State::Lock(Lock::default()))
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
                let lock = enter_lock(execution, self.kind());
                execution.streams.get(self).lock = Some(lock);
                lock
            })
        })
    }

    /// Takes the stream's lock, waiting for other threads.
    pub(crate) fn lock(self, site: Site, hold: Hold) {
        let Some(id) = self.lock_id() else { return };
        announce_wait(
            Operation {
                object: Some(id),
                site: Some(site),
            },
            Until::FreeOrMine { lock: id, hold },
            None,
        );
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

    /// Gives the stream's lock back. It is not an operation of its own, because no thread can tell whether one that
    /// waits for the lock comes before or after what the running thread does next.
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

    /// Announces a write by the holder of the lock: other threads may go first, though none can write.
    pub(crate) fn announce_write(self, site: Site) {
        let Some(id) = self.lock_id() else { return };
        announce(Operation {
            object: Some(id),
            site: Some(site),
        });
    }

    /// Appends `bytes` to what was written. The caller holds the lock.
    pub(crate) fn append(self, bytes: &[u8], site: Site) {
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
            execution.made_progress();
            // Whether the lock is free again right after it depends on who holds it for longer, so no state is told.
            execution.record_with(Some(id), Some(site), |_| {
                (Op::Write { bytes: bytes.to_vec() }, Vec::new())
            });
        });
    }
}
