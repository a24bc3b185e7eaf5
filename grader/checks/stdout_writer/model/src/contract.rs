//! The public items that the exercise promises, with their types.
//!
//! A submission that lacks one does not compile against this file, which is how the grader learns that it is missing.
//! Each is called here: a submission may take more than it was asked to.

use std::time::Duration;

pub(crate) fn one_at_a_time(pauses: &[Duration]) {
    stdout_writer::one_at_a_time(pauses);
}

pub(crate) fn two_at_a_time(pauses: &[Duration]) {
    stdout_writer::two_at_a_time(pauses);
}
