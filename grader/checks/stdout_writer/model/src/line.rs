//! What each thread wrote to standard output: which bytes, where among those of the others, and when.
//!
//! A line is judged byte by byte, so that it makes no difference in how many calls a thread writes it.

use std::time::Duration;

use harness::{Finding, Segment, Violation};

/// All that one thread wrote, which should be one line; never empty.
pub(crate) struct Line {
    pub(crate) thread: usize,
    /// What a reader calls the thread.
    author: String,
    pub(crate) bytes: Vec<Byte>,
}

/// One byte of a line.
pub(crate) struct Byte {
    pub(crate) value: u8,
    /// The index among all bytes of standard output.
    pub(crate) position: usize,
    /// Which of the writes to standard output brought it: bytes of one write came out together.
    pub(crate) write: usize,
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

/// The lines of `stdout`, in the order in which their threads began to write.
pub(crate) fn lines(stdout: &[Segment]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let bytes = stdout
        .iter()
        .enumerate()
        .flat_map(|(write, segment)| segment.bytes.iter().map(move |&value| (write, segment, value)));
    for (position, (write, segment, value)) in bytes.enumerate() {
        let byte = Byte {
            value,
            position,
            write,
            time: segment.time,
        };
        match lines.iter_mut().find(|line| line.thread == segment.thread) {
            Some(line) => line.bytes.push(byte),
            None => lines.push(Line {
                thread: segment.thread,
                author: author(segment),
                bytes: vec![byte],
            }),
        }
    }
    lines
}

/// The lines of `stdout`, or a violation unless they come from exactly `n_threads` threads.
///
/// Every property starts here, so that none holds just because nothing, or nothing of its kind, was written. The
/// calling thread may be one of them.
pub(crate) fn lines_of(stdout: &[Segment], n_threads: usize) -> Result<Vec<Line>, Violation> {
    let lines = lines(stdout);
    if lines.len() == n_threads {
        Ok(lines)
    } else {
        Err(other_lines(stdout, n_threads))
    }
}

/// The violation of `stdout` in which not each of `n_threads` threads wrote its own line: who wrote what instead.
#[track_caller]
pub(crate) fn other_lines(stdout: &[Segment], n_threads: usize) -> Violation {
    let mut missing: Vec<usize> = (1..=n_threads).collect();
    let mut got = Vec::new();
    let lines = lines(stdout);
    for line in &lines {
        let found = missing.iter().position(|number| line.number() == Some(*number));
        match found {
            Some(index) => drop(missing.remove(index)),
            None => got.push(format!("{} wrote {:?}", line.author, line.text())),
        }
    }
    shorten(&mut got);
    if lines.is_empty() {
        got.push("nothing was written".to_owned());
    } else if !missing.is_empty() {
        let mut missing: Vec<String> = missing.iter().map(|number| format!("Thread-{number}")).collect();
        shorten(&mut missing);
        got.push(format!("no thread wrote exactly the line of {}", missing.join(", ")));
    }
    // All lines are there, so some thread wrote more than its own.
    let finding = if lines.len() < n_threads && text(stdout).lines().count() >= n_threads {
        Finding::NotConcurrent
    } else {
        Finding::WrongOutput
    };
    Violation::new(finding, expectation(n_threads)).got(got.join("; "))
}

/// Keeps the first of many parts of a message, and says how many more there are.
fn shorten(parts: &mut Vec<String>) {
    const MOST: usize = 12;
    let more = parts.len().saturating_sub(MOST);
    if more > 0 {
        parts.truncate(MOST);
        parts.push(format!("and {more} more"));
    }
}

/// All of `stdout` as text.
pub(crate) fn text(stdout: &[Segment]) -> String {
    let bytes: Vec<u8> = stdout
        .iter()
        .flat_map(|segment| segment.bytes.iter().copied())
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn expectation(n_threads: usize) -> String {
    match n_threads {
        0 => "expected nothing to be written".to_owned(),
        1 => format!("expected a thread to write {:?}", whole(1)),
        _ => format!(
            "expected {n_threads} threads to write a line each, {:?} to {:?}",
            whole(1),
            whole(n_threads)
        ),
    }
}

/// The line of thread `number`, both parts.
fn whole(number: usize) -> String {
    first_part(number) + "..done\n"
}

fn author(segment: &Segment) -> String {
    match (&segment.thread_name, segment.thread) {
        (_, 0) => "the calling thread".to_owned(),
        (Some(name), _) => format!("thread `{name}`"),
        (None, id) => format!("thread {id}"),
    }
}
