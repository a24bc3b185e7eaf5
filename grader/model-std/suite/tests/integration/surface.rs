//! The public items of the modelled library are those of `std`: the same items, methods and implementations. Items that
//! pass through to the real `std` are listed.
//!
//! Both are read from the output of `rustdoc`. On a stable toolchain, nothing else tells every signature, every auto
//! trait and what is stable. The lists stand in the folder `surface`:
//!
//! * `std-1.95.txt`: what the modelled parts of `std` declare. Where the documentation of `std` is installed (the
//!   component `rust-docs`), it is compared with that.
//! * `differences.txt`: where this library differs, with the reason.
//! * `passes-through.txt`: what is the real `std`'s, with a word on what that means for a program under the model.

mod documentation;
mod page;
mod signature;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use documentation::{BY_MACRO, Documentation, Item};

/// The modules that are modelled as a whole.
const MODULES: [&str; 8] = [
    "collections::hash_map",
    "collections::hash_set",
    "hash",
    "hint",
    "panic",
    "sync",
    "thread",
    "time",
];

/// The modules of which single items are modelled, and those items.
const ITEMS: [(&str, &[&str]); 4] = [
    ("", &["dbg", "eprint", "eprintln", "print", "println", "thread_local"]),
    ("collections", &["HashMap", "HashSet"]),
    (
        "io",
        &[
            "IsTerminal",
            "PipeReader",
            "PipeWriter",
            "Stderr",
            "StderrLock",
            "Stdin",
            "StdinLock",
            "Stdout",
            "StdoutLock",
            "pipe",
            "stderr",
            "stdin",
            "stdout",
        ],
    ),
    ("process", &["abort", "exit", "id"]),
];

/// The words that say what it means for a program under the model that an item is the real one.
const WORDS: [&str; 5] = ["value", "waits", "differs", "outside", "shared"];

/// The items of the modules and of the list of single ones.
fn modelled_items(documentation: &Documentation) -> BTreeSet<Item> {
    let mut items: BTreeSet<Item> = MODULES.iter().flat_map(|module| documentation.items(module)).collect();
    for (module, names) in ITEMS {
        let direct = documentation.items_of_module(module).into_iter();
        items.extend(direct.filter(|item| names.contains(&item.name())));
    }
    items
}

/// The declarations of the items, one a line.
fn rows<'a>(documentation: &Documentation, items: impl IntoIterator<Item = &'a Item>) -> BTreeSet<String> {
    let of_item = |item: &Item| {
        let declarations = documentation.declarations(item).into_iter();
        declarations
            .map(|declaration| {
                format!("{}: {} {declaration}", item.path, item.kind)
                    .trim_end()
                    .to_owned()
            })
            .collect::<Vec<_>>()
    };
    items.into_iter().flat_map(of_item).collect()
}

fn list(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../surface").join(name)
}

/// The lines of a list without its comments.
fn read(name: &str) -> BTreeSet<String> {
    let path = list(name);
    let text =
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("failed to read `{}`: {error}", path.display()));
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Fails with the differences, if there are any.
#[track_caller]
fn assert_same(what: &str, expected: &BTreeSet<String>, found: &BTreeSet<String>) {
    let missing = expected.difference(found).map(|row| format!("- {row}\n"));
    let added = found.difference(expected).map(|row| format!("+ {row}\n"));
    let differences: String = missing.chain(added).collect();
    assert!(differences.is_empty(), "{what}\n{differences}");
}

/// The row of `std` that corresponds to a row of the modelled library.
fn as_in_std(row: String, of_std: &BTreeSet<String>) -> String {
    let with = row.replace(BY_MACRO, "#[must_use] ");
    if of_std.contains(&with) {
        with
    } else {
        row.replace(BY_MACRO, "")
    }
}

#[test]
fn the_list_of_std_is_up_to_date() {
    let Some(std) = Documentation::of_std() else {
        println!("skipped: the component `rust-docs` is not installed\nhelp: rustup component add rust-docs");
        return;
    };
    let found = rows(&std, &modelled_items(&std))
        .into_iter()
        .map(|row| row.replace(BY_MACRO, ""))
        .collect();
    let written = Path::new(env!("CARGO_TARGET_TMPDIR")).join("std-1.95.txt");
    std::fs::write(
        &written,
        Vec::from_iter(&found)
            .iter()
            .map(|row| format!("{row}\n"))
            .collect::<String>(),
    )
    .expect("a file can be written");
    let help = format!(
        "`std` has changed\nhelp: cp {} {}",
        written.display(),
        list("std-1.95.txt").display()
    );
    assert_same(&help, &read("std-1.95.txt"), &found);
}

