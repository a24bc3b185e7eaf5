//! One execution as a property sees it.

use std::any::Any;
use std::time::Duration;

use crate::protocol::{Segment, Thread};

/// One execution that came to its end by itself.
#[derive(Clone, Debug)]
pub struct Execution<T> {
    /// What the body returned.
    pub value: T,
    /// What was written to standard output, in the order of writing.
    pub stdout: Vec<Segment>,
    /// What was written to standard error, in the order of writing.
    pub stderr: Vec<Segment>,
    /// The virtual time that passed.
    pub elapsed: Duration,
    /// How many preemptions it has: 0 means that every thread ran until it had to wait.
    pub preemptions: u32,
    /// The threads: 0 is the body, the others follow in the order of spawning.
    pub threads: Vec<Thread>,
}

impl Execution<Box<dyn Any>> {
    /// The same with the value as what it is.
    pub(crate) fn typed<T: 'static>(self) -> Execution<T> {
        let Execution {
            value,
            stdout,
            stderr,
            elapsed,
            preemptions,
            threads,
        } = self;
        let value = *value.downcast().expect("a body returns values of its own type");
        Execution {
            value,
            stdout,
            stderr,
            elapsed,
            preemptions,
            threads,
        }
    }
}

impl<T> Execution<T> {
    /// All that was written to standard output.
    pub fn text(&self) -> Vec<u8> {
        self.stdout
            .iter()
            .flat_map(|segment| segment.bytes.iter().copied())
            .collect()
    }
}
