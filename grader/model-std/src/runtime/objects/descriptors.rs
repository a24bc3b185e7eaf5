//! Descriptors of the operating system that threads share: pipes, pairs of sockets, and duplicates of the standard
//! streams.
//!
//! The system keeps the bytes, and knows what each call does. The model knows which descriptors lead to which pipe, and
//! has a thread wait where its call would block. All threads of the program share one operating-system thread, so
//! nothing but their own operations can change whether a call would block, as long as the descriptors are known here.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::c_int;
use std::rc::Rc;
use std::time::Duration;

use super::streams::Stream;
use super::{ObjectId, Origin, State};
use crate::model::trace::{Backtrace, End, ObjectKind, ObjectState, Op, Outside, PipeEnd, TransferOutcome, WaitReason};
use crate::runtime::execution::Execution;
use crate::runtime::task::{Operation, Site, TaskId, Until, Wake};
use crate::runtime::{
    announce, announce_wait, crashes, executor, recorder, switch_after_release, try_with, with, with_undisturbed,
};
use crate::shim::Condition;

/// Where a descriptor leads that the program has got in the execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// To a standard stream, past its lock.
    Stream(Stream),
    /// To an end of a pipe or of a pair of sockets.
    End { object: ObjectId, end: PipeEnd },
    /// Elsewhere.
    Other,
}

/// Where descriptors lead.
type Targets = BTreeMap<c_int, Target>;

/// How many descriptors lead to `end` of `object`.
fn n_at(targets: &Targets, object: ObjectId, end: PipeEnd) -> usize {
    let target = Target::End { object, end };
    targets.values().filter(|other| **other == target).count()
}

/// The descriptors in the current execution.
#[derive(Debug, Default)]
pub(crate) struct Descriptors {
    /// Those that the program has got and not closed; `None` before the first. Shared with the conditions of threads
    /// that wait.
    open: Option<Rc<RefCell<Targets>>>,
    /// The lines of the program that are in a function of this library which may use a descriptor.
    calls: BTreeMap<TaskId, Site>,
}

impl Descriptors {
    /// Those that the program has got and not closed.
    pub(crate) fn open(&self) -> Vec<c_int> {
        let open = self.open.iter();
        open.flat_map(|open| open.borrow().keys().copied().collect::<Vec<_>>())
            .collect()
    }

    fn get(&self, descriptor: c_int) -> Option<Target> {
        self.open.as_ref()?.borrow().get(&descriptor).copied()
    }

    fn shared(&mut self) -> &Rc<RefCell<Targets>> {
        self.open.get_or_insert_default()
    }
}

/// Whether the program runs, in an execution.
pub(crate) fn is_program() -> bool {
    super::current_epoch() != 0 && crate::runtime::is_undisturbed()
}

/// Whether the program may wait for what the model does not control.
pub(crate) fn may_wait_outside() -> bool {
    with_undisturbed(|execution| execution.settings.allow_outside_waits).unwrap_or(true)
}

/// Where a descriptor leads; `None` if the program did not get it in this execution, and outside executions.
pub(crate) fn target(descriptor: c_int) -> Option<Target> {
    if super::current_epoch() == 0 {
        return None;
    }
    with_undisturbed(|execution| execution.descriptors.get(descriptor))?
}

/// Notes that the program has got a descriptor.
pub(crate) fn opened(descriptor: c_int, target: Target) {
    with_undisturbed(|execution| execution.descriptors.shared().borrow_mut().insert(descriptor, target));
}

/// Notes that the program has made a pipe or a pair of sockets, with a descriptor for each end.
pub(crate) fn made(kind: ObjectKind, ends: [(c_int, PipeEnd); 2]) {
    with_undisturbed(|execution| {
        let origin = site(execution).map_or(Origin::Outside, Origin::Created);
        let object = execution.objects.add(kind, origin, State::Shim);
        let opened = ends.map(|(descriptor, end)| (descriptor, Target::End { object, end }));
        execution.descriptors.shared().borrow_mut().extend(opened);
    });
}

/// Announces that a descriptor is about to be closed, if other threads can notice that, and forgets it. The caller then
/// closes it, and calls what this function returns.
pub(crate) fn close(descriptor: c_int) -> impl FnOnce() {
    let closed = target(descriptor).and_then(|target| {
        let end = match target {
            Target::End { object, end } => with(|execution| {
                let is_last = n_at(&execution.descriptors.shared().borrow(), object, end) == 1;
                is_last.then(|| (object, end, site(execution)))
            }),
            Target::Stream(_) | Target::Other => None,
        };
        if let Some((object, _, site)) = end {
            announce(Operation {
                object: Some(object),
                site,
            });
        }
        with(|execution| execution.descriptors.shared().borrow_mut().remove(&descriptor));
        end
    });
    move || {
        if let Some((object, end, site)) = closed {
            note_closed(object, end, site);
        }
    }
}

