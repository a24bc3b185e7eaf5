//! One operation of a thread, with what it saw and did.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    AtomicFunction, AtomicType, CompareExchangeFunction, LockFunction, ObjectId, OnceFunction, Place, ReceiveFunction,
    RmwFunction, SelectFunction, SendFunction, ThreadId, Value, YieldFunction, text,
};

/// One operation that took effect, with what it saw and did. What it was done to is
/// [`Event::object`](super::Event::object).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Reads an atomic.
    Load {
        /// The ordering.
        order: MemoryOrder,
        /// What it returned.
        value: Value,
        /// The newest value, where the load returned an older one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        newest: Option<Value>,
    },
    /// Writes an atomic.
    Store {
        /// The ordering.
        order: MemoryOrder,
        /// What it wrote.
        value: Value,
    },
    /// Reads an atomic and writes it, as one operation.
    Rmw {
        /// Which.
        function: RmwFunction,
        /// The ordering.
        order: MemoryOrder,
        /// What it read, and returned.
        old: Value,
        /// What it wrote.
        new: Value,
    },
    /// Reads an atomic and writes it if it holds the expected value.
    CompareExchange {
        /// Which.
        function: CompareExchangeFunction,
        /// The ordering: that for success where it succeeded, that for failure where it failed.
        order: MemoryOrder,
        /// The outcome.
        outcome: CompareExchangeOutcome,
    },
    /// A fence, which has no object.
    Fence {
        /// The ordering.
        order: MemoryOrder,
    },
    /// Uses a reference count of an `Arc`.
    Count {
        /// How.
        access: CountAccess,
        /// Which.
        of: CountKind,
        /// What it found.
        found: u64,
    },
    /// Takes a lock, or tries to.
    Lock {
        /// Which.
        function: LockFunction,
        /// The outcome.
        outcome: LockOutcome,
    },
    /// Releases a lock, at the end of a guard.
    Unlock,
    /// Turns a lock held for writing into one held for reading.
    Downgrade,
    /// Asks whether a lock is poisoned.
    IsPoisoned {
        /// Whether it is.
        poisoned: bool,
    },
    /// Forgets that a lock was poisoned.
    ClearPoison,
    /// At a condition variable: gives up `lock` and begins to wait to be notified.
    Wait {
        /// The lock.
        lock: ObjectId,
        /// Whether the wait ends by itself after a time.
        has_timeout: bool,
    },
    /// At a condition variable: the wait ends. A thread that was notified has `lock` again; any other goes on to take
    /// it, and a `Lock` event tells when it has it.
    WakeUp {
        /// The lock that was given up.
        lock: ObjectId,
        /// Why the wait ended.
        reason: WakeReason,
        /// Whether the lock was found poisoned, by a thread that was notified.
        poisoned: bool,
    },
    /// Notifies a condition variable.
    Notify {
        /// How many of the waiting threads.
        whom: Whom,
        /// The threads that it woke; empty if none waited.
        woke: Vec<ThreadId>,
    },
    /// Arrives at a barrier. The last thread to arrive opens it, and the others go on.
    BarrierWait {
        /// How many have arrived, this one included.
        arrived: usize,
        /// How many it takes to open.
        needed: usize,
    },
    /// Sends a message into a channel, or tries to.
    Send {
        /// Which.
        function: SendFunction,
        /// The outcome.
        outcome: ChannelOutcome,
    },
    /// Receives a message from a channel, or tries to.
    Receive {
        /// Which.
        function: ReceiveFunction,
        /// The outcome.
        outcome: ChannelOutcome,
    },
    /// Drops a sender of a channel.
    DropSender {
        /// How many are left.
        left: usize,
    },
    /// Drops a receiver of a channel.
    DropReceiver {
        /// How many are left.
        left: usize,
    },
    /// Asks for a property of a channel without changing it.
    Inspect {
        /// What it saw.
        seen: ChannelProperty,
    },
    /// Takes one of several cases, or finds one that is ready. Its object is the channel of that case, if one was
    /// found.
    Select {
        /// Which.
        function: SelectFunction,
        /// The outcome.
        outcome: SelectOutcome,
    },
    /// Reads something that is initialised once, waits for it, or begins to initialise it.
    Initialize {
        /// Which.
        function: OnceFunction,
        /// What the thread found.
        outcome: OnceOutcome,
    },
    /// Spawns a thread.
    Spawn {
        /// The new thread.
        thread: ThreadId,
    },
    /// Has waited for the end of a thread.
    Join {
        /// That thread.
        thread: ThreadId,
    },
    /// Asks whether a thread has finished.
    IsFinished {
        /// That thread.
        thread: ThreadId,
        /// Whether it has.
        finished: bool,
    },
    /// Has waited for the end of every thread of a scope, and leaves it.
    LeaveScope,
    /// The function of the thread is over. The message of a panic is in [`Thread::panic`](super::Thread::panic).
    EndThread {
        /// Whether a panic ended it.
        panicked: bool,
    },
    /// `thread::park` returns.
    Park {
        /// Whether the wait ends by itself after a time: `park_timeout`.
        has_timeout: bool,
        /// Why it ended.
        reason: WakeReason,
    },
    /// Lets the `park` of a thread return: the one that waits, or the next.
    Unpark {
        /// That thread.
        thread: ThreadId,
    },
    /// Begins to sleep.
    Sleep {
        /// For how long.
        duration: Duration,
    },
    /// Lets other threads go first.
    Yield {
        /// Which.
        function: YieldFunction,
    },
    /// Writes to a standard stream, as a unit.
    Write {
        /// The bytes.
        #[serde(with = "text")]
        bytes: Vec<u8>,
    },
    /// Reads bytes from a pipe or a socket, or tries to.
    ReadBytes {
        /// The outcome.
        outcome: TransferOutcome,
    },
    /// Writes bytes into a pipe or a socket, or tries to. A write that has to wait for room may be several operations.
    WriteBytes {
        /// The outcome.
        outcome: TransferOutcome,
    },
    /// Closes the last descriptor of an end of a pipe or of a pair of sockets.
    CloseEnd {
        /// Which end.
        end: PipeEnd,
    },
    /// Ends the process.
    Exit {
        /// The code of `process::exit`; `None` for `process::abort`.
        code: Option<i32>,
    },
    /// Gives a job to a pool of the library `rayon`.
    PushJob {
        /// The job's number in its pool: 1, 2, … in the order of pushing.
        job: u64,
    },
    /// Takes a job from a pool, and begins to run it.
    TakeJob {
        /// The job.
        job: u64,
        /// The thread that gave it to the pool.
        from: ThreadId,
    },
    /// The function of a job is over.
    EndJob {
        /// The job.
        job: u64,
    },
}

