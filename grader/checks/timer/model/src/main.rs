//! What the exercise `timer` must show.
//!
//! Every check gives the timers functions of its own, which record when and in which thread they run.

mod cancelling;
mod contract;
mod dropping;
mod joining;
mod record;
mod repeating;
mod running;

use harness::Check;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("it_runs_once_at_its_time", running::it_runs_once_at_its_time),
    Check::new("after_cancel_it_never_runs", cancelling::after_cancel_it_never_runs),
    Check::new(
        "it_runs_unless_it_is_cancelled",
        cancelling::it_runs_unless_it_is_cancelled,
    ),
    Check::new(
        "cancel_ends_the_thread_at_once",
        cancelling::cancel_ends_the_thread_at_once,
    ),
    Check::new(
        "drop_neither_cancels_nor_waits",
        dropping::drop_neither_cancels_nor_waits,
    ),
    Check::new("join_waits_for_the_end", joining::join_waits_for_the_end),
    Check::new("join_tells_of_a_panic", joining::join_tells_of_a_panic),
    Check::new("repeat_calls_so_often", repeating::repeat_calls_so_often),
    Check::new(
        "repeat_pauses_before_each_call",
        repeating::repeat_pauses_before_each_call,
    ),
];

fn main() -> std::process::ExitCode {
    harness::main(CHECKS)
}
