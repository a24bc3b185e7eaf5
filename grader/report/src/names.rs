//! Names for the threads, objects and places of a trace, which has only numbers for them.
//!
//! An object gets the name of the variable, field or static that the source creates it for, or else the name of its
//! type. Names are unique within a trace and depend on nothing but the trace and the sources.

use std::collections::{BTreeMap, BTreeSet};

use protocol::Failure;
use protocol::trace::{Object, Place, ThreadId, Trace};

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
        let objects = trace.objects.iter().map(|object| name_object(object, &bindings));
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
    object.created_at.as_ref().is_some_and(|place| is_in_check(&place.file))
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

/// The name for an object, and its type, which tells two objects of one name apart.
fn name_object(object: &Object, bindings: &BTreeMap<&Place, String>) -> (String, Option<String>) {
    let kind = object.kind.as_str().to_owned();
    let found = object.created_at.as_ref().and_then(|place| bindings.get(place));
    match (found, &object.created_at) {
        (Some(name), _) => (name.clone(), Some(kind)),
        (None, Some(place)) if is_in_check(&place.file) => (format!("check's {kind}"), None),
        (None, Some(_)) => (format!("{kind} #"), None),
        (None, None) => (kind, None),
    }
}

/// Makes names unique: first by adding the kind in parentheses, then by numbering. A name that ends with `#` is always
/// numbered.
fn unique(wanted: Vec<(String, Option<String>)>) -> Vec<String> {
    let count = |names: &[(String, Option<String>)], name: &str| names.iter().filter(|other| other.0 == name).count();
    let told_apart: Vec<(String, Option<String>)> = wanted
        .iter()
        .map(|(name, kind)| {
            let kinds = wanted.iter().filter(|other| other.0 == *name).map(|other| &other.1);
            match kind {
                Some(kind) if kinds.clone().any(|other| other.as_ref() != Some(kind)) => {
                    (format!("{name} ({kind})"), None)
                }
                _ => (name.clone(), None),
            }
        })
        .collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let number = |(name, _): &(String, Option<String>)| {
        let ordinal = seen.entry(name.clone()).or_default();
        *ordinal += 1;
        match name.strip_suffix('#') {
            Some(_) => format!("{name}{ordinal}"),
            None if count(&told_apart, name) > 1 => format!("{name} #{ordinal}"),
            None => name.clone(),
        }
    };
    told_apart.iter().map(number).collect()
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
        }];
        let bindings = bindings(&objects, &sources);
        assert_eq!(unique(vec![name_object(&objects[0], &bindings)]), ["Mutex #1"]);
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
}
