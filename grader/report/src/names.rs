//! Names that a reader knows for what a trace only counts: threads, objects and places.
//!
//! An object is called after the variable, field or static that it was created for, as the source line says; where that
//! cannot be told, after its type. Names are unique within a trace and depend on nothing but the trace and the sources.

use std::collections::BTreeMap;

use protocol::trace::{Object, Place, Trace};

/// The names of one trace.
#[derive(Debug, Clone)]
pub struct Names<'a> {
    sources: &'a [(String, String)],
    threads: Vec<String>,
    objects: Vec<String>,
}

impl<'a> Names<'a> {
    /// Names everything in `trace`; `sources` are the submission's files, each with its path and its text.
    pub fn new(trace: &Trace, sources: &'a [(String, String)]) -> Self {
        let threads = trace.threads.iter().map(|thread| match &thread.name {
            _ if thread.id == 0 => ("main".to_owned(), None),
            Some(name) => (name.clone(), None),
            None => (format!("thread {}", thread.id), None),
        });
        let objects = trace.objects.iter().map(|object| name_object(object, sources));
        Self {
            sources,
            threads: unique(threads.collect()),
            objects: unique(objects.collect()),
        }
    }

    /// A thread: `main` for the body, its own name if it has one, else `thread 1`.
    pub fn thread(&self, id: usize) -> String {
        self.threads.get(id).cloned().unwrap_or_else(|| format!("thread {id}"))
    }

    /// An object: `counter`, or `Mutex #1` where its variable cannot be told.
    pub fn object(&self, id: usize) -> String {
        self.objects.get(id).cloned().unwrap_or_else(|| format!("object #{id}"))
    }

    /// A place: `lib.rs:14` in the submission, `check:30` in the check that called it.
    pub fn place(&self, place: &Place) -> String {
        format!("{}:{}", self.file(place), place.line)
    }

    fn file(&self, place: &Place) -> String {
        if self.text(&place.file).is_none() && is_in_check(place) {
            return CHECK.to_owned();
        }
        file_name(&place.file, self.sources)
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

    /// A name as a sentence begins with it: `thread 1` becomes `Thread 1`; `main` and names of the submission's own stay.
    pub fn at_start(name: &str) -> String {
        match name.strip_prefix("thread ") {
            Some(rest) => format!("Thread {rest}"),
            None => name.to_owned(),
        }
    }

    /// The submission's line at `place`; `None` where the place is not in the submission.
    pub fn line(&self, place: &Place) -> Option<&'a str> {
        line_of(self.sources, place)
    }

    /// Whether the submission is a single file, so that a line number says it all.
    pub fn is_one_file(&self) -> bool {
        self.sources.len() == 1
    }

