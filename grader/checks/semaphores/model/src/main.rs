//! What the exercise `semaphores` must show.
//!
//! Every check calls the submission as any program would and counts with atomics of its own. It does not trust what the
//! submission says about itself.

mod contract;
mod deadlines;
mod holders;
mod panicking_holders;
mod panicking_jobs;
mod run_limited;
mod try_acquire;
mod waiters;

use harness::Check;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new(
        "never_more_holders_than_permits",
        holders::never_more_holders_than_permits,
    ),
    Check::new(
        "all_permits_can_be_out_at_once",
        holders::all_permits_can_be_out_at_once,
    ),
    Check::new(
        "waiters_sleep_until_a_permit_is_free",
        waiters::waiters_sleep_until_a_permit_is_free,
    ),
    Check::new("try_acquire_answers_at_once", try_acquire::try_acquire_answers_at_once),
    Check::new(
        "timeouts_end_at_their_deadline",
        deadlines::timeouts_end_at_their_deadline,
    ),
    Check::new(
        "a_panicking_holder_gives_its_permit_back",
        panicking_holders::a_panicking_holder_gives_its_permit_back,
    ),
    Check::new("run_limited_keeps_the_order", run_limited::run_limited_keeps_the_order),
    Check::new("run_limited_keeps_its_limit", run_limited::run_limited_keeps_its_limit),
    Check::new(
        "a_panicking_job_panics_the_caller",
        panicking_jobs::a_panicking_job_panics_the_caller,
    ),
];

fn main() -> std::process::ExitCode {
    harness::main(CHECKS)
}
