//! How an execution ended, and which thread waits for what if it did not finish.

use serde::{Deserialize, Serialize};

use super::{
    ChannelSide, Event, LockFunction, ObjectId, OnceFunction, Panic, Place, ReceiveFunction, SelectFunction,
    SendFunction, ThreadId,
};
use crate::Finding;
use crate::backtrace::Backtrace;

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The body returned and every thread had ended.
    Finished,
    /// The body panicked.
    Panicked(Panic),
    /// Every thread waits, and nothing can end any wait.
    Deadlock {
        /// The waits, in the order of thread ids.
        waits: Vec<Wait>,
        /// The threads of a cycle in which each waits for the next and the last for the first; empty if there is
        /// none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cycle: Vec<ThreadId>,
    },
    /// Every thread waits, not in a cycle, and one of them missed a notification. It was sent to the condition variable
    /// before the thread began to wait there, and found no waiting thread. No other notification has woken the thread
    /// since.
    LostWakeup {
        /// The waits, in the order of thread ids.
        waits: Vec<Wait>,
        /// The thread that missed the notification.
        waiter: ThreadId,
        /// Where that notification was sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notified_at: Option<Place>,
    },
    /// Threads do the same again and again, and see the same, until the limit of steps. The trace has only the first
    /// operations.
    Livelock {
        /// Those threads.
        threads: Vec<ThreadId>,
    },
    /// A thread reads again and again what only another thread can change, instead of waiting for it.
    BusyWait {
        /// The thread that spins.
        thread: ThreadId,
        /// The line that it repeats.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
    },
    /// A thread computes on and on without an operation: it has used up its budget of basic blocks since the last one.
    EndlessLoop {
        /// The thread.
        thread: ThreadId,
        /// Where its loop is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
        /// Taken while the loop ran; none once the place was looked for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        backtraces: Vec<Backtrace>,
    },
    /// A thread used up its stack.
    StackOverflow {
        /// The thread.
        thread: ThreadId,
        /// The size of the stack, in bytes.
        size: u64,
        /// The call that the thread made again and again, or else the innermost one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
        /// At most one, with the innermost calls; none once the place was looked for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        backtraces: Vec<Backtrace>,
    },
    /// `std` ended the process, because a panic got where none may pass: out of a destructor that ran because of
    /// another panic, out of a function that cannot unwind, or out of the destructor of a thread-local value.
    Aborted {
        /// The thread.
        thread: ThreadId,
        /// Its panics that were under way, the first one first.
        panics: Vec<Panic>,
    },
    /// The process got a signal that would have ended it.
    Crashed {
        /// The thread that ran.
        thread: ThreadId,
        /// The signal.
        signal: CrashSignal,
        /// The innermost call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
        /// At most one, with the innermost calls; none once the place was looked for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        backtraces: Vec<Backtrace>,
    },
    /// A thread waits for what the model does not control, so that nothing is known about the end of the wait.
    OutsideWait {
        /// The thread.
        thread: ThreadId,
        /// What it waits for.
        outside: Outside,
        /// Where it waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
        /// At most one, with the innermost calls; none once the place was looked for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        backtraces: Vec<Backtrace>,
    },
    /// The limit of steps was reached, and nothing shows that the threads would not have come to their end. The trace
    /// has only the first operations.
    StepLimit,
    /// `process::exit` or `process::abort` was called.
    Exited {
        /// The exit code; `None` for `abort`.
        code: Option<i32>,
        /// The thread that called it.
        thread: ThreadId,
        /// Where it was called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
    },
    /// The body returned, but threads that it started were still alive.
    ThreadsLeft {
        /// Those threads.
        threads: Vec<ThreadId>,
    },
    /// The program did not do the same under the same schedule: it depends on something that is not controlled.
    Nondeterministic(Difference),
    /// It was stopped before a choice that somebody else makes (see [`play`](crate::play)).
    Paused {
        /// The threads that wait meanwhile, and cannot be chosen, in the order of thread ids.
        waits: Vec<Wait>,
    },
}

impl End {
    /// The finding; `None` for [`End::Finished`] and [`End::Paused`].
    pub fn finding(&self) -> Option<Finding> {
        match self {
            End::Finished | End::Paused { .. } => None,
            End::Panicked(_) => Some(Finding::Panic),
            End::Deadlock { .. } => Some(Finding::Deadlock),
            End::LostWakeup { .. } => Some(Finding::LostWakeup),
            End::Livelock { .. } => Some(Finding::Livelock),
            End::BusyWait { .. } => Some(Finding::BusyWait),
            End::EndlessLoop { .. } => Some(Finding::Timeout),
            End::StackOverflow { .. } => Some(Finding::StackOverflow),
            End::Aborted { .. } | End::Crashed { .. } => Some(Finding::Panic),
            End::OutsideWait { .. } => Some(Finding::NotModelled),
            End::StepLimit => Some(Finding::TooSlow),
            End::Exited { .. } => Some(Finding::Exited),
            End::ThreadsLeft { .. } => Some(Finding::ThreadLeak),
            End::Nondeterministic(_) => Some(Finding::Nondeterministic),
        }
    }

