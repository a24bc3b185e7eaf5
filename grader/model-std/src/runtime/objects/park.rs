//! How a thread lets time pass or others go first: parking, sleeping, yielding; and the clock.

use std::time::Duration;

use crate::runtime::recorder::Seen;
use crate::runtime::task::{Operation, Site, TaskId, Until, Wake};
use crate::runtime::{self, announce, announce_yielding, try_with, with};

/// Blocks until the thread's token is set, or `timeout` has passed, and takes the token.
pub(crate) fn park(timeout: Option<Duration>, site: Site) {
    if !runtime::is_active() {
        return;
    }
    let name = if timeout.is_some() { "park_timeout" } else { "park" };
    let deadline = timeout.and_then(|timeout| with(|runtime| runtime.deadline_after(timeout)));
    let wake = announce(
        Operation {
            name,
            object: None,
            site: Some(site),
        },
        Until::Unparked,
        deadline,
    );
    with(|runtime| {
        runtime.me().park_token = false;
        if wake == Wake::Ready {
            runtime.take_from_unparkers();
        }
        runtime.record(name, None, Some(site), |_| {
            let detail = match wake {
                Wake::Ready => None,
                Wake::TimedOut => Some("→ timed out".to_owned()),
                Wake::Spurious => Some("→ woken without a reason".to_owned()),
            };
            Seen {
                detail,
                ..Seen::default()
            }
        });
    });
}

/// Sets the token of `task`.
pub(crate) fn unpark(task: TaskId, site: Site) {
    if !runtime::is_active() {
        return;
    }
    announce(
        Operation {
            name: "unpark",
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
        runtime.record("unpark", None, Some(site), |_| Seen {
            detail: Some(format!("thread {task}")),
            ..Seen::default()
        });
    });
}

/// Blocks until the virtual time has passed.
pub(crate) fn sleep(duration: Duration, site: Site) {
    if !runtime::is_active() {
        return;
    }
    let operation = Operation {
        name: "sleep",
        object: None,
        site: Some(site),
    };
    // Recorded where it begins: that is where a reader looks for it, and nothing happens at its end.
    with(|runtime| {
        runtime.record("sleep", None, Some(site), |_| Seen {
            detail: Some(format!("{duration:?}")),
            ..Seen::default()
        });
    });
    if duration.is_zero() {
        announce_yielding(operation);
    } else {
        let deadline = with(|runtime| runtime.deadline_after(duration));
        announce(operation, Until::Never, deadline);
    }
}

/// Lets other threads go first.
pub(crate) fn yield_now(name: &'static str, site: Site) {
    announce_yielding(Operation {
        name,
        object: None,
        site: Some(site),
    });
    try_with(|runtime| runtime.record(name, None, Some(site), |_| Seen::default()));
}

/// The virtual time since the start of the execution, read as an operation of the running thread.
pub(crate) fn now(site: Site) -> Duration {
    announce(
        Operation {
            name: "now",
            object: None,
            site: Some(site),
        },
        Until::Now,
        None,
    );
    read_clock()
}

/// The virtual time since the start of the execution, as the running thread sees it. Reading it is no operation.
pub(crate) fn read_clock() -> Duration {
    let now = try_with(|runtime| {
        let now = runtime.now;
        runtime.learned(now.as_secs());
        runtime.learned(now.subsec_nanos().into());
        now
    });
    now.unwrap_or_default()
}
