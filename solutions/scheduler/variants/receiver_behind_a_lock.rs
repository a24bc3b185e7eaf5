//! Variant: events come through a channel. The thread in `run` that has the lock of the receiver waits for the first
//! of them; the others wait for the lock.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

type F = Box<dyn FnOnce(&Scheduler) + Send>;

const FAR: Duration = Duration::from_secs(1_000_000_000_000);

pub struct Scheduler {
    sender: Sender<Option<(Instant, u32, u64)>>,
    queue: Mutex<Queue>,
    functions: Mutex<HashMap<u64, F>>,
    next: AtomicU64,
}

struct Queue {
    receiver: Receiver<Option<(Instant, u32, u64)>>,
    heap: BinaryHeap<Reverse<(Instant, u32, u64)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId(u64);

impl Scheduler {
    #[expect(clippy::new_without_default, reason = "the exercise asks for `new` alone")]
    pub fn new() -> Self {
        let (sender, receiver) = channel();
        Scheduler {
            sender,
            queue: Mutex::new(Queue {
                receiver,
                heap: BinaryHeap::new(),
            }),
            functions: Mutex::new(HashMap::new()),
            next: AtomicU64::new(0),
        }
    }

    pub fn enter_at(&self, time: Instant, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        let mut functions = self.functions.lock().unwrap();
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        functions.insert(number, Box::new(f));
        self.sender.send(Some((time, priority, number))).unwrap();
        EventId(number)
    }

    pub fn enter_after(&self, delay: Duration, priority: u32, f: impl FnOnce(&Scheduler) + Send + 'static) -> EventId {
        let now = Instant::now();
        self.enter_at(now.checked_add(delay).unwrap_or_else(|| now + FAR), priority, f)
    }

    pub fn cancel(&self, id: EventId) -> bool {
        let found = self.functions.lock().unwrap().remove(&id.0).is_some();
        if found {
            self.sender.send(None).unwrap();
        }
        found
    }

    fn take(&self) -> Option<F> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let Queue { receiver, heap } = &mut *queue;
        loop {
            heap.extend(receiver.try_iter().flatten().map(Reverse));
            let mut functions = self.functions.lock().unwrap();
            heap.extend(receiver.try_iter().flatten().map(Reverse));
            while heap.peek().is_some_and(|first| !functions.contains_key(&first.0.2)) {
                heap.pop();
            }
            let &Reverse((time, _, number)) = heap.peek()?;
            let now = Instant::now();
            if time <= now {
                heap.pop();
                return functions.remove(&number);
            }
            drop(functions);
            if let Ok(Some(entry)) = receiver.recv_timeout(time - now) {
                heap.push(Reverse(entry));
            }
        }
    }

    pub fn run(&self) {
        while let Some(f) = self.take() {
            f(self);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.functions.lock().unwrap().is_empty()
    }
}
