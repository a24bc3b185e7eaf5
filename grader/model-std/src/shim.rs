//! What a modelled shim of a blocking library is built from: objects, operations, waits and choices of the scheduler.
//!
//! A shim keeps the state of its objects in memory of its own, behind whatever lock the compiler wants: all threads of
//! a program share one operating-system thread and switch in [`announce`] only, so that lock is free whenever it is
//! wanted, unless it is held across an announcement. An operation is
//!
//! 1. announced, with all objects that it looks at and what must hold first;
//! 2. performed on the shim's own state, with [`choose`] where it may turn out in several ways, and with
//!    [`Object::changed`] for each object that another thread may now see otherwise, after all that the change depends
//!    on was looked at or [`learned`];
//! 3. recorded, once, for the reader.
//!
//! States are told apart by what threads have looked at, learned and changed, so what bypasses these calls may be lost.
//! Outside an execution nothing is announced, nothing waits, and nothing is recorded.

pub use protocol::trace;

use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;

use self::trace::{ObjectKind, ObjectState, Op, WaitReason};
use crate::runtime::clock::read_clock;
use crate::runtime::objects::{Memory, ObjectId, State, Tag};
use crate::runtime::task::{self, Until, Wake};
use crate::runtime::{self, try_with, with};
use crate::time::Instant;

/// A line of the program.
pub type Site = &'static Location<'static>;

/// An object that threads share, as the scheduler and the reader know it.
pub struct Object {
    tag: Tag,
    kind: ObjectKind,
}

/// An operation that is about to take effect.
#[derive(Clone, Copy)]
pub struct Operation<'a> {
    /// What it looks at. A wait for several objects names none of them to the reader.
    pub objects: &'a [&'a Object],
    /// The line that asks for it.
    pub site: Option<Site>,
}

/// What must hold before an operation takes effect.
pub trait Condition {
    /// Whether it holds. It must depend on nothing but what the objects of the operation hold.
    fn holds(&self) -> bool;

    /// What a thread waits for that never sees it hold.
    fn reason(&self) -> WaitReason;
}

/// When an operation may take effect.
pub enum When {
    /// As soon as it is the thread's turn.
    AtOnce,
    /// When the condition holds, or the time since the start of the execution has come.
    Until(Rc<dyn Condition>, Option<Duration>),
}

/// A condition that never holds, for a wait that only the time ends.
pub struct Never;

impl Condition for Never {
    fn holds(&self) -> bool {
        false
    }

    fn reason(&self) -> WaitReason {
        WaitReason::Clock
    }
}

impl Object {
    /// An object of type `kind` that `created_at` creates.
    #[must_use]
    pub const fn new(kind: ObjectKind, created_at: Site) -> Self {
        Self {
            tag: Tag::at(created_at),
            kind,
        }
    }

    /// Its number in a trace; `None` before an operation of the execution under way was about it.
    #[must_use]
    pub fn number(&self) -> Option<trace::ObjectId> {
        self.tag.current_id()
    }

    fn id(&self) -> Option<ObjectId> {
        runtime::resolve(&self.tag, self.kind, &Memory::none(), || State::Shim)
    }

    /// Notes that the running thread changed it, in a way that follows from what the thread knew and what was there.
    pub fn changed(&self) {
        if let Some(id) = self.id() {
            with(|execution| execution.changed_object(id));
        }
    }

    /// Whatever the running thread has done so far happens before what a thread does that [acquires](Object::acquired)
    /// it later.
    pub fn released(&self) {
        if let Some(id) = self.id() {
            with(|execution| execution.release_to(id));
        }
    }

    /// Whatever threads had done when they [released](Object::released) it happens before what the running thread does
    /// next.
    pub fn acquired(&self) {
        if let Some(id) = self.id() {
            with(|execution| execution.acquire_from(id));
        }
    }

    /// Notes a change that no other thread can see yet: it matters for what a later one will mean.
    pub fn prepared(&self) {
        if let Some(id) = self.id() {
            with(|execution| execution.wrote_to(id));
        }
    }
}

/// Whether an execution is under way.
#[must_use]
pub fn is_active() -> bool {
    runtime::is_active()
}

/// The number of the running thread.
#[must_use]
pub fn thread() -> usize {
    runtime::threads::current().0
}

/// Announces an operation of the running thread, lets the scheduler choose who goes first, and returns when it is this
/// thread's turn. The condition of `when` need not hold then: its time may have come.
pub fn announce(operation: &Operation<'_>, when: When) {
    if !is_active() {
        return;
    }
    let ids: Vec<Option<ObjectId>> = operation.objects.iter().map(|object| object.id()).collect();
    let object = if let [only] = ids[..] { only } else { None };
    let announced = task::Operation {
        object,
        site: operation.site,
    };
    match when {
        When::AtOnce => runtime::announce(announced),
        When::Until(condition, deadline) => {
            with(|execution| execution.me().condition = Some(condition));
            let _: Wake = runtime::announce_wait(announced, Until::Condition, deadline);
        }
    }
    with(|execution| {
        execution.me().condition = None;
        if object.is_none() {
            ids.iter().flatten().for_each(|id| execution.looked_at(*id));
        }
    });
}

/// Notes that the running thread learned `value`, which the objects that it looked at do not tell.
pub fn learned(value: u64) {
    if is_active() {
        with(|execution| execution.learned(value));
    }
}

/// Chooses one of `n` ways in which the running operation may turn out; 0 is the default. None counts as a preemption.
#[must_use]
pub fn choose(n: usize) -> usize {
    if is_active() {
        with(|execution| execution.choose_outcome(n, n))
    } else {
        0
    }
}

/// Records that the running thread's operation took effect. `describe` says what it saw or did and what the object
/// holds afterwards, and is only asked when somebody reads it.
pub fn record(object: Option<&Object>, site: Option<Site>, describe: impl FnOnce() -> (Op, Option<ObjectState>)) {
    let id = object.and_then(Object::id);
    try_with(|execution| {
        execution.record_with(id, site, |_| {
            let (op, state) = describe();
            (op, id.zip(state).into_iter().collect())
        });
    });
}

/// Records that the operation of another thread, which waited for the running one, took effect at the same moment.
pub fn record_for(thread: usize, object: &Object, site: Site, op: impl FnOnce() -> Op) {
    let id = object.id();
    try_with(|execution| execution.record_for(thread, id, Some(site), op));
}

/// The time since the start of the execution, as the running thread sees it. Reading it is no operation.
#[must_use]
pub fn now() -> Duration {
    read_clock()
}

/// When a wait of `timeout` that begins now is over; `None` for never.
#[must_use]
pub fn deadline_after(timeout: Duration) -> Option<Duration> {
    try_with(|execution| execution.deadline_after(timeout))?
}

/// When, since the start of the execution, the program's clock shows `instant`; `None` for never.
#[must_use]
pub fn deadline_at(instant: Instant) -> Option<Duration> {
    let since_start = instant.since_start();
    try_with(|execution| execution.deadline_after(since_start.saturating_sub(execution.now)))??;
    Some(since_start)
}

/// What the program's clock shows at a moment since the start of the execution.
#[must_use]
pub fn instant(since_start: Duration) -> Instant {
    Instant::at(since_start)
}
