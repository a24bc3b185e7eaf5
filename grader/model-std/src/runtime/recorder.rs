//! Records the operations of an execution as a trace.

mod addresses;

use std::cell::RefCell;
use std::panic::Location;
use std::time::Duration;

use addresses::Addresses;

use super::dispatch::{Candidate, Cause};
use super::execution::Execution;
use super::objects::{ObjectId, Origin};
use super::task::{Site, TaskId};
use super::{branches, deadlock};
use crate::model::play::{Subject, TurnReason};
use crate::model::trace::{self, Backtrace, End, Event, ObjectKind, ObjectState, Op, Place, Segment, Trace};
use crate::model::{Paused, Turn};
use crate::shim::SOURCES_OF_LIBRARIES;

/// The most events in the trace of an execution that was not going to end: enough to show what the threads repeat.
const MAX_EVENTS_WITHOUT_END: usize = 10_000;

/// The most operations that are recorded of an execution that is only compared with another one: as many as an ordinary
/// execution may have. Two recordings of millions take more memory than a check program may have.
const MAX_COMPARED: usize = 200_000;

/// The states of objects after an operation, as a trace shows them.
pub(crate) type States = Vec<(ObjectId, ObjectState)>;

/// The recorded operations of one execution. They become events only when a trace is wanted, because most recordings
/// are only compared with another one.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Recorder {
    recorded: Vec<Recorded>,
    last: Option<TaskId>,
    /// For each choice, how many operations had been recorded when it was made.
    steps_before_choices: Vec<usize>,
    /// Whether it takes the return addresses at operations whose site is not known.
    takes_calls: bool,
    /// Whether it records the first [`MAX_COMPARED`] operations only.
    compares: bool,
    /// The kind of each object and where it comes from, by number.
    objects: Vec<(ObjectKind, Origin)>,
    /// The choice at which the execution was paused, if it was.
    pause: Option<Pause>,
}

/// A choice at which an execution was paused.
#[derive(Debug, PartialEq)]
struct Pause {
    choice: Paused,
    /// How many operations had taken effect.
    n_recorded: usize,
}

/// One operation that took effect.
#[derive(Debug, PartialEq)]
struct Recorded {
    thread: TaskId,
    op: Op,
    object: Option<ObjectId>,
    states: States,
    time: Duration,
    site: Option<Site>,
    preempts: bool,
    /// The return addresses, where the site is not known.
    calls: Backtrace,
}

/// The place of a site.
pub(crate) fn place(site: Site) -> Place {
    place_of(site)
}

/// The place of a site; `None` if it is no line of the program. In `.map(JoinHandle::join)`, for example, the standard
/// library calls the function, and its line means nothing to a reader.
pub(crate) fn place_in_program(site: Site) -> Option<Place> {
    let file = site.file();
    // The path with the sources of the compiler installed, and without them.
    let is_of_std = file.contains("/rustlib/src/rust/library/") || file.starts_with("/rustc/");
    let own = file!().strip_suffix("runtime/recorder.rs").expect("this is the file");
    if is_of_std || file.starts_with(own) {
        return None;
    }
    place_outside_libraries(site)
}

thread_local! {
    /// The site that a thread was last spawned at, of those on this operating-system thread, and its place. Most
    /// programs spawn their threads at one line, and to look for a text in a path takes longer than an operation.
    static SPAWNED_AT: RefCell<Option<(Site, Option<Place>)>> = const { RefCell::new(None) };
}

/// As [`place_outside_libraries`], for the site at which a thread was spawned.
fn place_of_spawn(site: Site) -> Option<Place> {
    SPAWNED_AT.with_borrow_mut(|last| match last {
        Some((known, place)) if std::ptr::eq(*known, site) => place.clone(),
        _ => {
            let place = place_outside_libraries(site);
            *last = Some((site, place.clone()));
            place
        }
    })
}

/// The place of a location; `None` if it is in a library that was compiled against this one from a copy of its sources.
/// Such a path differs from machine to machine, and a reader cannot open it.
pub(crate) fn place_outside_libraries(location: &Location<'_>) -> Option<Place> {
    (!location.file().contains(SOURCES_OF_LIBRARIES)).then(|| place_of(location))
}

/// The place of a location.
pub(crate) fn place_of(location: &Location<'_>) -> Place {
    Place {
        file: location.file().to_owned(),
        line: location.line(),
        column: location.column(),
    }
}

