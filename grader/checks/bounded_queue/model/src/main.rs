//! What the exercise `bounded_queue` must show.
//!
//! Every check calls the submission as any program would and counts with atomics of its own. It does not trust what the
//! submission says about itself.

mod closing;
mod contract;
mod deadlines;
mod exchange;
mod order;
mod panics;
mod room;
mod side;
mod try_calls;
mod waiters;
mod working;

use harness::Check;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new(
        "items_come_in_the_order_of_putting",
        order::items_come_in_the_order_of_putting,
    ),
    Check::new("never_more_than_maxsize_inside", room::never_more_than_maxsize_inside),
    Check::new("nothing_is_lost_or_doubled", exchange::nothing_is_lost_or_doubled),
    Check::new(
        "waiting_threads_sleep_and_are_woken",
        waiters::waiting_threads_sleep_and_are_woken,
    ),
    Check::new("try_calls_answer_at_once", try_calls::try_calls_answer_at_once),
    Check::new(
        "timeouts_end_at_their_deadline",
        deadlines::timeouts_end_at_their_deadline,
    ),
    Check::new(
        "close_wakes_all_and_keeps_what_is_inside",
        closing::close_wakes_all_and_keeps_what_is_inside,
    ),
    Check::new(
        "consumers_work_at_the_same_time",
        working::consumers_work_at_the_same_time,
    ),
    Check::new("a_panic_reaches_the_caller", panics::a_panic_reaches_the_caller),
];

fn main() -> std::process::ExitCode {
    harness::main(CHECKS)
}
