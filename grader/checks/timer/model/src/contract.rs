//! The public items of the exercise with their exact types, one line each.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

#![allow(
    clippy::redundant_closure,
    reason = "a function that is generic has no pointer that fits"
)]

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use timer::{Timer, repeat};

const _: fn(Timer) -> Box<dyn Send> = |timer| Box::new(timer);
const _: fn(Duration, Once) -> Timer = |after, f| Timer::start(after, f);
const _: fn(&Timer) -> bool = |timer| timer.cancel();
const _: fn(Timer) = |timer| timer.join();
const _: for<'a> fn(usize, Pause<'a>, Call<'a>) = |times, pause, call| repeat(times, pause, call);

/// A function that is called once. It is more than is promised: a submission may ask for that.
type Once = Box<dyn FnOnce() + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>;

/// Functions that borrow, and that must stay in their thread.
type Pause<'a> = Box<dyn FnMut(usize) -> Duration + 'a>;
type Call<'a> = Box<dyn FnMut(usize) + 'a>;
