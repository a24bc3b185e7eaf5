//! The modelled shim of `rayon-core` 1.13: the same pools, jobs and scopes, under the scheduler of `model-std`.
//!
//! The threads of a pool are threads of the model. Giving a job to a pool is part of the operation before it. Taking a
//! job is an operation, and so is waiting for jobs to end. So the schedule decides which thread runs a job, and when:
//!
//! * A thread of a pool takes the newest job of its own, then what was broadcast to it. Otherwise it steals the oldest
//!   job of any other thread of the pool, or takes the oldest one that came from outside of the pool. The library looks
//!   at the other threads first, so taking a job from outside costs a preemption while another thread has one.
//! * A thread of a pool that waits for jobs runs other jobs meanwhile. When what it waits for is over, it may still run
//!   one more job that it finds. That costs a preemption.
//! * Nothing is stolen before another thread runs, so a program without preemptions runs `join` on one thread. With one
//!   preemption, the other thread has the job.
//! * A pool without a number of threads has [`DEFAULT_THREADS`], whatever the machine and the environment say.
//! * The threads of a pool without a start handler have begun when it is built.
//! * A thread of a pool that has no job may be alive when the body of an execution ends.
//!
//! Everything that a thread did before it gave a job to a pool, or ended one, happens before whatever a thread does
//! that takes a job of this pool, or waits for one, later. This orders more than the library does, never less.
//!
//! Outside an execution there are no other threads: a pool has one thread, which is the caller.

mod broadcast;
mod build_error;
mod builder;
mod configuration;
mod global;
mod job;
mod join;
mod latch;
mod registry;
mod scope;
mod spawn;
mod spawn_handler;
mod thread_pool;
mod unwind;
mod worker;

pub use broadcast::{BroadcastContext, broadcast, spawn_broadcast};
pub use build_error::ThreadPoolBuildError;
pub use builder::{DEFAULT_THREADS, ThreadPoolBuilder};
#[expect(deprecated, reason = "the library still has them")]
pub use configuration::{Configuration, initialize};
pub use join::{FnContext, join, join_context};
pub use scope::{Scope, ScopeFifo, in_place_scope, in_place_scope_fifo, scope, scope_fifo};
pub use spawn::{spawn, spawn_fifo};
pub use spawn_handler::ThreadBuilder;
pub use thread_pool::{ThreadPool, current_thread_has_pending_tasks, current_thread_index, yield_local, yield_now};
pub use worker::Yield;

use std::panic::Location;

/// As `rayon_core::max_num_threads`.
#[must_use]
pub fn max_num_threads() -> usize {
    // The library counts threads in 16 bits of a word of 64.
    usize::from(u16::MAX)
}

/// As `rayon_core::current_num_threads`.
#[must_use]
#[track_caller]
pub fn current_num_threads() -> usize {
    global::current(Location::caller()).n_threads()
}
