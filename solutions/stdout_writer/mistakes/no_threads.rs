//! Mistake: the caller writes all the lines itself, which prints what the statement shows.
//!
//! Fails: `one_at_a_time_writes_every_line` with `not_concurrent`.
//! Fails: `one_at_a_time_keeps_lines_whole` with `not_concurrent`.
//! Fails: `one_at_a_time_pauses_inside_the_line` with `not_concurrent`.
//! Fails: `two_at_a_time_writes_every_line` with `not_concurrent`.
//! Fails: `two_at_a_time_never_opens_three` with `not_concurrent`.
//! Fails: `two_at_a_time_pauses_inside_the_line` with `not_concurrent`.
//! Fails: `two_at_a_time_opens_two_at_once` with `not_concurrent`.
//! Fails: `threads_go_in_any_order` with `not_concurrent`.
//! Fails: `every_call_starts_anew` with `not_concurrent`.

use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    for (index, pause) in pauses.iter().enumerate() {
        print!("Thread-{} writing..", index + 1);
        thread::sleep(*pause);
        println!("..done");
    }
}

pub fn two_at_a_time(pauses: &[Duration]) {
    for (index, pause) in pauses.iter().enumerate() {
        print!("Thread-{} writing..", index + 1);
        thread::sleep(*pause);
        println!("..done");
    }
}
