//! Parses `exercise.toml` into an [`Exercise`].
//!
//! Only this file knows the keys. It checks each entry by itself; [`Exercise::parse`] checks the exercise as a whole.

use std::path::Path;

use protocol::Finding;
use regex::Regex;
use serde::Deserialize;

use super::{Check, CheckWork, Exercise, Filter, FindingHint, Item, Library, Need, Part, ProgramCheck};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    title: String,
    part: Part,
    order: u32,
    summary: String,
    #[serde(default, rename = "item")]
    items: Vec<Item>,
    #[serde(default, rename = "check")]
    checks: Vec<CheckEntry>,
    #[serde(default, rename = "library")]
    libraries: Vec<Library>,
    #[serde(default)]
    needs: Vec<Need>,
    #[serde(default, rename = "hint")]
    hints: Vec<HintEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckEntry {
    name: String,
    kind: Kind,
    points: u32,
    property: String,
    hints: Vec<String>,
    hints_about: Option<Finding>,
    args: Option<Vec<String>>,
    exit: Option<i32>,
    sort_lines: Option<bool>,
    snapshot: Option<String>,
    filters: Option<Vec<FilterEntry>>,
    stderr: Option<Stderr>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Model,
    Service,
    Speed,
    Program,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stderr {
    Empty,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FilterEntry {
    pattern: String,
    replacement: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HintEntry {
    finding: Finding,
    steps: Vec<String>,
}

pub(super) fn parse(folder: &Path, text: &str) -> Result<Exercise, Vec<String>> {
    let table: toml::Table = toml::from_str(text).map_err(|error| vec![one_line(&error)])?;
    let mut problems = entry_problems(&table);
    let manifest = match toml::from_str::<Manifest>(text) {
        Ok(manifest) => Some(manifest),
        Err(error) => {
            // `entry_problems` has already reported any problem of an entry.
            if problems.is_empty() {
                problems.push(one_line(&error));
            }
            None
        }
    };
    let Some(manifest) = manifest else { return Err(problems) };
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut checks = Vec::new();
    for entry in manifest.checks {
        checks.extend(check(entry, &mut problems));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let finding_hints = manifest
        .hints
        .into_iter()
        .map(|HintEntry { finding, steps }| FindingHint { finding, steps });
    Ok(Exercise {
        name,
        folder: folder.to_owned(),
        title: manifest.title,
        part: manifest.part,
        order: manifest.order,
        summary: manifest.summary,
        items: manifest.items,
        checks,
        libraries: manifest.libraries,
        needs: manifest.needs,
        finding_hints: finding_hints.collect(),
    })
}

/// The problems of each key and entry. The derived deserializer stops at the first.
fn entry_problems(table: &toml::Table) -> Vec<String> {
    fn each<T: for<'de> Deserialize<'de>>(key: &str, table: &toml::Table, problems: &mut Vec<String>) {
        let Some(toml::Value::Array(entries)) = table.get(key) else {
            return;
        };
        for (index, entry) in entries.iter().enumerate() {
            if let Err(error) = entry.clone().try_into::<T>() {
                let name = entry
                    .get("name")
                    .or_else(|| entry.get("finding"))
                    .and_then(toml::Value::as_str);
                let name = name.map_or(format!("{}", index + 1), |name| format!("`{name}`"));
                problems.push(format!("{key} {name}: {}", one_line(&error)));
            }
        }
    }
    let mut problems = Vec::new();
    let known = [
        "title", "part", "order", "summary", "item", "needs", "library", "check", "hint",
    ];
    for key in table.keys().filter(|key| !known.contains(&key.as_str())) {
        problems.push(format!(
            "unknown key `{key}`, expected one of {}",
            known.map(|key| format!("`{key}`")).join(", ")
        ));
    }
    for key in ["title", "part", "order", "summary"]
        .iter()
        .filter(|key| !table.contains_key(**key))
    {
        problems.push(format!("missing key `{key}`"));
    }
    each::<Item>("item", table, &mut problems);
    each::<Library>("library", table, &mut problems);
    each::<CheckEntry>("check", table, &mut problems);
    each::<HintEntry>("hint", table, &mut problems);
    problems
}

fn check(entry: CheckEntry, problems: &mut Vec<String>) -> Option<Check> {
    let n_problems = problems.len();
    if entry.kind != Kind::Program
        && let Some(key) = program_key(&entry)
    {
        problems.push(format!(
            "the check `{}` has `{key}`, which only goes with `kind = \"program\"`",
            entry.name
        ));
    }
    let work = match entry.kind {
        Kind::Model => CheckWork::Model,
        Kind::Service => CheckWork::Service,
        Kind::Speed => CheckWork::Speed,
        Kind::Program => CheckWork::Program(ProgramCheck {
            args: entry.args.unwrap_or_default(),
            exit: entry.exit.unwrap_or(0),
            sort_lines: entry.sort_lines.unwrap_or(false),
            snapshot: entry.snapshot,
            filters: filters(&entry.name, entry.filters.unwrap_or_default(), problems),
            stderr_empty: matches!(entry.stderr, Some(Stderr::Empty)),
        }),
    };
    let check = Check {
        name: entry.name,
        points: entry.points,
        property: entry.property,
        hints: entry.hints,
        hints_about: entry.hints_about,
        work,
    };
    (problems.len() == n_problems).then_some(check)
}

/// The first key of an entry that only a check of kind `program` may have.
fn program_key(entry: &CheckEntry) -> Option<&'static str> {
    let keys = [
        ("args", entry.args.is_some()),
        ("exit", entry.exit.is_some()),
        ("sort_lines", entry.sort_lines.is_some()),
        ("snapshot", entry.snapshot.is_some()),
        ("filters", entry.filters.is_some()),
        ("stderr", entry.stderr.is_some()),
    ];
    keys.into_iter().find(|(_, is_there)| *is_there).map(|(key, _)| key)
}

fn filters(check: &str, entries: Vec<FilterEntry>, problems: &mut Vec<String>) -> Vec<Filter> {
    let mut filters = Vec::new();
    for FilterEntry { pattern, replacement } in entries {
        match Regex::new(&pattern) {
            Ok(pattern) => filters.push(Filter { pattern, replacement }),
            Err(error) => problems.push(format!("the check `{check}` has a filter that is no pattern: {error}")),
        }
    }
    filters
}

/// The message of a TOML error, without its drawing of the line.
fn one_line(error: &toml::de::Error) -> String {
    error.message().replace('\n', "; ")
}
