//! Names for the threads, objects and places of a trace, which has only numbers for them.
//!
//! An object gets the name of the variable, field or static that the source creates it for, or else the name of its
//! type. An atomic gets the name that the source uses it by, since nobody knows where it was created. Names are unique
//! within a trace and depend on nothing but the trace and the sources.

use std::collections::{BTreeMap, BTreeSet};

use protocol::Failure;
use protocol::trace::{Difference, End, Event, Object, ObjectId, Place, ThreadId, Trace};

use crate::bindings::receivers::{Kind, Receiver};
use crate::{bindings, words};

/// The names of one trace.
#[derive(Debug, Clone)]
pub struct Names<'a> {
    sources: &'a [(String, String)],
    threads: Vec<String>,
    objects: Vec<String>,
}

impl<'a> Names<'a> {
    /// The names for the trace of a failure. A failure that no single execution shows has no threads and objects.
    pub fn of(failure: &Failure, sources: &'a [(String, String)]) -> Self {
        let nothing = Self {
            sources,
            threads: Vec::new(),
            objects: Vec::new(),
        };
        failure
            .trace
            .as_ref()
            .map_or(nothing, |trace| Self::new(trace, sources))
    }

    /// Names everything in `trace`; `sources` are the submission's files, each with its path and its text.
    pub fn new(trace: &Trace, sources: &'a [(String, String)]) -> Self {
        let threads = trace.threads.iter().map(|thread| match &thread.name {
            _ if thread.id == 0 => ("main".to_owned(), None),
            Some(name) => (name.clone(), None),
            None => (format!("thread {}", thread.id), None),
        });
        let bindings = bindings(&trace.objects, sources);
        let receivers = receivers(trace, sources);
        let objects = trace.objects.iter().map(|object| {
            let found = match &object.created_at {
                Some(place) => bindings.get(place),
                None => receivers.get(&object.id),
            };
            name_object(object, found)
        });
        Self {
            sources,
            threads: unique(threads.collect()),
            objects: unique(objects.collect()),
        }
    }

    /// A thread: `main` for the body, its own name if it has one, else `thread 1`.
    pub fn thread(&self, id: ThreadId) -> String {
        self.threads.get(id).cloned().unwrap_or_else(|| format!("thread {id}"))
    }

    /// Several threads, each once: `thread 1, thread 2 and main`.
    pub fn threads(&self, ids: &[ThreadId]) -> String {
        words::list(&self.each_once(ids))
    }

    /// The same where there is little room: `thread 1, thread 2, main`.
    pub fn threads_in_short(&self, ids: &[ThreadId]) -> String {
        self.each_once(ids).join(", ")
    }

    fn each_once(&self, ids: &[ThreadId]) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let ids = ids.iter().filter(|&id| seen.insert(*id));
        ids.map(|&id| self.thread(id)).collect()
    }

    /// Several threads, of which only the first few are named: `thread 1, thread 2, thread 3 and 4 more`.
    pub fn some_threads(&self, ids: &[ThreadId]) -> String {
        if ids.len() <= NAMED + 1 {
            return self.threads(ids);
        }
        let mut names: Vec<String> = ids.iter().take(NAMED).map(|&id| self.thread(id)).collect();
        names.push(format!("{} more", ids.len() - NAMED));
        words::list(&names)
    }

    /// A thread as a sentence begins with it: `Thread 1`. `main` and names of the submission's own stay as they are.
    pub fn thread_at_start(&self, id: ThreadId) -> String {
        at_start(self.thread(id))
    }

    /// [`Names::threads`], as a sentence begins with it.
    pub fn threads_at_start(&self, ids: &[ThreadId]) -> String {
        at_start(self.threads(ids))
    }

    /// [`Names::some_threads`], as a sentence begins with it.
    pub fn some_threads_at_start(&self, ids: &[ThreadId]) -> String {
        at_start(self.some_threads(ids))
    }

    /// An object: `counter`, or `Mutex #1` where its variable cannot be told.
    pub fn object(&self, id: usize) -> String {
        self.objects.get(id).cloned().unwrap_or_else(|| format!("object #{id}"))
    }

    /// A place: `lib.rs:14` in the submission, `check:30` in the check that called it.
    pub fn place(&self, place: &Place) -> String {
        self.line_of_file(&place.file, place.line)
    }

    /// The same for a line of a file.
    pub fn line_of_file(&self, file: &str, line: u32) -> String {
        let is_of_check = is_in_check(file) && text_of(self.sources, file).is_none();
        let name = if is_of_check {
            CHECK.to_owned()
        } else {
            file_name(file, self.sources)
        };
        format!("{name}:{line}")
    }

    /// A place beside a line: the file's name only where it is needed to tell files apart, or short.
    pub fn short_place(&self, place: &Place) -> String {
        let name = self.place(place);
        if self.is_one_file() && name.len() > LONG_PLACE {
            format!(":{}", place.line)
        } else {
            name
        }
    }

    /// ` at lib.rs:14`, with the space before it, or nothing where the place is not known.
    pub fn at(&self, place: Option<&Place>) -> String {
        place.map_or(String::new(), |place| format!(" at {}", self.place(place)))
    }

    /// The submission's line at `place`; `None` where the place is not in the submission.
    pub fn line(&self, place: &Place) -> Option<&'a str> {
        line_of(self.sources, place)
    }

    /// Whether the submission is a single file, so that a line number is enough.
    pub fn is_one_file(&self) -> bool {
        self.sources.len() == 1
    }
}

