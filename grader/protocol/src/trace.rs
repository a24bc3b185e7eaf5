//! What one execution was: its threads, objects, operations, output and end.
//!
//! Plain data, in the order in which the operations took effect. Nothing here depends on addresses, on real time or on
//! the order of a hash map, so two runs of one schedule give equal traces.

use std::time::Duration;

/// A place in source code, as the compiler was told to name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// The path of the file, as the compiler was given it.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
}

/// A thread that took part in an execution.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Thread {
    /// 0 for the body of the execution, then 1, 2, … in the order of spawning.
    pub id: usize,
    /// The name given with `thread::Builder`.
    pub name: Option<String>,
    /// Where it was spawned; `None` for the body.
    pub spawned_at: Option<Place>,
    /// The message of the panic that ended it.
    pub panicked: Option<String>,
    /// Where that panic was raised.
    pub panicked_at: Option<Place>,
    /// How many operations it performed.
    pub operations: u64,
}

/// An object that several threads may share: a lock, an atomic, a channel, …
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Object {
    /// 0, 1, 2, … in the order of first use.
    pub id: usize,
    /// The type without its parameters: `Mutex`, `AtomicUsize`, `mpsc::channel`.
    pub kind: String,
    /// Where it was created; `None` for what the program did not create itself, such as standard output.
    pub created_at: Option<Place>,
}

/// One operation that took effect.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Event {
    /// The thread that performed it ([`Thread::id`]).
    pub thread: usize,
    /// What was done, as a reader names it: `load`, `lock`, `wait`, `sleep`.
    pub operation: String,
    /// What it was done to ([`Object::id`]).
    pub object: Option<usize>,
    /// What was seen or written: `→ 0`, `1`, `→ would block`.
    pub detail: Option<String>,
    /// What the object holds afterwards, where that can be told in a word: the value of an atomic, `free` or `held by 2` of a lock.
    pub state: Option<String>,
    /// The virtual time at which it took effect, since the start of the execution.
    pub time: Duration,
    /// The line of the program that asked for it.
    pub place: Option<Place>,
    /// Whether the thread that ran before this one could have gone on: the scheduler preempted it.
    pub preempts: bool,
}

/// Bytes that reached a standard stream as a unit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Segment {
    /// The thread that wrote them ([`Thread::id`]).
    pub thread: usize,
    /// The name of that thread.
    pub thread_name: Option<String>,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The virtual time of the write, since the start of the execution.
    pub time: Duration,
}

/// A thread that waits and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Wait {
    /// The thread that waits.
    pub thread: usize,
    /// For what: `lock`, `join thread 2`, `wait on a condition variable`.
    pub operation: String,
    /// The object it waits at.
    pub object: Option<usize>,
    /// The line on which it waits.
    pub place: Option<Place>,
    /// The threads that could end the wait and do not: the holder of the lock, the thread to be joined.
    pub held_by: Vec<usize>,
    /// The line on which the holder took what is waited for.
    pub held_since: Option<Place>,
    /// Who else could end the wait, where that is not a thread in particular: `1 sender left`.
    pub detail: Option<String>,
    /// At a condition variable, by one that was not notified: the last notification of that, if there was any.
    pub last_notification: Option<Notification>,
}

/// A notification of a condition variable.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Notification {
    /// The thread that notified.
    pub by: usize,
    /// Where it did.
    pub place: Option<Place>,
    /// The threads that it woke.
    pub woke: Vec<usize>,
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum End {
    /// The body returned and every thread had ended.
    Finished,
    /// The body panicked.
    Panicked {
        /// The message.
        message: String,
        /// Where the panic was raised.
        place: Option<Place>,
    },
    /// Every thread waits, and nothing can end any wait.
    Deadlock {
        /// Who waits for what, in the order of thread ids.
        waits: Vec<Wait>,
        /// The threads of a cycle in which each waits for the next and the last for the first; empty where there is none.
        cycle: Vec<usize>,
    },
    /// Every thread waits, in no cycle, and one of them was passed by: a notification of the condition variable that it waits at
    /// found nobody waiting, before it began to wait, and no other has woken it there since.
    LostWakeup {
        /// Who waits for what, in the order of thread ids.
        waits: Vec<Wait>,
        /// The thread that was passed by.
        waiter: usize,
        /// Where the notification was sent that found nobody waiting.
        notified_at: Option<Place>,
    },
    /// Threads keep acting, on each other or alone, without getting anywhere, until the limit of steps.
    Livelock {
        /// The threads that were running in circles.
        threads: Vec<usize>,
    },
    /// A thread asks again and again for something that only another thread can change, instead of waiting for it.
    BusyWait {
        /// The thread that spins.
        thread: usize,
        /// The line that it repeats.
        place: Option<Place>,
    },
    /// The limit of steps was reached by threads that were still getting on.
    StepLimit,
    /// `process::exit` or `process::abort` was called.
    Exited {
        /// The exit code; `None` for `abort`.
        code: Option<i32>,
        /// The thread that called it.
        thread: usize,
        /// Where it was called.
        place: Option<Place>,
    },
    /// The body returned, but threads that it started were still alive.
    ThreadsLeft {
        /// Those threads.
        threads: Vec<usize>,
    },
    /// The program did not do the same under the same schedule: it depends on something that is not controlled.
    Nondeterministic {
        /// What was expected at the first difference, and what came instead.
        difference: String,
    },
}

/// One execution, told event by event.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Trace {
    /// The threads, by id.
    pub threads: Vec<Thread>,
    /// The objects, by id.
    pub objects: Vec<Object>,
    /// The operations, in the order in which they took effect.
    pub events: Vec<Event>,
    /// What was written to standard output.
    pub stdout: Vec<Segment>,
    /// What was written to standard error.
    pub stderr: Vec<Segment>,
    /// The virtual time at the end, since the start.
    pub elapsed: Duration,
    /// How it ended.
    pub end: End,
}

impl Trace {
    /// A number that two traces share only if the same threads did the same operations on the same objects, in the same order
    /// and with the same results, but for chance (FNV-1a, 32 bits: Fowler, Noll & Vo, RFC 9923).
    ///
    /// Where in the source they stand makes no difference, nor does the machine.
    pub fn digest(&self) -> u32 {
        let mut digest = 0x811C_9DC5_u32;
        let mut add = |bytes: &[u8]| {
            for byte in bytes {
                digest = (digest ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
            }
        };
        for event in &self.events {
            add(&(event.thread as u64).to_le_bytes());
            add(&event.object.map_or(u64::MAX, |object| object as u64).to_le_bytes());
            // No text holds this byte, so it tells where one ends.
            add(event.operation.as_bytes());
            add(&[0xFF]);
            add(event.detail.as_deref().unwrap_or_default().as_bytes());
            add(&[0xFF]);
        }
        digest
    }
}
