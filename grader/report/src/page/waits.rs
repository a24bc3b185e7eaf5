//! Which thread can go on after each step of an execution, and what the others wait for.
//!
//! A trace has an operation when it takes effect, and says nothing about the time before. But a thread announces its
//! next operation right after the one before it. So it waits for as long as the next one cannot take effect: the lock
//! is held, the thread to be joined has not ended, the queue is empty.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use protocol::trace::{
    ChannelOutcome, End, Event, LockFunction, LockOutcome, ObjectId, ObjectState, OnceOutcome, OnceState, Op, Place,
    ReceiveFunction, SendFunction, ThreadId, Trace, TransferOutcome, Wait, WaitKind, WaitReason, WakeReason,
};

/// What a thread is doing after a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ThreadState {
    /// Nobody has spawned it yet.
    NotStarted,
    /// It could go on. Its next operation is the event with this index; `None` if it has none any more.
    Ready(Option<usize>),
    /// It waits.
    Waiting(Waiting),
    /// It sleeps until this time.
    Sleeping(Duration),
    /// Its function returned.
    Ended,
    /// A panic ended it.
    Panicked,
    /// The execution ended before the thread did.
    CutShort,
}

/// What a thread waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    /// The kind of the wait.
    pub(super) kind: WaitKind,
    /// The object that it waits at.
    pub(super) object: Option<ObjectId>,
    /// The threads that could end the wait.
    pub(super) threads: Vec<ThreadId>,
    /// The line on which it waits.
    pub(super) place: Option<Place>,
}

/// The threads of an execution as it goes on.
pub(super) struct Progress<'a> {
    trace: &'a Trace,
    /// The events of each thread, by index.
    events: Vec<Vec<usize>>,
    /// How many events have taken effect.
    n_done: usize,
    /// How many events of each thread have.
    n_done_of: Vec<usize>,
    spawned: BTreeSet<ThreadId>,
    ended: BTreeSet<ThreadId>,
    /// Threads that were woken at a condition variable or a barrier and have not gone on yet.
    woken: BTreeSet<ThreadId>,
    /// Threads whose next `park` returns.
    unparked: BTreeSet<ThreadId>,
    states: BTreeMap<ObjectId, &'a ObjectState>,
    jobs: BTreeSet<(Option<ObjectId>, u64)>,
    now: Duration,
}

impl<'a> Progress<'a> {
    pub(super) fn new(trace: &'a Trace) -> Self {
        let mut events = vec![Vec::new(); trace.threads.len()];
        for (index, event) in trace.events.iter().enumerate() {
            if let Some(events) = events.get_mut(event.thread) {
                events.push(index);
            }
        }
        Self {
            trace,
            n_done: 0,
            n_done_of: vec![0; events.len()],
            events,
            spawned: BTreeSet::from([0]),
            ended: BTreeSet::new(),
            woken: BTreeSet::new(),
            unparked: BTreeSet::new(),
            states: BTreeMap::new(),
            jobs: BTreeSet::new(),
            now: Duration::ZERO,
        }
    }

    /// Goes on by one event.
    pub(super) fn step(&mut self) {
        let Some(event) = self.trace.events.get(self.n_done) else {
            return;
        };
        self.n_done += 1;
        if let Some(n_done) = self.n_done_of.get_mut(event.thread) {
            *n_done += 1;
        }
        self.now = event.time;
        self.woken.remove(&event.thread);
        for (object, state) in &event.states {
            self.states.insert(*object, state);
        }
        match &event.op {
            Op::Spawn { thread } => {
                self.spawned.insert(*thread);
            }
            Op::EndThread { .. } => {
                self.ended.insert(event.thread);
            }
            Op::Notify { woke, .. } => self.woken.extend(woke),
            Op::Unpark { thread } => {
                self.unparked.insert(*thread);
            }
            Op::Park { .. } => {
                self.unparked.remove(&event.thread);
            }
            Op::BarrierWait { arrived, needed } if arrived >= needed => {
                let waits = |thread: &ThreadId| {
                    let last = self.last(*thread);
                    last.is_some_and(|last| last.object == event.object && matches!(last.op, Op::BarrierWait { .. }))
                };
                let opened: Vec<ThreadId> = (0..self.events.len()).filter(waits).collect();
                self.woken.extend(opened);
            }
            Op::PushJob { job } => {
                self.jobs.insert((event.object, *job));
            }
            _ => {}
        }
    }

