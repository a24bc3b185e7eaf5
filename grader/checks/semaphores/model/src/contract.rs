//! The public items of the exercise with their exact types, one line each.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

#![allow(
    clippy::redundant_closure,
    reason = "a function that is generic has no pointer that fits"
)]

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use semaphores::{Permit, Semaphore, run_limited};

const _: fn(&Semaphore) -> &(dyn Sync + '_) = |semaphore| semaphore;
const _: for<'a> fn(Permit<'a>) -> Permit<'a> = |permit| permit;
const _: fn(usize) -> Semaphore = |permits| Semaphore::new(permits);
const _: for<'a> fn(&'a Semaphore) -> Permit<'a> = |semaphore| semaphore.acquire();
const _: for<'a> fn(&'a Semaphore) -> Option<Permit<'a>> = |semaphore| semaphore.try_acquire();
const _: for<'a> fn(&'a Semaphore, Duration) -> Option<Permit<'a>> =
    |semaphore, timeout| semaphore.acquire_timeout(timeout);
const _: fn(&Semaphore) -> usize = |semaphore| semaphore.available();
const _: fn(usize, Vec<Plain>) -> Vec<u8> = |limit, jobs| run_limited(limit, jobs);
const _: for<'a> fn(Vec<Job<'a>>) -> Vec<&'a str> = |jobs| run_limited(1, jobs);

/// A job that borrows nothing.
type Plain = fn() -> u8;

/// A job that is called once and borrows, both for its work and for its result. It is more than is promised, as the
/// jobs of the checks are: a submission may ask for that.
type Job<'a> = Box<dyn FnOnce() -> &'a str + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + 'a>;