impl Op {
    /// The newest value of an atomic, where the operation read an older one.
    pub fn newest_unread(&self) -> Option<Value> {
        if let Op::Load { newest, .. }
        | Op::CompareExchange {
            outcome: CompareExchangeOutcome::Differs { newest, .. },
            ..
        } = self
        {
            *newest
        } else {
            None
        }
    }

    /// Whether it took a lock, by a function of the lock.
    pub fn took_lock(&self) -> bool {
        matches!(
            self,
            Op::Lock {
                outcome: LockOutcome::Acquired | LockOutcome::Poisoned,
                ..
            }
        )
    }

    /// The values of atomics that it saw, expected or wrote.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        let values = match self {
            Op::Load { value, newest, .. } => [Some(value), newest.as_mut(), None],
            Op::Store { value, .. } => [Some(value), None, None],
            Op::Rmw { old, new, .. } => [Some(old), Some(new), None],
            Op::CompareExchange { outcome, .. } => match outcome {
                CompareExchangeOutcome::Exchanged { old, new } => [Some(old), Some(new), None],
                CompareExchangeOutcome::Differs {
                    found,
                    expected,
                    newest,
                } => [Some(found), Some(expected), newest.as_mut()],
                CompareExchangeOutcome::Spurious { found } => [Some(found), None, None],
            },
            Op::Fence { .. }
            | Op::Count { .. }
            | Op::Lock { .. }
            | Op::Unlock
            | Op::Downgrade
            | Op::IsPoisoned { .. }
            | Op::ClearPoison
            | Op::Wait { .. }
            | Op::WakeUp { .. }
            | Op::Notify { .. }
            | Op::BarrierWait { .. }
            | Op::Send { .. }
            | Op::Receive { .. }
            | Op::DropSender { .. }
            | Op::DropReceiver { .. }
            | Op::Inspect { .. }
            | Op::Select { .. }
            | Op::Initialize { .. }
            | Op::Spawn { .. }
            | Op::Join { .. }
            | Op::IsFinished { .. }
            | Op::LeaveScope
            | Op::EndThread { .. }
            | Op::Park { .. }
            | Op::Unpark { .. }
            | Op::Sleep { .. }
            | Op::Yield { .. }
            | Op::Write { .. }
            | Op::ReadBytes { .. }
            | Op::WriteBytes { .. }
            | Op::CloseEnd { .. }
            | Op::Exit { .. }
            | Op::PushJob { .. }
            | Op::TakeJob { .. }
            | Op::EndJob { .. } => [None, None, None],
        };
        values.into_iter().flatten()
    }
}

/// What came of reading or writing bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferOutcome {
    /// So many bytes, at least one, were read or written.
    Moved(u64),
    /// Nothing was read, since no writer is left.
    AtEnd,
    /// Nothing was written, since no reader is left.
    Broken,
    /// It would have to wait, and does not.
    WouldBlock,
    /// The time limit has passed.
    TimedOut,
    /// It failed for another reason, or nothing was to be read or written.
    Nothing,
}

/// An end of a pipe or of a pair of sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PipeEnd {
    /// That of a pipe for reading.
    Reader,
    /// That of a pipe for writing.
    Writer,
    /// The first socket of a pair.
    FirstSocket,
    /// The second socket of a pair.
    SecondSocket,
}

