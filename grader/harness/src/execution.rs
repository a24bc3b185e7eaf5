//! One execution as a property sees it.

use std::any::Any;
use std::mem;
use std::rc::Rc;
use std::time::Duration;

use protocol::trace::{Segment, Thread, Trace};

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

impl<T> Execution<T> {
    /// All that was written to standard output.
    pub fn text(&self) -> Vec<u8> {
        self.stdout
            .iter()
            .flat_map(|segment| segment.bytes.iter().copied())
            .collect()
    }
}

/// An execution, whatever its body returns: a scenario is compiled once and not for every body.
pub(crate) trait AnyExecution: Any {
    /// Adds what was seen of it, beside what the body returned.
    fn complete(&mut self, trace: &mut Trace, preemptions: u32);
}

/// What the explorer runs again and again, whatever it returns.
pub(crate) type AnyBody = Rc<dyn Fn() -> Box<dyn AnyExecution>>;

impl<T: 'static> AnyExecution for Execution<T> {
    fn complete(&mut self, trace: &mut Trace, preemptions: u32) {
        mem::swap(&mut self.stdout, &mut trace.stdout);
        mem::swap(&mut self.stderr, &mut trace.stderr);
        mem::swap(&mut self.threads, &mut trace.threads);
        self.elapsed = trace.elapsed;
        self.preemptions = preemptions;
    }
}

impl dyn AnyExecution {
    /// An execution whose body returned `value`, which is all that is known of it.
    pub(crate) fn returning<T: 'static>(value: T) -> Box<Self> {
        Box::new(Execution {
            value,
            stdout: const { Vec::new() },
            stderr: const { Vec::new() },
            elapsed: Duration::ZERO,
            preemptions: 0,
            threads: const { Vec::new() },
        })
    }

    /// The same as what it is.
    pub(crate) fn typed<T: 'static>(&self) -> &Execution<T> {
        let execution: &dyn Any = self;
        execution.downcast_ref().expect("a body returns values of its own type")
    }
}