#[test]
fn the_modelled_library_declares_what_std_does_and_what_passes_through_is_listed() {
    // One test for both, because the documentation takes seconds to write and hundreds of megabytes, most of it copied
    // from `std`.
    let model = Documentation::of_model_std("surface");
    every_item_of_the_list_is_there(&model);
    what_passes_through_is_listed(&model);
    model.remove();
}

#[track_caller]
fn every_item_of_the_list_is_there(model: &Documentation) {
    let of_std = read("std-1.95.txt");
    let items = modelled_items(model);
    let names = |row: &String| row.split(": ").next().unwrap_or_default().to_owned();
    let expected = of_std.iter().map(names).collect();
    assert_same(
        "the names of the items",
        &expected,
        &items.iter().map(|item| item.path.clone()).collect(),
    );

    // Re-exported items are the same by definition, so only those that are defined here are compared in full.
    let own: BTreeSet<&Item> = items.iter().filter(|item| model.defines(item)).collect();
    let own_names: BTreeSet<&str> = own.iter().map(|item| item.path.as_str()).collect();
    let mut expected: BTreeSet<String> = of_std
        .iter()
        .filter(|row| own_names.contains(names(row).as_str()))
        .cloned()
        .collect();
    for difference in read("differences.txt") {
        match difference.split_once(' ') {
            Some(("-", row)) => assert!(expected.remove(row), "not in `std`, so it cannot be missing: {row}"),
            Some(("+", row)) => assert!(expected.insert(row.to_owned()), "in `std`, so it is no addition: {row}"),
            _ => panic!("neither missing nor added: {difference}"),
        }
    }
    let found = rows(model, own)
        .into_iter()
        .map(|row| as_in_std(row, &of_std))
        .collect();
    assert_same("what the items declare", &expected, &found);
}

/// Each item that is not defined in the library is in the list, with one of the words.
#[track_caller]
fn what_passes_through_is_listed(model: &Documentation) {
    // The preludes repeat items of other modules, and the explorer is no part of `std`.
    let items: Vec<Item> = model
        .items("")
        .into_iter()
        .filter(|item| !item.path.starts_with("prelude::") && !item.path.starts_with("model::"))
        .collect();
    let own: BTreeSet<&str> = items
        .iter()
        .filter(|item| model.defines(item))
        .map(|item| item.path.as_str())
        .collect();
    let unlisted: Vec<_> = own.iter().filter(|path| !is_modelled(path)).collect();
    assert!(
        unlisted.is_empty(),
        "modelled, but not compared with `std`: {unlisted:?}"
    );

    let modules_with_own: BTreeSet<&str> = own.iter().flat_map(|path| modules_above(path)).collect();
    let passing = items
        .iter()
        .filter(|item| !own.contains(item.path.as_str()))
        .map(|item| {
            let whole = modules_above(&item.path).find(|module| !modules_with_own.contains(module));
            let sign = if item.kind == "macro" { "!" } else { "" };
            whole.map_or_else(|| format!("{}{sign}", item.path), |module| format!("{module}::*"))
        });
    let lines = read("passes-through.txt");
    let listed: BTreeMap<&str, &str> = lines.iter().filter_map(|line| line.split_once(": ")).collect();
    let expected = listed.keys().map(|path| (*path).to_owned()).collect();
    assert_same("what passes through", &expected, &passing.collect());
    let unknown: Vec<_> = listed.iter().filter(|(_, word)| !WORDS.contains(word)).collect();
    assert!(unknown.is_empty(), "words that the list does not explain: {unknown:?}");
}

/// Whether the item is one that is compared with `std`.
fn is_modelled(path: &str) -> bool {
    let in_module = MODULES
        .iter()
        .any(|module| path.strip_prefix(module).is_some_and(|rest| rest.starts_with("::")));
    let (module, name) = path.rsplit_once("::").unwrap_or(("", path));
    in_module || ITEMS.iter().any(|(of, names)| *of == module && names.contains(&name))
}

/// The modules around an item, the outermost first.
fn modules_above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices("::").map(|(end, _)| &path[..end])
}
