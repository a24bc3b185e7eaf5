//! What the signatures of an exercise may name: the prelude, the exercise's own types, its libraries, and `std`.
//!
//! Well-known names of `std` need no path; the stub imports them. A name that is not known is refused with its place,
//! because nothing that is written would compile.

use std::collections::BTreeSet;

use super::item::{Item, ItemError, ItemKind, Named};
use super::library::Library;

/// What needs no import.
const PRELUDE: [&str; 54] = [
    "bool",
    "char",
    "str",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "f32",
    "f64",
    "Self",
    "Option",
    "Result",
    "Vec",
    "String",
    "Box",
    "ToString",
    "ToOwned",
    "Into",
    "From",
    "TryFrom",
    "TryInto",
    "AsRef",
    "AsMut",
    "Iterator",
    "IntoIterator",
    "DoubleEndedIterator",
    "ExactSizeIterator",
    "FromIterator",
    "Extend",
    "Default",
    "Clone",
    "Copy",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Send",
    "Sync",
    "Sized",
    "Unpin",
    "Drop",
    "Fn",
    "FnMut",
    "FnOnce",
    "Future",
    "IntoFuture",
];

/// Names of `std` that need no path in a signature. What two modules call the same is not among them.
const WELL_KNOWN: [&str; 47] = [
    "std::any::Any",
    "std::borrow::Cow",
    "std::cell::Cell",
    "std::cell::RefCell",
    "std::collections::BTreeMap",
    "std::collections::BTreeSet",
    "std::collections::BinaryHeap",
    "std::collections::HashMap",
    "std::collections::HashSet",
    "std::collections::VecDeque",
    "std::error::Error",
    "std::ffi::OsStr",
    "std::ffi::OsString",
    "std::fmt::Debug",
    "std::fmt::Display",
    "std::hash::Hash",
    "std::num::NonZero",
    "std::ops::Range",
    "std::ops::RangeInclusive",
    "std::path::Path",
    "std::path::PathBuf",
    "std::pin::Pin",
    "std::rc::Rc",
    "std::sync::Arc",
    "std::sync::Barrier",
    "std::sync::Condvar",
    "std::sync::Mutex",
    "std::sync::MutexGuard",
    "std::sync::OnceLock",
    "std::sync::RwLock",
    "std::sync::RwLockReadGuard",
    "std::sync::RwLockWriteGuard",
    "std::sync::atomic::AtomicBool",
    "std::sync::atomic::AtomicI32",
    "std::sync::atomic::AtomicI64",
    "std::sync::atomic::AtomicU32",
    "std::sync::atomic::AtomicU64",
    "std::sync::atomic::AtomicU8",
    "std::sync::atomic::AtomicUsize",
    "std::thread::JoinHandle",
    "std::thread::Scope",
    "std::thread::Thread",
    "std::thread::ThreadId",
    "std::time::Duration",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::process::Command",
];

/// The types that `model-std` has of its own, besides the atomics.
const MODELLED: [&str; 36] = [
    "AccessError",
    "Barrier",
    "BarrierWaitResult",
    "Builder",
    "Condvar",
    "HashMap",
    "HashSet",
    "Instant",
    "IntoIter",
    "Iter",
    "JoinHandle",
    "LazyLock",
    "LocalKey",
    "Mutex",
    "MutexGuard",
    "Once",
    "OnceLock",
    "OnceState",
    "PipeReader",
    "PipeWriter",
    "RandomState",
    "Receiver",
    "RwLock",
    "RwLockReadGuard",
    "RwLockWriteGuard",
    "Scope",
    "ScopedJoinHandle",
    "Sender",
    "Stdin",
    "StdinLock",
    "SyncSender",
    "SystemTime",
    "Thread",
    "ThreadId",
    "TryIter",
    "WaitTimeoutResult",
];

/// What a signature needs besides the prelude.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Uses {
    /// The paths of `std` to import.
    pub(super) imports: BTreeSet<&'static str>,
    /// The types of the exercise.
    pub(super) types: BTreeSet<String>,
    /// Whether it names a type that differs between the real form and the modelled one. Outside of a grading, the
    /// exercise has the real `std` and its checks have the modelled one, so the checks cannot name such a type.
    pub(super) is_modelled: bool,
}