    /// The waits, to fill in their places.
    pub(crate) fn waits_mut(&mut self) -> &mut [Wait] {
        if let End::Deadlock { waits, .. } | End::LostWakeup { waits, .. } | End::Paused { waits } = self {
            waits
        } else {
            &mut []
        }
    }

    /// The waits, if every thread waits or the execution was paused; empty for any other end.
    pub fn waits(&self) -> &[Wait] {
        match self {
            End::Deadlock { waits, .. } | End::LostWakeup { waits, .. } | End::Paused { waits } => waits,
            End::Finished
            | End::Panicked(_)
            | End::Livelock { .. }
            | End::BusyWait { .. }
            | End::EndlessLoop { .. }
            | End::StackOverflow { .. }
            | End::Aborted { .. }
            | End::Crashed { .. }
            | End::OutsideWait { .. }
            | End::StepLimit
            | End::Exited { .. }
            | End::ThreadsLeft { .. }
            | End::Nondeterministic(_) => &[],
        }
    }
}

/// A signal that ends a process, unless it has a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrashSignal {
    /// `SIGABRT`: the process ended itself.
    Abort,
    /// `SIGSEGV`: it used an address at which it has no memory.
    SegmentationFault,
    /// `SIGBUS`: it used an address behind which there is nothing.
    BusError,
    /// `SIGILL`: an instruction that does not exist. Compilers put one where code must never get.
    IllegalInstruction,
    /// `SIGFPE`: a division that has no result.
    ArithmeticError,
    /// `SIGTRAP`: a trap for a debugger.
    Trap,
}

/// What a thread waits for that the model does not control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outside {
    /// A pipe that was not made in the execution.
    Pipe,
    /// A socket.
    Socket,
    /// A terminal, or another device.
    Device,
    /// The lock of a file.
    FileLock,
    /// A child process, which it starts.
    ChildProcess,
    /// One of several descriptors, or something else.
    Other,
}

/// A thread that waits at the end of an execution, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// The thread that waits.
    pub thread: ThreadId,
    /// What it waits for.
    pub reason: WaitReason,
    /// The object that it waits at; `None` if there is none, or several (see [`WaitReason::Select`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectId>,
    /// The line on which it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The threads that could end the wait and do not: the holder of the lock, the thread to be joined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_by: Vec<ThreadId>,
    /// The line on which the holder took what is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_since: Option<Place>,
    /// For [`WaitReason::Notification`]: the last notification of the condition variable, if there was any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_notification: Option<Notification>,
    /// Where the place is not known yet: the return addresses at the wait, which the grader turns into a place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Backtrace,
}

/// What a thread waits for at the end of an execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitReason {
    /// To have a lock. [`Wait::held_by`] are its holders, or the waiting writers that a reader must not overtake.
    Lock {
        /// The function that it is in.
        function: LockFunction,
    },
    /// To have the lock of a standard stream, for one write.
    WriteLock,
    /// To be notified, at a condition variable.
    Notification {
        /// The lock that it gave up.
        lock: ObjectId,
        /// Whether it is in a function with a timeout, which is so long that it never ends the wait.
        has_timeout: bool,
    },
    /// To have the lock again after it was notified at a condition variable.
    Relock {
        /// The lock that it gave up.
        lock: ObjectId,
    },
    /// For more threads to arrive at a barrier.
    Barrier {
        /// How many wait there.
        arrived: usize,
        /// How many it takes to open.
        needed: usize,
    },
    /// For a message to receive from a channel.
    Message {
        /// The function that it is in.
        function: ReceiveFunction,
        /// How many senders are left. Which threads have them is not known.
        senders: usize,
    },
    /// For a message of the clock, which will send none: it receives from a timer that has fired, or from `never`.
    TimerMessage {
        /// The function that it is in.
        function: ReceiveFunction,
    },
    /// For room in a channel to send; for a receiver if the channel has capacity 0.
    Room {
        /// The function that it is in.
        function: SendFunction,
        /// How many receivers are left. Which threads have them is not known.
        receivers: usize,
    },
    /// For a receiver to take the message that it has sent into a channel of capacity 0.
    HandOver {
        /// The function that it is in.
        function: SendFunction,
        /// How many receivers are left. Which threads have them is not known.
        receivers: usize,
    },
    /// For the thread at the other end of a channel to complete the operation that it has selected.
    Partner {
        /// The end that this thread is at.
        side: ChannelSide,
    },
    /// For one of several cases.
    Select {
        /// The function that it is in.
        function: SelectFunction,
        /// The cases on channels, without timers that have fired and without `never`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cases: Vec<SelectCase>,
    },
    /// For another thread to initialise what is initialised once.
    Initialization {
        /// The function that it is in.
        function: OnceFunction,
    },
    /// For a thread to end.
    Join {
        /// That thread.
        thread: ThreadId,
    },
    /// For every thread of a scope to end.
    ScopeEnd,
    /// To be unparked.
    Park {
        /// Whether it is in `park_timeout`, with a time so long that it never ends the wait.
        has_timeout: bool,
    },
    /// For a time that is never reached, in `thread::sleep`.
    Clock,
    /// For jobs of a pool of the library `rayon` to end. [`Wait::held_by`] are the threads that run one of them.
    Jobs {
        /// How many.
        left: usize,
    },
    /// For a job to run, as a thread of a pool of the library `rayon`.
    Work,
    /// For bytes to read from a pipe or a socket.
    Bytes {
        /// How many descriptors are left through which others could be written. Which threads have them is not known.
        writers: usize,
    },
    /// For room in a pipe or a socket to write.
    RoomForBytes {
        /// How many descriptors are left through which room could be made. Which threads have them is not known.
        readers: usize,
    },
    /// For one of several descriptors to be ready, in `poll`.
    Descriptors,
}