/// An ordering of an access to an atomic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryOrder {
    /// `Relaxed`.
    Relaxed,
    /// `Release`.
    Release,
    /// `Acquire`.
    Acquire,
    /// `AcqRel`.
    AcqRel,
    /// `SeqCst`.
    SeqCst,
}

impl MemoryOrder {
    /// The ordering as `std::sync::atomic::Ordering` names it.
    pub fn as_str(self) -> &'static str {
        match self {
            MemoryOrder::Relaxed => "Relaxed",
            MemoryOrder::Release => "Release",
            MemoryOrder::Acquire => "Acquire",
            MemoryOrder::AcqRel => "AcqRel",
            MemoryOrder::SeqCst => "SeqCst",
        }
    }
}

/// How a reference count is used.
///
/// Several functions of `Arc` use a count in the same way, so this does not tell which of them was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountAccess {
    /// Counts one more, as `Arc::clone` does.
    Add,
    /// Counts one fewer, as a drop does.
    Remove,
    /// Only reads the count, as `Arc::strong_count` does.
    Read,
    /// Needs the count to be 1, as `Arc::try_unwrap` and `Arc::get_mut` do, and takes it if it is.
    Claim,
    /// Writes the count.
    Set,
}

/// Which of the two reference counts of an `Arc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountKind {
    /// The number of owners.
    Strong,
    /// The number of `Weak`s, and one more while there is an owner.
    Weak,
}

/// The outcome of a compare-exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompareExchangeOutcome {
    /// It succeeded.
    Exchanged {
        /// The value that was expected and found.
        old: Value,
        /// The value that it wrote.
        new: Value,
    },
    /// It failed, because the atomic held another value.
    Differs {
        /// The value that it found.
        found: Value,
        /// The value that was expected.
        expected: Value,
        /// The newest value, where it found an older one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        newest: Option<Value>,
    },
    /// It failed without a reason, as a weak one may.
    Spurious {
        /// The value that was expected and found.
        found: Value,
    },
}

/// The outcome of taking a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockOutcome {
    /// The thread has it.
    Acquired,
    /// The thread has it, and a thread panicked while it held it for writing.
    Poisoned,
    /// Another thread has it, and this one does not wait.
    WouldBlock,
}

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WakeReason {
    /// It was notified, or its park token was set.
    Notified,
    /// Its timeout passed.
    TimedOut,
    /// For no reason, as `std` allows.
    Spurious,
}

/// Which of the threads that wait at a condition variable a notification is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// One of them.
    One,
    /// All of them.
    All,
}

impl Whom {
    /// The name of the function: `notify_one` or `notify_all`.
    pub fn as_str(self) -> &'static str {
        match self {
            Whom::One => "notify_one",
            Whom::All => "notify_all",
        }
    }
}

/// The outcome of sending or receiving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelOutcome {
    /// A message was sent or received.
    Done,
    /// It would have had to wait.
    WouldBlock,
    /// Its timeout passed.
    TimedOut,
    /// No thread is left at the other end; for a receiver, no message either.
    Disconnected,
}

/// Something that a channel can be asked without changing it, and the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelProperty {
    /// `is_empty`.
    IsEmpty(bool),
    /// `is_full`.
    IsFull(bool),
    /// `len`.
    Len(usize),
}

impl ChannelProperty {
    /// The name of the function.
    pub fn as_str(self) -> &'static str {
        match self {
            ChannelProperty::IsEmpty(_) => "is_empty",
            ChannelProperty::IsFull(_) => "is_full",
            ChannelProperty::Len(_) => "len",
        }
    }
}

/// One of the two ends of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelSide {
    /// Where senders are.
    Send,
    /// Where receivers are.
    Receive,
}

/// The outcome of a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelectOutcome {
    /// A case was taken: a message was sent or received.
    Taken(ChannelSide),
    /// A case was taken of a channel whose other end is closed.
    Disconnected(ChannelSide),
    /// A case is ready, and was left alone.
    Ready(ChannelSide),
    /// No case was ready, and the thread does not wait.
    WouldBlock,
    /// No case became ready before the timeout.
    TimedOut,
}

/// The state in which a thread finds something that is initialised once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnceOutcome {
    /// It is initialised.
    Complete,
    /// It is not initialised, and the thread begins to do so.
    Begins,
    /// It is not initialised, and the thread only asked.
    Incomplete,
    /// An attempt to initialise it panicked.
    Poisoned,
}

/// An access to an atomic, or a fence, as it stands in the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AtomicAccess {
    /// The line that asks for it.
    pub place: Place,
    /// What is done.
    pub function: AtomicFunction,
    /// The ordering with which it took effect. A compare-exchange counts as two accesses: one with the ordering for
    /// success and one with the ordering for failure, as far as each of them happened.
    pub order: MemoryOrder,
    /// The type of what it is done to; `None` for a fence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atomic: Option<AtomicType>,
}

impl AtomicAccess {
    /// What identifies it for a reader of the source: file, line, function and ordering.
    pub fn source_key(&self) -> (&str, u32, AtomicFunction, MemoryOrder) {
        (&self.place.file, self.place.line, self.function, self.order)
    }
}
