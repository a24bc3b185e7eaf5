//! The order in which the lines begin.

use harness::Segment;

use crate::line::{Line, lines};

/// Whether the lines begin in the order of their numbers.
pub(crate) fn is_ascending(stdout: &[Segment]) -> bool {
    lines(stdout).iter().map(Line::number).is_sorted()
}
