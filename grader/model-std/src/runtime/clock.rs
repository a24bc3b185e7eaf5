//! The virtual clock, sleeping and yielding. The clock stands still while a thread can go on, and otherwise jumps to
//! the next deadline.
//!
//! On a real machine, a later reading of the clock shows a later time. So readings have numbers, which tell those of
//! one time apart: a thread gives its reading a higher number than those of all readings that it knows of. It knows of
//! the readings that happened before: Lamport, *Time, Clocks, and the Ordering of Events in a Distributed System*,
//! Communications of the ACM 21, 1978.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::execution::Execution;
use super::task::{Operation, Site, Task, Until};
use super::{announce, announce_wait, announce_yielding, is_active, try_with, with};
use crate::model::trace::{Op, YieldFunction};

/// A timeout from which on a wait counts as endless. No program waits longer, and the clock can still represent it.
const FOR_EVER: Duration = Duration::from_secs(1_000 * 365 * 24 * 60 * 60);

/// Blocks until the virtual time has passed.
pub(crate) fn sleep(duration: Duration, site: Site) {
    if !is_active() {
        return;
    }
    let operation = Operation::at(site);
    // Recorded when it begins, because that is where a reader looks for it, and nothing happens when it ends.
    with(|execution| {
        execution.record(None, Some(site), |_| Op::Sleep { duration });
    });
    if duration.is_zero() {
        announce_yielding(operation);
    } else {
        let deadline = with(|execution| execution.deadline_after(duration));
        announce_wait(operation, Until::Never, deadline);
    }
}

/// Lets other threads go first.
pub(crate) fn yield_now(function: YieldFunction, site: Site) {
    announce_yielding(Operation::at(site));
    try_with(|execution| execution.record(None, Some(site), |_| Op::Yield { function }));
}

/// The virtual time since the start of the execution, and the number of the reading, read as an operation of the
/// running thread.
pub(crate) fn now(site: Option<Site>) -> (Duration, u64) {
    announce(Operation { object: None, site });
    (read_clock(), next_reading())
}

/// The number of a new reading of the running thread. Outside an execution, all readings have one sequence.
pub(crate) fn next_reading() -> u64 {
    static OUTSIDE: AtomicU64 = AtomicU64::new(0);
    let number = try_with(|execution| {
        let me = execution.me();
        me.readings += 1;
        me.readings
    });
    // Relaxed: what orders two threads also orders what they do to one atomic.
    number.unwrap_or_else(|| OUTSIDE.fetch_add(1, Ordering::Relaxed) + 1)
}

/// The virtual time since the start of the execution, as the running thread sees it. Reading it is no operation.
/// Outside an execution, this is the real time since the first reading there.
pub(crate) fn read_clock() -> Duration {
    let now = try_with(|execution| {
        let now = execution.now + execution.moments;
        execution.note_value_for_repetition(now.as_nanos() as u64);
        execution.learned(now.as_secs());
        execution.learned(now.subsec_nanos().into());
        now
    });
    now.unwrap_or_else(|| {
        static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);
        FIRST.elapsed()
    })
}

impl Execution {
    /// Notes that a reading with this number happened before.
    #[inline]
    pub(super) fn learned_readings(&mut self, number: u64) {
        let me = self.me();
        if number > me.readings {
            me.readings = number;
            self.learned(number);
        }
    }

    /// Lets time pass until `deadline`.
    pub(super) fn pass_time_until(&mut self, deadline: Duration) {
        self.now = self.now.max(deadline);
        self.progress.count_change(self.steps);
        self.forget_older_values();
    }

    /// When a wait of `timeout` that begins now ends; `None` for never.
    pub(crate) fn deadline_after(&self, timeout: Duration) -> Option<Duration> {
        (timeout < FOR_EVER).then(|| self.now.saturating_add(timeout))
    }

    pub(super) fn nearest_deadline(&self) -> Option<Duration> {
        let deadlines = self.tasks.iter().filter_map(Task::deadline);
        deadlines.filter(|deadline| *deadline > self.now).min()
    }
}