/// How many threads are named before the others are only counted.
const NAMED: usize = 3;

fn at_start(name: String) -> String {
    match name.strip_prefix("thread ") {
        Some(rest) => format!("Thread {rest}"),
        None => name,
    }
}

/// A file as a reader names it: without its folders, as long as no other of `sources` has that name.
pub fn file_name(file: &str, sources: &[(String, String)]) -> String {
    let base = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let name = base(file);
    let is_shared = sources.iter().filter(|(path, _)| base(path) == name).count() > 1;
    match file.rsplit_once("src/") {
        Some((_, below)) if is_shared => below.to_owned(),
        _ => name,
    }
}

/// The name for every file of a check: they are not the student's.
pub const CHECK: &str = "check";

fn is_in_check(file: &str) -> bool {
    file.contains("grader/checks/")
}

/// Whether an object is the check's own.
pub fn is_of_check(object: &Object) -> bool {
    origin(object).is_some_and(|place| is_in_check(&place.file))
}

/// The place that says whose an object is.
fn origin(object: &Object) -> Option<&Place> {
    object.created_at.as_ref().or(object.first_used_at.as_ref())
}

fn text_of<'a>(sources: &'a [(String, String)], file: &str) -> Option<&'a str> {
    sources
        .iter()
        .find(|(path, _)| path == file)
        .map(|(_, text)| text.as_str())
}

fn line_of<'a>(sources: &'a [(String, String)], place: &Place) -> Option<&'a str> {
    text_of(sources, &place.file)?
        .lines()
        .nth((place.line as usize).checked_sub(1)?)
}

/// The variables, fields and statics for which the submission created its objects, by the place of the creation.
fn bindings<'a>(objects: &'a [Object], sources: &[(String, String)]) -> BTreeMap<&'a Place, String> {
    let places: BTreeSet<&Place> = objects.iter().filter_map(|object| object.created_at.as_ref()).collect();
    let mut names = BTreeMap::new();
    for (file, text) in sources {
        let places: Vec<&Place> = places.iter().copied().filter(|place| place.file == *file).collect();
        let positions: Vec<(u32, u32)> = places.iter().map(|place| (place.line, place.column)).collect();
        let found = bindings::names_at(text, &positions);
        names.extend(
            places
                .into_iter()
                .zip(found)
                .filter_map(|(place, name)| Some((place, name?))),
        );
    }
    names
}

