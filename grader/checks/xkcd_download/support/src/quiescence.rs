//! Waiting until the process is quiescent, unless somebody in it polls.

use std::thread;
use std::time::Duration;

use harness::real::{Quiescence, kernel};

/// How long to wait between two polls of the kernel.
const INTERVAL: Duration = Duration::from_millis(20);

/// How many polls somebody may go on without asking the server for anything: some seconds.
const POLLS_WITHOUT_REQUEST: u32 = 150;

/// How often threads have been given a processor by then if they wake up again and again. Whoever handles a reply needs a
/// few times, also on a machine so slow that it takes seconds.
const WAKE_UPS: u64 = 200;

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Nothing more will happen.
    Quiescent,
    /// Threads wake up again and again, and do nothing that the server could see.
    Polled,
}

/// Waits until the process is quiescent. `events` counts what the server sees.
pub(crate) fn wait(events: impl Fn() -> usize) -> End {
    let _observer = kernel::observe_only();
    let mut quiescence = Quiescence::default();
    // What the server had seen, and how often all threads had run, when it last saw something.
    let (mut seen, mut wake_ups, mut polls) = (events(), None, 0);
    loop {
        let tasks = kernel::tasks();
        if quiescence.poll(&tasks) {
            return End::Quiescent;
        }
        let now = tasks.iter().map(|task| task.switches).sum::<u64>();
        if events() != seen {
            (seen, wake_ups, polls) = (events(), None, 0);
        }
        let before = *wake_ups.get_or_insert(now);
        polls += 1;
        if polls >= POLLS_WITHOUT_REQUEST && now.saturating_sub(before) >= WAKE_UPS {
            return End::Polled;
        }
        thread::sleep(INTERVAL);
    }
}
