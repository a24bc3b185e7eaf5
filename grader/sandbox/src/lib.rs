//! Runs untrusted programs in a sandbox. Nothing else in the grader knows the operating system.
//!
//! [`process::run`] starts one child, limits it, watches it, and reaps it with everything that it started.
//!
//! A child is set up in a fork of its own before its program starts. It gets a session, descriptors, an environment and
//! limits. As far as the machine allows, it also gets a network of its own, an almost empty root folder, another user,
//! no capabilities, no way to new privileges, Landlock rules and a filter of system calls.
//!
//! The [`probe`] finds out once per process which of these work: it sets a child up and lets it attempt what the
//! sandbox must prevent. The result is a [`Level`] and a list of what is missing, why, and how to get it. From then on
//! every child is set up with everything that the probe found. If a step fails, the run ends with the name and the
//! error of that step; the program is never started with less.
//!
//! The sandbox exists on Linux only. On other systems the probe reports what is missing, and programs run at
//! [`Level::Basic`].

pub mod cancel;
pub mod channel;
pub mod disk;
pub mod kernel;
mod level;
pub mod modes;
mod probe;
pub mod process;
mod profile;
mod scratch;
mod signal;
pub mod source_files;
pub mod this_process;
pub mod tool;

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
pub use linux::{Child, ResourceLimits, SetupError, Spec, Stage, spawn};
pub use probe::{Probe, probe, probe_up_to};
pub use profile::{Paths, Profile};
pub use scratch::ScratchFolder;
