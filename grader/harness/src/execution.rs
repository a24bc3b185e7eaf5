//! One execution, as a property sees it.

use std::any::Any;
use std::mem;
use std::rc::Rc;
use std::time::Duration;

use protocol::trace::{Segment, Thread, Trace};

/// One execution whose body has returned and in which nothing went wrong.
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
    /// How many preemptions it has. 0 means that every thread ran until it had to wait.
    pub preemptions: u32,
    /// The threads. Thread 0 is the body; the others follow in the order in which they were spawned.
    pub threads: Vec<Thread>,
    /// The most threads, the body aside, that were alive at once.
    pub most_alive: usize,
}

impl<T> Execution<T> {
    /// All that was written to standard output.
    pub fn text(&self) -> Vec<u8> {
        Segment::joined(&self.stdout)
    }
}

/// An execution without the type of its value, so that a scenario is compiled once and not once for each body.
pub(crate) trait AnyExecution: Any {
    /// Adds what was recorded beside the value.
    fn complete(&mut self, trace: &mut Trace, preemptions: u32, most_alive: usize);
}

/// The body that the explorer runs again and again, without the type of its value.
pub(crate) type AnyBody = Rc<dyn Fn() -> Box<dyn AnyExecution>>;

impl<T: 'static> AnyExecution for Execution<T> {
    fn complete(&mut self, trace: &mut Trace, preemptions: u32, most_alive: usize) {
        mem::swap(&mut self.stdout, &mut trace.stdout);
        mem::swap(&mut self.stderr, &mut trace.stderr);
        mem::swap(&mut self.threads, &mut trace.threads);
        self.elapsed = trace.elapsed;
        self.preemptions = preemptions;
        self.most_alive = most_alive;
    }
}

impl dyn AnyExecution {
    /// An execution whose body returned `value`. The rest is empty until [`complete`](AnyExecution::complete) is
    /// called.
    pub(crate) fn returning<T: 'static>(value: T) -> Box<Self> {
        Box::new(Execution {
            value,
            stdout: const { Vec::new() },
            stderr: const { Vec::new() },
            elapsed: Duration::ZERO,
            preemptions: 0,
            threads: const { Vec::new() },
            most_alive: 0,
        })
    }

    /// The execution with the type of its value.
    pub(crate) fn typed<T: 'static>(&self) -> &Execution<T> {
        let execution: &dyn Any = self;
        execution
            .downcast_ref()
            .expect("the body returned a value of this type")
    }
}
