//! Commands that need the solutions, which students do not get.

use grader::discover::Workspace;
use grader::help::Help;
use report::Solutions;

use crate::error::Error;

/// This copy of the course is a handout.
#[derive(Debug, thiserror::Error)]
#[error("`{command}` is for authors: this copy of the course has no solutions")]
struct NoSolutions {
    command: &'static str,
}

impl Help for NoSolutions {
    fn help(&self) -> Option<String> {
        Some("`cargo xtask grade` grades what you wrote; whoever gave you the course has the solutions".to_owned())
    }
}

/// An error where the course was handed out to students.
pub(crate) fn require_solutions(workspace: &Workspace, command: &'static str) -> Result<(), Error> {
    match solutions(workspace) {
        Solutions::Here => Ok(()),
        Solutions::LeftOut => Err(Error::Usage(Box::new(NoSolutions { command }))),
    }
}

/// Whether the course has its solutions.
pub(crate) fn solutions(workspace: &Workspace) -> Solutions {
    let entries = workspace.root.join("solutions").read_dir().into_iter();
    if entries.flatten().flatten().any(|entry| entry.path().is_dir()) {
        Solutions::Here
    } else {
        Solutions::LeftOut
    }
}
