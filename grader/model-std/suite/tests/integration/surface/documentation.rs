//! The installed documentation of `std`, and the documentation of the modelled library, which `rustdoc` writes here.
//!
//! `rustdoc` copies the pages of items that are re-exported from the real `std`, stability included, so both are read
//! in the same way.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::page;

/// Marks a declaration that a macro has made: it may or may not be `#[must_use]`.
pub(crate) const BY_MACRO: &str = "#[?] ";

/// The pages of one crate.
pub(crate) struct Documentation {
    /// The folder of the crate's own pages.
    folder: PathBuf,
    /// The lines of the source files that were read.
    sources: RefCell<HashMap<PathBuf, Vec<String>>>,
}

/// A stable item: its path without the name of the crate, its kind, and its page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    pub(crate) path: String,
    pub(crate) kind: String,
    page: PathBuf,
}

impl Item {
    /// The last part of its path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit("::").next().unwrap_or_default()
    }
}

impl Documentation {
    /// The documentation of the real `std`, where the component `rust-docs` is installed.
    pub(crate) fn of_std() -> Option<Self> {
        let output = Command::new(tool("RUSTC", "rustc"))
            .args(["--print", "sysroot"])
            .output()
            .expect("rustc runs");
        let sysroot = String::from_utf8(output.stdout).expect("a path is text");
        let folder = Path::new(sysroot.trim()).join("share/doc/rust/html/std");
        folder.join("index.html").exists().then(|| Self {
            folder,
            sources: RefCell::default(),
        })
    }

    /// The documentation of the modelled library, written into the folder of the test with this name.
    pub(crate) fn of_model_std(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).expect("an old folder can be removed");
        }
        let deps = deps();
        let mut dependencies = OsString::from("dependency=");
        dependencies.push(&deps);
        let mut rustdoc = Command::new(tool("RUSTDOC", "rustdoc"));
        rustdoc
            .args([
                "--edition",
                "2024",
                "--crate-name",
                "model_std",
                "--cap-lints",
                "allow",
                "--out-dir",
            ])
            .arg(&folder);
        rustdoc.arg("-L").arg(dependencies);
        for dependency in ["corosensei", "libc", "protocol", "serde"] {
            let mut library = OsString::from(format!("{dependency}="));
            library.push(newest(&deps, &format!("lib{dependency}-")));
            rustdoc.arg("--extern").arg(library);
        }
        rustdoc.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/lib.rs"));
        let output = rustdoc.output().expect("rustdoc runs");
        assert!(
            output.status.success(),
            "`{rustdoc:?}`\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Self {
            folder: folder.join("model_std"),
            sources: RefCell::default(),
        }
    }

    /// Removes the pages that [`Documentation::of_model_std`] wrote.
    pub(crate) fn remove(self) {
        assert!(self.folder.starts_with(env!("CARGO_TARGET_TMPDIR")), "not written here");
        let whole = self
            .folder
            .parent()
            .expect("a crate has a folder below that of its documentation");
        std::fs::remove_dir_all(whole).expect("a folder can be removed");
    }

    /// The stable items of a module, such as `sync::mpsc`, and of those below it. The crate's own is called ``.
    pub(crate) fn items(&self, module: &str) -> BTreeSet<Item> {
        let (modules, mut items): (BTreeSet<Item>, _) = self.entries(module).partition(|item| item.kind == "mod");
        for below in modules {
            items.extend(self.items(&below.path));
        }
        items
    }

    /// The stable items of the module itself.
    pub(crate) fn items_of_module(&self, module: &str) -> BTreeSet<Item> {
        self.entries(module).filter(|item| item.kind != "mod").collect()
    }

    fn entries(&self, module: &str) -> impl Iterator<Item = Item> {
        let folder = self.folder.join(module.replace("::", "/"));
        let entries = page::entries(&read(&folder.join("index.html"))).into_iter();
        let entries = entries.filter(|entry| !["primitive", "keyword"].contains(&entry.kind.as_str()));
        entries.map(move |entry| {
            // A re-export is shown with the `use` that it comes from.
            let name = entry.name.rsplit("::").next().unwrap_or_default();
            let path = if module.is_empty() {
                name.to_owned()
            } else {
                format!("{module}::{name}")
            };
            Item {
                path,
                kind: entry.kind,
                page: folder.join(&entry.address),
            }
        })
    }

    /// The declarations on the page of the item.
    pub(crate) fn declarations(&self, item: &Item) -> Vec<String> {
        let folder = item.page.parent().expect("a page stands in a folder");
        page::declarations(&item.kind, &read(&item.page), &|link| self.attributes(folder, link))
    }

    /// Whether the item is defined in this crate, and not a re-export from another.
    pub(crate) fn defines(&self, item: &Item) -> bool {
        let page = read(&item.page);
        page::source(&page).is_some_and(|link| !link.starts_with("https:"))
    }

    /// `#[must_use] ` if the source that `link` leads to from a page in `folder` has that attribute; [`BY_MACRO`] if a
    /// macro stands there.
    fn attributes(&self, folder: &Path, link: &str) -> String {
        let Some((file, lines)) = link.split_once('#').filter(|(file, _)| !file.starts_with("https:")) else {
            return String::new();
        };
        let file = folder.join(file);
        let line: usize = lines
            .split('-')
            .next()
            .and_then(|line| line.parse().ok())
            .expect("a link names a line");
        let mut sources = self.sources.borrow_mut();
        let source = sources
            .entry(file)
            .or_insert_with_key(|file| page::source_lines(&read(file)));
        let is_written = ["fn ", "struct ", "enum ", "trait ", "const ", "type ", "macro_rules"];
        if !is_written.iter().any(|word| source[line - 1].contains(word)) {
            return BY_MACRO.to_owned();
        }
        let above = source[..line - 1].iter().rev().map(|line| line.trim());
        let mut attributes = above
            .take_while(|line| line.starts_with("//") || !line.is_empty() && !line.ends_with(['{', '}', ';', ',']));
        let is_there = attributes.any(|line| line.starts_with("#[must_use"));
        if is_there {
            "#[must_use] ".to_owned()
        } else {
            String::new()
        }
    }
}

fn read(page: &Path) -> String {
    std::fs::read_to_string(page).unwrap_or_else(|error| panic!("failed to read `{}`: {error}", page.display()))
}

fn tool(variable: &str, name: &str) -> OsString {
    std::env::var_os(variable).unwrap_or_else(|| name.into())
}

/// The folder of compiled libraries, which is also that of the executable of this test.
fn deps() -> PathBuf {
    let executable = std::env::current_exe().expect("an executable has a path");
    executable
        .parent()
        .expect("an executable stands in a folder")
        .to_owned()
}

/// The library with this name that Cargo built last.
fn newest(deps: &Path, name: &str) -> PathBuf {
    let is_library = |path: &PathBuf| {
        let file = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        file.starts_with(name) && file.ends_with(".rlib")
    };
    let files = std::fs::read_dir(deps)
        .expect("a folder can be read")
        .filter_map(|entry| Some(entry.ok()?.path()));
    let built = |path: &PathBuf| path.metadata().and_then(|metadata| metadata.modified()).ok();
    files
        .filter(is_library)
        .max_by_key(built)
        .expect("Cargo has built the library")
}
