//! The choices that determine an execution.

use serde::{Deserialize, Serialize};

/// The choices that determine an execution.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// At each choice, the number of the option taken; 0 is the default one, and a schedule ends with its last other
    /// choice.
    pub choices: Vec<u16>,
    /// Whether there is also a choice before a thread spawns another one.
    pub spawns: Spawns,
    /// Whether there is also a choice before a thread uses a reference count.
    pub counts: Counts,
    /// Whether there is also a choice where a load of an atomic could return an older value.
    pub memory: Memory,
    /// Whether there is also a choice after some operations. No token says that there is, because a grading has no such
    /// choices.
    pub switches: Switches,
}

/// Whether there is a choice before a thread spawns another one.
///
/// Other threads can notice a spawn only by the number of the new thread. The numbers can come in another order only if
/// several threads spawn at the same time. So an exploration begins without this choice, and starts again with it when
/// it meets such threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spawns {
    /// No: a spawn is an invisible operation. It takes effect right after the thread's previous operation.
    #[default]
    Invisible,
    /// Yes, as before any visible operation.
    Chosen,
}

/// What loads of atomics may return.
///
/// An exploration begins with [`Memory::Sequential`]. Where a program asks for an ordering weaker than `SeqCst`, the
/// executions with [`Memory::Weak`] follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Memory {
    /// The newest value: memory is sequentially consistent.
    #[default]
    Sequential,
    /// An older value as well, as far as C++20 allows it.
    Weak,
}

/// Whether there is a choice before a thread uses the reference count of an `Arc`.
///
/// Most programs only clone and drop an `Arc`, and no thread can notice when another one does. So an exploration begins
/// without this choice. It starts again with it when a program looks at a count that another thread may change, or when
/// the last owner's drop has effects and another thread could have been the last owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// No, until the execution itself shows that the order makes a difference.
    #[default]
    Invisible,
    /// Yes, as before any visible operation.
    Chosen,
}

/// Whether other threads may also go right after an operation that lets them go on, before the plain code that follows
/// it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switches {
    /// No: threads switch before operations only.
    #[default]
    Before,
    /// Yes.
    BeforeAndAfter,
}
