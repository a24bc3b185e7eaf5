//! `cargo xtask bench EXERCISE`: how long a grading takes, compared with its bare calls of rustc and with `cargo test`.
//! `bench model-std` compares the explorer with others, `bench containment` measures what containment costs, and `bench
//! class` how long a class takes.
//!
//! Each round takes every measurement once, so that other load on the machine affects all of them; the fastest round
//! counts. Ratios can be compared between machines, times cannot.

mod class;
mod containment;
mod engines;
mod ordinary;
mod rustc;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use grader::discover::{Submission, Workspace};
use grader::exercise::Exercise;
use grader::grade::{self, Options};
use grader::libraries::{self, Libraries, Tools};
use report::grid::Grid;
use report::text::{Line, Text, Tone};
use sandbox::cancel::Cancel;
use tempfile::TempDir;

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::BenchFlags;
use crate::for_authors;
use crate::interrupt;
use crate::named;
use crate::named::current_dir;

/// What the measurements work on.
struct Bench {
    workspace: Workspace,
    exercise: Exercise,
    /// The main file of its check program over interleavings.
    model_checks: PathBuf,
    libraries: Libraries,
    cancel: Cancel,
    /// Holds everything that is built here; removed at the end.
    folder: TempDir,
}

/// Something whose duration is measured.
struct Measure {
    name: &'static str,
    work: fn(&Bench) -> Result<(), Error>,
}

/// The measurements; the first is what the others are compared with.
const MEASURES: [Measure; 4] = [
    Measure {
        name: "grade, warm",
        work: grade,
    },
    Measure {
        name: "its calls of rustc alone, in parallel",
        work: rustc::compile,
    },
    Measure {
        name: "its calls of rustc and its exploration alone",
        work: rustc::compile_and_explore,
    },
    Measure {
        name: "`cargo test` of the same checks in ordinary crates",
        work: ordinary::test,
    },
];

/// Measures everything and prints it side by side.
pub(crate) fn run(flags: &BenchFlags, console: &Console) -> Result<ExitCode, Error> {
    for_authors::require_solutions(&Workspace::find_from(&current_dir()?)?, "bench")?;
    if flags.exercise.as_deref() == Some(engines::NAME) {
        return engines::run(flags.rounds, console);
    }
    if flags.exercise.as_deref() == Some(containment::NAME) {
        return containment::run(flags.rounds, console);
    }
    if flags.exercise.as_deref() == Some(class::NAME) {
        return class::run(flags, console);
    }
    let bench = Bench::new(flags)?;
    for measure in &MEASURES {
        // The first run fills caches.
        (measure.work)(&bench)?;
    }
    let mut fastest = [Duration::MAX; MEASURES.len()];
    for _ in 0..flags.rounds {
        for (measure, fastest) in MEASURES.iter().zip(&mut fastest) {
            let start = Instant::now();
            (measure.work)(&bench)?;
            *fastest = start.elapsed().min(*fastest);
            if bench.cancel.is_cancelled() {
                return Err(Error::Interrupted);
            }
        }
    }
    console.print(figures(&bench, flags.rounds, &fastest, console.columns()))?;
    Ok(ExitCode::Passed)
}

impl Bench {
    fn new(flags: &BenchFlags) -> Result<Bench, Error> {
        let workspace = Workspace::find_from(&current_dir()?)?;
        let exercise = match &flags.exercise {
            Some(name) => named::exercise(&workspace, name)?,
            None => workspace
                .exercises()?
                .into_iter()
                .next()
                .ok_or_else(|| Error::failed("failed to find an exercise"))?,
        };
        let model_checks = workspace.model_checks(&exercise).ok_or_else(|| {
            Error::failed(format!(
                "failed to find checks over interleavings in `{}`",
                exercise.name
            ))
        })?;
        let cancel = interrupt::cancel_on_signal();
        let tools = Tools::from_environment();
        let libraries = libraries::locate(&workspace.root, None, &tools, &cancel, &|| {});
        let libraries = libraries.map_err(|error| Error::Ungraded(Box::new(error)))?;
        // A grading removes unlocked folders whose names begin with `interleave-`, so this one begins otherwise.
        let folder = tempfile::Builder::new().prefix("bench-interleave-").tempdir();
        let bench = Bench {
            workspace,
            exercise,
            model_checks,
            libraries,
            cancel,
            folder: folder.map_err(Error::Output)?,
        };
        ordinary::create(&bench).map_err(|error| Error::failed(format!("failed to write a crate to test: {error}")))?;
        Ok(bench)
    }
}

/// Runs a command that has to succeed. The error contains its output.
fn succeed(command: &mut Command) -> Result<(), Error> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| {
        Error::failed(format!(
            "failed to start `{}`: {error}",
            command.get_program().display()
        ))
    })?;
    if output.status.success() {
        return Ok(());
    }
    let printed = [output.stdout, output.stderr].concat();
    Err(Error::failed(format!(
        "failed to run `{}`:\n{}",
        command.get_program().display(),
        String::from_utf8_lossy(&printed)
    )))
}

fn grade(bench: &Bench) -> Result<(), Error> {
    let submission = Submission::solution(&bench.workspace, &bench.exercise)?;
    let options = Options {
        cancel: bench.cancel.clone(),
        ..Options::default()
    };
    grade::grade(&bench.workspace, &bench.exercise, &submission, &options, &|_| {})?;
    Ok(())
}

fn figures(bench: &Bench, rounds: u32, fastest: &[Duration], columns: usize) -> Text {
    let mut grid = Grid::new();
    grid.header(&["", "fastest", "ratio"]);
    let base = fastest[0].as_secs_f64();
    for (measure, fastest) in MEASURES.iter().zip(fastest) {
        let seconds = fastest.as_secs_f64();
        grid.row(vec![
            Line::new().with(Tone::Plain, measure.name),
            Line::new().with(Tone::Plain, format!("{:>4.0} ms", seconds * 1_000.0)),
            Line::new().with(Tone::Strong, format!("{:>5.2}", seconds / base)),
        ]);
    }
    let mut text = Text::new();
    let machine = thread::available_parallelism().map_or(1, usize::from);
    let about = format!(
        "{}, {rounds} rounds, {machine} cores, {}",
        bench.exercise.name, bench.libraries.compiler
    );
    text.push(Line::new().with(Tone::Dim, about));
    text.append(grid.render(1, columns, &[0]));
    text
}

/// A copy of the solution's sources in `to`.
fn copy_sources(bench: &Bench, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let from = bench.workspace.solution_folder(&bench.exercise).join("src/lib.rs");
    fs::copy(from, to.join("lib.rs"))?;
    fs::copy(bench.exercise.folder.join("src/main.rs"), to.join("main.rs"))?;
    Ok(())
}
