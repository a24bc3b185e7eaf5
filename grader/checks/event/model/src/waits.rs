//! A wait for an event, and how it ended.

use std::fmt;
use std::time::{Duration, Instant};

use event::Event;
use harness::waiting::{in_words, is_late, is_on_time};
use harness::{Finding, Violation};

/// How a thread waits.
#[derive(Clone, Copy)]
pub(crate) enum Call {
    Wait,
    Timeout(Duration),
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Call::Wait => f.write_str("wait"),
            Call::Timeout(Duration::MAX) => f.write_str("wait_timeout(Duration::MAX)"),
            Call::Timeout(timeout) => write!(f, "wait_timeout({})", in_words(timeout)),
        }
    }
}

/// How a wait ended.
#[derive(Clone, Copy)]
pub(crate) struct Wait {
    call: Call,
    /// Whether the thread was told that the event was set.
    pub(crate) is_set: bool,
    elapsed: Duration,
}

impl Wait {
    /// Waits for the event.
    pub(crate) fn of(event: &Event, call: Call) -> Self {
        let start = Instant::now();
        let is_set = match call {
            Call::Wait => {
                event.wait();
                true
            }
            Call::Timeout(timeout) => event.wait_timeout(timeout),
        };
        Self {
            call,
            is_set,
            elapsed: start.elapsed(),
        }
    }

    /// Requires that a `set` ended it when `due` had passed.
    #[track_caller]
    pub(crate) fn was_ended_by_set(self, due: Duration) -> Result<(), Violation> {
        if self.is_set && is_on_time(self.elapsed, due) {
            return Ok(());
        }
        let finding = match !self.is_set || is_late(self.elapsed, due) {
            true => Finding::LostWakeup,
            false => Finding::WrongResult,
        };
        let expected = match due.is_zero() {
            true => format!("expected {} to find the event set, at once", self.call),
            false => format!(
                "expected {} to end when the event was set, after {}",
                self.call,
                in_words(due)
            ),
        };
        Err(Violation::new(finding, expected).got(self.in_words()))
    }

    /// Requires that its timeout ended it.
    #[track_caller]
    pub(crate) fn gave_up(self, timeout: Duration) -> Result<(), Violation> {
        if !self.is_set && is_on_time(self.elapsed, timeout) {
            return Ok(());
        }
        let expected = format!("expected {} to give up after {}", self.call, in_words(timeout));
        Err(Violation::new(Finding::WrongResult, expected).got(self.in_words()))
    }

    fn in_words(self) -> String {
        let elapsed = in_words(self.elapsed);
        match (self.call, self.is_set) {
            (Call::Wait, _) => format!("it returned after {elapsed}"),
            (Call::Timeout(_), is_set) => format!("it returned {is_set} after {elapsed}"),
        }
    }
}
