//! What the exercise `scheduler` must show.
//!
//! Every check calls the submission as any program would, and its events write down when they run. It does not trust
//! what the submission says about itself.

mod cancelling;
mod contract;
mod log;
mod nested;
mod order;
mod overtaking;
mod panics;
mod sharing;
mod times;
mod waiting;

use harness::Check;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("events_run_at_their_time", times::events_run_at_their_time),
    Check::new("order_is_time_priority_entry", order::order_is_time_priority_entry),
    Check::new("an_earlier_event_overtakes", overtaking::an_earlier_event_overtakes),
    Check::new("events_may_enter_events", nested::events_may_enter_events),
    Check::new("cancel_is_exact", cancelling::cancel_is_exact),
    Check::new("threads_in_run_share_the_work", sharing::threads_in_run_share_the_work),
    Check::new("waiting_takes_no_steps", waiting::waiting_takes_no_steps),
    Check::new(
        "a_panicking_event_leaves_the_rest",
        panics::a_panicking_event_leaves_the_rest,
    ),
];

fn main() -> std::process::ExitCode {
    harness::main(CHECKS)
}
