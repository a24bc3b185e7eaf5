//! What the exercise `deadlock` must show.
//!
//! Every check calls the submission as any program would and counts with atomics of its own. That threads wait for each
//! other for ever is noticed by the model in whatever a check runs.

mod contract;
mod crossing;
mod disjoint;
mod money;
mod panics;
mod rules;
mod table;
mod waiting;

use harness::Check;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("transfers_follow_the_rules", rules::transfers_follow_the_rules),
    Check::new("transfers_never_deadlock", crossing::transfers_never_deadlock),
    Check::new("no_money_appears_or_vanishes", money::no_money_appears_or_vanishes),
    Check::new(
        "disjoint_transfers_go_on_at_once",
        disjoint::disjoint_transfers_go_on_at_once,
    ),
    Check::new("a_panic_moves_no_money", panics::a_panic_moves_no_money),
    Check::new("waiting_threads_sleep", waiting::waiting_threads_sleep),
    Check::new("neighbours_never_eat_at_once", table::neighbours_never_eat_at_once),
    Check::new(
        "every_philosopher_has_all_meals",
        table::every_philosopher_has_all_meals,
    ),
    Check::new("two_philosophers_eat_at_once", table::two_philosophers_eat_at_once),
];

fn main() -> std::process::ExitCode {
    harness::main(CHECKS)
}
