//! Runs one untrusted program so that it can reach nothing but what it was given.
//!
//! A child is set up in a fork of its own before the program starts: a session, descriptors, an environment, limits, and then,
//! as far as the machine allows, a network of its own, an almost empty root, another user, no capabilities, no way to new
//! privileges, Landlock and a filter of system calls. Whatever of that was found to work is demanded from then on: a step that
//! fails ends the run with its name and its cause, so nothing ever runs with less than was promised.
//!
//! What works is found by trying, once a process ([`probe`]): a child is contained and then really attempts what it must not be
//! able to do. The outcome is a [`Level`] and a list of what is missing, why, and how to get it.
//!
//! A child is started with `spawn`, which exists on Linux only; elsewhere [`probe`] says what is missing. Waiting, deadlines and
//! reading what a child writes are for the caller.

pub mod cancel;
pub mod kernel;
mod level;
mod probe;
pub mod process;
mod spec;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod portable;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use portable as system;

pub use level::{Level, Mechanism, Missing};
#[cfg(target_os = "linux")]
pub use linux::{Child, SetupError, Stage, spawn};
pub use probe::{Probe, probe, probe_up_to};
pub use spec::{Limits, Paths, Profile, Spec};