/// What an item needs.
#[derive(Debug)]
pub(super) struct ItemUses {
    /// Apart from its functions.
    pub(super) own: Uses,
    /// Each of its functions, in their order.
    pub(super) functions: Vec<Uses>,
}

impl ItemUses {
    /// All that it needs.
    pub(super) fn all(&self) -> impl Iterator<Item = &Uses> {
        [&self.own].into_iter().chain(&self.functions)
    }
}

/// What each of the items needs, or the first name that is not known.
pub(super) fn resolve(items: &[Item], libraries: &[Library]) -> Result<Vec<ItemUses>, ItemError> {
    let types = items.iter().filter_map(|item| match &item.kind {
        ItemKind::Type(item) => Some(item.name.as_str()),
        ItemKind::Function(_) | ItemKind::Methods(_) => None,
    });
    let scope = Scope {
        types: types.collect(),
        libraries,
    };
    let resolved = |item: &Item| {
        let functions = match &item.kind {
            ItemKind::Function(function) => std::slice::from_ref(function),
            ItemKind::Methods(methods) => &methods.functions,
            ItemKind::Type(_) => &[],
        };
        scope.owns(item)?;
        let functions = functions.iter().map(|function| scope.uses(item, &function.names));
        Ok(ItemUses {
            own: scope.uses(item, &item.names)?,
            functions: functions.collect::<Result<_, _>>()?,
        })
    };
    items.iter().map(resolved).collect()
}

struct Scope<'a> {
    /// The types of the exercise.
    types: BTreeSet<&'a str>,
    libraries: &'a [Library],
}

impl Scope<'_> {
    /// Methods belong to a type of the exercise.
    fn owns(&self, item: &Item) -> Result<(), ItemError> {
        let ItemKind::Methods(methods) = &item.kind else {
            return Ok(());
        };
        if self.types.contains(methods.owner.as_str()) {
            return Ok(());
        }
        let owner = &methods.owner;
        let help = format!("give the type as an item as well: `--item 'pub struct {owner}'`");
        let offset = item.text.find(owner.as_str()).unwrap_or(0);
        let problem = format!("`{owner}` is no type of the exercise");
        Err(ItemError::at(&item.text, offset, problem, Some(help)))
    }

    fn uses(&self, item: &Item, names: &[Named]) -> Result<Uses, ItemError> {
        let mut uses = Uses::default();
        for named in names {
            let [first, rest @ ..] = &named.segments[..] else {
                continue;
            };
            match first.as_str() {
                name if self.types.contains(name) => {
                    uses.types.insert(first.clone());
                }
                // What follows is an associated type: `Self::Item`.
                name if PRELUDE.contains(&name) => {}
                name if rest.is_empty() => {
                    let path = well_known(name).ok_or_else(|| unknown(item, named))?;
                    uses.is_modelled |= is_modelled(path);
                    uses.imports.insert(path);
                }
                "std" | "core" | "alloc" => uses.is_modelled |= is_modelled(&named.segments.join("::")),
                name => match self.libraries.iter().find(|library| library.crate_name() == name) {
                    Some(library) => uses.is_modelled |= library.shim.is_some(),
                    None => return Err(no_library(item, named)),
                },
            }
        }
        Ok(uses)
    }
}

fn well_known(name: &str) -> Option<&'static str> {
    WELL_KNOWN
        .into_iter()
        .find(|path| path.rsplit("::").next() == Some(name))
}

/// A path that is taken for one of the model and is none only costs its author a line.
fn is_modelled(path: &str) -> bool {
    let name = path.rsplit("::").next().unwrap_or_default();
    path.starts_with("std::") && (MODELLED.contains(&name) || name.starts_with("Atomic"))
}

fn unknown(item: &Item, named: &Named) -> ItemError {
    let name = named.segments.join("::");
    let help = format!("write the path of `{name}`, such as `std::…::{name}`, or give the type as an `--item` as well");
    ItemError::at(
        &item.text,
        named.offset,
        format!("`{name}` is not known here"),
        Some(help),
    )
}

