//! What became of the function of a timer.

use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use harness::waiting::{in_words, is_on_time};
use harness::{Finding, Violation};

/// A record of runs, with the time since it was made.
#[derive(Clone)]
pub(crate) struct Record {
    start: Instant,
    runs: Arc<Mutex<Vec<Run>>>,
}

/// When and where a function ran.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    pub(crate) at: Duration,
    pub(crate) thread: ThreadId,
}

impl Record {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            runs: Arc::default(),
        }
    }

    /// A function for a timer, which notes that it runs.
    pub(crate) fn function(&self) -> impl FnOnce() + Send + Sync + 'static {
        let record = self.clone();
        move || record.note()
    }

    /// Notes that a function runs now, in this thread.
    pub(crate) fn note(&self) {
        let run = Run {
            at: self.start.elapsed(),
            thread: thread::current().id(),
        };
        self.runs.lock().expect("nothing panics while it is locked").push(run);
    }

    /// The runs so far.
    pub(crate) fn runs(&self) -> Vec<Run> {
        self.runs.lock().expect("nothing panics while it is locked").clone()
    }

    /// The times of the runs so far.
    pub(crate) fn times(&self) -> Vec<Duration> {
        self.runs().iter().map(|run| run.at).collect()
    }
}

/// Requires one run, at its time.
#[track_caller]
pub(crate) fn ran_once(times: &[Duration], due: Duration) -> Result<(), Violation> {
    match *times {
        [at] if is_on_time(at, due) => Ok(()),
        _ => {
            let expected = format!("expected the function to run once, after {}", in_words(due));
            Err(Violation::new(Finding::WrongResult, expected).got(told(times)))
        }
    }
}

/// Requires that it did not run.
#[track_caller]
pub(crate) fn never_ran(times: &[Duration]) -> Result<(), Violation> {
    if times.is_empty() {
        return Ok(());
    }
    let expected = "expected the function not to run";
    Err(Violation::new(Finding::WrongResult, expected).got(told(times)))
}

fn told(times: &[Duration]) -> String {
    match *times {
        [] => "it did not run".to_owned(),
        [at] => format!("it ran after {}", in_words(at)),
        _ => format!("it ran {} times", times.len()),
    }
}

/// Requires that a call took no time.
#[track_caller]
pub(crate) fn took_no_time(call: &str, took: Duration) -> Result<(), Violation> {
    took_so_long(call, took, Duration::ZERO)
}

/// Requires that a call returned when `due` had passed.
#[track_caller]
pub(crate) fn took_so_long(call: &str, took: Duration, due: Duration) -> Result<(), Violation> {
    if is_on_time(took, due) {
        return Ok(());
    }
    let expected = match due.is_zero() {
        true => format!("expected {call} to return at once"),
        false => format!("expected {call} to return after {}", in_words(due)),
    };
    Err(Violation::new(Finding::WrongResult, expected).got(format!("it returned after {}", in_words(took))))
}
