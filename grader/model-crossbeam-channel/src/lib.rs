//! The modelled shim of `crossbeam-channel` 0.5: the same channels, under the scheduler and the clock of `model-std`.
//!
//! A crate that is compiled with `--extern crossbeam_channel=libmodel_crossbeam_channel.rlib` beside the modelled `std` uses it
//! unchanged. What a thread does with a channel is one operation of the model: one choice of the schedule and one line of a
//! trace, at the program's line. The exceptions wait twice and still are one line: a wait at a channel without room (before it
//! is noticed, and while it lasts), and a selected operation that the other side has yet to complete.
//!
//! * Which of several ready operations a `select` takes, and which of several waiting threads a message without room is handed
//!   to, is a choice of the schedule; a biased `select` takes the first that is ready. The library itself looks at one channel
//!   after the other, so that its biased `select` may take a later one if both become ready meanwhile; it promises no such
//!   thing, and the shim does not do it.
//! * `after`, `at` and `tick` deliver on the virtual clock.
//! * A full or an empty channel, or one without room and without a partner, makes a thread wait in a way that the scheduler
//!   knows: a deadlock names it and says who is left at the other end.
//! * Messages are dropped when the library drops them: with the last receiver of a channel without bounds, with the last end
//!   of any other.
//!
//! Outside an execution nothing waits: what would is refused as if the other side were gone.

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

/// What the macros expand to.
#[doc(hidden)]
pub mod internal {
    pub use crate::select::{ANY, FIRST, recv, select, select_timeout, send, try_select};
    pub use std::option::Option;
    pub use std::result::Result;
    pub use std::{compile_error, unreachable};
}
