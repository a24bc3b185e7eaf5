//! Many submissions, graded side by side. The libraries of each exercise are found once.

use std::collections::BTreeMap;
use std::num::NonZero;

use protocol::verdict::Report;

use super::{AfterFailure, GradeError, Grading, Options, find_libraries, grade_with};
use crate::discover::{Submission, Workspace};
use crate::event::Event;
use crate::exercise::Exercise;
use crate::libraries::{Libraries, LibrariesError};

/// What the submissions are graded with.
pub(crate) struct Batch<'a> {
    workspace: &'a Workspace,
    options: Options,
    libraries: BTreeMap<&'a str, Result<Libraries, LibrariesError>>,
    events: &'a (dyn Fn(Event) + Sync),
}

/// Somebody asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cancelled;

impl<'a> Batch<'a> {
    /// For submissions to `exercises`, of which some may be named more than once.
    pub(crate) fn new(
        workspace: &'a Workspace,
        exercises: impl IntoIterator<Item = &'a Exercise>,
        options: &Options,
        events: &'a (dyn Fn(Event) + Sync),
    ) -> Self {
        let mut libraries = BTreeMap::new();
        for exercise in exercises {
            libraries
                .entry(exercise.name.as_str())
                .or_insert_with(|| find_libraries(workspace, exercise, options, events));
        }
        Self {
            workspace,
            libraries,
            // The submissions are graded side by side, so the checks of each run one after the other.
            options: Options {
                check: None,
                after_failure: AfterFailure::RunAll,
                workers: NonZero::<usize>::MIN,
                ..options.clone()
            },
            events,
        }
    }

    /// The libraries of one of the exercises.
    pub(crate) fn libraries(&self, exercise: &Exercise) -> &Result<Libraries, LibrariesError> {
        &self.libraries[exercise.name.as_str()]
    }

    /// Grades a submission to one of the exercises.
    pub(crate) fn grade(&self, exercise: &Exercise, submission: &Submission) -> Result<Report, Cancelled> {
        let grading = Grading {
            workspace: self.workspace,
            exercise,
            submission,
            options: &self.options,
            events: self.events,
        };
        grade_with(&grading, self.libraries(exercise)).map_err(|error| match error {
            GradeError::Cancelled => Cancelled,
            GradeError::UnknownCheck { .. } => unreachable!("no check was asked for"),
        })
    }
}
