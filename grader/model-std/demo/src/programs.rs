//! The programs, one family a file, each headed by its source.

mod bakery;
mod barrier;
mod bounded_buffer;
mod dekker;
mod injected_faults;
mod litmus;
mod readers_writers;

use crate::Demo;

/// Every program here, by family.
pub(crate) const FAMILIES: [&[Demo]; 7] = [
    &dekker::DEMOS,
    &bakery::DEMOS,
    &bounded_buffer::DEMOS,
    &barrier::DEMOS,
    &readers_writers::DEMOS,
    &litmus::DEMOS,
    &injected_faults::DEMOS,
];
