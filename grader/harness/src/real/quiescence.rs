//! Decides whether a process and its descendants are quiescent: whether nothing more can happen in them.
//!
//! Each poll reads what the kernel shows of their threads. The answer rests on three facts. Facts 1 and 2 must always
//! hold. Fact 3 shortens the wait.
//!
//! 1. **No thread has run since the previous poll.** Every thread was asleep at both polls, and no count of context
//!    switches has changed. A thread that could run and has to wait for a processor is not asleep (state `R`), so load
//!    makes no difference. A thread that waits for a disk or for a page of memory is not asleep either (state `D`).
//! 2. **Nothing in flight can wake a thread.** A packet is in flight while it waits in the backlog of a processor,
//!    where a loaded machine may leave it for long. Bytes, acknowledgements and the packets that open, close or reset a
//!    TCP connection are in flight until the other end has processed them. The module `kernel::network` says how the
//!    kernel shows them. They are read after a poll and count only if the next poll finds that no thread has run in
//!    between.
//! 3. **Only these threads can wake each other.** Each thread waits for a futex without a time-out, for a child, or for
//!    a pipe that another descriptor of these processes can fill or empty; or it is stopped or has ended.
//!
//! # What is shown by the kernel
//!
//! Where all three facts hold, quiescence is shown, and three polls that agree are enough. Two would do if the kernel
//! listed all threads at one moment. It does not, so a thread that starts while the first list is read may be missing
//! there.
//!
//! Pipes, Unix sockets, event counters, accept queues, signals and ended children need no look of their own. The kernel
//! wakes the waiting thread in the same step in which it stores the bytes, the connection or the status. The thread is
//! then no longer asleep, or its count of context switches has changed. Bytes that stay in a pipe or a receive queue
//! are therefore not in flight: no sleeping thread waits for them.
//!
//! # What is only observed
//!
//! * **Time-outs and the world outside.** If a thread is in another call, fact 3 does not hold. `sleep` has a time-out,
//!   `poll` and the calls on sockets may have one, and another process may write to a pipe that leads outside. A call
//!   that has no name here, such as `io_uring_enter`, may wait for anything. Then a longer series of polls has to
//!   agree. The same is done while another observer thread may act.
//! * **Signals that a timer will send**, as `alarm` asks for. The kernel does not show them in the state of a thread.
//! * **Packets, where the kernel does not show them**: before Linux 5.10, without `/proc/net`, or where the descriptors
//!   of a process may not be read. An even longer series takes the place of fact 2. It can be wrong where a packet
//!   waits for longer.
//!
//! A connection attempt that nobody answers counts as in flight until the kernel gives it up. So does one that the
//! listener drops because its accept queue is full: the kernel repeats it.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Duration;

use super::kernel::{self, Descriptor, Network, Target, Task, network};
use protocol::BlockingCall;

/// How long to sleep between two polls. A poll takes about a tenth of a millisecond. The one that reads the connections
/// takes five, or ten with IPv6: the kernel walks through its whole hash table.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// How many polls in a row have to agree with the previous one, by what the kernel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polls {
    /// If the kernel shows that only these threads can wake each other. At least 2.
    pub shown: u32,
    /// If a time-out or another process may wake a thread, and the kernel shows that nothing is in flight.
    pub observed: u32,
    /// If the kernel does not show whether anything is in flight.
    pub blind: u32,
}

/// The numbers for polls that are `POLL_INTERVAL` apart. `observed` makes 200 ms, a guess: longer than a program that
/// polls sleeps between two tries. `blind` makes half a second, also a guess: longer than a packet waits on a loaded
/// machine.
pub const QUIESCENT_POLLS: Polls = Polls {
    shown: 2,
    observed: 10,
    blind: 25,
};

/// How far the kernel shows that nothing more can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evidence {
    /// Only these threads can wake each other.
    Shown,
    /// Nothing is in flight. A time-out or another process may still wake a thread.
    Observed,
    /// The kernel does not show whether anything is in flight.
    Blind,
}

/// A series of polls of all threads except those of observers.
#[derive(Debug)]
pub struct Quiescence {
    needed: Polls,
    /// The count of context switches of each thread at the previous poll.
    last: BTreeMap<i32, u64>,
    /// How many polls in a row have agreed with the previous one.
    polls: u32,
    /// What was found after the previous poll. `None` if nothing was looked for, or if something was in flight.
    evidence: Option<Evidence>,
    /// The processors whose backlog was never empty when it was read in this series. `None` until it is read.
    backlogged: Option<BTreeSet<u32>>,
}

impl Default for Quiescence {
    fn default() -> Self {
        Quiescence::after(QUIESCENT_POLLS)
    }
}

impl Quiescence {
    /// A series that needs this many polls.
    pub fn after(needed: Polls) -> Self {
        Quiescence {
            needed,
            last: BTreeMap::new(),
            polls: 0,
            evidence: None,
            backlogged: None,
        }
    }

