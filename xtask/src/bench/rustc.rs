//! The lower bound of a grading's time: the calls of the compiler and the exploration that it needs, and nothing else.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;

use grader::build::{Step, linked, options};
use grader::exercise::CheckWork;
use grader::grade::Options;
use grader::run::{self, Observation};
use protocol::Work;
use sandbox::process::{Level, Policy, Profile};

use super::{Bench, Error, succeed};

/// Compiles the solution against `model-std` and against the real `std`, each with its program, in parallel.
pub(super) fn compile(bench: &Bench) -> Result<(), Error> {
    let libraries = &bench.libraries;
    let mut standard = linked(["std", "core"].map(|name| (name, &libraries.model_std)));
    let mut dependencies = OsString::from("dependency=");
    dependencies.push(&libraries.dependencies);
    standard.extend(["-L".into(), dependencies]);
    let modelled = Form {
        library: Step::Modelled,
        program: Step::ModelChecks,
        source: bench.model_checks.clone(),
        standard,
        harness: linked([("harness", &libraries.harness)]),
    };
    let real = Form {
        library: Step::Real,
        program: Step::Program,
        source: bench.exercise.folder.join("src/main.rs"),
        standard: Vec::new(),
        harness: Vec::new(),
    };
    thread::scope(|scope| {
        let modelled = scope.spawn(|| modelled.compile(bench, MODELLED));
        real.compile(bench, "real")?;
        modelled.join().expect("compiling does not panic")
    })
}

/// Compiles, then runs every check of kind `model`, as many at once as there are cores, and ignores the results.
pub(super) fn compile_and_explore(bench: &Bench) -> Result<(), Error> {
    compile(bench)?;
    let limits = Options::default().model_limits;
    let program = bench.folder.path().join(MODELLED).join("program");
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
            let (name, work) = (&check.name, Work::Explore);
            match run::observe_check(&program, name, &[], work, policy, &limits, &bench.cancel) {
                Observation::Check(_) => {}
                other => return Err(Error::failed(format!("failed to run `{}`: {other:?}", check.name))),
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

/// The folder of the modelled form.
const MODELLED: &str = "modelled";

/// One of the two forms of the solution.
struct Form {
    library: Step,
    program: Step,
    /// The main file of the program.
    source: PathBuf,
    /// The options for what everything in this form links.
    standard: Vec<OsString>,
    /// The options for what the program links besides.
    harness: Vec<OsString>,
}

impl Form {
    /// Compiles the library into the folder `name`, then the program that links it, with the options of a grading.
    fn compile(&self, bench: &Bench, name: &str) -> Result<(), Error> {
        let folder = bench.folder.path().join(name);
        std::fs::create_dir_all(&folder).map_err(Error::Output)?;
        let library = bench.workspace.solution_folder(&bench.exercise).join("src/lib.rs");
        let rustc = |step| {
            let mut rustc = Command::new(&bench.libraries.rustc);
            rustc.args(options(step)).args(&self.standard).current_dir(&folder);
            rustc
        };
        let crate_name = bench.exercise.name.as_str();
        succeed(
            rustc(self.library)
                .arg(library)
                .args(["--crate-type=lib", "--crate-name", crate_name])
                .arg("--out-dir")
                .arg(&folder),
        )?;
        let built = folder.join(format!("lib{crate_name}.rlib"));
        succeed(
            rustc(self.program)
                .arg(&self.source)
                .args(linked([(crate_name, &built)]))
                .args(&self.harness)
                .arg("-o")
                .arg(folder.join("program")),
        )
    }
}
