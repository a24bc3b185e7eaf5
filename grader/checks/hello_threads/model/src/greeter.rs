//! A greeter prints its lines in a thread of its own, one second apart.

use std::ops::Range;
use std::time::{Duration, Instant};

use harness::{Execution, Finding, Model, Segment, Violation};
use hello_threads::Greeter;

use crate::heard::{SECOND, is_on_time};

/// What is seen of greeters apart from what they print.
struct Seen {
    /// How long all calls of `start` took together.
    starting: Duration,
    /// The names of the threads, as their handles have them.
    names: Vec<Option<String>>,
    /// What the threads returned.
    returned: Vec<usize>,
}

/// Starts a greeter for each of `greeters`, a name and a number of times, and joins all of them.
fn greet(greeters: &[(&str, usize)]) -> Seen {
    let greeters: Vec<Greeter> = greeters
        .iter()
        .map(|(name, times)| Greeter::new(name, *times))
        .collect();
    let start = Instant::now();
    let threads: Vec<_> = greeters.into_iter().map(Greeter::start).collect();
    let starting = start.elapsed();
    let names = threads.iter().map(|thread| thread.thread().name().map(str::to_owned));
    let names = names.collect();
    // A panic has its own finding.
    let returned = threads.into_iter().map(|thread| {
        thread
            .join()
            .unwrap_or_else(|payload| std::panic::resume_unwind(payload))
    });
    Seen {
        starting,
        names,
        returned: returned.collect(),
    }
}

pub(crate) fn greeter_says_hello_in_its_own_thread(model: &mut Model) {
    for greeters in [
        &[("ada", 2)][..],
        &[("grace", 1), ("edsger", 3)],
        &[("ada", 2), ("ada", 2)],
        &[("ada", 0)],
    ] {
        let label: Vec<String> = greeters.iter().map(in_words).collect();
        model.every(
            label.join(" and "),
            || greet(greeters),
            |execution| is_right(execution, greeters),
        );
    }
    model.spurious_wakeups(1);
    let greeters = &[("ada", 2)];
    model.every(
        "ada 2 times, a wake-up in vain",
        || greet(greeters),
        |execution| is_right(execution, greeters),
    );
    model.spurious_wakeups(0);
    model.every(
        "a greeter that is never started",
        || {
            let _ = Greeter::new("ada", 2);
        },
        |execution| {
            if execution.threads.len() == 1 && execution.stdout.is_empty() {
                return Ok(());
            }
            let violation = Violation::new(Finding::WrongResult, "expected nothing to run before `start`");
            Err(violation.got("`new` started it"))
        },
    );
    model.some(
        "ada once and grace once",
        || greet(&[("ada", 1), ("grace", 1)]),
        "grace says hello before ada",
        |execution| execution.text().starts_with(b"hello from grace\n"),
    );
    // More lines than 16 bits count.
    model.preemptions(0);
    model.executions(1);
    model.random(0);
    model.steps(2_000_000);
    const MANY: &[(&str, usize)] = &[("ada", 70_000)];
    model.every("ada 70000 times", || greet(MANY), |execution| is_right(execution, MANY));
}

fn in_words((name, times): &(&str, usize)) -> String {
    format!("{name} {times} times")
}

fn is_right(execution: &Execution<Seen>, greeters: &[(&str, usize)]) -> Result<(), Violation> {
    let authors = authors(&execution.stdout);
    if let Some(author) = authors.iter().find(|author| author.thread == 0) {
        let violation = Violation::new(
            Finding::NotConcurrent,
            "expected the thread that `start` makes to print the lines",
        );
        return Err(violation.got(format!("the calling thread printed {:?}", first_line(&author.text))));
    }
    let seen = &execution.value;
    if !is_on_time(seen.starting, Duration::ZERO) {
        let violation = Violation::new(Finding::NotConcurrent, "expected `start` to return at once");
        return Err(violation.got(format!("it took {:?}", seen.starting)));
    }
    for ((name, times), (handle, returned)) in greeters.iter().zip(seen.names.iter().zip(&seen.returned)) {
        if handle.as_deref() != Some(*name) {
            let violation = Violation::new(
                Finding::WrongResult,
                format!("expected a thread with the name `{name}`"),
            );
            return Err(violation.got(match handle {
                Some(other) => format!("its name was `{other}`"),
                None => "it had no name".to_owned(),
            }));
        }
        if returned != times {
            let violation = Violation::new(
                Finding::WrongResult,
                format!("expected the thread of `{name}` to return {times}"),
            );
            return Err(violation.got(format!("it returned {returned}")));
        }
    }
    lines_are_right(&authors, greeters, execution)
}

