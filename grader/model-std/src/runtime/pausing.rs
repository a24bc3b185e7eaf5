//! How a thread lets time pass or others go first: parking, sleeping, yielding; and the clock.

use std::time::Duration;

use super::task::{Operation, Site, TaskId, Until, Wake};
use super::{announce, announce_yielding, with};
use crate::model::trace::{Op, YieldFunction};

/// Blocks until the thread's token is set, or `timeout` has passed, and takes the token.
pub(crate) fn park(timeout: Option<Duration>, site: Site) {
    if !super::is_active() {
        return;
    }
    let has_timeout = timeout.is_some();
    let deadline = timeout.and_then(|timeout| with(|runtime| runtime.deadline_after(timeout)));
    let wake = announce(
        Operation {
            object: None,
            site: Some(site),
        },
        Until::Unparked { has_timeout },
        deadline,
    );
    with(|runtime| {
        runtime.me().park_token = false;
        if wake == Wake::Ready {
            runtime.take_from_unparkers();
        }
        runtime.record(None, Some(site), |_| Op::Park {
            has_timeout,
            reason: wake.reason(),
        });
    });
}

/// Sets the token of `task`.
pub(crate) fn unpark(task: TaskId, site: Site) {
    if !super::is_active() {
        return;
    }
    announce(
        Operation {
            object: None,
            site: Some(site),
        },
        Until::Now,
        None,
    );
    with(|runtime| {
        if let Some(state) = runtime.tasks.get_mut(task) {
            let was_set = std::mem::replace(&mut state.park_token, true);
            if !was_set {
                runtime.changed();
            }
            runtime.hand_to_parked(task);
        }
        runtime.record(None, Some(site), |_| Op::Unpark { thread: task });
    });
}

/// Blocks until the virtual time has passed.
pub(crate) fn sleep(duration: Duration, site: Site) {
    if !super::is_active() {
        return;
    }
    let operation = Operation {
        object: None,
        site: Some(site),
    };
    // Recorded where it begins: that is where a reader looks for it, and nothing happens at its end.
    with(|runtime| {
        runtime.record(None, Some(site), |_| Op::Sleep { duration });
    });
    if duration.is_zero() {
        announce_yielding(operation);
    } else {
        let deadline = with(|runtime| runtime.deadline_after(duration));
        announce(operation, Until::Never, deadline);
    }
}

/// Lets other threads go first.
pub(crate) fn yield_now(function: YieldFunction, site: Site) {
    announce_yielding(Operation {
        object: None,
        site: Some(site),
    });
    with(|runtime| {
        if runtime.is_active() {
            runtime.record(None, Some(site), |_| Op::Yield { function });
        }
    });
}

/// The virtual time since the start of the execution, read as an operation of the running thread.
pub(crate) fn now(site: Site) -> Duration {
    announce(
        Operation {
            object: None,
            site: Some(site),
        },
        Until::Now,
        None,
    );
    with(|runtime| {
        let now = runtime.now;
        if runtime.is_active() {
            runtime.learned(now.as_secs());
            runtime.learned(now.subsec_nanos().into());
        }
        now
    })
}
