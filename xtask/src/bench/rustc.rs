//! The lower bound of a grading's time: the calls of the compiler and the exploration that it needs, and nothing else.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;

use grader::exercise::CheckWork;
use grader::grade::Options;
use grader::run::{self, Observation};
use protocol::Work;
use sandbox::process::{Level, Policy, Profile};

use super::{Bench, Error, failed, succeed};

/// Compiles the solution against `model-std` and against the real `std`, each with its program, in parallel.
pub(super) fn compile(bench: &Bench) -> Result<(), Error> {
    let libraries = &bench.libraries;
    let mut standard: Vec<OsString> = Vec::new();
    for name in ["std", "core", "alloc"] {
        standard.extend(linked(name, &libraries.model_std));
    }
    standard.extend(["-L".into(), assignment("dependency", &libraries.dependencies)]);
    let harness = linked("harness", &libraries.harness);
    let program = bench.exercise.folder.join("src/main.rs");
    thread::scope(|scope| {
        let modelled = scope.spawn(|| form(bench, "modelled", &standard, &harness, &bench.model_checks));
        form(bench, "real", &[], &[], &program)?;
        modelled.join().expect("compiling does not panic")
    })
}

/// Compiles, then runs every check of kind `model`, as many at once as there are cores, and ignores the results.
pub(super) fn compile_and_explore(bench: &Bench) -> Result<(), Error> {
    compile(bench)?;
    let limits = Options::default().model_limits;
    let program = bench.folder.path().join("modelled/program");
    let checks = bench
        .exercise
        .checks
        .iter()
        .filter(|check| matches!(check.work, CheckWork::Model));
    let next = Mutex::new(checks);
    let explore = || -> Result<(), Error> {
        loop {
            let check = next.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(check) = check else { return Ok(()) };
            // Containment is not part of the lower bound.
            let policy = Policy::of(Profile::Run, Level::Basic);
            match run::observe_check(&program, &check.name, Work::Explore, policy, &limits, &bench.cancel) {
                Observation::Check(_) => {}
                other => return Err(failed(&format!("failed to run `{}`: {other:?}", check.name))),
            }
        }
    };
    let n_cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..n_cores).map(|_| scope.spawn(explore)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().expect("running checks does not panic"))
    })
}

/// Compiles the library, then the program that links it.
fn form(bench: &Bench, name: &str, standard: &[OsString], harness: &[OsString], program: &Path) -> Result<(), Error> {
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
            .args(harness)
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
