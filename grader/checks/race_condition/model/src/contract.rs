//! The public items of the exercise with their exact types, one line each.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

// Without the name of `AtomicU64`: outside a grading, the exercise has that of another `std` than this file.
const _: fn() = || race_condition::lose_all_but_one(&0_u64.into(), 1_usize);

pub(crate) fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync + Send) -> u64 {
    race_condition::increment_all(start, threads, between)
}

pub(crate) fn count_without_locks(threads: usize, rounds: usize) -> u64 {
    race_condition::count_without_locks(threads, rounds)
}