/// Announces that an end is about to be shut down. The caller then does so, and calls what this function returns.
pub(crate) fn shut_down(object: ObjectId, end: PipeEnd) -> impl FnOnce() {
    let site = with(|execution| site(execution));
    announce(Operation {
        object: Some(object),
        site,
    });
    move || note_closed(object, end, site)
}

fn note_closed(object: ObjectId, end: PipeEnd, site: Option<Site>) {
    with(|execution| {
        execution.changed_object(object);
        execution.acquire_from(object);
        execution.release_to(object);
        record(execution, object, site, Op::CloseEnd { end }, None);
    });
    switch_after_release();
}

/// A call that moves bytes.
pub(crate) struct Call {
    /// The pipe or the pair of sockets.
    pub(crate) object: ObjectId,
    /// The end at which it is called.
    pub(crate) end: PipeEnd,
    /// Whether the call waits where it cannot move any byte.
    pub(crate) waits: bool,
    /// For how long it waits; `None` for ever.
    pub(crate) timeout: Option<Duration>,
}

/// Which way a call moves bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Read,
    Write,
}

/// What a thread waits for in a call that moves bytes.
struct Ready<F> {
    is_ready: F,
    open: Rc<RefCell<Targets>>,
    object: ObjectId,
    /// The end whose descriptors could end the wait.
    other_end: PipeEnd,
    direction: Direction,
    calls: Backtrace,
}

impl<F: Fn() -> bool> Condition for Ready<F> {
    fn holds(&self) -> bool {
        (self.is_ready)()
    }

    fn reason(&self) -> WaitReason {
        let left = n_at(&self.open.borrow(), self.object, self.other_end);
        match self.direction {
            Direction::Read => WaitReason::Bytes { writers: left },
            Direction::Write => WaitReason::RoomForBytes { readers: left },
        }
    }

    fn calls(&self) -> Backtrace {
        self.calls.clone()
    }
}

impl Call {
    /// Announces the call, waits until `is_ready` if it waits, and reads with `read`, which returns how many bytes it
    /// has read, or the negated number of an error. `n_held` tells how many bytes are left.
    pub(crate) fn read(
        &self,
        is_ready: impl Fn() -> bool + 'static,
        read: impl FnOnce() -> isize,
        n_held: impl FnOnce() -> Option<u64>,
    ) -> isize {
        let site = with(|execution| site(execution));
        let operation = Operation {
            object: Some(self.object),
            site,
        };
        let wake = if self.waits {
            self.wait(operation, Direction::Read, is_ready, self.timeout)
        } else {
            announce(operation);
            Wake::Ready
        };
        if wake != Wake::Ready {
            with(|execution| {
                let op = Op::ReadBytes {
                    outcome: TransferOutcome::TimedOut,
                };
                record(execution, self.object, site, op, None);
            });
            return -(libc::EAGAIN as isize);
        }
        let result = read();
        let outcome = match result {
            1.. => TransferOutcome::Moved(result as u64),
            0 => TransferOutcome::AtEnd,
            _ => failed(result),
        };
        self.note(site, Op::ReadBytes { outcome }, outcome, n_held);
        result
    }

    /// Announces the call, and writes `length` bytes with `write`, which is given how many were written before. It
    /// returns how many it has written, or the negated number of an error. `has_room` tells whether it would write any
    /// after it found no room.
    pub(crate) fn write(
        &self,
        length: usize,
        has_room: impl Fn() -> bool + Clone + 'static,
        write: impl Fn(usize) -> isize,
        n_held: impl Fn() -> Option<u64>,
    ) -> isize {
        let site = with(|execution| site(execution));
        let operation = Operation {
            object: Some(self.object),
            site,
        };
        announce(operation);
        let mut written = 0;
        loop {
            let result = write(written);
            let is_full = result == -(libc::EAGAIN as isize);
            if is_full && self.waits {
                with(|execution| execution.learned(written as u64));
                self.wait(operation, Direction::Write, has_room.clone(), None);
                continue;
            }
            let outcome = match result {
                1.. => TransferOutcome::Moved(result as u64),
                0 => TransferOutcome::Nothing,
                _ => failed(result),
            };
            self.note(site, Op::WriteBytes { outcome }, outcome, &n_held);
            if result <= 0 {
                return if written > 0 { written as isize } else { result };
            }
            written += result.unsigned_abs();
            if written >= length || !self.waits {
                return written as isize;
            }
        }
    }

    /// Announces an operation that waits until `is_ready`.
    fn wait(
        &self,
        operation: Operation,
        direction: Direction,
        is_ready: impl Fn() -> bool + 'static,
        timeout: Option<Duration>,
    ) -> Wake {
        let deadline = with(|execution| {
            let calls = if operation.site.is_none() {
                execution.calls()
            } else {
                Backtrace::new()
            };
            let condition = Ready {
                is_ready,
                open: Rc::clone(execution.descriptors.shared()),
                object: self.object,
                other_end: other(self.end),
                direction,
                calls,
            };
            execution.me().condition = Some(Rc::new(condition));
            timeout.and_then(|timeout| execution.deadline_after(timeout))
        });
        let wake = announce_wait(operation, Until::Condition, deadline);
        with(|execution| execution.me().condition = None);
        wake
    }

