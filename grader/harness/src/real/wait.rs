//! Waits until the process is quiescent, and notices if it never is because a thread polls.

use std::thread;
use std::time::Duration;

use super::kernel;
use super::quiescence::Quiescence;
use protocol::BlockingCall;
use sandbox::this_process::cpu_time;

/// How long to wait between two polls of the kernel.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// After how many polls without an event, which is three seconds, threads that keep waking up count as polling.
const POLLS_WITHOUT_EVENT: u32 = 150;

/// In how many of these polls all threads have to be asleep, and some has to have run since the poll before. One that
/// looks every tenth of a second is seen thirty times. Whoever computes, or waits for a processor, is not asleep; and
/// what leads to no event takes only a few wake-ups, even on a machine so slow that it takes seconds.
const WAKE_UPS_SEEN: u32 = 15;

/// How many switches between threads in that time count as polling as well: a thread that yields is never asleep. It
/// makes them where others want its processor.
const POLLING_SWITCHES: u64 = 1_000;

/// How much CPU time in that time counts as polling as well: where nobody else wants its processor, a thread that
/// yields computes on. Right submissions compute for a hundredth of that before they get on.
const POLLING_CPU_TIME: Duration = Duration::from_secs(2);

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitEnd {
    /// Nothing more will happen.
    Quiescent,
    /// Threads wake up again and again, and nothing comes of it; or one sleeps until it looks again.
    Polled,
}

/// Waits until the process is quiescent, or a thread of it polls. `events` counts what happens because threads get on.
pub fn until_quiescent(events: impl Fn() -> usize) -> WaitEnd {
    let _observer = kernel::observe_only();
    let mut quiescence = Quiescence::default();
    // What had happened; how often all threads had run, at the last event and at the last poll; and how many polls
    // there were since that event, and how many of them saw wake-ups.
    let (mut seen, mut before, mut switches, mut polls, mut wake_ups) = (events(), 0, 0, 0, 0);
    let mut computed_before = cpu_time();
    loop {
        let tasks = kernel::tasks();
        if quiescence.poll(&tasks) {
            // Who sleeps for a time will look again after it.
            let is_asleep_for_a_time = |task: &kernel::Task| task.call == Some(BlockingCall::Sleep);
            return match tasks.iter().any(is_asleep_for_a_time) {
                true => WaitEnd::Polled,
                false => WaitEnd::Quiescent,
            };
        }
        let now = tasks.iter().map(|task| task.switches).sum::<u64>();
        let n_events = events();
        if n_events != seen || polls == 0 {
            (seen, before, polls, wake_ups) = (n_events, now, 0, 0);
            computed_before = cpu_time();
        } else if now != switches && tasks.iter().all(kernel::Task::is_asleep) {
            wake_ups += 1;
        }
        switches = now;
        polls += 1;
        let has_polled = wake_ups >= WAKE_UPS_SEEN
            || now.saturating_sub(before) >= POLLING_SWITCHES
            || cpu_time().saturating_sub(computed_before) >= POLLING_CPU_TIME;
        if polls >= POLLS_WITHOUT_EVENT && has_polled {
            return WaitEnd::Polled;
        }
        thread::sleep(POLL_INTERVAL);
    }
}
