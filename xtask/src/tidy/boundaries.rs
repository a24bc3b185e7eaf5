//! Rules for the boundaries between packages, as ARCHITECTURE.md states them: which packages a package may link, and
//! what its sources may name.
//!
//! Cargo says which package depends on which. The names are looked up in the code, without comments and literals.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use grader::libraries::Tools;
use serde::Deserialize;

use super::{Problem, Tree};

/// What a package may never link, by itself or through others of the workspace.
const NEVER_LINKS: [(&str, &[&str], &str); 3] = [
    (
        "grader",
        &[
            "harness",
            "model-std",
            "model-crossbeam-channel",
            "model-rayon",
            "model-rayon-core",
            "report",
            "xtask",
        ],
        "the grader is trusted; untrusted programs link these, or these build on the grader",
    ),
    (
        "harness",
        &["grader", "report", "xtask"],
        "a check program holds untrusted code, so it links no code of the grader",
    ),
    (
        "model-std",
        &["grader", "harness", "report", "sandbox", "xtask"],
        "the modelled `std` is useful on its own",
    ),
];

/// What a package may link of the workspace at most.
const LINKS_AT_MOST: [(&str, &[&str], &str); 3] = [
    ("protocol", &[], "both sides depend on it, so it depends on neither"),
    ("report", &["protocol"], "a report is written from plain data"),
    (
        "sandbox",
        &["protocol"],
        "it knows the operating system, and nothing of grading",
    ),
];

/// Crates that speak to an operating system, and the packages that may depend on them: `model-std` maps stacks and
/// handles crashes, as the runtime of `std` does.
const SYSTEM_CRATES: [&str; 4] = ["landlock", "libc", "nix", "rustix"];
const SYSTEM_PACKAGES: [&str; 2] = ["model-std", "sandbox"];

/// What the sources below a folder may not name.
const NAMES_NEVER: [(&str, &[&str], &str); 7] = [
    (
        "grader/protocol/src/",
        &[
            "std::env",
            "std::fs",
            "std::io",
            "std::net",
            "std::os",
            "std::process",
            "std::thread",
        ],
        "protocol neither reads nor writes",
    ),
    ("grader/report/src/", OF_THE_SYSTEM, ONLY_SANDBOX),
    ("grader/harness/src/", &["rustix::", "libc::"], ONLY_SANDBOX),
    ("grader/src/", OF_THE_SYSTEM, ONLY_SANDBOX),
    ("xtask/src/", OF_THE_SYSTEM, ONLY_SANDBOX),
    (
        "grader/src/",
        &["protocol::trace"],
        "only the report puts a trace into words",
    ),
    (
        "xtask/src/",
        &["protocol::trace"],
        "only the report puts a trace into words",
    ),
];
const OF_THE_SYSTEM: &[&str] = &["std::os", "rustix::", "libc::"];
const ONLY_SANDBOX: &str = "only `grader/sandbox` knows the operating system";

/// The modules of the grader in the order of its stages: each names only those before it.
const STAGES: [&str; 19] = [
    "event",
    "help",
    "parallel",
    "share",
    "exercise",
    "discover",
    "sandbox_requirement",
    "libraries",
    "fingerprint",
    "intake",
    "build",
    "snapshot",
    "run",
    "judge",
    "score",
    "grade",
    "class",
    "mutate",
    "verify",
];

/// The stages that come before the judgement, which alone makes verdicts.
const BEFORE_JUDGEMENT: [&str; 8] = [
    "exercise",
    "discover",
    "libraries",
    "intake",
    "build",
    "snapshot",
    "run",
    "parallel",
];

/// A package of the workspace and what it depends on, tests aside.
struct Package {
    name: String,
    /// The manifest, relative to the root.
    manifest: String,
    dependencies: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
}

#[derive(Deserialize)]
struct MetadataPackage {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `dev` or `build`; nothing for what is linked.
    kind: Option<String>,
}

