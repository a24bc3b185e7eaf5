//! What is written: the line of every thread, and each part of it in one piece.

use harness::{Finding, Segment, Violation};

use crate::line::{Byte, first_part, lines_of, other_lines, text};

/// Holds if `n_threads` threads wrote `Thread-1 writing....done` to `Thread-n writing....done`, each one of them.
///
/// Which bytes of other threads stand in between is not judged here.
pub(crate) fn every_line_is_written(stdout: &[Segment], n_threads: usize) -> Result<(), Violation> {
    let mut numbers: Vec<Option<usize>> = lines_of(stdout, n_threads)?.iter().map(|line| line.number()).collect();
    numbers.sort_unstable();
    if numbers.into_iter().eq((1..=n_threads).map(Some)) {
        Ok(())
    } else {
        Err(other_lines(stdout, n_threads))
    }
}

/// Holds if no other thread's bytes stand inside one of the two parts of a line.
///
/// A line with another text is a violation as well: it has no such parts.
pub(crate) fn every_part_is_whole(stdout: &[Segment], n_threads: usize) -> Result<(), Violation> {
    for line in lines_of(stdout, n_threads)? {
        let Some(number) = line.number() else {
            return Err(other_lines(stdout, n_threads));
        };
        let (first, second) = line.bytes.split_at(first_part(number).len());
        let is_torn = |part: &[Byte]| !part.windows(2).all(follow_each_other);
        if is_torn(first) || is_torn(second) {
            let expected = format!("expected both parts of the line of Thread-{number} to come out whole");
            return Err(Violation::new(Finding::Race, expected).got(format!("got {:?}", text(stdout))));
        }
    }
    Ok(())
}

fn follow_each_other(pair: &[Byte]) -> bool {
    pair[0].position + 1 == pair[1].position
}
