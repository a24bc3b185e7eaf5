//! What the kernel shows of this process, its threads and its children.
//!
//! Linux shows it under `/proc`. Elsewhere the lists are empty, and no check on real threads is carried out.

#[cfg(target_os = "linux")]
mod call;
mod descriptors;
#[cfg(target_os = "linux")]
mod linux;
pub mod network;
#[cfg(not(target_os = "linux"))]
mod portable;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::BlockingCall;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use portable as system;

pub use descriptors::{Descriptor, Target};
pub use network::Network;

/// A thread of this process or of a descendant.
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
    /// The system call that it is in, if that is a known one.
    pub call: Option<BlockingCall>,
    /// The descriptor that the call was given, if it takes one.
    pub descriptor: Option<i32>,
    /// Whether the call may have a time-out. Only of a wait on a futex it is known that there is none.
    pub may_time_out: bool,
}

impl Task {
    /// Whether it sleeps, is stopped, or has ended. A thread that waits for a disk (`D`) is not asleep.
    pub fn is_asleep(&self) -> bool {
        self.state == 'S' || self.is_stopped()
    }

    /// Whether it sleeps until another thread does something, without a time-out.
    pub fn waits_for_a_thread(&self) -> bool {
        self.state == 'S' && self.call == Some(BlockingCall::Futex) && !self.may_time_out
    }

    /// Whether it is stopped by a signal, or has ended.
    pub fn is_stopped(&self) -> bool {
        matches!(self.state, 'Z' | 'X' | 'T' | 't')
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

/// The threads that observe. [`tasks`] and [`threads`] leave them out.
static OBSERVERS: Mutex<BTreeMap<i32, Role>> = Mutex::new(BTreeMap::new());

/// What an observer does with what it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It may act on it: let threads go on, accept a connection, end the observation.
    Acts,
    /// It does nothing, or ends the process.
    Watches,
}

/// The calling thread observes, as long as this value lives.
#[derive(Debug)]
pub struct Observer(i32);

/// Makes the calling thread an observer, which [`tasks`] and [`threads`] leave out. It may act on what it sees.
#[must_use]
pub fn observe_only() -> Observer {
    observe(Role::Acts)
}

/// The same for a thread that does not act on what it sees, except that it may end the process.
#[must_use]
pub fn watch_only() -> Observer {
    observe(Role::Watches)
}

fn observe(role: Role) -> Observer {
    let id = system::own_thread();
    observers().insert(id, role);
    Observer(id)
}

impl Drop for Observer {
    fn drop(&mut self) {
        observers().remove(&self.0);
    }
}

/// Whether another observer than the calling thread may act on what it sees.
pub fn may_others_act() -> bool {
    let own = system::own_thread();
    observers().iter().any(|(id, role)| *id != own && *role == Role::Acts)
}

fn observers() -> MutexGuard<'static, BTreeMap<i32, Role>> {
    OBSERVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Every thread of this process and its descendants, without observers.
pub fn tasks() -> Vec<Task> {
    let observers = observers().clone();
    let mut tasks = system::tasks();
    tasks.retain(|task| !observers.contains_key(&task.id));
    tasks
}

/// Every thread of `process`.
pub fn tasks_of(process: i32) -> Vec<Task> {
    system::tasks_of(process)
}

/// The numbers of the threads of this process, without observers.
pub fn threads() -> BTreeSet<i32> {
    let own = std::process::id();
    let tasks = tasks().into_iter();
    tasks
        .filter(|task| task.process.unsigned_abs() == own)
        .map(|task| task.id)
        .collect()
}

/// The children of this process, sorted by number. Children that have ended and were not waited for are included.
pub fn children() -> Vec<Process> {
    system::children()
}

/// The open descriptors of this process and what they lead to, sorted by number.
pub fn descriptors() -> Vec<(i32, String)> {
    system::descriptors()
}

/// The open descriptors of this process and of every process with a thread among `tasks` that has not ended. `None`
/// where the kernel does not let this process see all of them.
pub fn descriptors_of_tree(tasks: &[Task]) -> Option<Vec<Descriptor>> {
    let alive = tasks.iter().filter(|task| !matches!(task.state, 'Z' | 'X'));
    let processes: BTreeSet<i32> = alive.map(|task| task.process).chain([own_process()]).collect();
    let descriptors: Option<Vec<_>> = processes.into_iter().map(system::descriptors_of).collect();
    Some(descriptors?.concat())
}

/// What the descriptor of a thread's system call leads to.
pub fn target(process: i32, descriptor: i32) -> Option<Target> {
    system::target(process, descriptor)
}

/// What the kernel shows of packets and connections at the moment. Takes milliseconds where there are connections.
pub fn network() -> Network {
    system::network()
}

/// How much processor time this process has used, and each of its descendants that was waited for; `None` if the system
/// does not tell.
pub fn processor_time() -> Option<Duration> {
    system::processor_time()
}

/// How many processes the system has killed since it started because memory ran out; `None` if it does not tell.
pub(crate) fn oom_kills() -> Option<u64> {
    system::oom_kills()
}

/// Whether the kernel shows what threads do. It is asked whether the calling thread runs.
pub fn is_visible() -> bool {
    system::is_running(system::own_thread())
}

fn own_process() -> i32 {
    std::process::id().cast_signed()
}
