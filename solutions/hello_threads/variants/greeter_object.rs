//! Variant: a greeter prints through a locked standard output, sleeps after each line, and its
//! thread is started with a clone of its fields. The panic is looked at with `downcast`.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
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
    let say = &say;
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for name in names {
            let body = move || say_hello(times, say);
            threads.push(Builder::new().name(name.clone()).spawn_scoped(scope, body).unwrap());
        }
        let mut results = Vec::new();
        for (name, thread) in names.iter().zip(threads) {
            results.push(thread.join().map_err(|payload| panicked(name, payload)));
        }
        results
    })
}

fn say_hello(times: usize, say: &(impl Fn(&str) + Sync)) -> usize {
    for _ in 0..times {
        say(thread::current().name().unwrap());
        thread::sleep(Duration::from_secs(1));
    }
    times
}

fn panicked(name: &str, payload: Box<dyn Any + Send>) -> Panicked {
    let message = match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => match payload.downcast::<&'static str>() {
            Ok(text) => text.to_string(),
            Err(_) => String::from("unknown"),
        },
    };
    Panicked {
        thread: name.into(),
        message,
    }
}

#[derive(Clone)]
pub struct Greeter {
    name: Arc<str>,
    left: usize,
    said: usize,
}

impl Greeter {
    pub fn new(name: &str, times: usize) -> Self {
        Greeter {
            name: name.into(),
            left: times,
            said: 0,
        }
    }

    pub fn start(self) -> JoinHandle<usize> {
        let name = self.name.to_string();
        let greeter = self.clone();
        thread::Builder::new().name(name).spawn(|| greeter.run()).unwrap()
    }

    fn run(mut self) -> usize {
        while self.left > 0 {
            let mut stdout = io::stdout().lock();
            write!(stdout, "hello from ").unwrap();
            writeln!(stdout, "{}", self.name).unwrap();
            drop(stdout);
            thread::sleep(Duration::from_secs(1));
            self.left -= 1;
            self.said += 1;
        }
        self.said
    }
}
