//! Mistake: the threads are kept in a map by their names, so two equal names are one.
//!
//! Fails: `every_name_says_hello` with `wrong_result`.
//! Fails: `each_name_has_a_thread_of_its_own` with `wrong_result`.
//! Fails: `a_panic_leaves_the_others_alone` with `wrong_result`.

use std::any::Any;
use std::collections::HashMap;
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
    let say = &say;
    thread::scope(|scope| {
        let mut threads = HashMap::new();
        for name in names {
            threads.entry(name).or_insert_with(|| {
                let body = move || say_hello(times, say);
                Builder::new().name(name.clone()).spawn_scoped(scope, body).unwrap()
            });
        }
        let join = |(name, thread): (&String, thread::ScopedJoinHandle<usize>)| {
            (name.clone(), thread.join().map_err(|payload| panicked(name, &*payload)))
        };
        let ends: HashMap<String, _> = threads.into_iter().map(|(name, thread)| join((name, thread))).collect();
        names.iter().map(|name| ends[name].clone()).collect()
    })
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
