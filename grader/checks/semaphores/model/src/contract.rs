//! The public items of the exercise with their exact types, one line each.

use std::time::Duration;

use semaphores::{Permit, Semaphore, run_limited};

const _: fn(&Semaphore) -> &(dyn Sync + '_) = |semaphore| semaphore;
const _: for<'a> fn(Permit<'a>) -> Permit<'a> = |permit| permit;
const _: fn(usize) -> Semaphore = Semaphore::new;
const _: for<'a> fn(&'a Semaphore) -> Permit<'a> = Semaphore::acquire;
const _: for<'a> fn(&'a Semaphore) -> Option<Permit<'a>> = Semaphore::try_acquire;
const _: for<'a> fn(&'a Semaphore, Duration) -> Option<Permit<'a>> = Semaphore::acquire_timeout;
const _: fn(&Semaphore) -> usize = Semaphore::available;
const _: fn(usize, Vec<Plain>) -> Vec<u8> = run_limited::<u8, Plain>;
const _: for<'a> fn(Vec<Job<'a>>) -> Vec<&'a str> = |jobs| run_limited::<&str, Job>(1, jobs);

/// A job that borrows nothing.
type Plain = fn() -> u8;

/// A job that is called once and borrows, both for its work and for its result.
type Job<'a> = Box<dyn FnOnce() -> &'a str + Send + 'a>;
