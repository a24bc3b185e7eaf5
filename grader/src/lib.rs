//! Grades submissions to the exercises of the course: discover → build → run → judge → score.
//!
//! Each stage is a function from plain data to plain data, and a stage never uses a later one:
//!
//! | stage | module | makes of | what |
//! | --- | --- | --- | --- |
//! | discover | [`discover`], [`exercise`] | names and paths | an exercise and a submission |
//! | build | [`intake`], [`lifetimes`], [`libraries`], [`build`](mod@build) | a submission | two programs, or what the compiler said ([`diagnostics`]) |
//! | run | [`run`] | a program and a check | an observation: what happened |
//! | judge | [`judge`](mod@judge), [`snapshot`], [`score`](mod@score) | a check and an observation | a [`Verdict`](protocol::verdict::Verdict): what it means |
//!
//! [`grade`](mod@grade) is the list of these stages for one submission, [`verify`](mod@verify) applies it to submissions whose
//! verdicts are known. The library never prints: progress leaves it as an [`event`], and a [`Cancel`](sandbox::cancel::Cancel) stops it.
//!
//! A bad submission is data: whatever it does costs a verdict of its own and no other. What keeps the grader from its work is
//! an ungraded verdict, never a score of zero. A verdict starts as ungraded, and a pass needs evidence.
//!
//! ```no_run
//! use grader::discover::{Submission, Workspace};
//! use grader::grade::{Options, grade};
//!
//! let workspace = Workspace::find_from(&std::env::current_dir()?)?;
//! let exercise = workspace.exercise("stdout_writer")?;
//! let submission = Submission::student(&workspace, &exercise)?;
//! let report = grade(&workspace, &exercise, &submission, &Options::default(), &|_event| {})?;
//! assert_eq!(report.max_score(), 10);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod build;
pub mod diagnostics;
pub mod discover;
pub mod event;
pub mod exercise;
pub mod grade;
pub mod help;
pub mod intake;
pub mod judge;
pub mod libraries;
pub mod lifetimes;
mod parallel;
pub mod run;
pub mod score;
pub mod snapshot;
pub mod verify;