impl Execution {
    /// Notes where in the recording the last choice was made.
    pub(super) fn record_choice(&mut self) {
        if let Some(recorder) = &mut self.recorder {
            recorder.note_choices(self.scheduler.n_taken());
        }
    }

    /// Ends the execution at a choice among `candidates`, which somebody else makes. What the running operation still
    /// does is not recorded.
    #[cold]
    pub(super) fn pause(&mut self, subject: Subject, candidates: &[Candidate], n_non_preemptive: usize) {
        let option = |candidate: &Candidate| Turn {
            thread: candidate.task,
            reason: match candidate.cause {
                Cause::Ready => TurnReason::Ready,
                Cause::Spurious => TurnReason::Spurious,
                Cause::Late => TurnReason::Late,
                Cause::NoWakeUp => TurnReason::NoWakeUp,
            },
            place: self.place_of_next(candidate.task),
        };
        let options = candidates.iter().map(option).collect();
        let running = self.current;
        if let Some(recorder) = &mut self.recorder {
            recorder.pause = Some(Pause {
                choice: Paused {
                    subject,
                    running,
                    options,
                    n_non_preemptive,
                },
                n_recorded: recorder.recorded.len(),
            });
        }
        let waits = deadlock::waits_beside(self, candidates);
        self.finish(End::Paused { waits });
    }

    /// The line of the operation that `task` has announced. A thread that has not begun has announced none: its line is
    /// that of the spawn.
    fn place_of_next(&self, task: TaskId) -> Option<Place> {
        let task = &self.tasks[task];
        let site = task.announced.operation.site.filter(|_| task.entry.is_none());
        site.and_then(place_in_program)
    }

    /// The return addresses on this stack, if they are wanted.
    pub(crate) fn calls(&self) -> Backtrace {
        let takes_calls = self.recorder.as_ref().is_some_and(|recorder| recorder.takes_calls);
        if takes_calls {
            branches::backtrace()
        } else {
            Backtrace::new()
        }
    }

    /// Records that an operation of the running task took effect. `op` is only called if the execution is recorded.
    pub(crate) fn record(&mut self, object: Option<ObjectId>, site: Option<Site>, op: impl FnOnce(&Execution) -> Op) {
        self.record_with(object, site, |execution| (op(execution), execution.states_of(object)));
    }

    /// As [`Execution::record`], for an operation on a condition variable that releases or retakes `lock`.
    pub(crate) fn record_with_lock(
        &mut self,
        condvar: ObjectId,
        lock: ObjectId,
        site: Site,
        op: impl FnOnce(&Execution) -> Op,
    ) {
        self.record_with(Some(condvar), Some(site), |execution| {
            (op(execution), execution.states_of([condvar, lock]))
        });
    }

    /// As [`Execution::record`], but `describe` also returns the states of the objects.
    pub(crate) fn record_with(
        &mut self,
        object: Option<ObjectId>,
        site: Option<Site>,
        describe: impl FnOnce(&Execution) -> (Op, States),
    ) {
        if self.recorder.as_ref().is_none_or(Recorder::is_full) {
            return;
        }
        let (op, states) = describe(self);
        let (thread, time) = (self.current, self.now);
        let preempted = std::mem::take(&mut self.turn.preempted);
        let Some(recorder) = &mut self.recorder else { return };
        let preempts = preempted && recorder.last != Some(thread);
        recorder.last = Some(thread);
        recorder.recorded.push(Recorded {
            thread,
            op,
            object,
            states,
            time,
            site,
            preempts,
            calls: Backtrace::new(),
        });
    }

    /// Adds the return addresses to the last operation, if its line is not known.
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    pub(crate) fn record_calls_unless_known(&mut self, site: Option<Site>) {
        if site.is_none() {
            let calls = self.calls();
            if let Some(recorder) = &mut self.recorder {
                recorder.add_calls(calls);
            }
        }
    }

    /// Records that an operation of `thread`, which waited for the running thread, took effect together with the
    /// operation of the running thread.
    pub(crate) fn record_for(
        &mut self,
        thread: TaskId,
        object: Option<ObjectId>,
        site: Option<Site>,
        op: impl FnOnce() -> Op,
    ) {
        let time = self.now;
        let Some(recorder) = self.recorder.as_mut().filter(|recorder| !recorder.is_full()) else {
            return;
        };
        recorder.recorded.push(Recorded {
            thread,
            op: op(),
            object,
            states: Vec::new(),
            time,
            site,
            preempts: false,
            calls: Backtrace::new(),
        });
    }

