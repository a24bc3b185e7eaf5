//! The functions that a program calls, for kinds of operations that have several.
//!
//! The order of the variants is part of the digest of a trace (see `digest.rs`), so new variants come last.

use serde::{Deserialize, Serialize};

/// A function that takes a lock: of `Mutex`, `RwLock` or a standard stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockFunction {
    /// `Mutex::lock`, or `lock` of a standard stream.
    Lock,
    /// `Mutex::try_lock`.
    TryLock,
    /// `RwLock::read`.
    Read,
    /// `RwLock::try_read`.
    TryRead,
    /// `RwLock::write`.
    Write,
    /// `RwLock::try_write`.
    TryWrite,
}

impl LockFunction {
    /// The name of the function.
    pub fn as_str(self) -> &'static str {
        match self {
            LockFunction::Lock => "lock",
            LockFunction::TryLock => "try_lock",
            LockFunction::Read => "read",
            LockFunction::TryRead => "try_read",
            LockFunction::Write => "write",
            LockFunction::TryWrite => "try_write",
        }
    }
}

/// A function of `Once`, `OnceLock` or `LazyLock`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnceFunction {
    /// `Once::call_once`.
    CallOnce,
    /// `Once::call_once_force`.
    CallOnceForce,
    /// `Once::is_completed`.
    IsCompleted,
    /// `Once::wait` or `OnceLock::wait`.
    Wait,
    /// `Once::wait_force`.
    WaitForce,
    /// `OnceLock::get` or `LazyLock::get`.
    Get,
    /// `OnceLock::get_or_init`.
    GetOrInit,
    /// `OnceLock::set`.
    Set,
    /// `LazyLock::force`, or the `deref` that calls it.
    Force,
}

impl OnceFunction {
    /// The name of the function.
    pub fn as_str(self) -> &'static str {
        match self {
            OnceFunction::CallOnce => "call_once",
            OnceFunction::CallOnceForce => "call_once_force",
            OnceFunction::IsCompleted => "is_completed",
            OnceFunction::Wait => "wait",
            OnceFunction::WaitForce => "wait_force",
            OnceFunction::Get => "get",
            OnceFunction::GetOrInit => "get_or_init",
            OnceFunction::Set => "set",
            OnceFunction::Force => "force",
        }
    }
}

/// A function that sends into a channel, of `std` or of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendFunction {
    /// Waits for room.
    Send,
    /// Does not wait.
    TrySend,
    /// Waits for a given time at most.
    SendTimeout,
    /// Waits until a given time at most.
    SendDeadline,
}

impl SendFunction {
    /// The name of the function.
    pub fn as_str(self) -> &'static str {
        match self {
            SendFunction::Send => "send",
            SendFunction::TrySend => "try_send",
            SendFunction::SendTimeout => "send_timeout",
            SendFunction::SendDeadline => "send_deadline",
        }
    }
}

/// A function that receives from a channel, of `std` or of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiveFunction {
    /// Waits for a message.
    Recv,
    /// Does not wait.
    TryRecv,
    /// Waits for a given time at most.
    RecvTimeout,
    /// Waits until a given time at most.
    RecvDeadline,
}

impl ReceiveFunction {
    /// The name of the function.
    pub fn as_str(self) -> &'static str {
        match self {
            ReceiveFunction::Recv => "recv",
            ReceiveFunction::TryRecv => "try_recv",
            ReceiveFunction::RecvTimeout => "recv_timeout",
            ReceiveFunction::RecvDeadline => "recv_deadline",
        }
    }
}

/// A function of crossbeam's `Select`, or what its macros call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelectFunction {
    /// Waits for a case and takes it.
    Select,
    /// Takes a case if one is ready.
    TrySelect,
    /// Waits for a given time at most.
    SelectTimeout,
    /// Waits until a given time at most.
    SelectDeadline,
    /// Waits until a case is ready and does not take it.
    Ready,
    /// Asks whether a case is ready.
    TryReady,
    /// Waits until a case is ready, for a given time at most.
    ReadyTimeout,
    /// Waits until a case is ready, until a given time at most.
    ReadyDeadline,
}

