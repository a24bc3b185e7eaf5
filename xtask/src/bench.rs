//! `cargo xtask bench`: how long a grading takes, beside what it cannot do without and beside `cargo test`; or, for
//! `model-std` in place of an exercise, its explorer beside others; or, for `containment`, what that costs.
//!
//! All measurements are taken in turn in each round, so that whatever else the machine does hits all of them; the fastest
//! round counts. Ratios can be compared between machines, times cannot.

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
use crate::error::{Error, Message};
use crate::exit_code::ExitCode;
use crate::flags::BenchFlags;
use crate::grade::current_dir;
use crate::interrupt;

mod containment;
mod engines;
mod ordinary;
mod rustc;

/// What the measurements work on.
struct Bench {
    workspace: Workspace,
    exercise: Exercise,
    libraries: Libraries,
    cancel: Cancel,
    /// Gone with all that is built in it when the bench is over.
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
        name: "its calls of rustc, bare and side by side",
        work: rustc::compile,
    },
    Measure {
        name: "its calls of rustc and its exploration, bare",
        work: rustc::compile_and_explore,
    },
    Measure {
        name: "`cargo test` of the same checks in ordinary crates",
        work: ordinary::test,
    },
];

/// Measures everything and prints it side by side.
pub(crate) fn run(flags: &BenchFlags, console: &Console) -> Result<ExitCode, Error> {
    if flags.exercise.as_deref() == Some(engines::NAME) {
        return engines::run(flags.rounds, console);
    }
    if flags.exercise.as_deref() == Some(containment::NAME) {
        return containment::run(flags.rounds, console);
    }
    let bench = Bench::new(flags)?;
    for measure in &MEASURES {
        // The first time fills caches.
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
            Some(name) => workspace.exercise(name)?,
            None => workspace
                .exercises()?
                .into_iter()
                .next()
                .ok_or_else(|| failed("failed to find an exercise"))?,
        };
        let cancel = interrupt::cancel_on_signal();
        let tools = Tools::from_environment();
        let libraries = libraries::locate(&workspace.root, None, &tools, &cancel, &|| {});
        let libraries = libraries.map_err(|error| Error::Ungraded(Box::new(error)))?;
        let folder = tempfile::Builder::new().prefix("interleave-bench-").tempdir();
        let bench = Bench {
            workspace,
            exercise,
            libraries,
            cancel,
            folder: folder.map_err(Error::Output)?,
        };
        ordinary::create(&bench).map_err(|error| failed(&format!("failed to write a crate to test: {error}")))?;
        Ok(bench)
    }
}

/// An error of the bench itself.
fn failed(message: &str) -> Error {
    Error::Ungraded(Box::new(Message(message.to_owned())))
}

/// Runs a command that has to succeed, and says what it said when it does not.
fn succeed(command: &mut Command) -> Result<(), Error> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| {
        failed(&format!(
            "failed to start `{}`: {error}",
            command.get_program().display()
        ))
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(failed(&format!(
        "failed to run `{}`:\n{}",
        command.get_program().display(),
        String::from_utf8_lossy(&said)
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
fn copy_sources(bench: &Bench, to: &std::path::Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let from = bench.workspace.solution_folder(&bench.exercise).join("src/lib.rs");
    fs::copy(from, to.join("lib.rs"))?;
    fs::copy(bench.exercise.folder.join("src/main.rs"), to.join("main.rs"))?;
    Ok(())
}
