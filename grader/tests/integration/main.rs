//! Gradings from end to end, in one program so that it is linked once.

mod classes;
mod course;
mod discovering;
mod forging;
mod grading;
#[cfg(target_os = "linux")]
mod lasting;
mod mutating;
mod programs;
mod replaying;
mod verdicts;
mod verifying;
