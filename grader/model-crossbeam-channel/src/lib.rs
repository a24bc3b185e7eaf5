//! The modelled shim of `crossbeam-channel` 0.5: the same channels, under the scheduler and the clock of `model-std`.
//!
//! A crate uses it unchanged when it is compiled against the modelled `std` and with
//! `--extern crossbeam_channel=libmodel_crossbeam_channel.rlib`. Each call that a thread makes on a channel is one
//! operation of the model: one scheduling point, and one event of a trace, at the line of the call. Two kinds of
//! operations have two scheduling points, and still one event: waiting at a rendezvous channel (before the thread
//! registers, and until a partner comes), and a selected operation that the other side has not completed yet.
//!
//! * The schedule chooses which of several ready operations a `select` takes, and which of several waiting threads
//!   becomes the partner at a rendezvous channel. A biased `select` takes the first ready operation. The library checks
//!   one channel after the other, so its biased `select` may take a later operation if two become ready while it
//!   checks. Its documentation does not promise that, and the shim does not do it.
//! * `after`, `at` and `tick` deliver on the virtual clock.
//! * The scheduler knows which channel a thread waits for: a full one, an empty one, or a rendezvous channel without a
//!   partner. A deadlock names the channel, and how many ends are left at the other side.
//! * Messages are dropped when the library drops them: with the last receiver of an unbounded channel, and with the
//!   last end of any other channel.
//!
//! Outside an execution, no operation waits. An operation that would have to wait fails.

mod channel;
mod core;
mod iterators;
mod receiver;
mod select;
mod select_macro;
mod selecting;
mod sender;
mod slots;
mod timer;

pub use crossbeam_channel::{
    ReadyTimeoutError, RecvError, RecvTimeoutError, SelectTimeoutError, SendError, SendTimeoutError, TryReadyError,
    TryRecvError, TrySelectError, TrySendError,
};

pub use channel::{bounded, unbounded};
pub use iterators::{IntoIter, Iter, TryIter};
pub use receiver::Receiver;
pub use select::{Select, SelectedOperation};
pub use sender::Sender;
pub use timer::{after, at, never, tick};

/// The names that the expansions of the macros use.
#[doc(hidden)]
pub mod internal {
    pub use crate::select::{ANY, FIRST, recv, select, select_timeout, send, try_select};
    pub use std::option::Option;
    pub use std::result::Result;
    pub use std::{compile_error, unreachable};
}
