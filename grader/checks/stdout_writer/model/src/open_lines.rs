//! How many lines are open at once: begun by their threads and not ended yet.

use harness::{Finding, Segment, Violation};

use crate::line::{Line, lines, lines_of, text};

/// Holds if nothing of another thread stands between the beginning and the end of a line.
pub(crate) fn every_line_is_whole(stdout: &[Segment], n_threads: usize) -> Result<(), Violation> {
    for line in lines_of(stdout, n_threads)? {
        if line.span().count() != line.bytes.len() {
            let expected = "expected no thread to write between the two parts of another one's line";
            return Err(Violation::new(Finding::Race, expected).got(format!("got {:?}", text(stdout))));
        }
    }
    Ok(())
}

/// Holds if at no moment more than two lines are open.
pub(crate) fn at_most_two_are_open(stdout: &[Segment], n_threads: usize) -> Result<(), Violation> {
    let n_open = most_open(&lines_of(stdout, n_threads)?);
    if n_open <= 2 {
        return Ok(());
    }
    let expected = "expected at most 2 threads between their two parts at once";
    Err(Violation::new(Finding::LimitExceeded, expected).got(format!("got {n_open} in {:?}", text(stdout))))
}

/// Whether two lines are open at the same time.
pub(crate) fn two_are_open_at_once(stdout: &[Segment]) -> bool {
    most_open(&lines(stdout)) >= 2
}

/// The number of open lines grows only where a line begins, so that it is enough to count there.
fn most_open(lines: &[Line]) -> usize {
    let open_at = |position: &usize| lines.iter().filter(|line| line.span().contains(position)).count();
    lines.iter().map(|line| open_at(line.span().start())).max().unwrap_or(0)
}
