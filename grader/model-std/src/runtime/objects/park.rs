//! How a thread lets time pass or others go first: parking, sleeping, yielding; and the clock.

use std::time::Duration;

use crate::model::trace::{Op, YieldFunction};
use crate::runtime::task::{Operation, Site, TaskId, Until, Wake};
use crate::runtime::{self, announce, announce_wait, announce_yielding, try_with, with};

/// Blocks until the thread's token is set, or `timeout` has passed, and takes the token.
pub(crate) fn park(timeout: Option<Duration>, site: Site) {
    if !runtime::is_active() {
        return;
    }
    let has_timeout = timeout.is_some();
    let deadline = timeout.and_then(|timeout| with(|execution| execution.deadline_after(timeout)));
    let wake = announce_wait(
        Operation {
            object: None,
            site: Some(site),
        },
        Until::Unparked { has_timeout },
        deadline,
    );
    with(|execution| {
        execution.me().park_token = false;
        if wake == Wake::Ready {
            execution.take_from_unparkers();
        }
        execution.record(None, Some(site), |_| Op::Park {
            has_timeout,
            reason: wake.reason(),
        });
    });
}

/// Sets the token of `task`.
pub(crate) fn unpark(task: TaskId, site: Site) {
    if !runtime::is_active() {
        return;
    }
    announce(Operation {
        object: None,
        site: Some(site),
    });
    with(|execution| {
        if let Some(state) = execution.tasks.get_mut(task) {
            let was_set = std::mem::replace(&mut state.park_token, true);
            if !was_set {
                execution.changed();
            }
            execution.hand_to_parked(task);
        }
        execution.record(None, Some(site), |_| Op::Unpark { thread: task });
    });
}

/// Blocks until the virtual time has passed.
pub(crate) fn sleep(duration: Duration, site: Site) {
    if !runtime::is_active() {
        return;
    }
    let operation = Operation {
        object: None,
        site: Some(site),
    };
    // Recorded where it begins: that is where a reader looks for it, and nothing happens at its end.
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
    announce_yielding(Operation {
        object: None,
        site: Some(site),
    });
    try_with(|execution| execution.record(None, Some(site), |_| Op::Yield { function }));
}

/// The virtual time since the start of the execution, read as an operation of the running thread.
pub(crate) fn now(site: Site) -> Duration {
    announce(Operation {
        object: None,
        site: Some(site),
    });
    read_clock()
}

/// The virtual time since the start of the execution, as the running thread sees it. Reading it is no operation.
pub(crate) fn read_clock() -> Duration {
    let now = try_with(|execution| {
        let now = execution.now;
        execution.learned(now.as_secs());
        execution.learned(now.subsec_nanos().into());
        now
    });
    now.unwrap_or_default()
}