/// Holds if each greeter that has lines printed them in one thread of that name.
fn lines_are_right(
    authors: &[Author],
    greeters: &[(&str, usize)],
    execution: &Execution<Seen>,
) -> Result<(), Violation> {
    let mut left: Vec<&Author> = authors.iter().collect();
    for (name, times) in greeters.iter().filter(|(_, times)| *times > 0) {
        let line = format!("hello from {name}\n");
        let own = left
            .iter()
            .position(|author| author.name.as_deref() == Some(*name) && author.text == line.repeat(*times));
        let Some(own) = own else {
            let violation = Violation::new(
                Finding::WrongOutput,
                format!("expected a thread `{name}` to print {line:?} {times} times"),
            );
            return Err(violation.got(format!("the output was {}", shortened(&execution.text()))));
        };
        let own = left.remove(own);
        for (number, range) in own.lines(line.len()).enumerate() {
            if range.len() != line.len() {
                let violation = Violation::new(Finding::Race, "expected each line to come out whole");
                return Err(violation.got(format!("the output was {}", shortened(&execution.text()))));
            }
            let (at, due) = (own.times[number * line.len()], SECOND * number as u32);
            if !is_on_time(at, due) {
                let violation = Violation::new(
                    Finding::WrongResult,
                    format!("expected line {} of `{name}` after {due:?}", number + 1),
                );
                return Err(violation.got(format!("it came after {at:?}")));
            }
        }
    }
    match left.first() {
        None => Ok(()),
        Some(other) => {
            let violation = Violation::new(Finding::WrongOutput, "expected no other lines");
            Err(violation.got(format!("there was {:?}", first_line(&other.text))))
        }
    }
}

/// All that one thread printed.
struct Author {
    thread: usize,
    name: Option<String>,
    text: String,
    /// Where each byte stands in standard output.
    positions: Vec<usize>,
    /// When each byte was printed.
    times: Vec<Duration>,
}

impl Author {
    /// The stretches of standard output that its lines take up, `length` bytes each.
    fn lines(&self, length: usize) -> impl Iterator<Item = Range<usize>> {
        self.positions
            .chunks(length)
            .map(|line| line[0]..line[line.len() - 1] + 1)
    }
}

fn authors(stdout: &[Segment]) -> Vec<Author> {
    let mut authors: Vec<Author> = Vec::new();
    let mut position = 0;
    for segment in stdout {
        let known = authors.iter().position(|author| author.thread == segment.thread);
        let index = known.unwrap_or_else(|| {
            authors.push(Author {
                thread: segment.thread,
                name: segment.thread_name.clone(),
                text: String::new(),
                positions: Vec::new(),
                times: Vec::new(),
            });
            authors.len() - 1
        });
        let author = &mut authors[index];
        author.text += &String::from_utf8_lossy(&segment.bytes);
        for _ in &segment.bytes {
            author.positions.push(position);
            author.times.push(segment.time);
            position += 1;
        }
    }
    authors
}

fn first_line(text: &str) -> &str {
    text.split_inclusive('\n').next().unwrap_or_default()
}

/// The beginning of the output, as a string of Rust.
fn shortened(output: &[u8]) -> String {
    const MOST: usize = 200;
    let text = String::from_utf8_lossy(output);
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?} and more", &text[..end]),
        None => format!("{text:?}"),
    }
}
