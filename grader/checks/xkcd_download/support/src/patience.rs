//! Waiting until the process is still, unless somebody in it never is.

use std::thread;
use std::time::Duration;

use harness::real::{Stillness, kernel};

/// How long to wait between two looks.
const INTERVAL: Duration = Duration::from_millis(20);

/// How many looks in a row have to see nothing: a fifth of a second, as wherever the course waits for stillness.
const STILL: u32 = 10;

/// How many looks somebody may go on without asking the server for anything: some seconds.
const PATIENCE: u32 = 150;

/// How often threads have been given a processor by then if they wake up again and again. Whoever handles a reply needs a
/// few times, also on a machine so slow that it takes seconds.
const WAKE_UPS: u64 = 200;

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Nothing happens any more.
    Still,
    /// Threads wake up again and again, and do nothing that the server could see.
    Polled,
}

/// Waits until the process is still. `events` counts what the server sees.
pub(crate) fn wait(events: impl Fn() -> usize) -> End {
    let _observer = kernel::observe_only();
    let mut stillness = Stillness::default();
    // What the server had seen, and how often all threads had run, when it last saw something.
    let (mut seen, mut wake_ups, mut looks) = (events(), None, 0);
    loop {
        let tasks = kernel::tasks();
        if stillness.look(&tasks) >= STILL {
            return End::Still;
        }
        let now = tasks.iter().map(|task| task.switches).sum::<u64>();
        if events() != seen {
            (seen, wake_ups, looks) = (events(), None, 0);
        }
        let before = *wake_ups.get_or_insert(now);
        looks += 1;
        if looks >= PATIENCE && now.saturating_sub(before) >= WAKE_UPS {
            return End::Polled;
        }
        thread::sleep(INTERVAL);
    }
}
