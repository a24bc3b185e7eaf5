//! Variant: results come through a channel of crossbeam; a guard sends that of a thread that
//! panics when it is dropped, and the caller reads the message from the handle.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::thread::{self, Builder, JoinHandle, ScopedJoinHandle};
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
    let (send, ends) = crossbeam_channel::unbounded();
    thread::scope(|scope| {
        let mut threads: Vec<Option<ScopedJoinHandle<usize>>> = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let told = Told(index, send.clone());
            let say = &say;
            let body = move || {
                let _told = told;
                say_hello(times, say)
            };
            threads.push(Some(
                Builder::new().name(name.clone()).spawn_scoped(scope, body).unwrap(),
            ));
        }
        drop(send);
        let mut results: Vec<_> = names.iter().map(|_| Ok(0)).collect();
        for index in ends {
            let thread = threads[index].take().unwrap();
            results[index] = thread.join().map_err(|payload| panicked(&names[index], &*payload));
        }
        results
    })
}

/// Tells at its end which thread it was.
struct Told(usize, crossbeam_channel::Sender<usize>);

impl Drop for Told {
    fn drop(&mut self) {
        self.1.send(self.0).unwrap();
    }
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