    /// Waits until this process and its descendants are quiescent. The calling thread does not count.
    pub fn wait() {
        let mut quiescence = Quiescence::default();
        let _observer = kernel::observe_only();
        while !quiescence.poll(&kernel::tasks()) {
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Adds a poll that found `tasks`, and says whether they are quiescent.
    pub fn poll(&mut self, tasks: &[Task]) -> bool {
        self.advance(tasks, &System)
    }

    fn advance(&mut self, tasks: &[Task], kernel: &impl Kernel) -> bool {
        let now: BTreeMap<i32, u64> = tasks.iter().map(|task| (task.id, task.switches)).collect();
        if now != self.last || !tasks.iter().all(Task::is_asleep) {
            *self = Quiescence::after(self.needed);
            self.last = now;
            return false;
        }
        self.polls += 1;
        // No thread has run since the previous poll, so what was found after it still holds.
        if self
            .evidence
            .is_some_and(|evidence| self.polls >= self.needed.for_evidence(evidence))
        {
            return true;
        }
        self.evidence = self.find_evidence(tasks, kernel);
        false
    }

    /// Looks for evidence, unless the next poll would be too early for it anyway: reading the connections is expensive.
    fn find_evidence(&mut self, tasks: &[Task], kernel: &impl Kernel) -> Option<Evidence> {
        let next = self.polls + 1;
        if next < self.needed.shown {
            return None;
        }
        let is_about_descriptors = |task: &Task| task.descriptor.is_some();
        if !kernel.may_others_act() {
            let needs_descriptors = tasks.iter().any(is_about_descriptors);
            let descriptors = if needs_descriptors {
                kernel.descriptors(tasks)
            } else {
                None
            };
            let descriptors = descriptors.unwrap_or_default();
            if tasks.iter().all(|task| waits_for_the_tree(task, &descriptors)) {
                return Some(Evidence::Shown);
            }
        }
        if next < self.needed.observed {
            return None;
        }
        let (network, descriptors) = (kernel.network(), kernel.descriptors(tasks));
        if self.has_backlog(&network) || is_anything_in_flight(&network, descriptors.as_deref()) {
            return None;
        }
        match descriptors {
            Some(_) if network.is_shown() => Some(Evidence::Observed),
            Some(_) | None => Some(Evidence::Blind),
        }
    }

    /// Whether some processor had a backlog every time it was read in this series. One empty reading is enough for each
    /// processor: since then no thread of these processes has run that could have sent a packet. Waiting until all are
    /// empty at once could take for ever on a machine with many processors and other traffic.
    fn has_backlog(&mut self, network: &Network) -> bool {
        let Some(backlogs) = &network.backlogs else {
            return false;
        };
        let waiting = backlogs
            .iter()
            .filter(|(_, packets)| **packets > 0)
            .map(|(processor, _)| *processor);
        let mut waiting: BTreeSet<u32> = waiting.collect();
        if let Some(before) = &self.backlogged {
            waiting.retain(|processor| before.contains(processor));
        }
        !self.backlogged.insert(waiting).is_empty()
    }
}

impl Polls {
    fn for_evidence(self, evidence: Evidence) -> u32 {
        match evidence {
            Evidence::Shown => self.shown,
            Evidence::Observed => self.observed,
            Evidence::Blind => self.blind,
        }
    }
}

/// What the kernel shows besides the threads. Tests have one that shows recorded tables.
trait Kernel {
    fn may_others_act(&self) -> bool;
    fn descriptors(&self, tasks: &[Task]) -> Option<Vec<Descriptor>>;
    fn network(&self) -> Network;
}

/// The kernel that this process runs on.
struct System;

impl Kernel for System {
    fn may_others_act(&self) -> bool {
        kernel::may_others_act()
    }

    fn descriptors(&self, tasks: &[Task]) -> Option<Vec<Descriptor>> {
        kernel::descriptors_of_tree(tasks)
    }

    fn network(&self) -> Network {
        kernel::network()
    }
}

/// Whether only a thread of these processes can wake this one.
fn waits_for_the_tree(task: &Task, descriptors: &[Descriptor]) -> bool {
    if task.is_stopped() {
        return true;
    }
    match task.call {
        Some(BlockingCall::Futex) => task.waits_for_a_thread(),
        Some(BlockingCall::WaitForChild) => true,
        Some(BlockingCall::Read) => has_other_end(task, descriptors, |end| end.can_write),
        Some(BlockingCall::Write) => has_other_end(task, descriptors, |end| end.can_read),
        Some(
            BlockingCall::Poll
            | BlockingCall::Sleep
            | BlockingCall::Accept
            | BlockingCall::Connect
            | BlockingCall::Receive
            | BlockingCall::Send,
        )
        | None => false,
    }
}

/// Whether the thread waits for a pipe, and one of these processes has its other end open.
fn has_other_end(task: &Task, descriptors: &[Descriptor], is_other_end: impl Fn(&Descriptor) -> bool) -> bool {
    let own = descriptors
        .iter()
        .find(|descriptor| descriptor.process == task.process && Some(descriptor.number) == task.descriptor);
    let Some(Target::Pipe(pipe)) = own.map(|own| own.target) else {
        return false;
    };
    descriptors
        .iter()
        .any(|end| end.target == Target::Pipe(pipe) && is_other_end(end))
}

fn is_anything_in_flight(network: &Network, descriptors: Option<&[Descriptor]>) -> bool {
    let (Some(connections), Some(descriptors)) = (&network.connections, descriptors) else {
        return false;
    };
    let sockets = descriptors.iter().filter_map(|descriptor| match descriptor.target {
        Target::Socket(inode) => Some(inode),
        Target::Pipe(_) | Target::File | Target::Other => None,
    });
    network::is_anything_in_flight(connections, &sockets.collect())
}

#[cfg(test)]
mod tests;
