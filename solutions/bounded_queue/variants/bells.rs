//! Variant: a bell for each side, a channel with room for one ring. Who goes on and sees that another one could rings
//! again. Consumers go on after a panic, and the caller is one of them.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

#[derive(PartialEq, Eq)]
pub enum PutError<T> {
    Full(T),
    Closed(T),
}

impl<T> fmt::Debug for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PutError::Full(_) => "Full(..)",
            PutError::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> fmt::Display for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PutError::Full(_) => "the queue is full",
            PutError::Closed(_) => "the queue is closed",
        })
    }
}

impl<T> Error for PutError<T> {}

#[derive(Debug, PartialEq, Eq)]
pub enum GetError {
    Empty,
    Closed,
}

impl fmt::Display for GetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GetError::Empty => "the queue is empty",
            GetError::Closed => "the queue is empty and closed",
        })
    }
}

impl Error for GetError {}

struct Bell(Sender<()>, Receiver<()>);

impl Bell {
    fn new() -> Self {
        let (ring, hear) = bounded(1);
        Self(ring, hear)
    }

    fn ring(&self) {
        let _ = self.0.try_send(());
    }

    /// Whether it rang in time.
    fn hear(&self, deadline: Option<Instant>) -> bool {
        match deadline {
            None => self.1.recv().is_ok(),
            Some(deadline) => self.1.recv_deadline(deadline).is_ok(),
        }
    }
}

pub struct Queue<T> {
    inside: Mutex<Inside<T>>,
    maxsize: usize,
    item: Bell,
    room: Bell,
}

struct Inside<T> {
    items: VecDeque<T>,
    open: bool,
}

impl<T> Queue<T> {
    pub fn new(maxsize: usize) -> Self {
        Self {
            inside: Mutex::new(Inside {
                items: VecDeque::new(),
                open: true,
            }),
            maxsize,
            item: Bell::new(),
            room: Bell::new(),
        }
    }

    pub fn put(&self, item: T) -> Result<(), PutError<T>> {
        self.put_until(item, None)
    }

    pub fn try_put(&self, item: T) -> Result<(), PutError<T>> {
        let mut inside = self.inside.lock().unwrap();
        let has_room = |inside: &Inside<T>| self.maxsize == 0 || inside.items.len() < self.maxsize;
        if !inside.open {
            self.room.ring();
            return Err(PutError::Closed(item));
        }
        if !has_room(&inside) {
            return Err(PutError::Full(item));
        }
        inside.items.push_back(item);
        if has_room(&inside) {
            self.room.ring();
        }
        self.item.ring();
        Ok(())
    }

    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutError<T>> {
        self.put_until(item, Instant::now().checked_add(timeout))
    }

    fn put_until(&self, mut item: T, deadline: Option<Instant>) -> Result<(), PutError<T>> {
        loop {
            match self.try_put(item) {
                Err(PutError::Full(back)) => item = back,
                outcome => return outcome,
            }
            if !self.room.hear(deadline) {
                return self.try_put(item);
            }
        }
    }

    pub fn get(&self) -> Result<T, GetError> {
        self.get_until(None)
    }

    pub fn try_get(&self) -> Result<T, GetError> {
        let mut inside = self.inside.lock().unwrap();
        let item = inside.items.pop_front();
        if item.is_some() {
            self.room.ring();
        }
        if !inside.items.is_empty() || !inside.open {
            self.item.ring();
        }
        item.ok_or(if inside.open { GetError::Empty } else { GetError::Closed })
    }

    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.get_until(Instant::now().checked_add(timeout))
    }

    fn get_until(&self, deadline: Option<Instant>) -> Result<T, GetError> {
        loop {
            match self.try_get() {
                Err(GetError::Empty) => {}
                outcome => return outcome,
            }
            if !self.item.hear(deadline) {
                return self.try_get();
            }
        }
    }

    pub fn close(&self) {
        self.inside.lock().unwrap().open = false;
        self.item.ring();
        self.room.ring();
    }

    #[expect(clippy::len_without_is_empty, reason = "an answer that is outdated at once")]
    pub fn len(&self) -> usize {
        self.inside.lock().unwrap().items.len()
    }
}

pub fn produce_and_consume<T: Send, R: Send>(
    producers: Vec<impl FnOnce(&Queue<T>) + Send>,
    consumers: usize,
    maxsize: usize,
    consume: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let queue = Queue::new(maxsize);
    let work = || {
        let mut results = Vec::new();
        while let Ok(item) = queue.get() {
            results.push(panic::catch_unwind(AssertUnwindSafe(|| consume(item))));
        }
        results
    };
    let (mut results, produced) = thread::scope(|scope| {
        let producers: Vec<_> = producers
            .into_iter()
            .map(|producer| scope.spawn(|| producer(&queue)))
            .collect();
        let closer = scope.spawn(|| {
            let produced: Vec<_> = producers.into_iter().map(|producer| producer.join()).collect();
            queue.close();
            produced
        });
        let others: Vec<_> = (1..consumers).map(|_| scope.spawn(work)).collect();
        let mut results = work();
        for other in others {
            results.extend(other.join().unwrap());
        }
        (results, closer.join().unwrap())
    });
    for outcome in produced {
        if let Err(payload) = outcome {
            panic::resume_unwind(payload);
        }
    }
    results
        .drain(..)
        .map(|result| result.unwrap_or_else(|payload| panic::resume_unwind(payload)))
        .collect()
}
