//! The course as it is handed out, without the solutions: it is still a workspace, and the command works in it.

use std::fs;
use std::io;
use std::path::Path;

use assert_cmd::Command;
use predicates::str::contains;

use super::root;

/// Folders that are not part of a handout.
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

/// As `solutions/README.md` says.
fn leave_the_solutions_out(handout: &Path) -> io::Result<()> {
    for entry in fs::read_dir(handout.join("solutions"))? {
        let entry = entry?.path();
        if entry.is_dir() {
            fs::remove_dir_all(entry)?;
        }
    }
    Ok(())
}

#[test]
fn a_handout_without_the_solutions_is_a_workspace_in_which_the_command_works() {
    let handout = tempfile::tempdir().expect("a temporary folder");
    copy(root(), handout.path()).expect("the course is copied");
    leave_the_solutions_out(handout.path()).expect("the solutions are there");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Resolves the whole workspace, but needs only the crates that the command is built from: a fresh machine has no
    // others.
    let mut tree = Command::new(cargo);
    tree.args(["tree", "--offline", "--package", "xtask", "--edges", "normal,build"])
        .current_dir(handout.path());
    tree.assert().success();
    let mut list = Command::new(env!("CARGO_BIN_EXE_xtask"));
    list.arg("list").current_dir(handout.path());
    list.assert().success().stdout(contains("stdout_writer"));
    let mut grade = Command::new(env!("CARGO_BIN_EXE_xtask"));
    grade
        .args(["grade", "stdout_writer", "--solution"])
        .current_dir(handout.path());
    grade.assert().code(2).stderr(contains("solutions/stdout_writer"));
}