/// The names by which the submission uses its atomics.
fn receivers(trace: &Trace, sources: &[(String, String)]) -> BTreeMap<ObjectId, String> {
    let mut used: BTreeMap<ObjectId, Vec<Receiver>> = BTreeMap::new();
    let mut created: Vec<(String, Option<String>)> = Vec::new();
    let is_atomic = |object: &ObjectId| trace.kind_of(*object).is_some_and(|kind| kind.atomic_type().is_some());
    for (file, text) in sources {
        let accesses = trace.events.iter().chain(events_of_end(trace)).filter_map(|event| {
            let (object, place) = (event.object.filter(is_atomic)?, event.place.as_ref()?);
            (place.file == *file).then_some((object, (place.line, place.column)))
        });
        let accesses: BTreeSet<(ObjectId, (u32, u32))> = accesses.collect();
        if accesses.is_empty() {
            continue;
        }
        // Many objects may be used at one position.
        let positions: BTreeSet<(u32, u32)> = accesses.iter().map(|(_, position)| *position).collect();
        let positions: Vec<(u32, u32)> = positions.into_iter().collect();
        let found = bindings::receivers::receivers_at(text, &positions);
        let found: BTreeMap<(u32, u32), Vec<Receiver>> = positions.into_iter().zip(found).collect();
        for (object, position) in accesses {
            used.entry(object).or_default().extend_from_slice(&found[&position]);
        }
        created.extend(bindings::receivers::created_atomics(text));
    }
    let is_of_check = |event: &&Event| event.place.as_ref().is_some_and(|place| is_in_check(&place.file));
    let used_by_check: BTreeSet<ObjectId> = trace
        .events
        .iter()
        .filter(is_of_check)
        .filter_map(|event| event.object)
        .collect();
    let name = |(object, receivers): (ObjectId, Vec<Receiver>)| {
        let kind = trace.kind_of(object)?.as_str();
        // What the check uses, the submission has not created.
        let may_be_created = !used_by_check.contains(&object);
        let created = created.iter().filter(|(of, _)| may_be_created && of == kind);
        let created: Vec<Option<&str>> = created.map(|(_, name)| name.as_deref()).collect();
        Some((object, best_name(&receivers, &created)?))
    };
    used.into_iter().filter_map(name).collect()
}

/// The events in which an execution differs from the one that it should repeat.
fn events_of_end(trace: &Trace) -> impl Iterator<Item = &Event> {
    let events = match &trace.end {
        End::Nondeterministic(Difference::Event { expected, found, .. }) => [expected.as_deref(), found.as_deref()],
        _ => [None, None],
    };
    events.into_iter().flatten()
}

/// The best of the names by which an atomic is used. `created` are the names for which the submission creates atomics
/// of its type: one of those is better than any other. Where the submission creates all of them for one name, and uses
/// this one through parameters only, that is the name.
fn best_name(used: &[Receiver], created: &[Option<&str>]) -> Option<String> {
    let is_created = |receiver: &&Receiver| created.contains(&Some(receiver.name.as_str()));
    let best = |receivers: &mut dyn Iterator<Item = &Receiver>| {
        let receiver = receivers.min_by_key(|receiver| receiver.kind)?;
        Some(receiver.name.clone())
    };
    let only = || {
        let [Some(first), rest @ ..] = created else {
            return None;
        };
        let is_only = rest.iter().all(|other| *other == Some(*first));
        let is_unnamed = used.iter().all(|receiver| receiver.kind >= Kind::Parameter);
        (is_only && is_unnamed).then(|| (*first).to_owned())
    };
    best(&mut used.iter().filter(is_created))
        .or_else(only)
        .or_else(|| best(&mut used.iter()))
}

/// The name for an object, and its type, which tells two objects of one name apart. `found` is its name in the source.
fn name_object(object: &Object, found: Option<&String>) -> (String, Option<String>) {
    let kind = object.kind.as_str().to_owned();
    match (found, origin(object)) {
        (Some(name), _) => (name.clone(), Some(kind)),
        (None, Some(place)) if is_in_check(&place.file) => (format!("check's {kind}"), None),
        (None, Some(_)) => (format!("{kind} #"), None),
        (None, None) => (kind, None),
    }
}

