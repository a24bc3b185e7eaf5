//! Never ends, and uses a processor.

use std::time::Duration;

pub fn one_at_a_time(_: &[Duration]) {
    loop {
        std::hint::black_box(0);
    }
}

pub fn two_at_a_time(pauses: &[Duration]) {
    one_at_a_time(pauses);
}
