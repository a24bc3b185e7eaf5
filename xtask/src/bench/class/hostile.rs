//! Looks for other people's files, and leaves processes behind.

use std::fs;
use std::process::Command;
use std::time::Duration;

pub fn one_at_a_time(_: &[Duration]) {
    for folder in ["/etc", "/home", "/root", "/tmp"] {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let _ = fs::read(entry.path());
        }
    }
    for _ in 0..50 {
        let _ = Command::new("sleep").arg("60").spawn();
    }
}

pub fn two_at_a_time(pauses: &[Duration]) {
    one_at_a_time(pauses);
}
