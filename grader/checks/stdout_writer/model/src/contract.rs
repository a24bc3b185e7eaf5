//! The public items that the exercise promises, with their types.
//!
//! A submission that lacks one does not compile against this file, which is how the grader learns that it is missing.

use std::time::Duration;

const _: fn(&[Duration]) = stdout_writer::one_at_a_time;
const _: fn(&[Duration]) = stdout_writer::two_at_a_time;