/// The packages of the workspace at `root`, sorted by name.
fn packages(root: &Path) -> io::Result<Vec<Package>> {
    let mut cargo = Command::new(Tools::from_environment().cargo);
    cargo
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(root)
        .stdin(Stdio::null());
    let output = cargo.output()?;
    if !output.status.success() {
        return Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        ));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let relative = |path: &str| {
        let relative = Path::new(path).strip_prefix(root).unwrap_or(Path::new(path));
        relative.to_string_lossy().replace('\\', "/")
    };
    let mut packages: Vec<Package> = metadata
        .packages
        .into_iter()
        .map(|package| Package {
            manifest: relative(&package.manifest_path),
            name: package.name,
            dependencies: package
                .dependencies
                .into_iter()
                .filter(|dependency| dependency.kind.as_deref() != Some("dev"))
                .map(|dependency| dependency.name)
                .collect(),
        })
        .collect();
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}

pub(super) fn problems(tree: &Tree) -> Vec<Problem> {
    let mut problems = match packages(&tree.root) {
        Ok(packages) => links(&packages),
        Err(error) => vec![Problem::new(
            "Cargo.toml",
            format!("Cargo cannot read the workspace: {error}"),
        )],
    };
    problems.extend(stages(tree));
    for (folder, names, why) in NAMES_NEVER {
        let sources = tree.files.iter().filter(|file| file.path.starts_with(folder));
        for file in sources.filter(|file| file.path.ends_with(".rs") && !is_test(&file.path)) {
            for (number, code) in code_lines(&file.text) {
                for name in names.iter().filter(|name| names_path(code, name)) {
                    problems.push(Problem::at(&file.path, number, format!("names `{name}`: {why}")));
                }
            }
        }
    }
    problems
}

/// Where a stage of the grader knows a later one, or makes a verdict before anything is judged, and modules of which it
/// is not known which stage they are.
fn stages(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in &tree.files {
        let Some(below) = file.path.strip_prefix("grader/src/") else {
            continue;
        };
        let stage = below.split(['/', '.']).next().unwrap_or_default();
        if stage == "lib" || is_test(&file.path) {
            continue;
        }
        let Some(place) = STAGES.iter().position(|other| *other == stage) else {
            let what = format!("`{stage}` is none of the stages in `xtask/src/tidy/boundaries.rs`");
            problems.push(Problem::new(&file.path, what));
            continue;
        };
        for (number, code) in code_lines(&file.text) {
            for later in STAGES[place + 1..].iter().filter(|later| names_module(code, later)) {
                let what = format!("names `crate::{later}`: the stage `{stage}` comes before it");
                problems.push(Problem::at(&file.path, number, what));
            }
            if BEFORE_JUDGEMENT.contains(&stage) && names_path(code, "protocol::verdict") {
                let what = "names `protocol::verdict`: only `judge` makes verdicts";
                problems.push(Problem::at(&file.path, number, what));
            }
        }
    }
    problems
}

/// Whether `code` names a module of its own crate, by itself or in a group.
fn names_module(code: &str, module: &str) -> bool {
    let in_group = |group: &str| group.split(['{', '}', ',']).any(|name| name.trim() == module);
    names_path(code, &format!("crate::{module}"))
        || code.split_once("crate::{").is_some_and(|(_, group)| in_group(group))
}

/// Whether a file holds only tests.
fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.ends_with("_tests.rs")
}

fn links(packages: &[Package]) -> Vec<Problem> {
    let by_name: BTreeMap<&str, &Package> = packages
        .iter()
        .map(|package| (package.name.as_str(), package))
        .collect();
    let mut problems = Vec::new();
    for (name, never, why) in NEVER_LINKS {
        let Some(package) = by_name.get(name) else { continue };
        let linked = linked(package, &by_name);
        for other in never.iter().filter(|other| linked.contains(**other)) {
            problems.push(Problem::new(&package.manifest, format!("links `{other}`: {why}")));
        }
    }
    for (name, at_most, why) in LINKS_AT_MOST {
        let Some(package) = by_name.get(name) else { continue };
        for other in linked(package, &by_name) {
            if !at_most.contains(&other) {
                problems.push(Problem::new(&package.manifest, format!("links `{other}`: {why}")));
            }
        }
    }
    let is_bound = |package: &&Package| {
        // Exercises, solutions and check programs may use what they teach; a bench measures other engines.
        let folder = &package.manifest;
        (folder.starts_with("grader/") || folder.starts_with("xtask/")) && !folder.starts_with("grader/checks/")
    };
    for package in packages
        .iter()
        .filter(is_bound)
        .filter(|package| !SYSTEM_PACKAGES.contains(&package.name.as_str()))
    {
        for name in SYSTEM_CRATES
            .iter()
            .filter(|name| package.dependencies.contains(**name))
        {
            problems.push(Problem::new(
                &package.manifest,
                format!("depends on `{name}`: {ONLY_SANDBOX}"),
            ));
        }
    }
    problems
}

