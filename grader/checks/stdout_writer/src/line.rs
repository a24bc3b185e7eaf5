//! What each thread wrote to standard output: which bytes, where among those of the others, and when.
//!
//! A line is judged byte by byte, so that it makes no difference in how many calls a thread writes it.

use std::time::Duration;

use driver::{Fault, Finding, Segment};

/// All that one thread wrote, which should be one line; never empty.
pub(crate) struct Line {
    pub(crate) thread: usize,
    pub(crate) bytes: Vec<Byte>,
}

/// One byte of a line.
pub(crate) struct Byte {
    pub(crate) value: u8,
    /// The index among all bytes of standard output.
    pub(crate) position: usize,
    /// The virtual time at which it was written.
    pub(crate) time: Duration,
}

impl Line {
    /// What stands between the first and the last byte of this line, itself included, as positions in standard output.
    pub(crate) fn span(&self) -> std::ops::RangeInclusive<usize> {
        let position = |byte: Option<&Byte>| byte.expect("a line is never empty").position;
        position(self.bytes.first())..=position(self.bytes.last())
    }

    /// The text of the line.
    pub(crate) fn text(&self) -> String {
        let bytes: Vec<u8> = self.bytes.iter().map(|byte| byte.value).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The number of the thread whose line this is, if it is exactly as the statement has it.
    pub(crate) fn number(&self) -> Option<usize> {
        let text = self.text();
        let number = text
            .strip_prefix("Thread-")?
            .strip_suffix(" writing....done\n")?
            .parse()
            .ok()?;
        (text == whole(number)).then_some(number)
    }
}

/// The first of the two parts that thread `number` has to write.
pub(crate) fn first_part(number: usize) -> String {
    format!("Thread-{number} writing..")
}

/// The line of thread `number`, both parts.
pub(crate) fn whole(number: usize) -> String {
    first_part(number) + "..done\n"
}

/// The lines of `stdout`, in the order in which their threads began to write.
pub(crate) fn lines(stdout: &[Segment]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let bytes = stdout
        .iter()
        .flat_map(|segment| segment.bytes.iter().map(move |&value| (segment, value)));
    for (position, (segment, value)) in bytes.enumerate() {
        let byte = Byte {
            value,
            position,
            time: segment.time,
        };
        match lines.iter_mut().find(|line| line.thread == segment.thread) {
            Some(line) => line.bytes.push(byte),
            None => lines.push(Line {
                thread: segment.thread,
                bytes: vec![byte],
            }),
        }
    }
    lines
}

/// The lines of `stdout`, or a fault unless they come from exactly `n_threads` threads.
///
/// Every property starts here, so that none holds just because nothing, or nothing of its kind, was written.
pub(crate) fn lines_of(stdout: &[Segment], n_threads: usize) -> Result<Vec<Line>, Fault> {
    let lines = lines(stdout);
    if lines.len() == n_threads {
        return Ok(lines);
    }
    let text = text(stdout);
    // All lines are there, so some thread wrote more than its own.
    let finding = if lines.len() < n_threads && text.lines().count() >= n_threads {
        Finding::NotConcurrent
    } else {
        Finding::WrongOutput
    };
    let expected = format!("expected {} to write a line each", threads(n_threads));
    Err(Fault::new(finding, expected).got(format!("got {} that wrote {text:?}", threads(lines.len()))))
}

/// All of `stdout` as text.
pub(crate) fn text(stdout: &[Segment]) -> String {
    let bytes: Vec<u8> = stdout
        .iter()
        .flat_map(|segment| segment.bytes.iter().copied())
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn threads(count: usize) -> String {
    if count == 1 {
        "1 thread".to_owned()
    } else {
        format!("{count} threads")
    }
}
