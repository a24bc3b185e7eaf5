//! Rules for packages: they are named after their folders, exercises inherit nothing and have the workspace's versions,
//! every exercise has checks and a copy of its stub, and the integration tests of a package are one program.

use grader::exercise::{Exercise, ExerciseError};
use toml::{Table, Value};

use super::{File, Problem, Tree};

pub(super) fn problems(tree: &Tree) -> Vec<Problem> {
    let Some(workspace) = tree.file("Cargo.toml").and_then(table) else {
        return vec![Problem::new("Cargo.toml", "is missing, or is not TOML")];
    };
    let mut problems = Vec::new();
    for name in tree.folders("exercises") {
        package(tree, &format!("exercises/{name}"), name, &mut problems);
        stands_alone(tree, name, &workspace, &mut problems);
        described(tree, name, &mut problems);
        checked(tree, name, &mut problems);
        can_be_reset(tree, name, &mut problems);
    }
    for name in tree.folders("solutions") {
        let folder = format!("solutions/{name}");
        package(tree, &folder, &format!("{name}_solution"), &mut problems);
        stands_in(tree, &folder, name, &mut problems);
    }
    one_program_of_tests(tree, &mut problems);
    problems
}

/// Cargo makes a program of each file in the folder `tests` beside a manifest, and of `main.rs` in each folder there.
fn one_program_of_tests(tree: &Tree, problems: &mut Vec<Problem>) {
    for manifest in tree.with_end("Cargo.toml") {
        let package = manifest.path.strip_suffix("Cargo.toml").unwrap_or_default();
        let tests = format!("{package}tests/");
        for file in tree.files.iter().filter(|file| file.path.starts_with(&tests)) {
            let name = &file.path[tests.len()..];
            let is_program = match name.split_once('/') {
                None => name.ends_with(".rs"),
                Some((_, inner)) => inner == "main.rs",
            };
            if is_program && name != "integration/main.rs" {
                problems.push(Problem::new(
                    &file.path,
                    format!("is a test program of its own; integration tests belong to `{tests}integration/main.rs`"),
                ));
            }
        }
    }
}

/// The packages with an exercise's checks: a program over interleavings, one on real threads, or both, and perhaps a
/// support library.
fn checked(tree: &Tree, name: &str, problems: &mut Vec<Problem>) {
    let checks = format!("grader/checks/{name}");
    let names = [
        ("model", format!("{name}_model_checks")),
        ("real", format!("{name}_real_checks")),
        ("support", format!("{name}_support")),
    ];
    let there: Vec<&str> = tree.folders(&checks);
    for (folder, package_name) in &names {
        if there.contains(folder) {
            package(tree, &format!("{checks}/{folder}"), package_name, problems);
        }
    }
    if !there.contains(&"model") && !there.contains(&"real") {
        problems.push(Problem::new(
            &checks,
            "has no check program: `model` for checks over interleavings, `real` for checks on real threads",
        ));
    }
}

/// `cargo xtask reset` brings back what is handed out.
fn can_be_reset(tree: &Tree, name: &str, problems: &mut Vec<Problem>) {
    let (stub, kept) = (
        format!("exercises/{name}/src/lib.rs"),
        format!("grader/checks/{name}/stub.rs"),
    );
    let text = |path: &str| tree.file(path).map(|file| &file.text);
    if text(&stub).is_some() && text(&stub) != text(&kept) {
        let what = format!("is not the same as `{stub}`: copy that here");
        problems.push(Problem::new(&kept, what));
    }
}

fn table(file: &File) -> Option<Table> {
    file.text.parse().ok()
}

/// The package in `folder` has the name `name`.
fn package(tree: &Tree, folder: &str, name: &str, problems: &mut Vec<Problem>) {
    let path = format!("{folder}/Cargo.toml");
    let Some(manifest) = tree.file(&path).and_then(table) else {
        problems.push(Problem::new(&path, "is missing, or is not TOML"));
        return;
    };
    let found = manifest
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(Value::as_str);
    if found != Some(name) {
        problems.push(Problem::new(
            &path,
            format!("the package must be called `{name}`, after its folder"),
        ));
    }
}

/// A solution replaces the exercise: its library has the exercise's name, and no documentation that would collide.
fn stands_in(tree: &Tree, folder: &str, name: &str, problems: &mut Vec<Problem>) {
    let path = format!("{folder}/Cargo.toml");
    let Some(manifest) = tree.file(&path).and_then(table) else {
        return;
    };
    let library = manifest.get("lib");
    let get = |key: &str| library.and_then(|library| library.get(key));
    if get("name").and_then(Value::as_str) != Some(name) || get("doc").and_then(Value::as_bool) != Some(false) {
        problems.push(Problem::new(
            &path,
            format!("`[lib]` needs `name = \"{name}\"` and `doc = false`"),
        ));
    }
}

/// An exercise builds anywhere: it inherits nothing, and repeats the workspace's edition and versions.
fn stands_alone(tree: &Tree, name: &str, workspace: &Table, problems: &mut Vec<Problem>) {
    let path = format!("exercises/{name}/Cargo.toml");
    let Some(manifest) = tree.file(&path).and_then(table) else {
        return;
    };
    if tree.file(&path).is_some_and(|file| file.text.contains("workspace")) {
        problems.push(Problem::new(
            &path,
            "inherits from the workspace, so the exercise builds nowhere else",
        ));
    }
    let workspace = workspace.get("workspace");
    let of_workspace = |table: &str, key: &str| workspace.and_then(|workspace| workspace.get(table)?.get(key));
    for key in ["edition", "rust-version"] {
        let found = manifest.get("package").and_then(|package| package.get(key));
        let expected = of_workspace("package", key);
        // A manifest may leave out the version of the compiler.
        if found != expected && !(key == "rust-version" && found.is_none()) {
            problems.push(Problem::new(&path, format!("`{key}` differs from the workspace's")));
        }
    }
    let dependencies = manifest.get("dependencies").and_then(Value::as_table);
    for (dependency, found) in dependencies.into_iter().flatten() {
        let expected = of_workspace("dependencies", dependency);
        if version(found).is_none() || version(found) != expected.and_then(version) {
            problems.push(Problem::new(
                &path,
                format!("the version of `{dependency}` differs from the workspace's"),
            ));
        }
    }
}

fn version(dependency: &Value) -> Option<&str> {
    dependency.as_str().or_else(|| dependency.get("version")?.as_str())
}

/// The statement and both sources exist, and the grader can read `exercise.toml`.
fn described(tree: &Tree, name: &str, problems: &mut Vec<Problem>) {
    let folder = format!("exercises/{name}");
    for file in ["README.md", "src/lib.rs", "src/main.rs"] {
        let path = format!("{folder}/{file}");
        if tree.file(&path).is_none() {
            problems.push(Problem::new(&path, "is missing"));
        }
    }
    let path = format!("{folder}/exercise.toml");
    match Exercise::read(&tree.root.join(&folder)) {
        Ok(_) => {}
        Err(ExerciseError::Problems { problems: found, .. }) => {
            problems.extend(found.into_iter().map(|problem| Problem::new(&path, problem)));
        }
        Err(ExerciseError::Read { source, .. }) => {
            problems.push(Problem::new(&path, format!("cannot be read: {source}")))
        }
    }
}
