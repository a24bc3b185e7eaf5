//! The kinds of checks, which the manifest of an exercise names and a report repeats.

/// How a check is run. Checks are run in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// The compiler accepts the submission, in its real and its modelled form, and every public item is there.
    Build,
    /// Every interleaving up to a bound.
    Model,
    /// On real threads, children and servers: judged by what a gate, the server or the kernel saw.
    Service,
    /// The same with the machine to itself: judged by what each thread has computed.
    Speed,
    /// The exercise's program, run as a process.
    Program,
}
