//! Variant: a thread keeps all events and knows the time. Whoever enters, cancels or runs one asks it through a
//! channel.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

type F = Box<dyn FnOnce(&Scheduler) + Send>;

enum Request {
    Enter(Option<Instant>, u32, F, Sender<EventId>),
    Cancel(EventId, Sender<bool>),
    Next(Sender<Option<F>>),
    IsEmpty(Sender<bool>),
}

pub struct Scheduler {
    requests: Option<Sender<Request>>,
    keeper: Option<JoinHandle<()>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId {
    number: u64,
}

fn keep(requests: &Receiver<Request>) {
    let mut events: BTreeMap<(Option<Instant>, u32, u64), F> = BTreeMap::new();
    let mut never: BTreeMap<(u32, u64), F> = BTreeMap::new();
    let mut keys = std::collections::HashMap::new();
    let mut waiting: VecDeque<Sender<Option<F>>> = VecDeque::new();
    let mut next = 0;
    loop {
        if events.is_empty() && never.is_empty() {
            for runner in waiting.drain(..) {
                let _ = runner.send(None);
            }
        }
        while !waiting.is_empty()
            && let Some(entry) = events.first_entry()
            && entry.key().0.unwrap() <= Instant::now()
        {
            let (key, f) = entry.remove_entry();
            keys.remove(&key.2);
            let _ = waiting.pop_front().unwrap().send(Some(f));
        }
        if events.is_empty() && never.is_empty() && !waiting.is_empty() {
            continue;
        }
        let deadline = if waiting.is_empty() {
            None
        } else {
            events.first_key_value().map(|(key, _)| key.0.unwrap())
        };
        let request = match deadline {
            Some(deadline) => match requests.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(request) => request,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return,
            },
            None => match requests.recv() {
                Ok(request) => request,
                Err(_) => return,
            },
        };
        match request {
            Request::Enter(time, priority, f, answer) => {
                next += 1;
                keys.insert(next, (time, priority, next));
                match time {
                    Some(_) => drop(events.insert((time, priority, next), f)),
                    None => drop(never.insert((priority, next), f)),
                }
                let _ = answer.send(EventId { number: next });
            }
            Request::Cancel(id, answer) => {
                let found = keys.remove(&id.number);
                if let Some(key) = found {
                    events.remove(&key);
                    never.remove(&(key.1, key.2));
                }
                let _ = answer.send(found.is_some());
            }
            Request::Next(answer) => waiting.push_back(answer),
            Request::IsEmpty(answer) => {
                let _ = answer.send(events.is_empty() && never.is_empty());
            }
        }
    }
}

impl Scheduler {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        let (sender, receiver) = channel();
        let keeper = thread::Builder::new()
            .name("keeper".into())
            .spawn(move || keep(&receiver))
            .unwrap();
        Scheduler {
            requests: Some(sender),
            keeper: Some(keeper),
        }
    }

    fn ask<R>(&self, request: impl FnOnce(Sender<R>) -> Request) -> R {
        let (sender, receiver) = channel();
        self.requests.as_ref().unwrap().send(request(sender)).unwrap();
        receiver.recv().unwrap()
    }

    pub fn enter_at(&self, time: Instant, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        self.ask(|answer| Request::Enter(Some(time), priority, Box::new(f), answer))
    }

    pub fn enter_after(&self, delay: Duration, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        let time = Instant::now().checked_add(delay);
        self.ask(|answer| Request::Enter(time, priority, Box::new(f), answer))
    }

    pub fn cancel(&self, id: EventId) -> bool {
        self.ask(|answer| Request::Cancel(id, answer))
    }

    pub fn run(&self) {
        while let Some(f) = self.ask(Request::Next) {
            f(self);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.ask(Request::IsEmpty)
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        drop(self.requests.take());
        let _ = self.keeper.take().unwrap().join();
    }
}