/// The packages of the workspace that `package` links, by itself or through others.
fn linked<'a>(package: &'a Package, by_name: &BTreeMap<&str, &'a Package>) -> BTreeSet<&'a str> {
    let mut linked = BTreeSet::new();
    let mut unread = vec![package];
    while let Some(package) = unread.pop() {
        for name in &package.dependencies {
            if let Some(dependency) = by_name.get(name.as_str())
                && linked.insert(dependency.name.as_str())
            {
                unread.push(dependency);
            }
        }
    }
    linked
}

/// The lines before the tests at the end of a file, with their numbers. A line ends at a comment or quotation mark.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    let before_tests =
        lines.take_while(|(_, line)| !line.starts_with("#[cfg(test)]") && !line.starts_with("mod tests"));
    before_tests.filter_map(|(number, line)| {
        let code = line.split("//").next().unwrap_or_default();
        let code = code.split('"').next().unwrap_or_default();
        (!code.trim().is_empty()).then_some((number + 1, code))
    })
}

/// Whether `code` names the path, and not only a longer word that contains it.
fn names_path(code: &str, path: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + path.len()..].chars().next();
        !before.is_some_and(is_word) && (path.ends_with(':') || !after.is_some_and(is_word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[&str]) -> Package {
        Package {
            name: name.to_owned(),
            manifest: format!("grader/{name}/Cargo.toml"),
            dependencies: dependencies.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[track_caller]
    fn finds(packages: &[Package], expected: &[&str]) {
        let found: Vec<String> = links(packages)
            .into_iter()
            .map(|problem| {
                format!(
                    "{}: {}",
                    problem.path,
                    problem.what.split(':').next().unwrap_or_default()
                )
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_linked_through_another_package_counts() {
        finds(
            &[
                package("grader", &["between"]),
                package("between", &["harness"]),
                package("harness", &[]),
            ],
            &["grader/grader/Cargo.toml: links `harness`"],
        );
    }

    #[test]
    fn protocol_links_nothing_of_the_workspace_and_anything_else() {
        finds(
            &[package("protocol", &["serde", "sandbox"]), package("sandbox", &[])],
            &["grader/protocol/Cargo.toml: links `sandbox`"],
        );
    }

    #[test]
    fn only_one_package_depends_on_the_crates_of_the_system() {
        finds(
            &[package("sandbox", &["libc"]), package("report", &["libc"])],
            &["grader/report/Cargo.toml: depends on `libc`"],
        );
    }

    #[test]
    fn a_stage_that_knows_a_later_one_or_makes_a_verdict_is_noticed() {
        let file = |path: &str, text: &str| super::super::File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let tree = Tree {
            root: "/".into(),
            files: vec![
                file(
                    "grader/src/build.rs",
                    "use crate::intake::Staged;\nuse crate::run::Plan;\n",
                ),
                file("grader/src/intake/lifetimes.rs", "use crate::{help, judge};\n"),
                file(
                    "grader/src/judge.rs",
                    "use crate::run::Plan;\nuse protocol::verdict::Verdict;\n",
                ),
                file("grader/src/run.rs", "use protocol::verdict::Verdict;\n"),
                file("grader/src/lib.rs", "mod unknown;\n"),
                file("grader/src/unknown.rs", ""),
            ],
        };
        let found: Vec<String> = stages(&tree)
            .into_iter()
            .map(|problem| format!("{}:{}", problem.path, problem.line.unwrap_or_default()))
            .collect();
        assert_eq!(
            found,
            [
                "grader/src/build.rs:2",
                "grader/src/intake/lifetimes.rs:1",
                "grader/src/run.rs:1",
                "grader/src/unknown.rs:0"
            ]
        );
    }

    #[test]
    fn a_path_is_named_by_code_and_not_by_comments_texts_or_tests() {
        let source =
            "use std::os::fd;\n// std::os\nlet a = \"std::os\";\nmod my_std::oss;\n#[cfg(test)]\nuse std::os::fd;\n";
        let named: Vec<usize> = code_lines(source)
            .filter(|(_, code)| names_path(code, "std::os"))
            .map(|(number, _)| number)
            .collect();
        assert_eq!(named, [1]);
    }
}
