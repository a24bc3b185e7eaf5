//! Parking: each thread has a token. It waits for the token, and other threads set it.

use std::time::Duration;

use crate::model::trace::Op;
use crate::runtime::task::{Operation, Site, TaskId, Until, Wake};
use crate::runtime::{self, announce, announce_wait, with};

/// Blocks until the thread's token is set, or `timeout` has passed, and takes the token.
pub(crate) fn park(timeout: Option<Duration>, site: Site) {
    if !runtime::is_active() {
        return;
    }
    let has_timeout = timeout.is_some();
    let deadline = timeout.and_then(|timeout| with(|execution| execution.deadline_after(timeout)));
    let wake = announce_wait(Operation::at(site), Until::Unparked { has_timeout }, deadline);
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
    announce(Operation::at(site));
    with(|execution| {
        let readings = execution.me().readings;
        if let Some(state) = execution.tasks.get_mut(task) {
            state.unparked_readings = state.unparked_readings.max(readings);
            let was_set = std::mem::replace(&mut state.park_token, true);
            if !was_set {
                execution.changed();
            }
            execution.hand_to_parked(task);
        }
        execution.record(None, Some(site), |_| Op::Unpark { thread: task });
    });
    runtime::switch_after_release();
}