    fn text(&self, file: &str) -> Option<&'a str> {
        text_of(self.sources, file)
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

/// What stands for the files of a check, which a student has no business in.
pub const CHECK: &str = "check";

fn is_in_check(place: &Place) -> bool {
    place.file.contains("grader/checks/")
}

/// Whether an object is the check's own.
pub fn is_of_check(object: &Object) -> bool {
    object.created_at.as_ref().is_some_and(is_in_check)
}

/// Whether an object is a lock, whose state says only who holds it.
pub fn is_lock(object: &Object) -> bool {
    matches!(object.kind.as_str(), "Mutex" | "RwLock" | "ReentrantLock")
}

/// Whether an object is standard output.
pub fn is_stdout(object: &Object) -> bool {
    object.created_at.is_none() && object.kind.eq_ignore_ascii_case("stdout")
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

/// The name wanted, and what to tell two of one name apart by before they are numbered.
fn name_object(object: &Object, sources: &[(String, String)]) -> (String, Option<String>) {
    let kind = object.kind.clone();
    let found = object.created_at.as_ref().and_then(|place| identifier(place, sources));
    match (found, &object.created_at) {
        (Some(name), _) => (name, Some(kind)),
        (None, Some(place)) if is_in_check(place) => (format!("check's {kind}"), None),
        (None, Some(_)) => (format!("{kind} #"), None),
        (None, None) => (kind, None),
    }
}

/// Makes names unique: first by adding the kind in parentheses, then by numbering. A name that ends with `#` is always numbered.
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

/// A label that is longer pushes what it labels off the page.
const LONG_PLACE: usize = 16;

/// How many lines an expression may go back to the `let` it belongs to.
const LINES_BACK: u32 = 4;

/// The variable, field or static for which the expression at `place` makes a value.
fn identifier(place: &Place, sources: &[(String, String)]) -> Option<String> {
    let line = line_of(sources, place)?;
    let before: String = line.chars().take((place.column as usize).saturating_sub(1)).collect();
    let mut found = identifier_in(&before);
    let mut above = place.clone();
    // `let counter = Arc::new(` and the like: the name stands on an earlier line, as long as that line is not finished.
    for _ in 0..LINES_BACK {
        if found.is_some() {
            break;
        }
        above.line = above.line.checked_sub(1)?;
        let line = line_of(sources, &above)?.trim_end();
        if !line.ends_with(['(', '=', '[', ',', '|']) {
            break;
        }
        found = identifier_in(line);
    }
    found
}

/// The last name in `code` that is given a value: `name: …`, `let name = …`, `static NAME: …`.
fn identifier_in(code: &str) -> Option<String> {
    let field = last_field(code);
    let binding = last_binding(code);
    match (field, binding) {
        (Some((at, field)), Some((start, end, binding))) => {
            // `let counter: Arc<…> = …`: the colon belongs to the pattern.
            Some(if at > start && at < end { binding } else { field })
        }
        (Some((_, field)), None) => Some(field),
        (None, Some((_, _, binding))) => Some(binding),
        (None, None) => None,
    }
}

/// The last `name:` that is not part of a path, and where it stands.
fn last_field(code: &str) -> Option<(usize, String)> {
    code.char_indices()
        .rev()
        .filter(|(_, character)| *character == ':')
        .find_map(|(at, _)| {
            let is_path = code[..at].ends_with(':') || code[at + 1..].starts_with(':');
            let name = last_word(&code[..at])?;
            (!is_path).then_some((at, name))
        })
}

/// The last `let pattern =`: where it starts, where its `=` stands, and the names it binds, joined by `/`.
fn last_binding(code: &str) -> Option<(usize, usize, String)> {
    let start = code.rfind("let ")?;
    let end = start + code[start..].find('=')?;
    let pattern = &code[start + 4..end];
    let pattern = pattern.split(':').next().unwrap_or(pattern);
    let words = pattern.split(|character: char| !is_word(character));
    let names: Vec<&str> = words
        .filter(|word| is_variable(word) && !matches!(*word, "mut" | "ref"))
        .collect();
    (!names.is_empty()).then(|| (start, end, names.join("/")))
}

fn last_word(code: &str) -> Option<String> {
    let code = code.trim_end();
    let start = code
        .rfind(|character| !is_word(character))
        .map_or(0, |at| at + code[at..].chars().next().map_or(0, char::len_utf8));
    let word = &code[start..];
    let is_name = word.starts_with(|character: char| character.is_alphabetic() || character == '_');
    is_name.then(|| word.to_owned())
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn is_variable(word: &str) -> bool {
    word.starts_with(|character: char| character.is_lowercase() || character == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name for an object that is created where `▶` stands in `source`.
    #[track_caller]
    fn named(source: &str, expected: &str) {
        let (line, column) = source
            .lines()
            .enumerate()
            .find_map(|(line, text)| Some((line, text.chars().position(|character| character == '▶')?)))
            .expect("the source marks a place");
        let place = Place {
            file: "lib.rs".into(),
            line: line as u32 + 1,
            column: column as u32 + 1,
        };
        let object = Object {
            id: 0,
            kind: "Mutex".into(),
            created_at: Some(place),
        };
        let sources = [("lib.rs".to_owned(), source.replace('▶', ""))];
        assert_eq!(unique(vec![name_object(&object, &sources)]), [expected], "{source}");
    }

    #[test]
    fn an_object_is_called_after_its_variable() {
        named("    let counter = Arc::new(▶Mutex::new(0));", "counter");
        named(
            "let mut counter: Arc<Mutex<u32>> = Arc::new(▶Mutex::new(0));",
            "counter",
        );
        named("static COUNT: AtomicUsize = ▶AtomicUsize::new(0);", "COUNT");
        named("let (sender, receiver) = ▶mpsc::channel();", "sender/receiver");
    }

    #[test]
    fn an_object_is_called_after_its_field() {
        named("        permits: ▶Mutex::new(permits),", "permits");
        named("let s = State { a: Mutex::new(0), b: ▶std::sync::Mutex::new(0) };", "b");
    }

    #[test]
    fn the_name_may_stand_on_an_earlier_line() {
        named("let counter = Arc::new(\n    ▶Mutex::new(0),\n);", "counter");
        named("let counter =\n    Arc::new(▶Mutex::new(0));", "counter");
    }

    #[test]
    fn without_a_name_the_type_is_numbered() {
        named("    take(5);\n    ▶Mutex::new(0)", "Mutex #1");
        named("(0..3).map(|_| ▶Mutex::new(0)).collect()", "Mutex #1");
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
