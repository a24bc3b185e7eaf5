//! The programs, one family a file, each headed by its source.

mod bakery;
mod barrier;
mod bounded_buffer;
mod dekker;
mod double_checked;
mod injected_faults;
mod litmus;
mod lock_order;
mod lost_update;
mod peterson;
mod philosophers;
mod readers_writers;
mod sleeping_barber;
mod treiber_stack;

use crate::Demo;

/// Every program, in the order of the table.
pub fn all() -> Vec<Demo> {
    let families: [&[Demo]; 14] = [
        &lost_update::DEMOS,
        &double_checked::DEMOS,
        &treiber_stack::DEMOS,
        &dekker::DEMOS,
        &peterson::DEMOS,
        &bakery::DEMOS,
        &lock_order::DEMOS,
        &philosophers::DEMOS,
        &sleeping_barber::DEMOS,
        &bounded_buffer::DEMOS,
        &barrier::DEMOS,
        &readers_writers::DEMOS,
        &litmus::DEMOS,
        &injected_faults::DEMOS,
    ];
    families.concat()
}
