//! Variant: every thread starts the next one, so they are joined from the inside out.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::thread::{self, Builder, JoinHandle};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panicked {
    pub thread: String,
    pub message: String,
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} panicked: {}", self.thread, self.message)
    }
}

impl Error for Panicked {}

pub fn hello(names: &[String], times: usize, say: impl Fn(&str) + Sync) -> Vec<Result<usize, Panicked>> {
    let mut results = Vec::new();
    start_all(names, times, &say, &mut results);
    results.reverse();
    results
}

/// Starts the first thread, then the others, and then joins the first.
fn start_all(names: &[String], times: usize, say: &(impl Fn(&str) + Sync), results: &mut Vec<Result<usize, Panicked>>) {
    let [first, others @ ..] = names else { return };
    thread::scope(|scope| {
        let body = || say_hello(times, say);
        let thread = Builder::new().name(first.clone()).spawn_scoped(scope, body).unwrap();
        start_all(others, times, say, results);
        results.push(thread.join().map_err(|payload| panicked(first, &*payload)));
    });
}

fn say_hello(times: usize, say: &(impl Fn(&str) + Sync)) -> usize {
    for _ in 0..times {
        say(thread::current().name().unwrap());
        thread::sleep(Duration::from_secs(1));
    }
    times
}

fn panicked(name: &str, payload: &(dyn Any + Send)) -> Panicked {
    let text = payload.downcast_ref::<&str>().map(|text| text.to_string());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    Panicked {
        thread: name.to_owned(),
        message: text.unwrap_or_else(|| "unknown".to_owned()),
    }
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
        let builder = Builder::new().name(self.name.clone());
        builder.spawn(move || self.run()).unwrap()
    }

    fn run(self) -> usize {
        for number in 0..self.times {
            if number > 0 {
                thread::sleep(Duration::from_secs(1));
            }
            println!("hello from {}", self.name);
        }
        self.times
    }
}
