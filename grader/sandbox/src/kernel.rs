//! What the kernel shows of this process, its threads and its children.
//!
//! Linux tells it under `/proc`. Elsewhere the lists are empty, and no check on real threads is carried out.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use portable as system;

pub use call::Call;

mod call;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod portable;

/// A thread of this process or of one below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The number of its process.
    pub process: i32,
    /// Its own number.
    pub id: i32,
    /// Its name.
    pub name: String,
    /// What it does, as one letter: `R` runs or could run, `S` sleeps, `Z` has ended and was not waited for.
    pub state: char,
    /// How often it was given a processor.
    pub switches: u64,
    /// The call of the system that it is in, if that is a known one.
    pub call: Option<Call>,
    /// Whether that call may have a limit of time.
    pub has_limit: bool,
}

impl Task {
    /// Whether it waits for something, or has ended.
    pub fn is_asleep(&self) -> bool {
        matches!(self.state, 'S' | 'Z' | 'X' | 'T' | 't')
    }

    /// Whether it sleeps until another thread of its process does something, and no clock ends that.
    pub fn is_left_to_a_thread(&self) -> bool {
        self.state == 'S' && self.call == Some(Call::Futex) && !self.has_limit
    }

    /// Whether it has ended, or sleeps until its own process or one that it started does something, and no clock ends that.
    pub fn is_left_to_others(&self) -> bool {
        let waits = self.state == 'S' && matches!(self.call, Some(Call::Read | Call::Wait));
        self.state == 'Z' || waits || self.is_left_to_a_thread()
    }
}

/// A process that this one started, or one that came to it when its own parent ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub id: i32,
    /// Its name.
    pub name: String,
    /// What it does; `Z` for one that has ended and was not waited for.
    pub state: char,
}

/// The threads that only observe, and do not count.
static OBSERVERS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// The calling thread only observes, as long as this value lives.
#[derive(Debug)]
pub struct Observer(i32);

/// Takes the calling thread out of what [`tasks`] and [`threads`] show.
#[must_use]
pub fn observe_only() -> Observer {
    let id = rustix::thread::gettid().as_raw_nonzero().get();
    observers().insert(id);
    Observer(id)
}

impl Drop for Observer {
    fn drop(&mut self) {
        observers().remove(&self.0);
    }
}

/// How many threads only observe at the moment. One of them may act on what it sees.
pub fn n_observers() -> usize {
    observers().len()
}

fn observers() -> MutexGuard<'static, BTreeSet<i32>> {
    OBSERVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Every thread of this process and of all below it, but for those that only observe.
pub fn tasks() -> Vec<Task> {
    let observers = observers().clone();
    let mut tasks = system::tasks();
    tasks.retain(|task| !observers.contains(&task.id));
    tasks
}

/// Every thread of `process`.
pub fn tasks_of(process: i32) -> Vec<Task> {
    system::tasks_of(process)
}

/// The numbers of the threads of this process, but for those that only observe.
pub fn threads() -> BTreeSet<i32> {
    let own = std::process::id();
    let tasks = tasks().into_iter();
    tasks
        .filter(|task| task.process.unsigned_abs() == own)
        .map(|task| task.id)
        .collect()
}

/// The children of this process, ended ones that were not waited for included; sorted by number.
pub fn children() -> Vec<Process> {
    system::children()
}

/// The open descriptors of this process and what they lead to, sorted by number.
pub fn descriptors() -> Vec<(i32, String)> {
    system::descriptors()
}

/// Whether the kernel tells what there is to know: it does so of the calling thread, which is here and runs.
pub fn is_telling() -> bool {
    let own = rustix::thread::gettid().as_raw_nonzero().get();
    system::is_running(own)
}

/// What the calling thread has computed.
pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}
