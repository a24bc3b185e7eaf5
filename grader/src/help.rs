//! What a reader can do about an error, apart from what the error says.

use std::error::Error;
use std::io;

use sandbox::process::RunError;

/// An error that knows what its reader can do about it.
///
/// [`Display`](std::fmt::Display) says what happened and never what to do, so nobody has to take a text apart.
pub trait Help: Error {
    /// What the reader can do, one advice a line.
    fn help(&self) -> Option<String> {
        None
    }
}

/// The advice if what belongs to the course does not compile.
pub(crate) const COURSE_CHANGED: &str = "`git status` shows which files of the course were changed";

impl Help for RunError {}

impl Help for io::Error {}

/// An error and its causes on one line.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
