//! Variant: each thread writes its result into a place of its own, lent to it by the caller.
//! The caller takes the panics from the handles.

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
    let mut counts = vec![0; names.len()];
    let panics: Vec<Option<Panicked>> = thread::scope(|scope| {
        let threads: Vec<_> = names
            .iter()
            .zip(&mut counts)
            .map(|(name, count)| {
                let body = || {
                    while *count < times {
                        say(thread::current().name().unwrap_or_default());
                        thread::sleep(Duration::from_millis(1000));
                        *count += 1;
                    }
                };
                Builder::new().name(name.to_string()).spawn_scoped(scope, body).unwrap()
            })
            .collect();
        let ends = names.iter().zip(threads);
        ends.map(|(name, thread)| thread.join().err().map(|payload| panicked(name, payload.as_ref())))
            .collect()
    });
    panics
        .into_iter()
        .zip(counts)
        .map(|(panic, count)| panic.map_or(Ok(count), Err))
        .collect()
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
