//! The record of one execution: its threads, objects, operations, output and end.
//!
//! A trace is plain data. Nothing in it depends on addresses, on real time or on the order of a hash map, so two runs
//! of one schedule give equal traces. It contains no sentences: what a thread did is an [`Op`], what an object holds is
//! an [`ObjectState`], and how the execution ended is an [`End`]. Only the report puts them into words.

mod digest;
mod end;
mod function;
mod object;
mod op;
mod text;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use crate::backtrace::Backtrace;

pub use end::{
    ChoiceOptions, CrashSignal, Difference, End, Notification, Outside, SelectCase, Wait, WaitKind, WaitReason,
};
pub use function::{
    AtomicFunction, CompareExchangeFunction, LockFunction, OnceFunction, ReceiveFunction, RmwFunction, SelectFunction,
    SendFunction, YieldFunction,
};
pub use object::{AtomicType, Object, ObjectKind, ObjectState, OnceState, TimerKind, Value};
pub use op::{
    AtomicAccess, ChannelOutcome, ChannelProperty, ChannelSide, CompareExchangeOutcome, CountAccess, CountKind,
    LockOutcome, MemoryOrder, OnceOutcome, Op, PipeEnd, SelectOutcome, TransferOutcome, WakeReason, Whom,
};

/// The number of a thread of an execution: 0 for the body, then 1, 2, … in the order of spawning.
pub type ThreadId = usize;

/// The number of an object of an execution: 0, 1, 2, … in the order of first use.
pub type ObjectId = usize;

/// The most threads in one execution, the body aside. The next one is refused, as a system refuses a thread that it has
/// no room for. By default, Linux has room for 16 368 at one time: each takes four of 65 530 mappings.
pub const MAX_THREADS: usize = 16_000;

/// A place in source code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The path of the file, as the compiler was given it.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
}

/// A thread that took part in an execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Its number, which is also its index in [`Trace::threads`].
    pub id: ThreadId,
    /// The name given with `thread::Builder`; `main` for the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it was spawned; `None` for the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spawned_at: Option<Place>,
    /// The panic that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panic: Option<Panic>,
    /// How many operations it performed.
    pub operations: u64,
}

/// A panic that ended a thread, or the body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panic {
    /// Its message, as the program gave it.
    pub message: String,
    /// Where it was raised; `None` if no line raised it, as with `resume_unwind`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// One operation that took effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The thread that performed it.
    pub thread: ThreadId,
    /// What was done, with what it saw.
    pub op: Op,
    /// What it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectId>,
    /// The states of objects after the operation, as far as they are known. The first is the operation's own object. A
    /// wait at a condition variable also has the state of the lock that it gave up, a wake-up that of the lock that it
    /// took again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<(ObjectId, ObjectState)>,
    /// The virtual time at which it took effect, since the start of the execution.
    pub time: Duration,
    /// The line of the program that asked for it; `None` if no line did, as for the end of a thread or of a guard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Whether the thread that ran before this one could have gone on: the scheduler preempted it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub preempts: bool,
    /// Where the place is not known yet: the return addresses at the operation, which the grader turns into a place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Backtrace,
}

impl Event {
    /// What `object` holds after the operation, if the event says so.
    pub fn state_of(&self, object: ObjectId) -> Option<&ObjectState> {
        self.states
            .iter()
            .find_map(|(other, state)| (*other == object).then_some(state))
    }

    /// The values of atomics in it: those that the operation saw, expected or wrote, and those after it.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        let held = self.states.iter_mut().filter_map(|(_, state)| match state {
            ObjectState::Value(value) => Some(value),
            ObjectState::Free
            | ObjectState::HeldBy(_)
            | ObjectState::ReadBy(_)
            | ObjectState::Waiting(_)
            | ObjectState::Arrived { .. }
            | ObjectState::Once(_)
            | ObjectState::Queue { .. }
            | ObjectState::Bytes(_) => None,
        });
        self.op.values_mut().chain(held)
    }
}

/// Bytes that reached a standard stream as a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The thread that wrote them.
    pub thread: ThreadId,
    /// The name of that thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_name: Option<String>,
    /// The bytes.
    #[serde(with = "text")]
    pub bytes: Vec<u8>,
    /// The virtual time of the write, since the start of the execution.
    pub time: Duration,
}

impl Segment {
    /// All that was written.
    pub fn joined(segments: &[Segment]) -> Vec<u8> {
        segments
            .iter()
            .flat_map(|segment| segment.bytes.iter().copied())
            .collect()
    }
}

/// One execution, event by event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The threads, by id.
    pub threads: Vec<Thread>,
    /// The objects, by id.
    pub objects: Vec<Object>,
    /// The operations, in the order in which they took effect.
    pub events: Vec<Event>,
    /// What was written to standard output.
    pub stdout: Vec<Segment>,
    /// What was written to standard error.
    pub stderr: Vec<Segment>,
    /// The virtual time at the end, since the start.
    pub elapsed: Duration,
    /// How it ended.
    pub end: End,
}

impl Trace {
    /// A hash of the operations. Two traces have the same digest if the same threads did the same operations on the
    /// same objects, in the same order and with the same results; otherwise, they have the same digest only by chance.
    /// `trace/digest.rs` says what is hashed and how.
    ///
    /// Neither the lines of the source nor the machine make a difference.
    pub fn digest(&self) -> u32 {
        digest::of(&self.events)
    }

    /// The type of an object; `None` if the trace has no such object.
    pub fn kind_of(&self, object: ObjectId) -> Option<ObjectKind> {
        self.objects.get(object).map(|object| object.kind)
    }

    /// The panic to report: that of the thread with the lowest number that panicked, else that of the body. The body
    /// often only passes on the panic of a thread that it joined.
    pub fn first_panic(&self) -> Option<&Panic> {
        let of_thread = self.threads.iter().skip(1).find_map(|thread| thread.panic.as_ref());
        let of_body = if let End::Panicked(panic) = &self.end {
            Some(panic)
        } else {
            None
        };
        of_thread.or(of_body)
    }
}
