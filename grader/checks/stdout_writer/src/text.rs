//! What is written: the line of every thread, and each part of it in one piece.

use driver::{Fault, Finding, Segment};

use crate::line::{Byte, Line, first_part, lines_of, text, whole};

/// Holds if `n_threads` threads wrote `Thread-1 writing....done` to `Thread-n writing....done`, each one of them.
///
/// Which bytes of other threads stand in between is not judged here.
pub(crate) fn every_line_is_written(stdout: &[Segment], n_threads: usize) -> Result<(), Fault> {
    let mut texts: Vec<String> = lines_of(stdout, n_threads)?.iter().map(Line::text).collect();
    let mut expected: Vec<String> = (1..=n_threads).map(whole).collect();
    texts.sort_unstable();
    expected.sort_unstable();
    if texts == expected {
        return Ok(());
    }
    let expected = format!("expected the threads to write {}", quoted(&expected));
    Err(Fault::new(Finding::WrongOutput, expected).got(format!("got {}", quoted(&texts))))
}

/// Holds if no other thread's bytes stand inside one of the two parts of a line.
///
/// A line with another text is a fault as well: it has no such parts.
pub(crate) fn every_part_is_whole(stdout: &[Segment], n_threads: usize) -> Result<(), Fault> {
    for line in lines_of(stdout, n_threads)? {
        let Some(number) = line.number() else {
            return every_line_is_written(stdout, n_threads);
        };
        let (first, second) = line.bytes.split_at(first_part(number).len());
        let is_torn = |part: &[Byte]| !part.windows(2).all(follow_each_other);
        if is_torn(first) || is_torn(second) {
            let expected = format!("expected both parts of the line of Thread-{number} to come out whole");
            return Err(Fault::new(Finding::Race, expected).got(format!("got {:?}", text(stdout))));
        }
    }
    Ok(())
}

fn follow_each_other(pair: &[Byte]) -> bool {
    pair[0].position + 1 == pair[1].position
}

fn quoted(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
    quoted.join(", ")
}
