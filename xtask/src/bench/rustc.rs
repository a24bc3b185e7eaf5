//! The floor of a grading: the calls of the compiler that it cannot do without, and nothing around them.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::thread;

use super::{Bench, Error, succeed};

/// Compiles both forms of the solution, each with its program, side by side.
pub(super) fn compile(bench: &Bench) -> Result<(), Error> {
    let libraries = &bench.libraries;
    let mut standard: Vec<OsString> = Vec::new();
    for name in ["std", "core", "alloc"] {
        standard.extend(linked(name, &libraries.model_std));
    }
    standard.extend(["-L".into(), assignment("dependency", &libraries.dependencies)]);
    let driver = linked("driver", &libraries.driver);
    let program = bench.exercise.folder.join("src/main.rs");
    let checks = bench.workspace.checks_folder(&bench.exercise).join("src/main.rs");
    thread::scope(|scope| {
        let modelled = scope.spawn(|| form(bench, "modelled", &standard, &driver, &checks));
        form(bench, "real", &[], &[], &program)?;
        modelled.join().expect("compiling does not panic")
    })
}

/// The library, then the program over it.
fn form(bench: &Bench, name: &str, standard: &[OsString], driver: &[OsString], program: &Path) -> Result<(), Error> {
    let folder = bench.folder.path().join(name);
    std::fs::create_dir_all(&folder).map_err(Error::Output)?;
    let library = bench.workspace.solution_folder(&bench.exercise).join("src/lib.rs");
    let rustc = || {
        let mut rustc = Command::new(&bench.libraries.rustc);
        rustc
            .args(["--edition=2024", "-Awarnings", "-Cdebuginfo=0"])
            .args(standard)
            .current_dir(&folder);
        rustc
    };
    let crate_name = &bench.exercise.name;
    succeed(
        rustc()
            .arg(library)
            .args(["--crate-type=lib", "--crate-name", crate_name])
            .arg("--out-dir")
            .arg(&folder),
    )?;
    let built = linked(crate_name, &folder.join(format!("lib{crate_name}.rlib")));
    succeed(
        rustc()
            .arg(program)
            .args(built)
            .args(driver)
            .arg("-o")
            .arg(folder.join("program")),
    )
}

fn linked(name: &str, library: &Path) -> [OsString; 2] {
    ["--extern".into(), assignment(name, library)]
}

fn assignment(name: &str, path: &Path) -> OsString {
    let mut assignment = OsString::from(name);
    assignment.push("=");
    assignment.push(path);
    assignment
}
