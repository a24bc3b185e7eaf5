//! What the sink of a journal got, and when.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use daemon_threads::Journal;
use harness::waiting::is_on_time;

/// What a journal says when nothing was logged for a while.
pub(crate) const TICK: &str = "tick";

/// A line, and when the sink got it, counted from the start of the journal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Note {
    pub(crate) line: String,
    pub(crate) at: Duration,
}

/// What the sink got so far.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<Note>>>);

impl Notes {
    /// Starts a journal whose sink takes so long for each line, and no time for a tick. A line is noted when that time
    /// has passed.
    pub(crate) fn start(&self, takes: Duration, tick: Duration) -> Journal {
        let notes = self.clone();
        let start = Instant::now();
        Journal::start(
            move |line| {
                if line != TICK && !takes.is_zero() {
                    thread::sleep(takes);
                }
                let at = start.elapsed();
                let line = line.to_owned();
                notes.0.lock().unwrap().push(Note { line, at });
            },
            tick,
        )
    }

    /// What the sink got so far.
    pub(crate) fn so_far(&self) -> Vec<Note> {
        self.0.lock().unwrap().clone()
    }

    /// The lines that the sink got so far, ticks included.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.so_far().into_iter().map(|note| note.line).collect()
    }
}

/// Whether the sink got these lines at these times.
pub(crate) fn are(notes: &[Note], expected: &[(&str, Duration)]) -> bool {
    let is_expected = |(note, (line, at)): (&Note, &(&str, Duration))| note.line == *line && is_on_time(note.at, *at);
    notes.len() == expected.len() && notes.iter().zip(expected).all(is_expected)
}

/// Lines and times in words.
pub(crate) fn in_words(notes: impl IntoIterator<Item = (String, Duration)>) -> String {
    let notes = notes
        .into_iter()
        .map(|(line, at)| format!("{line:?} after {:?}", Duration::from_micros(at.as_micros() as u64)));
    let notes: Vec<String> = notes.collect();
    if notes.is_empty() {
        "nothing".to_owned()
    } else {
        notes.join(", ")
    }
}