impl SelectFunction {
    /// The name of the function.
    pub fn as_str(self) -> &'static str {
        match self {
            SelectFunction::Select => "select",
            SelectFunction::TrySelect => "try_select",
            SelectFunction::SelectTimeout => "select_timeout",
            SelectFunction::SelectDeadline => "select_deadline",
            SelectFunction::Ready => "ready",
            SelectFunction::TryReady => "try_ready",
            SelectFunction::ReadyTimeout => "ready_timeout",
            SelectFunction::ReadyDeadline => "ready_deadline",
        }
    }
}

/// A function by which a thread lets others go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YieldFunction {
    /// `thread::yield_now`.
    YieldNow,
    /// `hint::spin_loop`.
    SpinLoop,
}

impl YieldFunction {
    /// The name of the function.
    pub fn as_str(self) -> &'static str {
        match self {
            YieldFunction::YieldNow => "yield_now",
            YieldFunction::SpinLoop => "spin_loop",
        }
    }
}

/// A function that reads an atomic and writes it, as one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RmwFunction {
    /// `swap`.
    Swap,
    /// `fetch_add`.
    FetchAdd,
    /// `fetch_sub`.
    FetchSub,
    /// `fetch_and`.
    FetchAnd,
    /// `fetch_nand`.
    FetchNand,
    /// `fetch_or`.
    FetchOr,
    /// `fetch_xor`.
    FetchXor,
    /// `fetch_max`.
    FetchMax,
    /// `fetch_min`.
    FetchMin,
    /// `AtomicBool::fetch_not`.
    FetchNot,
    /// `AtomicPtr::fetch_ptr_add`.
    FetchPtrAdd,
    /// `AtomicPtr::fetch_ptr_sub`.
    FetchPtrSub,
    /// `AtomicPtr::fetch_byte_add`.
    FetchByteAdd,
    /// `AtomicPtr::fetch_byte_sub`.
    FetchByteSub,
}

impl RmwFunction {
    /// The name of the function.
    pub fn as_str(self) -> &'static str {
        match self {
            RmwFunction::Swap => "swap",
            RmwFunction::FetchAdd => "fetch_add",
            RmwFunction::FetchSub => "fetch_sub",
            RmwFunction::FetchAnd => "fetch_and",
            RmwFunction::FetchNand => "fetch_nand",
            RmwFunction::FetchOr => "fetch_or",
            RmwFunction::FetchXor => "fetch_xor",
            RmwFunction::FetchMax => "fetch_max",
            RmwFunction::FetchMin => "fetch_min",
            RmwFunction::FetchNot => "fetch_not",
            RmwFunction::FetchPtrAdd => "fetch_ptr_add",
            RmwFunction::FetchPtrSub => "fetch_ptr_sub",
            RmwFunction::FetchByteAdd => "fetch_byte_add",
            RmwFunction::FetchByteSub => "fetch_byte_sub",
        }
    }
}

/// A compare-exchange. `compare_and_swap` and `fetch_update` are made of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompareExchangeFunction {
    /// Fails only if the value is another.
    CompareExchange,
    /// May fail without a reason.
    CompareExchangeWeak,
}

impl CompareExchangeFunction {
    /// The name of the function.
    pub fn as_str(self) -> &'static str {
        match self {
            CompareExchangeFunction::CompareExchange => "compare_exchange",
            CompareExchangeFunction::CompareExchangeWeak => "compare_exchange_weak",
        }
    }
}

/// A function of an atomic, or `fence`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtomicFunction {
    /// `load`.
    Load,
    /// `store`.
    Store,
    /// A read-modify-write.
    Rmw(RmwFunction),
    /// A compare-exchange.
    CompareExchange(CompareExchangeFunction),
    /// `atomic::fence`.
    Fence,
}

impl AtomicFunction {
    /// The name of the function.
    pub fn as_str(self) -> &'static str {
        match self {
            AtomicFunction::Load => "load",
            AtomicFunction::Store => "store",
            AtomicFunction::Rmw(function) => function.as_str(),
            AtomicFunction::CompareExchange(function) => function.as_str(),
            AtomicFunction::Fence => "fence",
        }
    }
}
