//! Threads with names that say hello, and what becomes of one that panics.
//!
//! There are two loops: one that starts the threads and one that joins them. A single loop that did
//! both would wait for the first thread before the second exists.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::thread::{self, Builder, JoinHandle, ScopedJoinHandle};
use std::time::Duration;

/// How long a thread sleeps after each hello.
const PAUSE: Duration = Duration::from_secs(1);

/// A thread that panicked.
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

/// Lets one thread for each name say hello `times` times.
pub fn hello(names: &[String], times: usize, say: impl Fn(&str) + Sync) -> Vec<Result<usize, Panicked>> {
    // All threads use the same `say`, so each gets a reference to it. `thread::spawn` would not allow
    // that: such a thread may outlive this function, and `say` with it. A scope joins its threads.
    let say = &say;
    thread::scope(|scope| {
        // `collect` is essential: an iterator is lazy, so without it each thread would be joined before
        // the next is started.
        let threads: Vec<ScopedJoinHandle<usize>> = names
            .iter()
            .map(|name| {
                Builder::new()
                    .name(name.clone())
                    .spawn_scoped(scope, move || say_hello(times, say))
                    .expect("the system has room for another thread")
            })
            .collect();
        // Threads end in any order, but are joined in that of the names. `join` returns a thread's
        // panic as an `Err`, so it ends neither this loop nor the other threads.
        names
            .iter()
            .zip(threads)
            .map(|(name, thread)| {
                thread.join().map_err(|payload| Panicked {
                    thread: name.clone(),
                    message: message(&*payload),
                })
            })
            .collect()
    })
}

/// What each thread of [`hello`] does.
fn say_hello(times: usize, say: &(impl Fn(&str) + Sync)) -> usize {
    // As in Python, a thread can be asked for its name. It is asked for here, in the new thread: the
    // function that starts the threads runs in a thread with another name.
    let this_thread = thread::current();
    let name = this_thread.name().expect("it was started with a name");
    for _ in 0..times {
        say(name);
        thread::sleep(PAUSE);
    }
    times
}

/// The text of a panic. `panic!("…")` has a `&str` as its payload, and `panic!("{…}")` a `String`, but
/// `std::panic::panic_any` takes any value.
// The payload must come as `&*payload`: a `&Box<dyn Any>` is an `Any` as well, the box itself.
fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "unknown".to_owned()
    }
}

/// Says hello in a thread of its own.
// In Python it would inherit from `Thread`. In Rust it is a plain value that moves into a thread.
pub struct Greeter {
    name: String,
    times: usize,
}

impl Greeter {
    /// Makes a greeter that will say hello `times` times. Nothing runs yet.
    pub fn new(name: &str, times: usize) -> Self {
        Self {
            name: name.to_owned(),
            times,
        }
    }

    /// Starts a thread that has the greeter's name and calls [`Greeter::run`], and returns at once.
    pub fn start(self) -> JoinHandle<usize> {
        // The closure takes the greeter with it, since the thread may go on when the caller has ended.
        Builder::new()
            .name(self.name.clone())
            .spawn(move || self.run())
            .expect("the system has room for another thread")
    }

    /// Prints the lines, a second apart.
    fn run(self) -> usize {
        for number in 0..self.times {
            if number > 0 {
                thread::sleep(PAUSE);
            }
            // One call, one line: `println!` locks standard output until the newline is out.
            println!("hello from {}", self.name);
        }
        self.times
    }
}
