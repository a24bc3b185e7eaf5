//! The building blocks for a modelled shim of a blocking library: objects, operations, waits and choices of the
//! scheduler.
//!
//! A shim keeps the state of its objects in its own memory, behind any lock that makes it `Sync`. All threads of a
//! program share one operating-system thread and switch only in [`announce`]. So this lock is always free, unless the
//! shim holds it across an announcement. An operation is
//!
//! 1. announced, with all objects that it uses and the condition that it waits for;
//! 2. performed on the state of the shim, with [`choose`] where it has several outcomes, and with [`Object::changed`]
//!    for each object that it changed. Everything on which the change depends must have been announced or [`learned`]
//!    before;
//! 3. recorded once, for the trace.
//!
//! The search recognises equal states by what threads have used, learned and changed. If a shim omits one of these
//! calls, different states may count as equal, and executions may be missed. Outside an execution nothing is announced,
//! nothing waits, and nothing is recorded.

mod loan;

pub use loan::{Loan, lend};
pub use protocol::trace;

use std::io;
use std::ops::Deref;
use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;

use self::trace::{ObjectKind, ObjectState, Op, WaitReason};
use crate::runtime::clock::read_clock;
use crate::runtime::objects::{Memory, ObjectId, State, Tag, current_epoch};
use crate::runtime::task::{self, Until, Wake};
use crate::runtime::{self, try_with, with};
use crate::thread::Builder;
use crate::time::Instant;

/// A folder of this name holds a copy of the sources of a library that is compiled against this one. Its lines are no
/// lines of the program, so a trace does not name them.
pub const SOURCES_OF_LIBRARIES: &str = "/modelled-library/";

/// A line of the program.
pub type Site = &'static Location<'static>;

/// An object that threads share.
pub struct Object {
    tag: Tag,
    kind: ObjectKind,
}

/// An operation that is about to take effect.
#[derive(Clone, Copy)]
pub struct Operation<'a> {
    /// The objects that it uses. If there are several, the trace names none of them.
    pub objects: &'a [&'a Object],
    /// The line of the program.
    pub site: Option<Site>,
}

/// A condition that must hold before an operation takes effect.
pub trait Condition {
    /// Whether it holds. It must depend on nothing but the state of the objects of the operation.
    fn holds(&self) -> bool;

    /// What a thread waits for if the condition never holds.
    fn reason(&self) -> WaitReason;

    /// The numbers of the threads that could make it hold, as far as they are known.
    fn held_by(&self) -> Vec<usize> {
        Vec::new()
    }

    /// The return addresses where the thread began to wait, if the operation has no line.
    fn calls(&self) -> trace::Backtrace {
        trace::Backtrace::new()
    }
}

/// When an operation may take effect.
pub enum When {
    /// As soon as the thread has its turn.
    AtOnce,
    /// As soon as the thread has its turn, but the other threads go first, as with `yield_now`.
    AfterOthers,
    /// When the condition holds, or when this time since the start of the execution is reached.
    Until(Rc<dyn Condition>, Option<Duration>),
}

/// A condition that never holds, for a wait that only its deadline ends.
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

    /// Its number in a trace; `None` before its first use in the execution.
    #[must_use]
    pub fn number(&self) -> Option<trace::ObjectId> {
        self.tag.current_id()
    }

    fn id(&self) -> Option<ObjectId> {
        runtime::resolve(&self.tag, self.kind, &Memory::none(), || State::Shim)
    }

    /// Notes that the running thread changed it. The new state must follow from what the thread has learned and from
    /// the old state.
    pub fn changed(&self) {
        if let Some(id) = self.id() {
            with(|execution| execution.changed_object(id));
        }
    }

    /// Orders everything that the running thread has done so far before everything that a thread does after it later
    /// [acquires](Object::acquired) the object.
    pub fn released(&self) {
        if let Some(id) = self.id() {
            with(|execution| execution.release_to(id));
        }
    }

    /// Orders everything that threads had done when they [released](Object::released) the object before everything that
    /// the running thread does next.
    pub fn acquired(&self) {
        if let Some(id) = self.id() {
            with(|execution| execution.acquire_from(id));
        }
    }

    /// As [`Object::changed`], for an object that holds things, `len` of them now. A thread that only takes things out,
    /// or only puts things in, does not do the same again and again.
    pub fn changed_to_hold(&self, len: usize) {
        self.changed();
        if is_active() {
            with(|execution| execution.note_value_for_repetition(len as u64));
        }
    }

    /// As [`Object::changed`], for a change that no other thread can see yet. It counts as no progress of the program.
    pub fn prepared(&self) {
        if let Some(id) = self.id() {
            with(|execution| execution.wrote_to(id));
        }
    }
}

/// As `Arc`, for what a shim shares itself. A shim is generic, so the program compiles parts of it, and its own
/// reference counts must not count as the program's.
pub struct Shared<T: ?Sized>(Rc<T>);

