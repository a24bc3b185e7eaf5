//! What became of mutants in earlier runs, in a file beside the running executable.
//!
//! The key of a mutant is a hash of its sources and of everything that its fate depends on: the checks, the libraries,
//! the compiler and the grader. A failure of the cache costs time and nothing else.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::Fate;

/// What became of the mutants of one exercise.
#[derive(Debug)]
pub(super) struct Cache {
    known: HashMap<String, Fate>,
    /// The names of the mutants that survived when they were last graded, whatever has changed since.
    survived: HashSet<String>,
    file: Option<Mutex<File>>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    key: String,
    name: String,
    fate: Fate,
}

impl Cache {
    /// The cache of an exercise.
    pub(super) fn open(exercise: &str) -> Cache {
        let folder = std::env::current_exe().map(|executable| executable.with_extension("mutants"));
        match folder {
            Ok(folder) => Cache::open_in(&folder, exercise),
            Err(_) => Cache {
                known: HashMap::new(),
                survived: HashSet::new(),
                file: None,
            },
        }
    }

    fn open_in(folder: &Path, exercise: &str) -> Cache {
        let path = folder.join(format!("{exercise}.jsonl"));
        let text = fs::read_to_string(&path).unwrap_or_default();
        // A line that a killed grader has not finished is no entry.
        let entries = text.lines().filter_map(|line| serde_json::from_str::<Entry>(line).ok());
        let (mut known, mut survived) = (HashMap::new(), HashSet::new());
        for Entry { key, name, fate } in entries {
            if fate == Fate::Survives {
                survived.insert(name);
            } else {
                survived.remove(&name);
            }
            known.insert(key, fate);
        }
        let file = fs::create_dir_all(folder).and_then(|()| File::options().create(true).append(true).open(path));
        Cache {
            known,
            survived,
            file: file.ok().map(Mutex::new),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<Fate> {
        self.known.get(key).cloned()
    }

    /// Whether the mutant of that name survived when it was last graded.
    pub(super) fn has_survived(&self, name: &str) -> bool {
        self.survived.contains(name)
    }

    pub(super) fn put(&self, key: String, name: &str, fate: &Fate) {
        let Some(file) = &self.file else { return };
        let entry = Entry {
            key,
            name: name.to_owned(),
            fate: fate.clone(),
        };
        let Ok(line) = serde_json::to_string(&entry) else {
            return;
        };
        // One write, so that lines of several graders do not mix. It begins with a line break because the last line
        // may be unfinished.
        let line = format!("\n{line}\n");
        let _ = file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write_all(line.as_bytes());
    }
}

/// The key of a mutant.
pub(super) fn key<'a>(fingerprint: u64, files: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut hasher = DefaultHasher::new();
    fingerprint.hash(&mut hasher);
    for file in files {
        file.hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_a_mutant_is_known_to_the_next_run_even_after_an_unfinished_line() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let open = || Cache::open_in(folder.path(), "exercise");
        let first = open();
        assert_eq!(first.get("a"), None);
        first.put("a".to_owned(), "1:negated", &Fate::Survives);
        let file = folder.path().join("exercise.jsonl");
        let text = fs::read_to_string(&file).expect("it was written");
        fs::write(&file, format!("{text}{{\"key\":\"b\",\"fa")).expect("it can be written");
        open().put("c".to_owned(), "2:negated", &Fate::NotBuilt);
        let last = open();
        assert_eq!(last.get("a"), Some(Fate::Survives));
        assert_eq!(last.get("b"), None);
        assert_eq!(last.get("c"), Some(Fate::NotBuilt));
    }

    #[test]
    fn a_mutant_has_survived_if_it_did_so_the_last_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let open = || Cache::open_in(folder.path(), "exercise");
        open().put("a".to_owned(), "1:negated", &Fate::Survives);
        open().put("b".to_owned(), "2:negated", &Fate::Survives);
        open().put("c".to_owned(), "2:negated", &Fate::NotBuilt);
        assert!(open().has_survived("1:negated"));
        assert!(!open().has_survived("2:negated"));
        assert!(!open().has_survived("3:negated"));
    }

    #[test]
    fn the_key_depends_on_the_sources_and_on_the_fingerprint() {
        let of = |fingerprint, text| key(fingerprint, [("src/lib.rs", text)].into_iter());
        assert_eq!(of(1, "a"), of(1, "a"));
        assert_ne!(of(1, "a"), of(2, "a"));
        assert_ne!(of(1, "a"), of(1, "b"));
    }
}
