//! Grades submissions to the exercises of the course: discover → intake → build → run → judge → score.
//!
//! Each stage is a function from plain data to plain data, and no stage uses a later one:
//!
//! | stage | module | from | to |
//! | --- | --- | --- | --- |
//! | discover | [`discover`], [`exercise`] | names and paths | an exercise and a submission |
//! | intake | [`intake`](mod@intake) | a submission | its source files, or why they are refused |
//! | build | [`build`](mod@build), [`libraries`] | source files | programs, or what the compiler said |
//! | run | [`run`] | programs and checks | an observation of each check: what happened |
//! | judge | [`judge`](mod@judge), [`snapshot`] | observations | a verdict on each check |
//! | score | [`score`](mod@score) | verdicts | points and hints |
//!
//! [`grade`](mod@grade) calls these stages for one submission. [`verify`](mod@verify) grades submissions whose
//! verdicts are known, [`mutate`](mod@mutate) small changes of right ones, and [`class`] those of a whole class, side
//! by side. The library never prints: it reports progress as an [`event`], and a [`Cancel`](sandbox::cancel::Cancel)
//! stops it.
//!
//! Only `judge` makes verdicts. A submission can lose only its own points, whatever it does. A failure of the grader
//! is an ungraded verdict and never zero points. A verdict starts as ungraded, and a pass needs evidence.
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
pub mod class;
pub mod discover;
pub mod event;
pub mod exercise;
mod fingerprint;
pub mod grade;
pub mod help;
pub mod intake;
pub mod judge;
pub mod libraries;
pub mod mutate;
mod parallel;
pub mod run;
pub mod sandbox_requirement;
pub mod score;
pub mod share;
pub mod snapshot;
pub mod verify;
