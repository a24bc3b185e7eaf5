//! The public items of the exercise with their exact types, one line each.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

#![allow(
    clippy::redundant_closure,
    reason = "a function that is generic has no pointer that fits"
)]

use std::time::Duration;

use event::{Event, Latch, Rounds};

const _: fn(&Event) -> &(dyn Sync + '_) = |event| event;
const _: fn(Event) -> Box<dyn Send> = |event| Box::new(event);
const _: fn() -> Event = || Event::new();
const _: fn(&Event) = |event| event.set();
const _: fn(&Event) = |event| event.clear();
const _: fn(&Event) -> bool = |event| event.is_set();
const _: fn(&Event) = |event| event.wait();
const _: fn(&Event, Duration) -> bool = |event, timeout| event.wait_timeout(timeout);

const _: fn(&Latch) -> &(dyn Sync + '_) = |latch| latch;
const _: fn(Latch) -> Box<dyn Send> = |latch| Box::new(latch);
const _: fn(usize) -> Latch = |count| Latch::new(count);
const _: fn(&Latch) = |latch| latch.count_down();
const _: fn(&Latch) = |latch| latch.wait();

const _: fn(&Rounds) -> &(dyn Sync + '_) = |rounds| rounds;
const _: fn(Rounds) -> Box<dyn Send> = |rounds| Box::new(rounds);
const _: fn(usize) -> Rounds = |threads| Rounds::new(threads);
const _: fn(&Rounds) -> bool = |rounds| rounds.wait();