/// Makes names unique: first by adding the kind in parentheses, then by numbering. A name that ends with `#` is always
/// numbered. There may be a hundred thousand.
fn unique(wanted: Vec<(String, Option<String>)>) -> Vec<String> {
    let mut kinds: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
    for (name, kind) in &wanted {
        kinds.entry(name).or_default().insert(kind.as_deref());
    }
    let told_apart: Vec<String> = wanted
        .iter()
        .map(|(name, kind)| match kind {
            Some(kind) if kinds[name.as_str()].len() > 1 => format!("{name} ({kind})"),
            _ => name.clone(),
        })
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in &told_apart {
        *counts.entry(name).or_default() += 1;
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let numbered = told_apart.iter().map(|name| {
        let ordinal = seen.entry(name).or_default();
        *ordinal += 1;
        match name.strip_suffix('#') {
            Some(_) => format!("{name}{ordinal}"),
            None if counts[name.as_str()] > 1 => format!("{name} #{ordinal}"),
            None => name.clone(),
        }
    });
    numbered.collect()
}

/// The longest label that leaves enough room for the line of source behind it.
const LONG_PLACE: usize = 16;

#[cfg(test)]
mod tests {
    use protocol::trace::ObjectKind;

    use super::*;

    #[test]
    fn an_object_without_a_variable_is_called_after_its_type_and_numbered() {
        let sources = [(
            "lib.rs".to_owned(),
            "fn new() -> Self {\n    Self(Mutex::new(0))\n}\n".to_owned(),
        )];
        let objects = [Object {
            id: 0,
            kind: ObjectKind::Mutex,
            created_at: Some(Place {
                file: "lib.rs".into(),
                line: 2,
                column: 10,
            }),
            first_used_at: None,
        }];
        assert!(bindings(&objects, &sources).is_empty());
        assert_eq!(unique(vec![name_object(&objects[0], None)]), ["Mutex #1"]);
    }

    fn receiver(kind: Kind, name: &str) -> Receiver {
        let name = name.to_owned();
        Receiver { kind, name }
    }

    #[test]
    fn an_atomic_is_called_as_where_it_was_created_if_one_of_its_names_is_such_a_name() {
        let used = [
            receiver(Kind::Field, "inner"),
            receiver(Kind::Variable, "count"),
            receiver(Kind::Parameter, "c"),
        ];
        assert_eq!(
            best_name(&used, &[Some("total"), Some("count")]).as_deref(),
            Some("count")
        );
        assert_eq!(best_name(&used, &[Some("total"), None]).as_deref(), Some("inner"));
        assert_eq!(best_name(&used[1..], &[]).as_deref(), Some("count"));
    }

    #[test]
    fn a_parameter_is_called_after_the_only_name_for_which_atomics_are_created() {
        let used = [receiver(Kind::Parameter, "c")];
        assert_eq!(best_name(&used, &[Some("counters"); 2]).as_deref(), Some("counters"));
        assert_eq!(best_name(&[], &[Some("counters")]).as_deref(), Some("counters"));
        assert_eq!(
            best_name(&used, &[Some("counters"), Some("flags")]).as_deref(),
            Some("c")
        );
        assert_eq!(best_name(&used, &[Some("counters"), None]).as_deref(), Some("c"));
        let variable = [receiver(Kind::Variable, "counter")];
        assert_eq!(best_name(&variable, &[Some("total")]).as_deref(), Some("counter"));
        assert_eq!(best_name(&[], &[]), None);
    }

    #[test]
    fn objects_of_one_name_are_told_apart_by_type_then_by_number() {
        let object = |name: &str, kind: &str| (name.to_owned(), Some(kind.to_owned()));
        assert_eq!(
            unique(vec![object("pair", "Mutex"), object("pair", "Condvar")]),
            ["pair (Mutex)", "pair (Condvar)"]
        );
        assert_eq!(
            unique(vec![object("fork", "Mutex"), object("fork", "Mutex")]),
            ["fork #1", "fork #2"]
        );
    }

    /// As many as an execution can have; comparing each with each other would take minutes.
    #[test]
    fn a_hundred_thousand_objects_of_one_name_are_numbered() {
        let names = unique(vec![("event".to_owned(), Some("Mutex".to_owned())); 100_000]);
        assert_eq!(
            (names[0].as_str(), names[99_999].as_str()),
            ("event #1", "event #100000")
        );
    }
}