/// A case on a channel that a thread waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectCase {
    /// The channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ObjectId>,
    /// The end that the waiting thread is at.
    pub side: ChannelSide,
    /// How many senders or receivers are left at the other end.
    pub left: usize,
}

/// A [`WaitReason`] without its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "each is documented at the variant of `WaitReason` of its name"
)]
pub enum WaitKind {
    Lock,
    WriteLock,
    Notification,
    Relock,
    Barrier,
    Message,
    TimerMessage,
    Room,
    HandOver,
    Partner,
    Select,
    Initialization,
    Join,
    ScopeEnd,
    Park,
    Clock,
    Jobs,
    Work,
    Bytes,
    RoomForBytes,
    Descriptors,
}

impl WaitReason {
    /// The reason without its fields.
    pub fn kind(&self) -> WaitKind {
        match self {
            WaitReason::Lock { .. } => WaitKind::Lock,
            WaitReason::WriteLock => WaitKind::WriteLock,
            WaitReason::Notification { .. } => WaitKind::Notification,
            WaitReason::Relock { .. } => WaitKind::Relock,
            WaitReason::Barrier { .. } => WaitKind::Barrier,
            WaitReason::Message { .. } => WaitKind::Message,
            WaitReason::TimerMessage { .. } => WaitKind::TimerMessage,
            WaitReason::Room { .. } => WaitKind::Room,
            WaitReason::HandOver { .. } => WaitKind::HandOver,
            WaitReason::Partner { .. } => WaitKind::Partner,
            WaitReason::Select { .. } => WaitKind::Select,
            WaitReason::Initialization { .. } => WaitKind::Initialization,
            WaitReason::Join { .. } => WaitKind::Join,
            WaitReason::ScopeEnd => WaitKind::ScopeEnd,
            WaitReason::Park { .. } => WaitKind::Park,
            WaitReason::Clock => WaitKind::Clock,
            WaitReason::Jobs { .. } => WaitKind::Jobs,
            WaitReason::Work => WaitKind::Work,
            WaitReason::Bytes { .. } => WaitKind::Bytes,
            WaitReason::RoomForBytes { .. } => WaitKind::RoomForBytes,
            WaitReason::Descriptors => WaitKind::Descriptors,
        }
    }
}

/// A notification of a condition variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// The thread that notified.
    pub by: ThreadId,
    /// Where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The threads that it woke.
    pub woke: Vec<ThreadId>,
}

/// The first difference between two executions of one schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// A choice of the schedule does not fit the options.
    Choice {
        /// The number of the choice, counted from 0.
        index: usize,
        /// The option that the schedule takes, counted from 0.
        chosen: u16,
        /// The options when the schedule was made; `None` for a schedule that was read from a token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<ChoiceOptions>,
        /// The options this time.
        found: ChoiceOptions,
    },
    /// Other operations than those of the execution that made the choice first came before it.
    Operations {
        /// The number of the choice, counted from 0.
        index: usize,
    },
    /// Another operation took effect.
    Event {
        /// The number of the operation, counted from 0.
        index: usize,
        /// The operation of the first execution; `None` if that had ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<Box<Event>>,
        /// The operation of the second execution; `None` if that had ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        found: Option<Box<Event>>,
    },
    /// The same operations led to other output or to another end.
    Outcome,
}

/// The options of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceOptions {
    /// How many options.
    pub options: usize,
    /// How many of them, from the first, cost no preemption.
    pub n_non_preemptive: usize,
}
