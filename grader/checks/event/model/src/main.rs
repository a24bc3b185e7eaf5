//! What the exercise `event` must show.
//!
//! Every check calls the submission as any program would and keeps its own record of who came and who went on. It does
//! not trust what the submission says about itself.

mod contract;
mod deadlines;
mod flag;
mod latch;
mod leaders;
mod pulses;
mod rounds;
mod waits;
mod wakeups;

use harness::Check;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("an_event_stays_as_it_is", flag::an_event_stays_as_it_is),
    Check::new("set_frees_all_who_wait", wakeups::set_frees_all_who_wait),
    Check::new("set_then_clear_misses_nobody", pulses::set_then_clear_misses_nobody),
    Check::new(
        "timeouts_end_at_their_deadline",
        deadlines::timeouts_end_at_their_deadline,
    ),
    Check::new(
        "a_latch_opens_at_zero_and_not_before",
        latch::a_latch_opens_at_zero_and_not_before,
    ),
    Check::new("an_open_latch_frees_everyone", latch::an_open_latch_frees_everyone),
    Check::new("nobody_is_ahead_of_a_round", rounds::nobody_is_ahead_of_a_round),
    Check::new("every_round_comes_to_its_end", rounds::every_round_comes_to_its_end),
    Check::new("each_round_has_one_leader", leaders::each_round_has_one_leader),
];

fn main() -> std::process::ExitCode {
    harness::main(CHECKS)
}
