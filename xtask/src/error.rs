//! Why a command has no outcome, and whose doing that is.

use std::error::Error as StdError;
use std::io;

use grader::class::{ClassError, EntriesError};
use grader::discover::DiscoverError;
use grader::grade::{GradeError, PlayError, ReplayError};
use grader::help::Help;
use grader::libraries::LibrariesError;
use grader::mutate::MutateError;
use grader::verify::VerifyError;

use crate::exit_code::ExitCode;

type Cause = Box<dyn Help + Send + Sync>;

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
    /// An error of the grader that `sentence` describes.
    pub(crate) fn failed(sentence: impl Into<String>) -> Self {
        Error::Ungraded(Box::new(Message(sentence.into())))
    }

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
        let error: &dyn Help = match self {
            Error::Usage(cause) | Error::Ungraded(cause) => cause.as_ref(),
            Error::Output(error) => error,
            Error::Interrupted => {
                return Words {
                    sentences: vec!["interrupted".to_owned()],
                    help: Vec::new(),
                };
            }
        };
        let help = error.help().unwrap_or_default();
        let mut sentences = Vec::new();
        let mut next: Option<&dyn StdError> = Some(error);
        while let Some(error) = next {
            sentences.extend(error.to_string().lines().map(str::to_owned));
            next = error.source();
        }
        Words {
            sentences,
            help: help.lines().map(str::to_owned).collect(),
        }
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
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Message(String);

impl Help for Message {}

impl From<DiscoverError> for Error {
    fn from(error: DiscoverError) -> Self {
        if error.is_wrong_usage() {
            Error::Usage(Box::new(error))
        } else {
            Error::Ungraded(Box::new(error))
        }
    }
}

impl From<GradeError> for Error {
    fn from(error: GradeError) -> Self {
        match error {
            GradeError::UnknownCheck { .. } => Error::Usage(Box::new(error)),
            GradeError::Cancelled => Error::Interrupted,
        }
    }
}

impl From<LibrariesError> for Error {
    fn from(error: LibrariesError) -> Self {
        match error {
            LibrariesError::Cancelled => Error::Interrupted,
            LibrariesError::Start { .. } | LibrariesError::Failed { .. } | LibrariesError::Missing { .. } => {
                Error::Ungraded(Box::new(error))
            }
        }
    }
}

impl From<ReplayError> for Error {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Token { .. } | ReplayError::Refused { .. } => Error::Usage(Box::new(error)),
            ReplayError::NotReplayed { .. } => Error::Ungraded(Box::new(error)),
            ReplayError::Cancelled => Error::Interrupted,
        }
    }
}

impl From<PlayError> for Error {
    fn from(error: PlayError) -> Self {
        match error {
            PlayError::UnknownCheck { .. } | PlayError::NoCheck { .. } | PlayError::UnknownScenario { .. } => {
                Error::Usage(Box::new(error))
            }
            PlayError::Refused { .. } | PlayError::NotPlayed { .. } => Error::Ungraded(Box::new(error)),
            PlayError::Cancelled => Error::Interrupted,
        }
    }
}

impl From<VerifyError> for Error {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Cancelled => Error::Interrupted,
            VerifyError::Discover { .. }
            | VerifyError::Read { .. }
            | VerifyError::Problems { .. }
            | VerifyError::Write { .. }
            | VerifyError::Survivors { .. } => Error::Ungraded(Box::new(error)),
        }
    }
}

impl From<MutateError> for Error {
    fn from(error: MutateError) -> Self {
        match error {
            MutateError::Cancelled => Error::Interrupted,
            MutateError::NoneNamed { .. } => Error::Usage(Box::new(error)),
            MutateError::Read { .. }
            | MutateError::Syntax { .. }
            | MutateError::List { .. }
            | MutateError::Libraries(_)
            | MutateError::Write { .. } => Error::Ungraded(Box::new(error)),
        }
    }
}

impl From<ClassError> for Error {
    fn from(error: ClassError) -> Self {
        match error {
            ClassError::Cancelled => Error::Interrupted,
            ClassError::Read { .. } | ClassError::Keep { .. } => Error::Ungraded(Box::new(error)),
        }
    }
}

impl From<EntriesError> for Error {
    fn from(error: EntriesError) -> Self {
        Error::Usage(Box::new(error))
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error::Output(error)
    }
}
