//! Turns what happens into a trace.

use std::panic::Location;
use std::time::Duration;

use super::objects::ObjectId;
use super::task::Site;
use super::{Runtime, TaskId};
use crate::model::trace::{self, End, Event, Place, Segment, Trace};

/// The operations of one execution, kept as they come: most recordings are only compared with another one.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Recorder {
    recorded: Vec<Recorded>,
    last: Option<TaskId>,
    /// The objects by number: what they are, and where they were created.
    objects: Vec<(&'static str, Option<Site>)>,
}

/// One operation that took effect.
#[derive(Debug, PartialEq)]
struct Recorded {
    thread: TaskId,
    operation: &'static str,
    object: Option<ObjectId>,
    seen: Seen,
    time: Duration,
    site: Option<Site>,
    preempts: bool,
}

/// What an operation saw or wrote, and what the object holds afterwards.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Seen {
    pub(crate) detail: Option<String>,
    pub(crate) state: Option<String>,
}

/// The place of a site.
pub(crate) fn place(site: Site) -> Place {
    place_of(site)
}

/// The place of a site; `None` where that is no line of the program. A function that is handed to the standard library, as in
/// `.map(JoinHandle::join)`, is called on a line there or here, which tells a reader nothing.
pub(crate) fn place_in_program(site: Site) -> Option<Place> {
    let file = site.file();
    // As the compiler names it with its own sources at hand, and without.
    let is_of_std = file.contains("/rustlib/src/rust/library/") || file.starts_with("/rustc/");
    let own = file!().strip_suffix("runtime/recorder.rs").expect("this is the file");
    (!is_of_std && !file.starts_with(own)).then(|| place(site))
}

/// The place of a location.
pub(crate) fn place_of(location: &Location<'_>) -> Place {
    Place {
        file: location.file().to_owned(),
        line: location.line(),
        column: location.column(),
    }
}

impl Runtime {
    /// Records that `operation` of the running task took effect; `seen` is only asked when a trace is wanted.
    pub(crate) fn record(
        &mut self,
        operation: &'static str,
        object: Option<ObjectId>,
        site: Option<Site>,
        seen: impl FnOnce(&Runtime) -> Seen,
    ) {
        if self.recorder.is_none() {
            return;
        }
        let seen = seen(self);
        let (thread, time) = (self.current, self.now);
        let preempted = std::mem::take(&mut self.turn.preempted);
        let Some(recorder) = &mut self.recorder else { return };
        let preempts = preempted && recorder.last != Some(thread);
        recorder.last = Some(thread);
        recorder.recorded.push(Recorded {
            thread,
            operation,
            object,
            seen,
            time,
            site,
            preempts,
        });
    }

    /// Records that `operation` of `thread`, which waited for the running one, took effect together with what that does.
    pub(crate) fn record_for(
        &mut self,
        thread: TaskId,
        operation: &'static str,
        object: Option<ObjectId>,
        site: Option<Site>,
    ) {
        let time = self.now;
        let Some(recorder) = &mut self.recorder else { return };
        recorder.recorded.push(Recorded {
            thread,
            operation,
            object,
            seen: Seen::default(),
            time,
            site,
            preempts: false,
        });
    }

    /// The trace of the execution that has just ended, without its operations and objects, and what was recorded of those.
    pub(crate) fn take_trace(&mut self) -> (Trace, Option<Recorder>) {
        let threads = self.tasks.iter().enumerate().map(|(id, task)| trace::Thread {
            id,
            name: task.name.as_deref().map(str::to_owned),
            spawned_at: task.spawned_at.map(place),
            panicked: task
                .panic
                .as_ref()
                .filter(|_| task.died)
                .map(|(message, _)| message.clone()),
            panicked_at: task
                .panic
                .as_ref()
                .filter(|_| task.died)
                .and_then(|(_, place)| place.clone()),
            operations: task.operations,
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
            recorder.objects = objects.map(|object| (object.kind, object.created_at)).collect();
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
    /// Puts what was recorded into the trace of the execution.
    pub(crate) fn tell(self, trace: &mut Trace) {
        trace.events = self.recorded.into_iter().map(Recorded::told).collect();
        let objects = self.objects.into_iter().enumerate();
        let objects = objects.map(|(id, (kind, created_at))| trace::Object {
            id,
            kind: kind.to_owned(),
            created_at: created_at.map(place),
        });
        trace.objects = objects.collect();
    }
}

impl Recorded {
    fn told(self) -> Event {
        Event {
            thread: self.thread,
            operation: self.operation.to_owned(),
            object: self.object,
            detail: self.seen.detail,
            state: self.seen.state,
            time: self.time,
            place: self.site.and_then(place_in_program),
            preempts: self.preempts,
        }
    }
}
