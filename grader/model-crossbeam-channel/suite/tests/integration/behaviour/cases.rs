//! The cases, over the `library` that the parent module chooses.

mod channels;
mod clocks;
mod endings;
mod macros;
mod rendezvous;
mod selections;

use super::{check, library};
