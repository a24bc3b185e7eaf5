//! Variant: a thread returns from `run` only when no event runs in another thread either, since that could enter
//! more. A guard counts, in a panic as well.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

type Key = (Instant, u32, u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId(Option<Key>, u64);

#[derive(Default)]
struct Queue {
    timed: BTreeMap<Key, Box<dyn FnOnce(&Scheduler) + Send>>,
    /// The events after `Duration::MAX`, which never run.
    never: Vec<(u64, Box<dyn FnOnce(&Scheduler) + Send>)>,
    running: usize,
    count: u64,
}

pub struct Scheduler {
    queue: Mutex<Queue>,
    news: Condvar,
}

struct Running<'a>(&'a Scheduler);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.queue.lock().unwrap().running -= 1;
        self.0.news.notify_all();
    }
}

impl Scheduler {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        Self {
            queue: Mutex::default(),
            news: Condvar::new(),
        }
    }

    pub fn enter_at(&self, time: Instant, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        let mut queue = self.queue.lock().unwrap();
        queue.count += 1;
        let key = (time, priority, queue.count);
        queue.timed.insert(key, Box::new(f));
        self.news.notify_all();
        EventId(Some(key), queue.count)
    }

    pub fn enter_after(&self, delay: Duration, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        if let Some(time) = Instant::now().checked_add(delay) {
            return self.enter_at(time, priority, f);
        }
        let mut queue = self.queue.lock().unwrap();
        queue.count += 1;
        let number = queue.count;
        queue.never.push((number, Box::new(f)));
        EventId(None, number)
    }

    pub fn cancel(&self, EventId(key, number): EventId) -> bool {
        let mut queue = self.queue.lock().unwrap();
        let was_there = match key {
            Some(key) => queue.timed.remove(&key).is_some(),
            None => {
                let before = queue.never.len();
                queue.never.retain(|(other, _)| *other != number);
                queue.never.len() < before
            }
        };
        self.news.notify_all();
        was_there
    }

    pub fn run(&self) {
        let mut queue = self.queue.lock().unwrap();
        loop {
            let now = Instant::now();
            let due = queue.timed.first_key_value().map(|(key, _)| key.0);
            queue = match due {
                Some(due) if due <= now => {
                    let (_, call) = queue.timed.pop_first().unwrap();
                    queue.running += 1;
                    drop(queue);
                    let running = Running(self);
                    call(self);
                    drop(running);
                    self.queue.lock().unwrap()
                }
                Some(due) => self.news.wait_timeout(queue, due - now).unwrap().0,
                None if queue.never.is_empty() && queue.running == 0 => return,
                None => self.news.wait(queue).unwrap(),
            };
        }
    }

    pub fn is_empty(&self) -> bool {
        let queue = self.queue.lock().unwrap();
        queue.timed.is_empty() && queue.never.is_empty() && queue.running == 0
    }
}
