//! Objects that threads share, and what they hold.

use serde::{Deserialize, Serialize};

use super::{ObjectId, Place, ThreadId};

/// An object that several threads may share: a lock, an atomic, a channel, …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Its number, which is also its index in [`Trace::objects`](super::Trace::objects).
    pub id: ObjectId,
    /// Its type.
    pub kind: ObjectKind,
    /// Where it was created. `None` for an atomic, of whose creation nothing is known, and for what the program did not
    /// create itself, such as standard output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Place>,
    /// Where an atomic was first used; `None` for everything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_used_at: Option<Place>,
}

/// The type of an object, without its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// `std::sync::Mutex`.
    Mutex,
    /// `std::sync::RwLock`.
    RwLock,
    /// `std::sync::Condvar`.
    Condvar,
    /// `std::sync::Barrier`.
    Barrier,
    /// `std::sync::Once`.
    Once,
    /// `std::sync::OnceLock`.
    OnceLock,
    /// `std::sync::LazyLock`.
    LazyLock,
    /// An atomic.
    Atomic(AtomicType),
    /// A channel of `std::sync::mpsc`.
    MpscChannel,
    /// A channel of the library `crossbeam-channel`.
    CrossbeamChannel,
    /// A channel of the library `crossbeam-channel` that the clock sends into.
    Timer(TimerKind),
    /// The number of owners of an `Arc`.
    StrongCount,
    /// The number of `Weak`s of an `Arc`.
    WeakCount,
    /// `std::thread::Scope`.
    Scope,
    /// `std::io::Stdin`, with its lock.
    Stdin,
    /// `std::io::Stdout`, with its lock.
    Stdout,
    /// `std::io::Stderr`, with its lock.
    Stderr,
    /// A pool of threads of the library `rayon`: a `ThreadPool`, or the global pool.
    RayonPool,
    /// A pipe, as `std::io::pipe` makes one.
    Pipe,
    /// A pair of connected sockets, as `UnixStream::pair` makes one.
    SocketPair,
}

impl ObjectKind {
    /// The type of the atomic, if it is one.
    pub fn atomic_type(self) -> Option<AtomicType> {
        if let ObjectKind::Atomic(of) = self {
            Some(of)
        } else {
            None
        }
    }

    /// The type as the program names it.
    pub fn as_str(self) -> &'static str {
        match self {
            ObjectKind::Mutex => "Mutex",
            ObjectKind::RwLock => "RwLock",
            ObjectKind::Condvar => "Condvar",
            ObjectKind::Barrier => "Barrier",
            ObjectKind::Once => "Once",
            ObjectKind::OnceLock => "OnceLock",
            ObjectKind::LazyLock => "LazyLock",
            ObjectKind::Atomic(of) => of.as_str(),
            ObjectKind::MpscChannel => "mpsc::channel",
            ObjectKind::CrossbeamChannel => "channel",
            ObjectKind::Timer(kind) => kind.as_str(),
            ObjectKind::StrongCount => "Arc",
            ObjectKind::WeakCount => "Weak",
            ObjectKind::Scope => "scope",
            ObjectKind::Stdin => "Stdin",
            ObjectKind::Stdout => "Stdout",
            ObjectKind::Stderr => "Stderr",
            ObjectKind::RayonPool => "pool",
            ObjectKind::Pipe => "pipe",
            ObjectKind::SocketPair => "socket pair",
        }
    }
}

/// A type of `std::sync::atomic`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtomicType {
    /// `AtomicBool`.
    Bool,
    /// `AtomicI8`.
    I8,
    /// `AtomicI16`.
    I16,
    /// `AtomicI32`.
    I32,
    /// `AtomicI64`.
    I64,
    /// `AtomicIsize`.
    Isize,
    /// `AtomicU8`.
    U8,
    /// `AtomicU16`.
    U16,
    /// `AtomicU32`.
    U32,
    /// `AtomicU64`.
    U64,
    /// `AtomicUsize`.
    Usize,
    /// `AtomicPtr`.
    Ptr,
}

impl AtomicType {
    /// The name of the type.
    pub fn as_str(self) -> &'static str {
        match self {
            AtomicType::Bool => "AtomicBool",
            AtomicType::I8 => "AtomicI8",
            AtomicType::I16 => "AtomicI16",
            AtomicType::I32 => "AtomicI32",
            AtomicType::I64 => "AtomicI64",
            AtomicType::Isize => "AtomicIsize",
            AtomicType::U8 => "AtomicU8",
            AtomicType::U16 => "AtomicU16",
            AtomicType::U32 => "AtomicU32",
            AtomicType::U64 => "AtomicU64",
            AtomicType::Usize => "AtomicUsize",
            AtomicType::Ptr => "AtomicPtr",
        }
    }
}

/// How often the clock sends into a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// Once, a given time after the channel was made.
    After,
    /// Once, at a given time.
    At,
    /// Again and again.
    Tick,
}

impl TimerKind {
    /// The name of the function that made the channel.
    pub fn as_str(self) -> &'static str {
        match self {
            TimerKind::After => "after",
            TimerKind::At => "at",
            TimerKind::Tick => "tick",
        }
    }
}

/// A value that an atomic holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Of an `AtomicBool`.
    Bool(bool),
    /// Of an atomic of unsigned integers.
    Unsigned(u64),
    /// Of an atomic of signed integers.
    Signed(i64),
    /// Of an `AtomicPtr`, or an address that an atomic of integers holds. Addresses differ from run to run, so they are
    /// left out.
    Pointer {
        /// Whether it is the null pointer.
        is_null: bool,
    },
}

/// The state of an object: what it holds, or which threads hold it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectState {
    /// An atomic, or a reference count: its newest value.
    Value(Value),
    /// A lock that no thread holds.
    Free,
    /// A lock that a thread holds exclusively.
    HeldBy(ThreadId),
    /// A read-write lock that these threads hold for reading. One that holds it twice is listed twice.
    ReadBy(Vec<ThreadId>),
    /// A condition variable: the threads that wait there and were not notified yet, in the order of arrival.
    Waiting(Vec<ThreadId>),
    /// A barrier: how many threads wait there; 0 once it has opened.
    Arrived {
        /// How many wait.
        arrived: usize,
        /// How many it takes to open.
        needed: usize,
    },
    /// A channel: how many messages wait in it.
    Queue {
        /// How many.
        len: usize,
        /// How many there may be; `None` for any number, 0 if a sender waits for a receiver.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capacity: Option<usize>,
    },
    /// A pipe: how many bytes wait in it.
    Bytes(u64),
    /// Something that is initialised once.
    Once(OnceState),
}

/// How far something that is initialised once has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnceState {
    /// Not started.
    Incomplete,
    /// A thread initialises it.
    Running(ThreadId),
    /// Finished.
    Complete,
    /// The last attempt panicked.
    Poisoned,
}
