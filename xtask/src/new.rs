//! `cargo xtask new`: makes all files of an exercise, for its author to fill in.
//!
//! What it writes compiles without warnings and is tidy. `cargo xtask verify` refuses it, and lists what is still to be
//! written. After a failure nothing is left.

mod item;
mod library;
mod name;
mod place;
mod rust;
mod scope;
mod templates;
mod writing;

use std::collections::BTreeSet;
use std::fs;
use std::io;

use grader::discover::Workspace;
use grader::exercise::Part;
use grader::help::Help;
use protocol::CheckKind;
use report::text::{Line, Text, Tone};
use toml::{Table, Value};

use self::item::{Item, ItemError, ItemKind};
use self::templates::Plan;
use self::writing::NewExercise;
use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::{NewFlags, NewKind, NewPart};
use crate::named::current_dir;
use crate::{for_authors, interrupt};

/// The edition of a course whose manifest names none.
const EDITION: &str = "2024";

/// Two items that cannot both be there.
#[derive(Debug, thiserror::Error)]
#[error("failed to ask for the item `{name}` twice")]
struct ItemTwice {
    name: String,
}

impl Help for ItemTwice {
    fn help(&self) -> Option<String> {
        Some("give each item once; methods of a type may stand in one `impl`".to_owned())
    }
}

/// Makes an exercise.
pub(crate) fn run(flags: &NewFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    for_authors::require_solutions(&workspace, "new")?;
    let root = &workspace.root;
    name::check(root, &flags.name).map_err(usage)?;
    let items = items(flags)?;
    let manifest = library::manifest(root).map_err(|error| failed("the root `Cargo.toml`", &error))?;
    let libraries = library::find(&manifest, &flags.libraries).map_err(usage)?;
    let uses = scope::resolve(&items, &libraries).map_err(usage)?;
    let exercises = workspace.exercises()?;
    let part = flags.part.map_or_else(|| place::last_part(&exercises), part);
    let plan = Plan {
        name: flags.name.clone(),
        edition: edition(&manifest),
        part,
        order: place::next_order(&exercises, part),
        kinds: kinds(&flags.kinds),
        libraries,
        items,
        uses,
    };
    let readme = match fs::read_to_string(root.join("README.md")) {
        Ok(text) => place::with_row(&text, &exercises, &plan.name, part),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed("`README.md`", &error)),
    };
    // A signal would leave a temporary folder behind. Writing takes a moment only.
    let _cancel = interrupt::cancel_on_signal();
    let files = plan.files();
    let exercise = NewExercise {
        name: &plan.name,
        edition: &plan.edition,
        files: &files,
        readme: readme.as_deref(),
    };
    writing::write(root, &exercise).map_err(|error| Error::Ungraded(Box::new(error)))?;
    console.print(report(&plan, files.len(), readme.is_some(), console.columns()))?;
    Ok(ExitCode::Passed)
}

fn usage(error: impl Help + Send + Sync + 'static) -> Error {
    Error::Usage(Box::new(error))
}

fn failed(what: &str, error: &io::Error) -> Error {
    Error::failed(format!("failed to read {what}: {error}"))
}

/// The items that are asked for; one function with the name of the exercise if none is.
fn items(flags: &NewFlags) -> Result<Vec<Item>, Error> {
    let default = [format!("pub fn {}()", flags.name)];
    let texts = if flags.items.is_empty() {
        &default[..]
    } else {
        &flags.items
    };
    let items: Vec<Item> = texts
        .iter()
        .map(|text| item::parse(text))
        .collect::<Result<_, ItemError>>()
        .map_err(usage)?;
    let mut names = BTreeSet::new();
    for item in &items {
        let own = match &item.kind {
            ItemKind::Function(function) => vec![function.name.clone()],
            ItemKind::Type(ty) => vec![ty.name.clone()],
            ItemKind::Methods(methods) => {
                let name = |function: &item::Function| format!("{}::{}", methods.owner, function.name);
                methods.functions.iter().map(name).collect()
            }
        };
        for name in own {
            if !names.insert(name.clone()) {
                return Err(usage(ItemTwice { name }));
            }
        }
    }
    Ok(items)
}

fn part(part: NewPart) -> Part {
    match part {
        NewPart::Threads => Part::Threads,
        NewPart::Locks => Part::Locks,
        NewPart::Signals => Part::Signals,
        NewPart::PoolsAndFutures => Part::PoolsAndFutures,
        NewPart::ProcessesAndTheNetwork => Part::ProcessesAndTheNetwork,
    }
}

/// The kinds that are asked for. Without any, checks over interleavings and one of the program.
fn kinds(kinds: &[NewKind]) -> BTreeSet<CheckKind> {
    if kinds.is_empty() {
        return [CheckKind::Model, CheckKind::Program].into();
    }
    let kind = |kind: &NewKind| match kind {
        NewKind::Model => CheckKind::Model,
        NewKind::Service => CheckKind::Service,
        NewKind::Speed => CheckKind::Speed,
        NewKind::Program => CheckKind::Program,
    };
    kinds.iter().map(kind).collect()
}

fn edition(manifest: &Table) -> String {
    let package = manifest.get("workspace").and_then(|workspace| workspace.get("package"));
    let edition = package
        .and_then(|package| package.get("edition"))
        .and_then(Value::as_str);
    edition.unwrap_or(EDITION).to_owned()
}

fn report(plan: &Plan, n_files: usize, has_row: bool, columns: usize) -> Text {
    let Plan { name, part, order, .. } = plan;
    let mut text = Text::new();
    let place = format!("`{name}` has {n_files} files. Its `order` is {order}, in the part {part}.");
    text.paragraph(Tone::Good, 0, &place, columns);
    text.blank();
    let mut row = |path: String, what: &str| {
        let line = Line::indented(2).with(Tone::Strong, path);
        text.push(line.pad_to(36).with(Tone::Plain, format!(" {what}")));
    };
    row(
        format!("exercises/{name}/"),
        "the statement, the stub, the program, the hints",
    );
    row(
        format!("solutions/{name}/"),
        "the solution, a variant, a mistake for each check",
    );
    row(format!("grader/checks/{name}/"), "the checks");
    if has_row {
        row("README.md".to_owned(), "a row in the table of the exercises");
    }
    text.blank();
    text.push(
        Line::new()
            .with(Tone::Plain, "what is still to be written: ")
            .with(Tone::Help, format!("cargo xtask verify {name}")),
    );
    text
}
