//! The name of an exercise: that of its folder, its package and its library.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use grader::help::Help;
use syn::Ident;
use toml::{Table, Value};

/// A longer one makes tables too wide.
const MOST_CHARACTERS: usize = 32;

/// Names that Cargo, the compiler, an operating system or this command uses for something else.
const RESERVED: [&str; 17] = [
    "alloc",
    "aux",
    "build",
    "con",
    "containment",
    "core",
    "deps",
    "examples",
    "incremental",
    "main",
    "nul",
    "prn",
    "proc_macro",
    "std",
    "submission",
    "target",
    "test",
];

/// Why an exercise cannot have a name.
#[derive(Debug, thiserror::Error)]
pub(super) enum NameError {
    #[error("failed to use the name `{name}`: {problem}")]
    Form { name: String, problem: &'static str },
    #[error("failed to use the name `{name}`: it means something else in Rust or for its tools")]
    Reserved { name: String },
    #[error("failed to use the name `{name}`: there is a package `{package}` already")]
    Taken { name: String, package: String },
    #[error("failed to make the exercise `{name}`: `{folder}/{name}` is there already")]
    IsThere { name: String, folder: &'static str },
}

impl Help for NameError {
    fn help(&self) -> Option<String> {
        Some(match self {
            NameError::Form { .. } => {
                "names are like `bounded_queue`: lowercase letters, digits and single underscores, a letter first"
                    .to_owned()
            }
            NameError::Reserved { .. } | NameError::Taken { .. } => "choose another name".to_owned(),
            NameError::IsThere { name, .. } => {
                format!("choose another name, or go on with that one: `cargo xtask verify {name}` says what it lacks")
            }
        })
    }
}

/// The folders of an exercise, relative to the root of the course.
pub(super) const FOLDERS: [&str; 3] = ["exercises", "solutions", "grader/checks"];

/// Checks that an exercise of the workspace at `root` can be called `name`.
pub(super) fn check(root: &Path, name: &str) -> Result<(), NameError> {
    let form = |problem| NameError::Form {
        name: name.to_owned(),
        problem,
    };
    let is_allowed = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '_');
    if name.is_empty() {
        return Err(form("it is empty"));
    }
    if let Some(character) = name.chars().find(|character| !is_allowed(*character)) {
        return Err(form(match character {
            'A'..='Z' => "it has a capital letter",
            '-' => "it has a hyphen",
            character if !character.is_ascii() => "it has a character outside of ASCII",
            _ => "it has a character that no name in Rust has",
        }));
    }
    if !name.starts_with(|character: char| character.is_ascii_lowercase()) {
        return Err(form("it does not begin with a letter"));
    }
    if name.ends_with('_') || name.contains("__") {
        return Err(form("it has an underscore that separates nothing"));
    }
    if name.len() > MOST_CHARACTERS {
        return Err(form("it has more than 32 characters"));
    }
    // A keyword is no identifier.
    if syn::parse_str::<Ident>(name).is_err() || RESERVED.contains(&name) {
        return Err(NameError::Reserved { name: name.to_owned() });
    }
    for folder in FOLDERS {
        // A broken link is there as well.
        if root.join(folder).join(name).symlink_metadata().is_ok() {
            return Err(NameError::IsThere {
                name: name.to_owned(),
                folder,
            });
        }
    }
    let packages = packages(root);
    let own = ["", "_solution", "_model_checks", "_real_checks", "_support"].map(|end| format!("{name}{end}"));
    match own.into_iter().find(|own| packages.contains(own)) {
        Some(package) => Err(NameError::Taken {
            name: name.to_owned(),
            package,
        }),
        None => Ok(()),
    }
}

/// The packages that Cargo knows here, in the spelling of Rust. Two of a name could not be told apart with `--package`.
fn packages(root: &Path) -> BTreeSet<String> {
    let lock = fs::read_to_string(root.join("Cargo.lock")).ok();
    let lock = lock.and_then(|text| text.parse::<Table>().ok()).unwrap_or_default();
    let packages = lock.get("package").and_then(Value::as_array);
    let name = |package: &Value| Some(package.get("name")?.as_str()?.replace('-', "_"));
    packages.into_iter().flatten().filter_map(name).collect()
}
