//! Channels into which the clock sends: `after` and `at` once, `tick` repeatedly. Also `never`, into which nothing is
//! sent.

use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model_std::shim::trace::{ChannelOutcome, ObjectKind, Op, ReceiveFunction, TimerKind};
use model_std::shim::{self, Object, Operation, Shared, Site, When};
use model_std::time::Instant;

use crate::receiver::Receiver;
use crate::selecting::{Refusal, WaitLimit};

/// As [`crossbeam_channel::after`], on the virtual clock.
#[track_caller]
#[must_use]
pub fn after(duration: Duration) -> Receiver<Instant> {
    match shim::instant(shim::now()).checked_add(duration) {
        Some(delivery) => open(TimerKind::After, delivery, None, Location::caller()),
        None => never(),
    }
}

/// As [`crossbeam_channel::at`], on the virtual clock.
#[track_caller]
#[must_use]
pub fn at(when: Instant) -> Receiver<Instant> {
    open(TimerKind::At, when, None, Location::caller())
}

/// As [`crossbeam_channel::tick`], on the virtual clock.
#[track_caller]
#[must_use]
pub fn tick(duration: Duration) -> Receiver<Instant> {
    match shim::instant(shim::now()).checked_add(duration) {
        Some(delivery) => open(TimerKind::Tick, delivery, Some(duration), Location::caller()),
        None => never(),
    }
}

/// As [`crossbeam_channel::never`].
#[must_use]
pub const fn never<T>() -> Receiver<T> {
    Receiver::of_never()
}

fn open(kind: TimerKind, delivery: Instant, period: Option<Duration>, site: Site) -> Receiver<Instant> {
    let timer = Timer {
        object: Object::new(ObjectKind::Timer(kind), site),
        period,
        delivery: Mutex::new(Some(delivery)),
    };
    timer.object.prepared();
    Receiver::of_timer(Shared::new(timer), |instant| instant)
}

/// A channel into which the clock sends.
pub(crate) struct Timer {
    pub(crate) object: Object,
    /// For `tick`, the time between two messages.
    period: Option<Duration>,
    /// When the next message arrives; `None` if there will be none. The mutex makes it `Sync`.
    delivery: Mutex<Option<Instant>>,
}

impl Timer {
    fn delivery(&self) -> MutexGuard<'_, Option<Instant>> {
        self.delivery.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the next message arrives, since the start of the execution; `None` for never.
    pub(crate) fn due(&self) -> Option<Duration> {
        let delivery = *self.delivery();
        delivery.and_then(shim::deadline_at)
    }

    /// Whether a message has arrived at `now`.
    pub(crate) fn is_ready(&self, now: Duration) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// Whether a receiver reserves the next message before it arrives.
    pub(crate) fn can_be_reserved(&self) -> bool {
        self.period.is_some()
    }

    /// Takes the message that has arrived at `now`.
    pub(crate) fn take(&self, now: Duration) -> Instant {
        let period = self.period;
        let delivered = {
            let mut delivery = self.delivery();
            let delivered = delivery.expect("only a message that is there is taken");
            *delivery = period.map(|period| shim::instant(now) + period);
            delivered
        };
        self.object.changed();
        self.object.acquired();
        self.object.released();
        delivered
    }

    /// Receives from a `tick` as the library does: it reserves the next message at once and then waits for it. A second
    /// receiver reserves the one after that.
    pub(crate) fn reserve(&self, function: ReceiveFunction, limit: WaitLimit, site: Site) -> Result<Instant, Refusal> {
        let operation = Operation {
            objects: &[&self.object],
            site: Some(site),
        };
        let record = |outcome| {
            shim::record(Some(&self.object), Some(site), || {
                (Op::Receive { function, outcome }, None)
            });
        };
        shim::announce(&operation, When::AtOnce);
        let now = shim::now();
        let deadline = limit.deadline();
        let due = self.due();
        // A message that arrives at the deadline is in time.
        if deadline.is_some_and(|deadline| due.is_none_or(|due| deadline < due)) {
            wait_for(&operation, deadline.filter(|deadline| *deadline > now));
            record(ChannelOutcome::TimedOut);
            return Err(Refusal::TimedOut);
        }
        let Some(due) = due.filter(|due| *due <= now || shim::is_active()) else {
            return Err(Refusal::TimedOut);
        };
        let delivered = self.take(now.max(due));
        wait_for(&operation, Some(due).filter(|due| *due > now));
        record(ChannelOutcome::Done);
        Ok(delivered)
    }
}

/// Waits until `time`, if there is one.
fn wait_for(operation: &Operation<'_>, time: Option<Duration>) {
    if time.is_some() {
        shim::announce(operation, When::Until(std::rc::Rc::new(shim::Never), time));
    }
}