    /// The states of the objects, as far as the table has them.
    fn states_of(&self, objects: impl IntoIterator<Item = ObjectId>) -> States {
        let state = |object| Some((object, self.objects.trace_state(object)?));
        objects.into_iter().filter_map(state).collect()
    }

    /// Takes the trace of the execution, which has just ended, without operations and objects, and separately the
    /// recording of those.
    pub(crate) fn take_trace(&mut self) -> (Trace, Option<Recorder>) {
        let threads = self.tasks.iter().enumerate().map(|(id, task)| trace::Thread {
            id,
            name: task.name.as_deref().map(str::to_owned),
            spawned_at: task.spawned_at.and_then(place_of_spawn),
            panic: task.panics.last.clone().filter(|_| task.has_panicked()),
            operations: task.activity.operations,
        });
        let threads = threads.collect();
        let segments = |written: Vec<super::objects::streams::Written>| -> Vec<Segment> {
            let segment = |written: super::objects::streams::Written| Segment {
                thread: written.task,
                thread_name: self.tasks[written.task].name.as_deref().map(str::to_owned),
                bytes: written.bytes,
                time: written.time,
            };
            written.into_iter().map(segment).collect()
        };
        let streams = std::mem::take(&mut self.streams);
        let (stdout, stderr) = (segments(streams.stdout.written), segments(streams.stderr.written));
        let mut recorder = self.recorder.take();
        if let Some(recorder) = &mut recorder {
            let objects = self.objects.all().iter();
            recorder.objects = objects.map(|object| (object.kind, object.origin)).collect();
        }
        let end = self.end.take().unwrap_or(End::Finished);
        let trace = Trace {
            threads,
            objects: Vec::new(),
            events: Vec::new(),
            stdout,
            stderr,
            elapsed: self.now,
            end,
        };
        (trace, recorder)
    }
}

impl Recorder {
    /// Notes that so many choices have been made by now.
    fn note_choices(&mut self, n: usize) {
        self.steps_before_choices.resize(n, self.recorded.len());
    }

    /// For each choice, how many operations had been recorded when it was made.
    pub(crate) fn into_steps_before_choices(self) -> Vec<usize> {
        self.steps_before_choices
    }

    /// Takes the choice at which the execution was paused, and forgets what was recorded after it.
    pub(crate) fn take_pause(&mut self) -> Option<Paused> {
        let Pause { choice, n_recorded } = self.pause.take()?;
        self.recorded.truncate(n_recorded);
        Some(choice)
    }

    /// A recorder for an execution that is shown.
    pub(crate) fn with_calls() -> Self {
        Self {
            takes_calls: true,
            ..Self::default()
        }
    }

    /// A recorder for an execution that is only compared with another one.
    pub(crate) fn for_comparison() -> Self {
        Self {
            compares: true,
            ..Self::default()
        }
    }

    /// Whether it records nothing more.
    fn is_full(&self) -> bool {
        self.compares && self.recorded.len() >= MAX_COMPARED
    }

    /// Adds the return addresses at the last operation.
    pub(crate) fn add_calls(&mut self, calls: Backtrace) {
        if let Some(last) = self.recorded.last_mut() {
            last.calls = calls;
        }
    }

    /// Adds the recorded operations and objects to the trace of the execution. Addresses that are kept in integers
    /// become pointers. Of an execution that was not going to end, only the first operations are added.
    pub(crate) fn write_to(mut self, trace: &mut Trace) {
        let addresses = Addresses::default();
        if let End::Livelock { .. } | End::BusyWait { .. } | End::StepLimit = trace.end {
            self.recorded.truncate(MAX_EVENTS_WITHOUT_END);
        }
        let events = self.recorded.into_iter().map(|recorded| {
            let mut event = recorded.into_event();
            addresses.hide_in(&mut event);
            event
        });
        trace.events = events.collect();
        let objects = self.objects.into_iter().enumerate();
        let objects = objects.map(|(id, (kind, origin))| {
            let (created_at, first_used_at) = match origin {
                Origin::Outside => (None, None),
                Origin::Created(site) => (place_outside_libraries(site), None),
                Origin::Used(site) => (None, place_in_program(site)),
            };
            trace::Object {
                id,
                kind,
                created_at,
                first_used_at,
            }
        });
        trace.objects = objects.collect();
    }
}

impl Recorded {
    fn into_event(self) -> Event {
        Event {
            thread: self.thread,
            op: self.op,
            object: self.object,
            states: self.states,
            time: self.time,
            place: self.site.and_then(place_in_program),
            preempts: self.preempts,
            calls: self.calls,
        }
    }
}