fn no_library(item: &Item, named: &Named) -> ItemError {
    let first = named.segments.first().map_or("", String::as_str);
    let help = format!("begin the path with `std`, or offer the library: `--library {first}`");
    let problem = format!("`{first}` is neither `std` nor a library of the exercise");
    ItemError::at(&item.text, named.offset, problem, Some(help))
}

#[cfg(test)]
mod tests {
    use super::super::item;
    use super::*;

    fn resolved(texts: &[&str], libraries: &[Library]) -> Result<Vec<ItemUses>, String> {
        let items: Vec<Item> = texts.iter().map(|text| item::parse(text).expect("an item")).collect();
        resolve(&items, libraries).map_err(|error| error.to_string())
    }

    #[test]
    fn a_name_that_is_not_known_is_told_with_its_place() {
        let refuses = |text: &str, expected: &str| {
            let error = resolved(&[text], &[]).expect_err("it is refused");
            assert_eq!(error, format!("failed to read the item `{text}`: {expected}"));
        };
        refuses("pub fn f(a: Foo)", "`Foo` is not known here, at column 13 (`Foo)`)");
        refuses(
            "pub fn f<T: Foo>(a: T)",
            "`Foo` is not known here, at column 13 (`Foo>(a: T)`)",
        );
        refuses(
            "pub fn f(a: num_bigint::BigUint)",
            "`num_bigint` is neither `std` nor a library of the exercise, at column 13 (`num_bigint::BigUint)`)",
        );
        refuses(
            "impl Vec<u8> { pub fn f(); }",
            "`Vec` is no type of the exercise, at column 6 (`Vec<u8> { pub fn f(); }`)",
        );
    }

    #[test]
    fn known_names_are_imported_and_types_of_the_model_are_noticed() {
        let library = Library {
            package: "crossbeam-channel".to_owned(),
            version: "0.5".to_owned(),
            shim: Some("model-crossbeam-channel"),
        };
        let items = [
            "pub struct Lock<T>",
            "impl<T: Iterator> Lock<T> { pub fn new(a: T::Item, b: Duration) -> Self; pub fn id(&self) -> ThreadId; }",
            "pub fn f(lock: &Lock<u8>, s: crossbeam_channel::Sender<()>)",
            "pub fn g<A>(a: std::sync::Arc<A>, b: std::sync::Mutex<A>)",
        ];
        let [_, methods, f, g] = &resolved(&items, &[library]).expect("all is known")[..] else {
            panic!("there are four items");
        };
        assert_eq!(methods.functions[0].imports, BTreeSet::from(["std::time::Duration"]));
        assert!(!methods.functions[0].is_modelled && methods.functions[1].is_modelled);
        assert!(methods.own.types.contains("Lock") && f.functions[0].types.contains("Lock"));
        assert!(f.functions[0].is_modelled && g.functions[0].is_modelled);
        assert_eq!(g.functions[0].imports, BTreeSet::new());
    }

    #[test]
    fn the_types_of_the_model_are_all_known() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../grader/model-std/src");
        let mut folders =
            ["collections", "hash", "io", "process", "sync", "thread", "time"].map(|module| root.join(module));
        let mut paths: Vec<std::path::PathBuf> = folders.iter().map(|folder| folder.with_extension("rs")).collect();
        let mut folders: Vec<_> = folders.iter_mut().map(std::mem::take).collect();
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir().into_iter().flatten() {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    paths.push(path);
                }
            }
        }
        let mut n_types = 0;
        for path in paths {
            let text = std::fs::read_to_string(&path).expect("a source");
            for line in text.lines().filter_map(|line| line.strip_prefix("pub struct ")) {
                let name = line
                    .split(|character: char| !character.is_alphanumeric())
                    .next()
                    .unwrap_or_default();
                assert!(is_modelled(&format!("std::{name}")), "`{name}` in `{}`", path.display());
                n_types += 1;
            }
        }
        assert!(n_types >= MODELLED.len(), "only {n_types} were found");
    }
}
