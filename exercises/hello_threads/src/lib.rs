//! Threads with names that say hello, and what becomes of one that panics.
//!
//! The README beside this crate has a lesson and the task. `cargo run -p hello_threads` runs what you
//! write here, and `cargo xtask grade hello_threads` grades it.

// What you will probably want from the standard library:
//
//   std::thread::Builder        name a thread before it starts: `Builder::new().name(..).spawn(..)`
//   std::thread::scope          threads that may borrow, and that have ended when it returns;
//                               `Builder::spawn_scoped` names one of them
//   std::thread::current        the thread that asks; `Thread::name` is its name
//   std::thread::sleep          let a `Duration` pass
//   JoinHandle::join            wait for the end of a thread: its value, or the payload of its panic
//   std::any::Any               what the payload is: `downcast_ref::<&str>`, `downcast_ref::<String>`

use std::error::Error;
use std::fmt;
use std::thread::JoinHandle;

/// A thread that panicked. This type is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panicked {
    /// The name of the thread.
    pub thread: String,
    /// What it panicked with: the text of the panic, or `unknown` if that is no text.
    pub message: String,
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} panicked: {}", self.thread, self.message)
    }
}

impl Error for Panicked {}

/// Starts one thread for each name, and the thread has that name.
///
/// `times` times, each thread calls `say` with its own name, which it asks of
/// `thread::current().name()`, and then sleeps for one second.
///
/// Returns, in the order of the names, how often each thread said hello, or who panicked and with
/// what. Then all threads have ended.
pub fn hello(names: &[String], times: usize, say: impl Fn(&str) + Sync) -> Vec<Result<usize, Panicked>> {
    todo!("let {} threads say hello {times} times each: {:p}", names.len(), &say)
}

/// Says hello in a thread of its own, as an object of a subclass of Python's `Thread` does.
pub struct Greeter {
    // The fields are yours to choose.
}

impl Greeter {
    /// Makes a greeter that will say hello `times` times. Nothing runs yet.
    pub fn new(name: &str, times: usize) -> Self {
        todo!("remember the name {name} and that there are {times} times")
    }

    /// Starts a thread that has the greeter's name and calls [`Greeter::run`], and returns at once.
    pub fn start(self) -> JoinHandle<usize> {
        todo!(
            "start a thread that calls the function at {:p}",
            Self::run as fn(Self) -> usize
        )
    }

    /// Prints `hello from` and the name, on a line of its own, as often as it was told, with a second
    /// between one line and the next. Returns how often that was.
    fn run(self) -> usize {
        todo!("print the lines")
    }
}