    /// Notes what the call has done.
    fn note(&self, site: Option<Site>, op: Op, outcome: TransferOutcome, n_held: impl FnOnce() -> Option<u64>) {
        let has_moved = matches!(outcome, TransferOutcome::Moved(_));
        with(|execution| {
            execution.acquire_from(self.object);
            if has_moved {
                execution.changed_object(self.object);
                execution.release_to(self.object);
            }
            record(execution, self.object, site, op, n_held());
        });
        if has_moved {
            switch_after_release();
        }
    }
}

fn failed(result: isize) -> TransferOutcome {
    match -result as c_int {
        libc::EAGAIN => TransferOutcome::WouldBlock,
        libc::EPIPE => TransferOutcome::Broken,
        _ => TransferOutcome::Nothing,
    }
}

/// The end that a descriptor at `end` exchanges bytes with.
fn other(end: PipeEnd) -> PipeEnd {
    match end {
        PipeEnd::Reader => PipeEnd::Writer,
        PipeEnd::Writer => PipeEnd::Reader,
        PipeEnd::FirstSocket => PipeEnd::SecondSocket,
        PipeEnd::SecondSocket => PipeEnd::FirstSocket,
    }
}

/// The line of the program that calls a function of this library, if one does.
fn site(execution: &Execution) -> Option<Site> {
    execution.descriptors.calls.get(&execution.current).copied()
}

/// Records an operation, with the return addresses if the line is not known.
fn record(execution: &mut Execution, object: ObjectId, site: Option<Site>, op: Op, n_held: Option<u64>) {
    let state = n_held.map(|n_bytes| (object, ObjectState::Bytes(n_bytes)));
    execution.record_with(Some(object), site, |_| (op, state.into_iter().collect()));
    execution.record_calls_unless_known(site);
}

/// The line of the program that calls a function of this library, while that function runs.
pub(crate) struct CalledAt {
    before: Option<Site>,
}

impl CalledAt {
    /// Notes that the running thread is in a function that the line `site` has called.
    pub(crate) fn new(site: Site) -> Self {
        let before = try_with(|execution| {
            let current = execution.current;
            execution.descriptors.calls.insert(current, site)
        });
        Self {
            before: before.flatten(),
        }
    }
}

impl Drop for CalledAt {
    fn drop(&mut self) {
        try_with(|execution| {
            let current = execution.current;
            match self.before {
                Some(before) => execution.descriptors.calls.insert(current, before),
                None => execution.descriptors.calls.remove(&current),
            }
        });
    }
}

/// Announces that the running thread looks which of several descriptors are ready, as `is_ready` tells, and has it wait
/// until one is, or until the time limit of `limit` has passed.
pub(crate) fn look(descriptors: &[c_int], is_ready: impl Fn() -> bool + 'static, limit: super::channel::WaitLimit) {
    use super::channel::WaitLimit;

    /// What a thread waits for that looks at several descriptors.
    struct AnyReady<F>(F);

    impl<F: Fn() -> bool> Condition for AnyReady<F> {
        fn holds(&self) -> bool {
            (self.0)()
        }

        fn reason(&self) -> WaitReason {
            WaitReason::Descriptors
        }
    }

    let operation = with(|execution| Operation {
        object: None,
        site: site(execution),
    });
    let timeout = match limit {
        WaitLimit::NoWait => {
            announce(operation);
            return note_looked(descriptors);
        }
        WaitLimit::For(timeout) => Some(timeout),
        WaitLimit::Forever => None,
    };
    let deadline = with(|execution| {
        execution.me().condition = Some(Rc::new(AnyReady(is_ready)));
        timeout.and_then(|timeout| execution.deadline_after(timeout))
    });
    let _: Wake = announce_wait(operation, Until::Condition, deadline);
    with(|execution| execution.me().condition = None);
    note_looked(descriptors);
}

fn note_looked(descriptors: &[c_int]) {
    for descriptor in descriptors {
        if let Some(Target::End { object, .. }) = target(*descriptor) {
            with(|execution| execution.looked_at(object));
        }
    }
}

/// Writes to a standard stream, past its lock.
pub(crate) fn write_to_stream(stream: Stream, bytes: &[u8]) {
    let site = with(|execution| site(execution));
    stream.write_past_lock(bytes, site);
}

/// Ends the execution, because the running thread waits for what the model does not control.
pub(crate) fn wait_outside(outside: Outside) -> ! {
    with(|execution| {
        let thread = execution.current;
        let place = site(execution).and_then(recorder::place_in_program);
        let backtraces = if place.is_some() {
            Vec::new()
        } else {
            vec![crashes::backtrace()]
        };
        execution.finish(End::OutsideWait {
            thread,
            outside,
            place,
            backtraces,
        });
    });
    executor::suspend();
    unreachable!("a task is not resumed after the end of its execution")
}
