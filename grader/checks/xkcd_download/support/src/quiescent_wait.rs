//! Waits until the process is quiescent, and notices if it never is because a thread polls.

use std::thread;
use std::time::Duration;

use harness::real::{Quiescence, kernel};

/// How long to wait between two polls of the kernel.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// After how many polls without a request, which is three seconds, threads that keep waking up count as polling.
const POLLS_WITHOUT_REQUEST: u32 = 150;

/// How many wake-ups in that time count as polling. Handling a reply takes only a few, even on a machine so slow that
/// it takes seconds.
const POLLING_WAKE_UPS: u64 = 200;

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitEnd {
    /// Nothing more will happen.
    Quiescent,
    /// Threads wake up again and again, and send no request.
    Polled,
}

/// Waits until the process is quiescent. `events` counts what the server sees.
pub(crate) fn wait(events: impl Fn() -> usize) -> WaitEnd {
    let _observer = kernel::observe_only();
    let mut quiescence = Quiescence::default();
    // What the server had seen, and how often all threads had run, when it last saw something.
    let (mut seen, mut wake_ups, mut polls) = (events(), None, 0);
    loop {
        let tasks = kernel::tasks();
        if quiescence.poll(&tasks) {
            return WaitEnd::Quiescent;
        }
        let now = tasks.iter().map(|task| task.switches).sum::<u64>();
        if events() != seen {
            (seen, wake_ups, polls) = (events(), None, 0);
        }
        let before = *wake_ups.get_or_insert(now);
        polls += 1;
        if polls >= POLLS_WITHOUT_REQUEST && now.saturating_sub(before) >= POLLING_WAKE_UPS {
            return WaitEnd::Polled;
        }
        thread::sleep(POLL_INTERVAL);
    }
}
