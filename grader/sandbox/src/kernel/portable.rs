//! Where the kernel tells nothing that is read here.

use super::{Process, Task};

pub(super) fn tasks() -> Vec<Task> {
    Vec::new()
}

pub(super) fn tasks_of(_process: i32) -> Vec<Task> {
    Vec::new()
}

pub(super) fn is_running(_thread: i32) -> bool {
    false
}

pub(super) fn children() -> Vec<Process> {
    Vec::new()
}

pub(super) fn descriptors() -> Vec<(i32, String)> {
    Vec::new()
}
