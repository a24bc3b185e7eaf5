//! The cases, over the `library` of the parent module.

mod channels;
mod clocks;
mod endings;
mod macros;
mod rendezvous;
mod selections;

use super::{check, library};
