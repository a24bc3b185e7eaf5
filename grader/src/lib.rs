//! The grader: discover → build → run → judge → report.
#![forbid(unsafe_code)]

pub mod build;
pub mod cancel;
pub mod diagnostics;
pub mod discover;
pub mod event;
pub mod exercise;
pub mod grade;
pub mod intake;
pub mod judge;
pub mod libraries;
mod parallel;
pub mod process;
pub mod report;
pub mod run;
pub mod score;
pub mod snapshot;
pub mod verdict;
pub mod verify;
