//! Mistake: a single thread says all names, one after the other, and the caller sleeps beside
//! it.
//!
//! Fails: `each_name_has_a_thread_of_its_own` with `wrong_result`.
//! Fails: `the_seconds_pass_at_the_same_time` with `over_serialized`.
//! Fails: `any_thread_may_be_first` with `not_concurrent`.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
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
    let all = || {
        let say_all = |name: &String| {
            panic::catch_unwind(AssertUnwindSafe(|| say_hello(name, times, &say)))
                .map_err(|payload| panicked(name, &*payload))
        };
        names.iter().map(say_all).collect()
    };
    thread::scope(|scope| scope.spawn(all).join().unwrap())
}

fn say_hello(name: &str, times: usize, say: &(impl Fn(&str) + Sync)) -> usize {
    for _ in 0..times {
        say(name);
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
