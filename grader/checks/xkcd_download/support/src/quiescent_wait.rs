//! Waits until the process is quiescent, and notices if it never is because a thread polls.

use std::thread;
use std::time::Duration;

use harness::real::{Stillness, kernel};

/// How long to wait between two looks.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// How many looks in a row have to see nothing: a fifth of a second, as wherever the course waits for stillness.
const STILL: u32 = 10;

/// After how many looks without a request, which is three seconds, threads that keep waking up count as polling.
const POLLING_LOOKS: u32 = 150;

/// How many wake-ups in that time count as polling. Handling a reply takes only a few, even on a machine so slow that
/// it takes seconds.
const POLLING_WAKE_UPS: u64 = 200;

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitEnd {
    /// Nothing happens any more.
    Still,
    /// Threads wake up again and again, and send no request.
    Polled,
}

/// Waits until the process is still. `events` counts what the server sees.
pub(crate) fn wait(events: impl Fn() -> usize) -> WaitEnd {
    let _observer = kernel::observe_only();
    let mut stillness = Stillness::default();
    // What the server had seen, and how often all threads had run, when it last saw something.
    let (mut seen, mut wake_ups, mut looks) = (events(), None, 0);
    loop {
        let tasks = kernel::tasks();
        if stillness.look(&tasks) >= STILL {
            return WaitEnd::Still;
        }
        let now = tasks.iter().map(|task| task.switches).sum::<u64>();
        if events() != seen {
            (seen, wake_ups, looks) = (events(), None, 0);
        }
        let before = *wake_ups.get_or_insert(now);
        looks += 1;
        if looks >= POLLING_LOOKS && now.saturating_sub(before) >= POLLING_WAKE_UPS {
            return WaitEnd::Polled;
        }
        thread::sleep(LOOK_INTERVAL);
    }
}
