//! Turns what happens into a trace.

use std::panic::Location;

use super::object::{Object, ObjectId};
use super::task::Site;
use super::{Runtime, TaskId};
use crate::model::trace::{self, End, Event, Place, Segment, Trace};

/// The events of one execution so far.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    events: Vec<Event>,
    last: Option<TaskId>,
}

/// What an operation saw or wrote, and what the object holds afterwards.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) detail: Option<String>,
    pub(crate) state: Option<String>,
}

/// The place of a site.
pub(crate) fn place(site: Site) -> Place {
    place_of(site)
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
        let Seen { detail, state } = seen(self);
        let (thread, time) = (self.current, self.now);
        let preempted = std::mem::take(&mut self.preempted);
        let Some(recorder) = &mut self.recorder else { return };
        let preempts = preempted && recorder.last != Some(thread);
        recorder.last = Some(thread);
        recorder.events.push(Event {
            thread,
            operation: operation.to_owned(),
            object,
            detail,
            state,
            time,
            place: site.map(place),
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
        recorder.events.push(Event {
            thread,
            operation: operation.to_owned(),
            object,
            detail: None,
            state: None,
            time,
            place: site.map(place),
            preempts: false,
        });
    }

    /// The trace of the execution that has just ended.
    pub(crate) fn take_trace(&mut self) -> Trace {
        let recorded = self.recorder.is_some();
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
        let objects = if recorded {
            objects(self.objects.all())
        } else {
            Vec::new()
        };
        let segments = |written: Vec<super::streams::Written>| -> Vec<Segment> {
            let segment = |written: super::streams::Written| Segment {
                thread: written.task,
                thread_name: self.tasks[written.task].name.as_deref().map(str::to_owned),
                bytes: written.bytes,
                time: written.time,
            };
            written.into_iter().map(segment).collect()
        };
        let streams = std::mem::take(&mut self.streams);
        let (stdout, stderr) = (segments(streams.stdout.written), segments(streams.stderr.written));
        let events = self.recorder.take().map(|recorder| recorder.events).unwrap_or_default();
        let end = self.end.take().unwrap_or(End::Finished);
        Trace {
            threads,
            objects,
            events,
            stdout,
            stderr,
            elapsed: self.now,
            end,
        }
    }
}

fn objects(table: &[Object]) -> Vec<trace::Object> {
    let objects = table.iter().enumerate();
    let objects = objects.map(|(id, object)| trace::Object {
        id,
        kind: object.kind.to_owned(),
        created_at: object.created_at.map(place),
    });
    objects.collect()
}
