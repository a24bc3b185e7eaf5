//! `cargo xtask bench containment`: what containment adds to a run and to a call of the compiler, level by level.
//!
//! The levels take turns, so that other load on the machine affects all of them; the median counts.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use grader::build::{Step, options};
use grader::discover::Workspace;
use grader::libraries::{self, Libraries, Tools};
use report::grid::Grid;
use report::text::{Line, Text, Tone};
use sandbox::cancel::Cancel;
use sandbox::process::{self, Command, ExitReason, Input, Level, Limits, Paths, Policy, Profile};
use tempfile::TempDir;

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::interrupt;
use crate::named::current_dir;

/// The argument that selects this benchmark.
pub(super) const NAME: &str = "containment";

/// The levels; the first is what the others are compared with.
const LEVELS: [Level; 4] = [Level::Basic, Level::Partial, Level::Strong, Level::Full];

/// A run takes about a hundredth of the time that a call of the compiler takes, so that a round has many.
const RUNS_PER_ROUND: u32 = 60;

const LIMITS: Limits = Limits {
    wall: Duration::from_secs(60),
    waiting: Duration::from_secs(60),
    cpu: None,
    memory: Some(4 << 30),
    output: 1 << 20,
    threads: 1024,
};

/// What the measurements work on.
struct Bench {
    /// The folder of a solution.
    solution: PathBuf,
    libraries: Libraries,
    folder: TempDir,
    cancel: Cancel,
}

/// Measures runs and calls of the compiler, and prints a table of each with one row a level.
pub(super) fn run(rounds: u32, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let cancel = interrupt::cancel_on_signal();
    let tools = Tools::from_environment();
    let libraries = libraries::locate(&workspace.root, None, &tools, &cancel, &|| {});
    let exercise = workspace.exercises()?.into_iter().next();
    let exercise = exercise.ok_or_else(|| Error::failed("failed to find an exercise"))?;
    let bench = Bench {
        solution: workspace.solution_folder(&exercise),
        libraries: libraries.map_err(|error| Error::Ungraded(Box::new(error)))?,
        folder: TempDir::new().map_err(Error::Output)?,
        cancel,
    };
    let mut text = Text::new();
    for (what, repetitions, command) in [
        (
            "a run of `/bin/true`",
            rounds * RUNS_PER_ROUND,
            Bench::run as fn(&Bench, Level) -> Command,
        ),
        (
            "a run that may have children",
            rounds * RUNS_PER_ROUND,
            Bench::run_with_children,
        ),
        ("a call of the compiler", rounds, Bench::compile),
    ] {
        let durations = bench.measure(repetitions, command)?;
        text.push(Line::new().with(Tone::Strong, format!("{what}, {repetitions} times a level")));
        text.append(table(&durations).render(1, console.columns(), &[0]));
    }
    console.print(text)?;
    Ok(ExitCode::Passed)
}

impl Bench {
    fn run(&self, level: Level) -> Command {
        Bench::run_as(Profile::Run, level)
    }

    /// Beside such a run a second process waits, which ends the children if the grader is killed.
    fn run_with_children(&self, level: Level) -> Command {
        Bench::run_as(Profile::RunWithChildren, level)
    }

    fn run_as(profile: Profile, level: Level) -> Command {
        Command {
            program: PathBuf::from("/bin/true"),
            args: Vec::new(),
            env: Vec::new(),
            folder: PathBuf::from("/"),
            input: Input::Nothing,
            policy: Policy::of(profile, level),
        }
    }

    /// Compiles the first solution of the course as submissions are compiled.
    fn compile(&self, level: Level) -> Command {
        let output = self.folder.path().to_owned();
        let mut args: Vec<OsString> = vec![self.solution.join("src/lib.rs").into()];
        args.extend(options(Step::Real));
        args.extend(["--crate-type=lib", "--out-dir"].map(OsString::from));
        args.push(output.clone().into());
        let toolchain = self.libraries.rustc.ancestors().nth(2).map(PathBuf::from);
        Command {
            program: self.libraries.rustc.clone(),
            args,
            env: vec![("TMPDIR".into(), output.clone().into())],
            folder: PathBuf::from("/"),
            input: Input::Nothing,
            policy: Policy {
                paths: Paths {
                    readable: vec![self.solution.clone()],
                    writable: vec![output],
                    executable: toolchain.into_iter().collect(),
                    ..Paths::default()
                },
                ..Policy::of(Profile::Compile, level)
            },
        }
    }

    /// The median of each level.
    fn measure(&self, repetitions: u32, command: fn(&Bench, Level) -> Command) -> Result<[Duration; 4], Error> {
        let mut durations = [const { Vec::new() }; 4];
        // The first repetition probes the machine and fills caches.
        for repetition in 0..=repetitions {
            for (level, durations) in LEVELS.iter().zip(&mut durations) {
                let command = command(self, *level);
                let start = Instant::now();
                let ended = process::run(&command, &LIMITS, &self.cancel);
                let duration = start.elapsed();
                match ended.map_err(|error| Error::Ungraded(Box::new(error)))? {
                    ended if ended.exit_reason == ExitReason::Code(0) => {}
                    ended if ended.exit_reason == ExitReason::Cancelled => return Err(Error::Interrupted),
                    ended => {
                        let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
                        return Err(Error::failed(format!(
                            "failed at level {level}: {:?}: {stderr}",
                            ended.exit_reason
                        )));
                    }
                }
                if repetition > 0 {
                    durations.push(duration);
                }
            }
        }
        Ok(durations.map(|mut durations| {
            durations.sort();
            durations[durations.len() / 2]
        }))
    }
}

fn table(durations: &[Duration; 4]) -> Grid {
    let mut grid = Grid::new();
    grid.header(&["level", "median", "more", "ratio"]);
    let milliseconds = |duration: &Duration| duration.as_secs_f64() * 1_000.0;
    let base = milliseconds(&durations[0]);
    for (level, duration) in LEVELS.iter().zip(durations) {
        let duration = milliseconds(duration);
        grid.row(vec![
            Line::new().with(Tone::Plain, level.to_string()),
            Line::new().with(Tone::Plain, format!("{duration:>8.2} ms")),
            Line::new().with(Tone::Plain, format!("{:>+7.2} ms", duration - base)),
            Line::new().with(Tone::Strong, format!("{:>5.2}", duration / base)),
        ]);
    }
    grid
}
