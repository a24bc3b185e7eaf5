//! What ran, and when.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use harness::waiting::{in_words, is_on_time};
use harness::{Finding, Violation};
use scheduler::Scheduler;

/// An event that ran.
#[derive(Clone, Copy)]
pub(crate) struct Ran {
    event: usize,
    at: Duration,
}

/// The events that ran, in the order in which they began.
pub(crate) struct Log {
    start: Instant,
    ran: Mutex<Vec<Ran>>,
}

impl Log {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            ran: Mutex::default(),
        })
    }

    /// The moment that is so long after the beginning.
    pub(crate) fn at(&self, time: Duration) -> Instant {
        self.start + time
    }

    /// Writes down that `event` happens now.
    pub(crate) fn note(&self, event: usize) {
        let at = self.start.elapsed();
        self.ran
            .lock()
            .expect("nothing panics with the lock held")
            .push(Ran { event, at });
    }

    /// An event that only writes itself down.
    pub(crate) fn event(self: &Arc<Self>, event: usize) -> impl FnOnce(&Scheduler) + Send + 'static {
        let log = Arc::clone(self);
        move |_| log.note(event)
    }

    /// All that was written down.
    pub(crate) fn ran(&self) -> Vec<Ran> {
        self.ran.lock().expect("nothing panics with the lock held").clone()
    }
}

/// Which events ran, in their order.
pub(crate) fn numbers(ran: &[Ran]) -> Vec<usize> {
    ran.iter().map(|ran| ran.event).collect()
}

/// Holds if these events ran, each at its time.
pub(crate) fn ran_on_time(ran: &[Ran], expected: &[(usize, Duration)]) -> Result<(), Violation> {
    let due: Vec<usize> = expected.iter().map(|(event, _)| *event).collect();
    ran_in_order(ran, &due)?;
    for (ran, (event, due)) in ran.iter().zip(expected) {
        if !is_on_time(ran.at, *due) {
            let expected = format!("expected {} after {}", name(*event), in_words(*due));
            let got = format!("it came after {}", in_words(ran.at));
            return Err(Violation::new(Finding::WrongResult, expected).got(got));
        }
    }
    Ok(())
}

/// Holds if exactly these events ran, in this order.
pub(crate) fn ran_in_order(ran: &[Ran], expected: &[usize]) -> Result<(), Violation> {
    let ran = numbers(ran);
    if ran == expected {
        return Ok(());
    }
    let [ran, expected] = [&ran[..], expected].map(in_a_row);
    let violation = Violation::new(Finding::WrongResult, format!("expected {expected}"));
    Err(violation.got(format!("it was {ran}")))
}

/// Stands in a log for the return of `run`.
pub(crate) const RETURN: usize = usize::MAX;

/// Stands in a log for something that the check did in the meantime.
pub(crate) const MEANWHILE: usize = usize::MAX - 1;

fn name(event: usize) -> String {
    match event {
        RETURN => "the return of run".to_owned(),
        MEANWHILE => "what the check does meanwhile".to_owned(),
        event => format!("event {event}"),
    }
}

fn in_a_row(events: &[usize]) -> String {
    if events.is_empty() {
        return "nothing to run".to_owned();
    }
    let names: Vec<String> = events.iter().map(|event| name(*event)).collect();
    names.join(", ")
}
