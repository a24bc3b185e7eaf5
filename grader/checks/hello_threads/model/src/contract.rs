//! The public items of the exercise with their exact types, one line each.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

#![allow(
    clippy::redundant_closure,
    reason = "a function that is generic has no pointer that fits"
)]

use std::error::Error;
use std::fmt::{Debug, Display};

use hello_threads::{Greeter, Panicked, hello};

const _: for<'a> fn(&[String], usize, &'a Say<'a>) -> Vec<End> = |names, times, say| hello(names, times, say);
const _: fn(Panicked) -> (String, String) = |Panicked { thread, message }| (thread, message);
const _: fn(&Panicked) -> &dyn Debug = |panicked| panicked;
const _: fn(&Panicked) -> &dyn Display = |panicked| panicked;
const _: fn(&Panicked) -> &dyn Error = |panicked| panicked;
const _: fn(Panicked) -> Box<dyn Error + Send + Sync> = |panicked| Box::new(panicked);
const _: fn(&str, usize) -> Greeter = |name, times| Greeter::new(name, times);
// Without the name of `JoinHandle`: outside a grading, the exercise has that of another `std` than this file.
const _: fn(Greeter) -> usize = |greeter| greeter.start().join().unwrap_or_default();

/// How a thread ended.
type End = Result<usize, Panicked>;

/// What is called for each hello. It borrows, as those of the checks do.
type Say<'a> = dyn Fn(&str) + Send + Sync + 'a;
