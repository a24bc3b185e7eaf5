//! What was printed, as copies of texts: which text, by which thread, in which order.
//!
//! Newlines and spaces are left out: whether one follows a copy is up to the submission.

use harness::{Execution, Finding, Segment, Violation};

/// One copy of a text.
#[derive(Clone, Copy)]
pub(crate) struct Copy {
    /// The place of the text among the given ones.
    pub(crate) text: usize,
    thread: usize,
}

/// The copies in the order in which they came out, if nothing else was printed and each of them is whole.
pub(crate) fn copies<T>(execution: &Execution<T>, texts: &[String]) -> Result<Vec<Copy>, Violation> {
    let bytes: Vec<(usize, u8)> = execution
        .stdout
        .iter()
        .flat_map(|segment| segment.bytes.iter().map(|byte| (segment.thread, *byte)))
        .filter(|(_, byte)| !byte.is_ascii_whitespace())
        .collect();
    let mut rest = &bytes[..];
    let mut copies = Vec::new();
    while let Some((thread, _)) = rest.first() {
        let is_next = |text: &&String| {
            let next = rest.iter().take(text.len()).copied();
            next.eq(text.bytes().map(|byte| (*thread, byte)))
        };
        let Some(text) = texts.iter().position(|text| is_next(&text)) else {
            let violation = Violation::new(
                found_as(execution),
                "expected whole copies of the texts and nothing else",
            );
            return Err(violation.got(shown(&execution.stdout)));
        };
        copies.push(Copy { text, thread: *thread });
        rest = &rest[texts[text].len()..];
    }
    Ok(copies)
}

/// Holds if each text has `n` copies, all of them from a thread of its own.
pub(crate) fn are_complete<T>(
    execution: &Execution<T>,
    copies: &[Copy],
    texts: &[String],
    n: usize,
) -> Result<(), Violation> {
    let mut counts = vec![0; texts.len()];
    let mut authors = vec![None; texts.len()];
    for copy in copies {
        counts[copy.text] += 1;
        if *authors[copy.text].get_or_insert(copy.thread) != copy.thread {
            let violation = Violation::new(
                Finding::WrongOutput,
                format!("expected all copies of `{}` from one thread", texts[copy.text]),
            );
            return Err(violation.got("several threads printed it"));
        }
    }
    if let Some((text, count)) = texts.iter().zip(&counts).find(|(_, count)| **count != n) {
        let violation = Violation::new(found_as(execution), format!("expected `{text}` {n} times"));
        return Err(violation.got(format!("it was there {count} times, in {}", shown(&execution.stdout))));
    }
    let mut threads: Vec<usize> = authors.iter().flatten().copied().collect();
    let n_texts = threads.len();
    threads.sort_unstable();
    threads.dedup();
    if threads.len() < n_texts {
        let violation = Violation::new(
            Finding::NotConcurrent,
            "expected each text to be printed by a thread of its own",
        );
        return Err(violation.got(format!("{} threads printed {n_texts} texts", threads.len())));
    }
    Ok(())
}

/// Holds if the copies of each text stand together.
pub(crate) fn are_solid<T>(execution: &Execution<T>, copies: &[Copy]) -> Result<(), Violation> {
    let mut blocks: Vec<usize> = copies.iter().map(|copy| copy.text).collect();
    blocks.dedup();
    let n_blocks = blocks.len();
    blocks.sort_unstable();
    blocks.dedup();
    if blocks.len() < n_blocks {
        let violation = Violation::new(
            found_as(execution),
            "expected the copies of each text to stand together",
        );
        return Err(violation.got(shown(&execution.stdout)));
    }
    Ok(())
}

/// What goes wrong without a preemption is wrong in whatever order the threads run, unless threads wait for each other.
pub(crate) fn found_as<T>(execution: &Execution<T>) -> Finding {
    match execution.preemptions {
        0 => Finding::WrongOutput,
        _ => Finding::Race,
    }
}

/// The beginning of the output, in words.
pub(crate) fn shown(stdout: &[Segment]) -> String {
    const MOST: usize = 200;
    let output = Segment::joined(stdout);
    let text = String::from_utf8_lossy(&output);
    match text.char_indices().nth(MOST) {
        _ if text.is_empty() => "nothing was printed".to_owned(),
        Some((end, _)) => format!("the output began with {:?}", &text[..end]),
        None => format!("the output was {text:?}"),
    }
}
