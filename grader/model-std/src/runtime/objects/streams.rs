//! Standard output and standard error of the program: a re-entrant lock each, and what was written.

use std::time::Duration;

use super::{Lock, ObjectId, State};
use crate::runtime::recorder::Seen;
use crate::runtime::task::{Operation, Site, TaskId, Until};
use crate::runtime::{announce, try_with, with};

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
    /// The lock of standard input, once somebody has used it.
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

/// The lock of standard input, under this name; `None` outside an execution.
pub(crate) fn stdin_lock(kind: &'static str) -> Option<ObjectId> {
    try_with(|runtime| {
        let known = runtime.streams.stdin;
        known.unwrap_or_else(|| {
            let lock = runtime.objects.enter(kind, None, State::Lock(Lock::default()));
            runtime.streams.stdin = Some(lock);
            lock
        })
    })
}

impl Stream {
    fn kind(self) -> &'static str {
        match self {
            Stream::Stdout => "Stdout",
            Stream::Stderr => "Stderr",
        }
    }

    /// The lock of the stream; `None` outside an execution.
    fn lock_id(self) -> Option<ObjectId> {
        try_with(|runtime| {
            let known = runtime.streams.get(self).lock;
            known.unwrap_or_else(|| {
                let lock = runtime.objects.enter(self.kind(), None, State::Lock(Lock::default()));
                runtime.streams.get(self).lock = Some(lock);
                lock
            })
        })
    }

    /// Takes the stream's lock, waiting for other threads.
    pub(crate) fn lock(self, site: Site, name: &'static str) {
        let Some(id) = self.lock_id() else { return };
        announce(
            Operation {
                name,
                object: Some(id),
                site: Some(site),
            },
            Until::FreeOrMine(id),
            None,
        );
        with(|runtime| {
            let current = runtime.current;
            let lock = runtime.objects.lock_mut(id);
            lock.writer = Some(current);
            lock.depth += 1;
            lock.since = Some(site);
            runtime.acquire_from(id);
            if name == LOCK {
                runtime.record(name, Some(id), Some(site), |runtime| Seen {
                    state: Some(format!("held by {}", runtime.current)),
                    ..Seen::default()
                });
            }
        });
    }

    /// Gives the stream's lock back.
    pub(crate) fn unlock(self) {
        let Some(id) = self.lock_id() else { return };
        with(|runtime| {
            let lock = runtime.objects.lock_mut(id);
            lock.depth = lock.depth.saturating_sub(1);
            if lock.depth == 0 {
                lock.writer = None;
                runtime.release_to(id);
            }
        });
    }

    /// Announces a write by the holder of the lock: other threads may go first, though none can write.
    pub(crate) fn announce_write(self, site: Site) {
        let Some(id) = self.lock_id() else { return };
        announce(
            Operation {
                name: WRITE,
                object: Some(id),
                site: Some(site),
            },
            Until::Now,
            None,
        );
    }

    /// Appends `bytes` to what was written. The caller holds the lock.
    pub(crate) fn append(self, bytes: &[u8], site: Site) {
        if bytes.is_empty() {
            return;
        }
        let Some(id) = self.lock_id() else { return };
        with(|runtime| {
            let written = Written {
                task: runtime.current,
                bytes: bytes.to_vec(),
                time: runtime.now,
            };
            runtime.streams.get(self).written.push(written);
            runtime.wrote_to(id);
            runtime.made_progress();
            runtime.record(WRITE, Some(id), Some(site), |_| Seen {
                detail: Some(format!("{:?}", String::from_utf8_lossy(bytes))),
                ..Seen::default()
            });
        });
    }
}

/// The name of taking a stream's lock for longer than one write.
pub(crate) const LOCK: &str = "lock";
/// The name of a write.
pub(crate) const WRITE: &str = "write";
