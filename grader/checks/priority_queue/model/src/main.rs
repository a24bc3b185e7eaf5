//! What the exercise `priority_queue` must show.
//!
//! Every check calls the submission as any program would. It does not trust what the submission says about itself.

mod closing;
mod contract;
mod deadlines;
mod exchange;
mod line;
mod order;
mod try_get;
mod waiters;

use harness::Check;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("lowest_priority_comes_first", order::lowest_priority_comes_first),
    Check::new("ties_come_in_order_of_arrival", order::ties_come_in_order_of_arrival),
    Check::new("last_in_comes_first_out", order::last_in_comes_first_out),
    Check::new("nothing_is_lost_or_doubled", exchange::nothing_is_lost_or_doubled),
    Check::new(
        "waiting_threads_sleep_and_are_woken",
        waiters::waiting_threads_sleep_and_are_woken,
    ),
    Check::new("try_get_answers_at_once", try_get::try_get_answers_at_once),
    Check::new(
        "timeouts_end_at_their_deadline",
        deadlines::timeouts_end_at_their_deadline,
    ),
    Check::new(
        "close_wakes_all_and_keeps_what_is_inside",
        closing::close_wakes_all_and_keeps_what_is_inside,
    ),
];

fn main() -> std::process::ExitCode {
    harness::main(CHECKS)
}
