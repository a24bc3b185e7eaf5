//! Mistake: a permit is a byte in a pipe, and whoever has finished does not write it back. The third thread waits for
//! ever.
//!
//! Fails: `two_at_a_time_writes_every_line` with `deadlock`.
//! Fails: `two_at_a_time_never_opens_three` with `deadlock`.
//! Fails: `two_at_a_time_opens_two_at_once` with `deadlock`.
//! Fails: `two_at_a_time_pauses_inside_the_line` with `deadlock`.
//! Fails: `threads_go_in_any_order` with `deadlock`.
//! Fails: `every_call_starts_anew` with `deadlock`.
//! Fails: `program_prints_both_ways` with `deadlock`.

use std::io::{Read, Write, pipe};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

fn line(number: usize, pause: Duration) {
    print!("Thread-{number} writing..");
    thread::sleep(pause);
    println!("..done");
}

pub fn one_at_a_time(pauses: &[Duration]) {
    let turn = Mutex::new(());
    thread::scope(|scope| {
        for (number, &pause) in (1..).zip(pauses) {
            let turn = &turn;
            scope.spawn(move || {
                let _turn = turn.lock();
                line(number, pause);
            });
        }
    });
}

pub fn two_at_a_time(pauses: &[Duration]) {
    let (reader, mut writer) = pipe().expect("a pipe");
    writer.write_all(b"--").expect("room for two bytes");
    thread::scope(|scope| {
        for (number, &pause) in (1..).zip(pauses) {
            let mut reader = &reader;
            scope.spawn(move || {
                reader.read_exact(&mut [0]).expect("a permit");
                line(number, pause);
            });
        }
    });
}
