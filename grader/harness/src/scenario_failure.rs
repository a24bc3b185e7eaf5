//! How a scenario failed: in one execution, or in all of them together.

use std::mem;

use model_std::model;
use protocol::signature::{EndSignature, FailureSignature};
use protocol::trace::{End, Place};
use protocol::{FailureCause, Finding};

use crate::check::Violation;
use crate::execution::AnyExecution;

/// How a scenario failed: in one execution, or in all of them together.
///
/// Two failures are equal only if everything is equal, including values and thread numbers. Use
/// [`is_like`](Self::is_like) to ask whether they show the same mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScenarioFailure {
    pub(crate) finding: Finding,
    pub(crate) cause: FailureCause,
    pub(crate) signature: FailureSignature,
    /// How the execution ended.
    end: End,
}

impl ScenarioFailure {
    /// A failure of all executions together, or of two that should be the same.
    pub(crate) fn of_several(finding: Finding, cause: FailureCause, signature: FailureSignature) -> Self {
        Self {
            finding,
            cause,
            signature,
            end: End::Finished,
        }
    }

    /// Whether it shows the same mistake as `other`.
    pub(crate) fn is_like(&self, other: &ScenarioFailure) -> bool {
        self.signature == other.signature
    }
}

impl From<Violation> for ScenarioFailure {
    fn from(violation: Violation) -> Self {
        let Violation {
            finding,
            expected,
            got,
            made_at,
        } = violation;
        let place = Place {
            file: made_at.file().to_owned(),
            line: made_at.line(),
            column: made_at.column(),
        };
        Self {
            finding,
            cause: FailureCause::Property { expected, got },
            signature: FailureSignature::Property { finding, place },
            end: End::Finished,
        }
    }
}

/// The execution, if its body returned a value and nothing went wrong; else how it failed.
pub(crate) fn finished(
    execution: model::Execution<Box<dyn AnyExecution>>,
) -> Result<Box<dyn AnyExecution>, Box<ScenarioFailure>> {
    let model::Execution {
        value,
        mut trace,
        preemptions,
        most_alive,
    } = execution;
    match (trace.end.finding(), EndSignature::of(&trace)) {
        (Some(finding), Some(signature)) => {
            // They lead to the caller of the explorer, which differs between a search and a replay.
            trace.end.clear_backtraces();
            Err(Box::new(ScenarioFailure {
                finding,
                cause: FailureCause::Ending,
                signature: FailureSignature::Ending(signature),
                end: mem::replace(&mut trace.end, End::Finished),
            }))
        }
        _ => {
            let value = value.and_then(Result::ok);
            let mut execution = value.expect("the body of an execution without a failure has returned");
            execution.complete(&mut trace, preemptions, most_alive);
            Ok(execution)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(finding: Finding, got: &str) -> ScenarioFailure {
        Violation::new(finding, "expected 2 lines").got(got).into()
    }

    #[test]
    fn words_and_numbers_make_no_difference_to_a_property_but_its_finding_and_its_place_do() {
        let [one, other] = ["1 line", "\"one\" twice"].map(|got| property(Finding::Race, got));
        assert_ne!(one, other);
        assert!(one.is_like(&other));
        assert!(!one.is_like(&property(Finding::WrongOutput, "1 line")));
        let elsewhere = ScenarioFailure::from(Violation::new(Finding::Race, "expected 2 lines").got("1 line"));
        assert!(!one.is_like(&elsewhere));
    }
}
