//! The course as it is handed out, without the solutions: it is a workspace of its own, and the command works in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::str::contains;

use super::classes::says;
use super::root;

/// Folders that are not copied with a course.
const LEFT_OUT: [&str; 2] = ["target", ".git"];

pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (entry, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if LEFT_OUT.iter().any(|left_out| name == *left_out) {
            continue;
        }
        if entry.is_dir() {
            copy(&entry, &to.join(name))?;
        } else {
            fs::copy(&entry, to.join(name))?;
        }
    }
    Ok(())
}

/// The command in `folder`.
fn xtask(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(args).current_dir(folder).env_remove("CI");
    command
}

/// The files below `folder`, by path, each with its mode where there are modes.
fn files(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    fn add(folder: &Path, root: &Path, files: &mut BTreeMap<PathBuf, (u32, Vec<u8>)>) {
        for entry in folder.read_dir().expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(root).expect("it is below").to_owned();
            let bytes = if path.is_dir() {
                add(&path, root, files);
                Vec::new()
            } else {
                fs::read(&path).expect("a file")
            };
            files.insert(name, (mode(&path), bytes));
        }
    }
    let mut found = BTreeMap::new();
    add(folder, folder, &mut found);
    found
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> u32 {
    0
}

/// Building all of it takes minutes, so this leaves out the check that is part of the command. What that finds out is
/// how Cargo and the grader do; here it is what is in the files.
#[test]
fn a_handout_is_a_workspace_without_solutions_in_which_the_command_works() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (handout, again) = (folder.path().join("handout"), folder.path().join("again"));
    for place in [&handout, &again] {
        let place = place.to_string_lossy();
        let made = xtask(root(), &["handout", "--no-check", &place]).assert();
        made.code(0).stdout(contains("18 exercises in "));
    }
    let found = files(&handout);
    assert!(found == files(&again), "two handouts of one course differ");
    #[cfg(unix)]
    for (path, (mode, _)) in &found {
        let expected = if handout.join(path).is_dir() { 0o755 } else { 0o644 };
        assert_eq!(*mode, expected, "{}", path.display());
    }
    let place = handout.to_string_lossy();
    let refused = |folder: &Path, args: &[&str], words: &str| {
        says(xtask(folder, args).assert().code(2).stdout(""), words);
    };
    refused(root(), &["handout", "--no-check", &place], "the folder is not empty");
    refused(root(), &["handout", "exercises/handout"], "it is inside of the course");

    has_nothing_of_authors(&found);

    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Resolves the whole workspace, but needs only the crates that the command is built from: a fresh machine has no
    // others.
    let mut tree = Command::new(cargo);
    tree.args(["tree", "--offline", "--locked", "--package", "xtask"])
        .args(["--edges", "normal,build"])
        .current_dir(&handout);
    tree.assert().success();

    let listed = xtask(&handout, &["list"]).assert().success();
    listed.stdout(contains("stdout_writer"));
    let no_solution = "has no solution of `stdout_writer`";
    refused(&handout, &["grade", "stdout_writer", "--solution"], no_solution);
    refused(&handout, &["solution", "stdout_writer", "--anyway"], no_solution);
    for command in ["verify", "mutate", "bench", "ci", "pictures"] {
        refused(&handout, &[command], &format!("`{command}` is for authors"));
    }
    refused(&handout, &["handout", "../further"], "`handout` is for authors");
    refused(&handout, &["new", "gates"], "`new` is for authors");
    let nothing = xtask(&handout, &["grade", "--changed", "--format", "github"]).assert();
    nothing.code(0).stderr(contains("nothing to grade"));
}

/// No file of an author's is there, under whichever name.
#[track_caller]
fn has_nothing_of_authors(found: &BTreeMap<PathBuf, (u32, Vec<u8>)>) {
    let secret: BTreeSet<Vec<u8>> = files(&root().join("solutions"))
        .into_values()
        .map(|(_, bytes)| bytes)
        .filter(|bytes| !bytes.is_empty())
        .collect();
    for (path, (_, bytes)) in found {
        assert!(!secret.contains(bytes), "`{}` is one of the solutions", path.display());
    }
    let is_there = |path: &str| found.contains_key(Path::new(path));
    for path in [
        "Cargo.lock",
        "README.md",
        ".cargo/config.toml",
        ".vscode/settings.json",
        "LICENSE-MIT",
    ] {
        assert!(is_there(path), "`{path}` is missing");
    }
    for path in [
        "solutions",
        "grader/testdata",
        "grader/tests",
        "grader/model-std/suite",
        "xtask/tests",
        ".ci",
    ] {
        assert!(!is_there(path), "`{path}` is there");
    }
}

#[test]
fn the_workflow_of_a_handout_runs_the_command_with_flags_that_it_has() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let handout = folder.path().join("handout");
    let place = handout.to_string_lossy();
    xtask(root(), &["handout", "--no-check", &place]).assert().code(0);
    let workflow = fs::read_to_string(handout.join(".github/workflows/grade.yml")).expect("it is there");
    let commands: Vec<&str> = workflow
        .lines()
        .filter_map(|line| line.trim().strip_prefix("run: cargo xtask "))
        .collect();
    assert_eq!(commands, ["prepare", "grade --changed --format github"]);
    for command in commands {
        let args: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        xtask(&handout, &args).assert().code(0);
    }
    assert!(
        !workflow.contains("{rust}") && workflow.contains("rustup toolchain install 1."),
        "{workflow}"
    );
    let readme = fs::read_to_string(handout.join("README.md")).expect("it is there");
    assert!(
        !readme.contains("{rust}") && !readme.contains("{exercises}"),
        "{readme}"
    );
    assert!(
        readme.contains("| [`semaphores`](exercises/semaphores/README.md) |"),
        "{readme}"
    );
}
