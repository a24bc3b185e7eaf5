//! Variant: each event is in a cell that two maps share, one sorted by time and one by id. Who empties the cell runs
//! the event or has cancelled it. Before each look, a thread in `run` hangs up a bell, a channel of its own.

use crossbeam_channel::{Sender, bounded};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

type Call = Box<dyn FnOnce(&Scheduler) + Send>;
type Cell = Arc<Mutex<Option<Call>>>;
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(usize);
type Key = (u8, Instant, u32, EventId);
pub struct Scheduler {
    order: Mutex<BTreeMap<Key, Cell>>,
    by_id: Mutex<BTreeMap<EventId, (Key, Cell)>>,
    count: AtomicUsize,
    bells: Mutex<Vec<Sender<()>>>,
}
impl Scheduler {
    pub fn new() -> Self {
        Self {
            order: Mutex::default(),
            by_id: Mutex::default(),
            count: AtomicUsize::new(0),
            bells: Mutex::default(),
        }
    }
    fn ring(&self) {
        for bell in self.bells.lock().unwrap().drain(..) {
            let _ = bell.try_send(());
        }
    }
    fn enter(&self, never: u8, time: Instant, priority: u32, call: Call) -> EventId {
        let cell = Arc::new(Mutex::new(Some(call)));
        let mut order = self.order.lock().unwrap();
        let id = EventId(self.count.fetch_add(1, Ordering::SeqCst));
        let key = (never, time, priority, id);
        self.by_id.lock().unwrap().insert(id, (key, Arc::clone(&cell)));
        order.insert(key, cell);
        drop(order);
        self.ring();
        id
    }
    pub fn enter_at(&self, time: Instant, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        self.enter(0, time, priority, Box::new(f))
    }
    pub fn enter_after(&self, delay: Duration, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        let now = Instant::now();
        match now.checked_add(delay) {
            Some(t) => self.enter(0, t, priority, Box::new(f)),
            None => self.enter(1, now, priority, Box::new(f)),
        }
    }
    pub fn cancel(&self, id: EventId) -> bool {
        let Some((key, cell)) = self.by_id.lock().unwrap().remove(&id) else {
            return false;
        };
        let call = cell.lock().unwrap().take();
        self.order.lock().unwrap().remove(&key);
        self.ring();
        call.is_some()
    }
    pub fn run(&self) {
        loop {
            let (bell, ringing) = bounded(1);
            self.bells.lock().unwrap().push(bell);
            let mut order = self.order.lock().unwrap();
            let Some((&(never, time, ..), _)) = order.first_key_value() else {
                break;
            };
            if never == 0 && time <= Instant::now() {
                let (key, cell) = order.pop_first().unwrap();
                drop(order);
                self.ring();
                if let Some(call) = {
                    let c = cell.lock().unwrap().take();
                    c
                } {
                    self.by_id.lock().unwrap().remove(&key.3);
                    call(self);
                }
            } else {
                drop(order);
                if never == 0 {
                    let _ = ringing.recv_deadline(time);
                } else {
                    let _ = ringing.recv();
                }
            }
        }
        self.ring();
    }
    pub fn is_empty(&self) -> bool {
        self.order.lock().unwrap().is_empty()
    }
}