    /// The state of an object, once an operation has told it.
    pub(super) fn state_of(&self, object: ObjectId) -> Option<&'a ObjectState> {
        self.states.get(&object).copied()
    }

    /// What `thread` is doing now.
    pub(super) fn thread(&self, thread: ThreadId) -> ThreadState {
        let is_over = self.n_done == self.trace.events.len();
        let has_panicked = || {
            self.trace
                .threads
                .get(thread)
                .is_some_and(|thread| thread.panic.is_some())
        };
        if self.ended.contains(&thread) {
            return if has_panicked() {
                ThreadState::Panicked
            } else {
                ThreadState::Ended
            };
        }
        let last = self.last(thread);
        if last.is_none() && !self.spawned.contains(&thread) {
            return ThreadState::NotStarted;
        }
        let at_end = self.trace.end.waits().iter().find(|wait| wait.thread == thread);
        if let Some(wait) = at_end.filter(|_| is_over) {
            return ThreadState::Waiting(Waiting::from(wait));
        }
        match (self.next_index(thread), at_end) {
            (Some(index), _) => {
                let next = &self.trace.events[index];
                self.hindrance(thread, last, next)
                    .unwrap_or(ThreadState::Ready(Some(index)))
            }
            (None, Some(wait)) => self.hindrance_at_end(thread, last, wait),
            (None, None) if is_over => self.at_end(thread, has_panicked()),
            (None, None) => ThreadState::Ready(None),
        }
    }

    /// A thread without a wait, at the end of the execution.
    fn at_end(&self, thread: ThreadId, has_panicked: bool) -> ThreadState {
        match &self.trace.end {
            End::Panicked(_) if thread == 0 => ThreadState::Panicked,
            End::Finished | End::ThreadsLeft { .. } if thread == 0 => ThreadState::Ended,
            _ if has_panicked => ThreadState::Panicked,
            _ => ThreadState::CutShort,
        }
    }

    fn last(&self, thread: ThreadId) -> Option<&'a Event> {
        let n_done = *self.n_done_of.get(thread)?;
        let index = *self.events[thread].get(n_done.checked_sub(1)?)?;
        Some(&self.trace.events[index])
    }

    fn next_index(&self, thread: ThreadId) -> Option<usize> {
        self.events.get(thread)?.get(self.n_done_of[thread]).copied()
    }

    /// Why `next` cannot take effect; `None` if it can.
    fn hindrance(&self, thread: ThreadId, last: Option<&Event>, next: &Event) -> Option<ThreadState> {
        let is_woken = self.woken.contains(&thread);
        let waiting = |kind, object, threads| {
            let place = next.place.clone().or_else(|| last?.place.clone());
            Some(ThreadState::Waiting(Waiting {
                kind,
                object,
                threads,
                place,
            }))
        };
        match last.map(|last| (&last.op, last)) {
            // A wait at a condition variable ends with a `WakeUp`.
            Some((Op::Wait { lock, .. }, last)) => {
                let is_over = match next.op {
                    Op::WakeUp {
                        reason: WakeReason::TimedOut,
                        ..
                    } => next.time <= self.now,
                    _ => is_woken,
                };
                if !is_over {
                    return waiting(WaitKind::Notification, last.object, Vec::new());
                }
                let holders = self.others_in(*lock, thread);
                return (!holders.is_empty()).then(|| waiting(WaitKind::Relock, Some(*lock), holders))?;
            }
            Some((Op::BarrierWait { arrived, needed }, last)) if arrived < needed && !is_woken => {
                return waiting(WaitKind::Barrier, last.object, Vec::new());
            }
            Some((Op::Sleep { duration }, last)) if last.time + *duration > self.now => {
                return Some(ThreadState::Sleeping(last.time + *duration));
            }
            _ => {}
        }
        let object = next.object;
        match &next.op {
            Op::Lock {
                function,
                outcome: LockOutcome::Acquired | LockOutcome::Poisoned,
            } => {
                let holders = self.holders_against(*function, object?, thread);
                (!holders.is_empty()).then(|| waiting(WaitKind::Lock, object, holders))?
            }
            Op::Join { thread: joined } if !self.ended.contains(joined) => waiting(WaitKind::Join, None, vec![*joined]),
            Op::LeaveScope => {
                let running = self.running_in_scope(thread, object);
                (!running.is_empty()).then(|| waiting(WaitKind::ScopeEnd, None, running))?
            }
            Op::Receive {
                function: ReceiveFunction::Recv | ReceiveFunction::RecvTimeout | ReceiveFunction::RecvDeadline,
                outcome: ChannelOutcome::Done,
            } => {
                let is_empty = matches!(self.state_of(object?), Some(ObjectState::Queue { len: 0, .. }) | None);
                is_empty.then(|| waiting(WaitKind::Message, object, Vec::new()))?
            }
            Op::Send {
                function: SendFunction::Send | SendFunction::SendTimeout | SendFunction::SendDeadline,
                outcome: ChannelOutcome::Done,
            } => {
                let is_full = matches!(
                    self.state_of(object?),
                    Some(ObjectState::Queue { len, capacity: Some(capacity) }) if *capacity > 0 && len >= capacity
                );
                is_full.then(|| waiting(WaitKind::Room, object, Vec::new()))?
            }
            Op::Park {
                reason: WakeReason::Notified,
                ..
            } if !self.unparked.contains(&thread) => waiting(WaitKind::Park, None, Vec::new()),
            Op::Initialize {
                outcome: OnceOutcome::Complete,
                ..
            } => {
                let by = self.others_in(object?, thread);
                (!by.is_empty()).then(|| waiting(WaitKind::Initialization, object, by))?
            }
            Op::ReadBytes {
                outcome: TransferOutcome::Moved(_),
            } => {
                let is_empty = matches!(self.state_of(object?), Some(ObjectState::Bytes(0)) | None);
                is_empty.then(|| waiting(WaitKind::Bytes, object, Vec::new()))?
            }
            Op::TakeJob { job, .. } if !self.jobs.contains(&(object, *job)) => {
                waiting(WaitKind::Work, object, Vec::new())
            }
            _ => None,
        }
    }

    /// The same for a thread that waits at the end: it may have been able to go on earlier, until another thread took
    /// what it waits for.
    fn hindrance_at_end(&self, thread: ThreadId, last: Option<&Event>, wait: &Wait) -> ThreadState {
        let is_ready = match &wait.reason {
            WaitReason::Lock { function } => {
                let holders = wait.object.map(|lock| self.holders_against(*function, lock, thread));
                holders.is_some_and(|holders| holders.is_empty()) && !wait.held_by.contains(&thread)
            }
            WaitReason::Relock { .. } if !self.woken.contains(&thread) => {
                return ThreadState::Waiting(Waiting {
                    kind: WaitKind::Notification,
                    object: last.and_then(|last| last.object),
                    threads: Vec::new(),
                    place: wait.place.clone(),
                });
            }
            WaitReason::Relock { lock } => self.others_in(*lock, thread).is_empty(),
            _ => false,
        };
        if is_ready {
            ThreadState::Ready(None)
        } else {
            ThreadState::Waiting(Waiting::from(wait))
        }
    }

    /// The threads that keep `thread` from taking a lock.
    fn holders_against(&self, function: LockFunction, lock: ObjectId, thread: ThreadId) -> Vec<ThreadId> {
        let shares = match function {
            LockFunction::Read => true,
            LockFunction::Lock | LockFunction::Write => false,
            LockFunction::TryLock | LockFunction::TryRead | LockFunction::TryWrite => return Vec::new(),
        };
        match self.state_of(lock) {
            Some(ObjectState::ReadBy(_)) if shares => Vec::new(),
            _ => self.others_in(lock, thread),
        }
    }

    /// The threads other than `thread` that hold an object, or initialise it.
    fn others_in(&self, object: ObjectId, thread: ThreadId) -> Vec<ThreadId> {
        let holders = self.state_of(object).map_or(Vec::new(), holders);
        holders.into_iter().filter(|holder| *holder != thread).collect()
    }

    /// The threads of a scope that still run.
    fn running_in_scope(&self, thread: ThreadId, scope: Option<ObjectId>) -> Vec<ThreadId> {
        let done = &self.trace.events[..self.n_done];
        let spawned = done.iter().filter_map(|event| match event.op {
            Op::Spawn { thread: spawned } if event.object == scope && (scope.is_some() || event.thread == thread) => {
                Some(spawned)
            }
            _ => None,
        });
        spawned.filter(|spawned| !self.ended.contains(spawned)).collect()
    }
}

impl From<&Wait> for Waiting {
    fn from(wait: &Wait) -> Self {
        let object = match wait.reason {
            WaitReason::Relock { lock } => Some(lock),
            _ => wait.object,
        };
        Self {
            kind: wait.reason.kind(),
            object,
            threads: wait.held_by.clone(),
            place: wait.place.clone(),
        }
    }
}

/// The threads that hold an object in this state, each once.
pub(super) fn holders(state: &ObjectState) -> Vec<ThreadId> {
    match state {
        ObjectState::HeldBy(thread) | ObjectState::Once(OnceState::Running(thread)) => vec![*thread],
        ObjectState::ReadBy(threads) => BTreeSet::from_iter(threads.iter().copied()).into_iter().collect(),
        ObjectState::Value(_)
        | ObjectState::Free
        | ObjectState::Waiting(_)
        | ObjectState::Arrived { .. }
        | ObjectState::Queue { .. }
        | ObjectState::Bytes(_)
        | ObjectState::Once(OnceState::Incomplete | OnceState::Complete | OnceState::Poisoned) => Vec::new(),
    }
}
