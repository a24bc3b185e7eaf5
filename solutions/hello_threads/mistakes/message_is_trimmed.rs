//! Mistake: the message of a panic is trimmed.
//!
//! Fails: `a_panic_is_told_with_its_message` with `wrong_result`.

use std::error::Error;
use std::fmt;
use std::thread::{self, Builder, JoinHandle};
use std::time::Duration;

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

const PAUSE: Duration = Duration::from_secs(1);

pub fn hello(names: &[String], times: usize, say: impl Fn(&str) + Sync) -> Vec<Result<usize, Panicked>> {
    let say = &say;
    thread::scope(|scope| {
        let threads: Vec<_> = names
            .iter()
            .map(|name| {
                let greet = move || {
                    let me = thread::current();
                    for _ in 0..times {
                        say(me.name().unwrap());
                        thread::sleep(PAUSE);
                    }
                    times
                };
                Builder::new().name(name.clone()).spawn_scoped(scope, greet).unwrap()
            })
            .collect();
        let mut results = Vec::new();
        for (thread, name) in threads.into_iter().zip(names) {
            results.push(thread.join().map_err(|payload| {
                let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
                let message = text
                    .or_else(|| payload.downcast_ref::<String>().cloned())
                    .map(|text| text.trim().to_owned());
                Panicked {
                    thread: name.clone(),
                    message: message.unwrap_or("unknown".to_owned()),
                }
            }));
        }
        results
    })
}

pub struct Greeter {
    name: String,
    times: usize,
}

impl Greeter {
    pub fn new(name: &str, times: usize) -> Self {
        Greeter {
            name: name.to_owned(),
            times,
        }
    }

    pub fn start(self) -> JoinHandle<usize> {
        Builder::new()
            .name(self.name.clone())
            .spawn(move || self.run())
            .unwrap()
    }

    fn run(self) -> usize {
        for time in 0..self.times {
            if time > 0 {
                thread::sleep(PAUSE);
            }
            println!("hello from {}", self.name);
        }
        self.times
    }
}