// SAFETY: all threads of the program share one operating-system thread, so the count is never used by two of them at
// once. The value is shared as in an `Arc`.
unsafe impl<T: ?Sized + Send + Sync> Send for Shared<T> {}
// SAFETY: as for `Send`.
unsafe impl<T: ?Sized + Send + Sync> Sync for Shared<T> {}

impl<T> Shared<T> {
    /// The first owner of `value`.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(Rc::new(value))
    }
}

impl<T: ?Sized> Shared<T> {
    /// Whether both are owners of one value.
    #[must_use]
    pub fn ptr_eq(one: &Self, other: &Self) -> bool {
        Rc::ptr_eq(&one.0, &other.0)
    }
}

impl<T: Default> Default for Shared<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T: ?Sized> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Whether an execution is under way.
#[must_use]
pub fn is_active() -> bool {
    runtime::is_active()
}

/// A number that tells the execution that is under way from all others; `None` outside an execution.
#[must_use]
pub fn execution() -> Option<u64> {
    Some(current_epoch()).filter(|epoch| *epoch != 0)
}

/// The number of the running thread.
#[must_use]
pub fn thread() -> usize {
    runtime::threads::current().0
}

/// How many operations a thread has announced.
#[must_use]
pub fn n_operations(thread: usize) -> u64 {
    try_with(|execution| execution.tasks[thread].activity.operations).unwrap_or_default()
}

/// Announces an operation of the running thread, lets the scheduler choose the next thread, and returns when this
/// thread has its turn. The condition of `when` need not hold then, if its deadline has passed.
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
        When::AfterOthers => runtime::announce_yielding(announced),
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

/// Notes that the running thread learned `value`, which does not follow from the objects that it used.
pub fn learned(value: u64) {
    if is_active() {
        with(|execution| execution.learned(value));
    }
}

/// Chooses one of `n` outcomes of the running operation; 0 is the default. No outcome counts as a preemption.
#[must_use]
pub fn choose(n: usize) -> usize {
    if is_active() {
        with(|execution| execution.choose_outcome(n, n))
    } else {
        0
    }
}

/// As [`choose`], but only the first `n_free` outcomes cost no preemption; the others are possible and rare.
#[must_use]
pub fn choose_with_rare(n: usize, n_free: usize) -> usize {
    if is_active() {
        with(|execution| execution.choose_outcome(n, n_free))
    } else {
        0
    }
}

/// Spawns a thread for the line `site` of the program, and returns its number. Nobody joins it.
///
/// # Errors
///
/// As [`Builder::spawn`].
///
/// # Panics
///
/// If the name contains a null byte, and outside an execution.
pub fn spawn(builder: Builder, site: Site, function: impl FnOnce() + Send + 'static) -> io::Result<usize> {
    builder.spawn_at(site, function)
}

/// Says whether a thread of a library has nothing to do. Such a thread may be alive when the body ends, and a deadlock
/// is not its fault.
pub fn set_idle(thread: usize, is_idle: bool) {
    try_with(|execution| {
        if let Some(task) = execution.tasks.get_mut(thread) {
            task.is_idle = is_idle;
            task.is_of_library = true;
        }
    });
}

/// Records that an operation of the running thread took effect. `describe` returns the operation and the state of the
/// object afterwards. It is only called if the execution is recorded.
pub fn record(object: Option<&Object>, site: Option<Site>, describe: impl FnOnce() -> (Op, Option<ObjectState>)) {
    let id = object.and_then(Object::id);
    try_with(|execution| {
        execution.record_with(id, site, |_| {
            let (op, state) = describe();
            (op, id.zip(state).into_iter().collect())
        });
    });
}

/// Records that an operation of another thread, which waited for the running thread, took effect at the same time.
pub fn record_for(thread: usize, object: &Object, site: Site, op: impl FnOnce() -> Op) {
    let id = object.id();
    try_with(|execution| execution.record_for(thread, id, Some(site), op));
}

/// Lets the scheduler choose the next thread after an operation that may let others go on, if that is a choice in this
/// execution. To be called where the operation is complete, right before it returns to the program.
pub fn switch_after_release() {
    runtime::switch_after_release();
}

/// The time since the start of the execution, as the running thread sees it. Reading it is no operation.
#[must_use]
pub fn now() -> Duration {
    read_clock()
}

/// When a wait of `timeout` that begins now ends; `None` for never.
#[must_use]
pub fn deadline_after(timeout: Duration) -> Option<Duration> {
    try_with(|execution| execution.deadline_after(timeout))?
}

/// The time since the start of the execution at which the program's clock shows `instant`; `None` for never.
#[must_use]
pub fn deadline_at(instant: Instant) -> Option<Duration> {
    let since_start = instant.since_start();
    try_with(|execution| execution.deadline_after(since_start.saturating_sub(execution.now)))??;
    Some(since_start)
}

/// What the program's clock shows at this time since the start of the execution.
#[must_use]
pub fn instant(since_start: Duration) -> Instant {
    Instant::at(since_start)
}
