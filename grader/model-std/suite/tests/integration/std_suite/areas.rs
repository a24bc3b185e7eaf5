//! The areas of `std` that are tested, over the `library` that the parent module chooses.

mod barrier;
mod condvar;
mod lazy_lock;
mod locals;
mod mpsc;
mod mpsc_bounded;
mod mutex;
mod once;
mod once_lock;
mod panics;
mod rwlock;
mod scoped;
mod streams;
mod threads;

use super::{comes_to, library};
