//! What the exercise `reentrant_lock` must show.
//!
//! Every check calls the submission as any program would and counts with atomics of its own. That a guard is not `Send`
//! is found out by the compiler and told by a check like the others.

mod contract;
mod exclusion;
mod owner;
mod trees;
mod waiting;

use harness::Check;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("the_owner_may_take_it_again", owner::the_owner_may_take_it_again),
    Check::new("one_thread_owns_it_at_a_time", exclusion::one_thread_owns_it_at_a_time),
    Check::new("waiters_go_on_when_it_is_free", waiting::waiters_go_on_when_it_is_free),
    Check::new("try_lock_never_waits", owner::try_lock_never_waits),
    Check::new(
        "depth_is_that_of_the_calling_thread",
        owner::depth_is_that_of_the_calling_thread,
    ),
    Check::new("a_panic_gives_all_back", waiting::a_panic_gives_all_back),
    Check::new("ended_threads_own_nothing", owner::ended_threads_own_nothing),
    Check::new("a_guard_stays_in_its_thread", owner::a_guard_stays_in_its_thread),
    Check::new(
        "visit_takes_the_lock_at_each_node",
        trees::visit_takes_the_lock_at_each_node,
    ),
];

fn main() -> std::process::ExitCode {
    harness::main(CHECKS)
}
