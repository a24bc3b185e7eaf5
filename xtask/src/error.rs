//! Why a command has no outcome, and whose doing that is.

use std::error::Error as StdError;
use std::{fmt, io};

use grader::discover::DiscoverError;
use grader::grade::{GradeError, ReplayError};
use grader::verify::VerifyError;

use crate::exit_code::ExitCode;

type Cause = Box<dyn StdError + Send + Sync>;

/// Why a command has no outcome.
#[derive(Debug)]
pub(crate) enum Error {
    /// The command line asks for what is not there.
    Usage(Cause),
    /// The grader could not do its work.
    Ungraded(Cause),
    /// Somebody asked to stop.
    Interrupted,
    /// Nothing can be printed.
    Output(io::Error),
}

impl Error {
    /// The exit code that tells it.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Error::Usage(_) => ExitCode::Usage,
            Error::Ungraded(_) | Error::Output(_) => ExitCode::Ungraded,
            Error::Interrupted => ExitCode::Interrupted,
        }
    }

    /// The words for a reader: the error, its causes, and last what can be done about it.
    pub(crate) fn words(&self) -> Words {
        let mut words = Words {
            sentences: Vec::new(),
            help: Vec::new(),
        };
        let mut next: Option<&dyn StdError> = match self {
            Error::Usage(cause) | Error::Ungraded(cause) => Some(cause.as_ref()),
            Error::Output(error) => Some(error),
            Error::Interrupted => None,
        };
        while let Some(error) = next {
            for line in error.to_string().lines() {
                match line.strip_prefix("help: ") {
                    Some(help) => words.help.push(help.to_owned()),
                    None => words.sentences.push(line.to_owned()),
                }
            }
            next = error.source();
        }
        if matches!(self, Error::Interrupted) {
            words.sentences.push("interrupted".to_owned());
        }
        words
    }
}

/// An error for a reader.
pub(crate) struct Words {
    /// What happened, then why.
    pub(crate) sentences: Vec<String>,
    /// What can be done about it.
    pub(crate) help: Vec<String>,
}

/// An error that is only a sentence.
#[derive(Debug)]
pub(crate) struct Message(pub(crate) String);

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Message {}

impl From<DiscoverError> for Error {
    fn from(error: DiscoverError) -> Self {
        if error.is_wrong_usage() {
            Error::Usage(error.into())
        } else {
            Error::Ungraded(error.into())
        }
    }
}

impl From<GradeError> for Error {
    fn from(error: GradeError) -> Self {
        match error {
            GradeError::UnknownCheck { .. } => Error::Usage(error.into()),
            GradeError::Cancelled => Error::Interrupted,
        }
    }
}

impl From<ReplayError> for Error {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Token { .. } | ReplayError::Refused { .. } => Error::Usage(error.into()),
            ReplayError::NotReplayed { .. } => Error::Ungraded(error.into()),
            ReplayError::Cancelled => Error::Interrupted,
        }
    }
}

impl From<VerifyError> for Error {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Cancelled => Error::Interrupted,
            VerifyError::Discover { .. } | VerifyError::Read { .. } | VerifyError::Headers { .. } => {
                Error::Ungraded(error.into())
            }
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error::Output(error)
    }
}
