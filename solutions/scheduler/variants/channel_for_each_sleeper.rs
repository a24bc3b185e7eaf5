//! Variant: a thread that sleeps in `run` leaves the sender of a channel, and waits for a message or for its
//! deadline. A change drops all senders.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, bounded};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId(usize);

/// Events by their time, `None` being never, and those of one time by priority and number.
type Places = BTreeMap<(bool, Option<Instant>, u32, usize), Box<dyn FnOnce(&Scheduler) + Send>>;

#[derive(Default)]
struct Agenda {
    places: Places,
    keys: HashMap<usize, (bool, Option<Instant>, u32, usize)>,
    next: usize,
    sleepers: Vec<Sender<()>>,
}

#[derive(Default)]
pub struct Scheduler {
    agenda: Mutex<Agenda>,
}

impl Scheduler {
    pub fn new() -> Self {
        Self::default()
    }

    fn enter(&self, time: Option<Instant>, priority: u32, event: Box<dyn FnOnce(&Scheduler) + Send>) -> EventId {
        let mut agenda = self.agenda.lock().unwrap();
        let number = agenda.next;
        agenda.next += 1;
        let key = (time.is_none(), time, priority, number);
        agenda.places.insert(key, event);
        agenda.keys.insert(number, key);
        agenda.sleepers.clear();
        EventId(number)
    }

    pub fn enter_at(&self, time: Instant, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        self.enter(Some(time), priority, Box::new(f))
    }

    pub fn enter_after(&self, delay: Duration, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        self.enter(Instant::now().checked_add(delay), priority, Box::new(f))
    }

    pub fn cancel(&self, id: EventId) -> bool {
        let mut agenda = self.agenda.lock().unwrap();
        let Some(key) = agenda.keys.remove(&id.0) else {
            return false;
        };
        agenda.sleepers.clear();
        agenda.places.remove(&key).is_some()
    }

    pub fn run(&self) {
        loop {
            let mut agenda = self.agenda.lock().unwrap();
            let Some((&(is_never, time, ..), _)) = agenda.places.first_key_value() else {
                return;
            };
            if !is_never && time.is_some_and(|time| time <= Instant::now()) {
                let (key, event) = agenda.places.pop_first().unwrap();
                agenda.keys.remove(&key.3);
                drop(agenda);
                event(self);
                continue;
            }
            let (sender, change) = bounded(0);
            agenda.sleepers.push(sender);
            drop(agenda);
            match time {
                Some(time) => drop(change.recv_deadline(time)),
                None => drop(change.recv()),
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.agenda.lock().unwrap().places.is_empty()
    }
}
