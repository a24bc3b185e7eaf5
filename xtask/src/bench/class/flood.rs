//! Writes without end.

use std::time::Duration;

pub fn one_at_a_time(_: &[Duration]) {
    loop {
        println!("{}", "flood ".repeat(1000));
    }
}

pub fn two_at_a_time(pauses: &[Duration]) {
    one_at_a_time(pauses);
}
