//! `cargo xtask bench model-std`: the explorer of `model-std` compared with shuttle and loom, on the same programs.
//!
//! Everything is compiled with `--release`. Each measurement is a process of its own and counts processor time. The
//! engines take turns in each round, so that other load on the machine affects all of them, and the median counts. How
//! many executions it takes to find a bug does not depend on the machine.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use grader::discover::Workspace;
use grader::libraries::Tools;
use report::grid::Grid;
use report::text::{Line, Text, Tone};
use sandbox::cancel::Cancel;
use serde::Deserialize;

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::interrupt;
use crate::named::current_dir;

/// The argument that selects this benchmark; no exercise has a hyphen in its name.
pub(super) const NAME: &str = "model-std";

struct Engine {
    /// The argument of `model-bench` that selects it.
    id: &'static str,
    heading: &'static str,
    /// How many executions a measurement of its speed takes.
    executions: u64,
}

const fn engine(id: &'static str, heading: &'static str, executions: u64) -> Engine {
    Engine {
        id,
        heading,
        executions,
    }
}

/// The engines whose speed is compared; the first is what the others are compared with.
const SPEEDS: [Engine; 6] = [
    engine("model", "model", 4_000),
    engine("model-samples", "samples", 4_000),
    engine("shuttle-dfs", "DFS", 2_000),
    engine("shuttle-random", "random", 2_000),
    engine("shuttle-pct", "PCT", 2_000),
    engine("loom", "loom", 2_000),
];
/// The engines that search for bugs. The first three take a seed.
const SEARCHES: [Engine; 4] = [
    engine("model-mixed", "model", 0),
    engine("shuttle-random", "random", 0),
    engine("shuttle-pct", "PCT", 0),
    engine("loom", "loom", 0),
];
/// How many seeds each median is taken over.
const SEEDS: u64 = 10;
/// The program that is explored completely.
const COMPLETE: &str = "4 × 8 atomics";
/// The program that is executed many times to see whether memory grows.
const REPEATED: &str = "3 × 3 locks";

/// The programs.
#[derive(Debug, Deserialize)]
struct Programs {
    buggy: Vec<String>,
    correct: Vec<String>,
}

/// What a measurement found.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Measured {
    executions: u64,
    failed: bool,
    complete: bool,
    nanoseconds: u64,
    peak_kib: u64,
}

impl Measured {
    fn seconds(&self) -> f64 {
        self.nanoseconds as f64 / 1e9
    }

    /// Executions in a second of processor time.
    fn speed(&self) -> f64 {
        self.executions as f64 / self.seconds().max(1e-9)
    }
}

/// The measuring program, and the flag that stops the benchmark.
struct Bench {
    program: PathBuf,
    cancel: Cancel,
}

/// Measures everything and prints it side by side.
pub(super) fn run(rounds: u32, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let bench = Bench {
        program: build(&workspace)?,
        cancel: interrupt::cancel_on_signal(),
    };
    let programs: Programs = bench.ask(&["programs"])?;
    for table in [
        bench.speeds(&programs.correct, rounds)?,
        bench.searches(&programs.buggy)?,
        bench.limits()?,
    ] {
        console.print(table.render(console.columns()))?;
    }
    Ok(ExitCode::Passed)
}

/// Builds the measuring program and says where it is.
fn build(workspace: &Workspace) -> Result<PathBuf, Error> {
    let output = Command::new(Tools::from_environment().cargo)
        .args(["build", "--release", "--package", "model-std-bench"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(&workspace.root)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Error::failed(format!("failed to start `cargo`: {error}")))?;
    #[derive(Deserialize)]
    struct Artifact {
        executable: Option<PathBuf>,
    }
    let lines = String::from_utf8_lossy(&output.stdout);
    let artifacts = lines.lines().filter_map(|line| serde_json::from_str(line).ok());
    artifacts
        .filter_map(|artifact: Artifact| artifact.executable)
        .next_back()
        .filter(|_| output.status.success())
        .ok_or_else(|| Error::failed("failed to build `model-std-bench`"))
}

impl Bench {
    fn ask<T: for<'a> Deserialize<'a>>(&self, arguments: &[&str]) -> Result<T, Error> {
        if self.cancel.is_cancelled() {
            return Err(Error::Interrupted);
        }
        let failure = |why: &str| Error::failed(format!("failed to measure `{}`: {why}", arguments.join(" ")));
        let output = Command::new(&self.program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| failure(&error.to_string()))?;
        let line = String::from_utf8_lossy(&output.stdout);
        // An engine that panics may print more lines, and may exit with an error after the first.
        let line = line.lines().next().unwrap_or_default();
        serde_json::from_str(line).map_err(|_| failure(&String::from_utf8_lossy(&output.stderr)))
    }

    fn measure(&self, engine: &Engine, program: &str, kind: &str, number: u64) -> Result<Measured, Error> {
        self.ask(&[engine.id, program, kind, &number.to_string()])
    }

    fn speeds(&self, programs: &[String], rounds: u32) -> Result<Table, Error> {
        let mut table = Table::new("thousands of executions a second", &SPEEDS, &["÷ shuttle", "÷ loom"]);
        for program in programs {
            let mut speeds: [Vec<f64>; SPEEDS.len()] = Default::default();
            for _ in 0..rounds {
                for (engine, speeds) in SPEEDS.iter().zip(&mut speeds) {
                    let measured = self.measure(engine, program, "speed", engine.executions)?;
                    speeds.push(measured.speed());
                }
            }
            let speeds = speeds.map(median);
            let [model, _, dfs, random, pct, loom] = speeds;
            let shuttle = dfs.max(random).max(pct);
            let ratios = [format!("{:.1}", model / shuttle), format!("{:.0}", model / loom)];
            table.row(program, speeds.map(|speed| format!("{:.1}", speed / 1e3)), ratios);
        }
        table.notes = vec![
            "`model` is model-std's exhaustive search, `samples` its random samples. The search and loom allow at most \
             2 preemptions. `÷ shuttle` compares with the fastest of shuttle's three schedulers."
                .to_owned(),
        ];
        Ok(table)
    }

    fn searches(&self, programs: &[String]) -> Result<Table, Error> {
        let mut table = Table::new("executions until the first bug", &SEARCHES, &["÷ fewest"]);
        let mut logarithms = [0.0; SEARCHES.len()];
        for program in programs {
            let mut counts = [0.0; SEARCHES.len()];
            for ((engine, count), logarithm) in SEARCHES.iter().zip(&mut counts).zip(&mut logarithms) {
                *count = median(self.first(engine, program)?);
                *logarithm += count.ln() / programs.len() as f64;
            }
            let [model, random, pct, _] = counts;
            let ratio = format!("{:.1}", model / random.min(pct));
            table.row(program, counts.map(|count| format!("{count}")), [ratio]);
        }
        let means = logarithms.map(f64::exp);
        let ratio = format!("{:.1}", means[0] / means[1].min(means[2]));
        table.row("geometric mean", means.map(|mean| format!("{mean:.1}")), [ratio]);
        table.notes = vec![format!(
            "Medians over {SEEDS} seeds; loom takes no seed and allows at most 2 preemptions. `÷ fewest` compares with \
             the better of shuttle's two schedulers."
        )];
        Ok(table)
    }

    /// How many executions it takes to find the bug, seed by seed.
    fn first(&self, engine: &Engine, program: &str) -> Result<Vec<f64>, Error> {
        let seeds = if engine.id == "loom" { 1 } else { SEEDS };
        let count = |seed| {
            let measured = self.measure(engine, program, "first", seed)?;
            if measured.failed {
                Ok(measured.executions as f64)
            } else {
                Err(Error::failed(format!(
                    "failed to find the bug of `{program}` with {}",
                    engine.id
                )))
            }
        };
        (0..seeds).map(count).collect()
    }

    fn limits(&self) -> Result<Table, Error> {
        let mut table = Table::new(
            "complete search, and memory",
            &[],
            &["executions", "complete", "seconds", "peak MiB"],
        );
        let pruned = engine("model", "", 0);
        for (what, engine, program, kind, n) in [
            ("4 × 8 atomics, 2 preemptions", &pruned, COMPLETE, "exhaust", 1_000_000),
            (
                "the same, without pruning",
                &engine("model-unpruned", "", 0),
                COMPLETE,
                "exhaust",
                1_000_000,
            ),
            ("3 × 3 locks, many executions", &pruned, REPEATED, "speed", 1_000),
            ("the same, a hundred times as many", &pruned, REPEATED, "speed", 100_000),
        ] {
            let measured = self.measure(engine, program, kind, n)?;
            let cells = [
                measured.executions.to_string(),
                match (kind, measured.complete) {
                    ("exhaust", true) => "yes".to_owned(),
                    ("exhaust", false) => "no".to_owned(),
                    _ => String::new(),
                },
                format!("{:.2}", measured.seconds()),
                format!("{:.1}", measured.peak_kib as f64 / 1024.0),
            ];
            table.row(what, [], cells);
        }
        Ok(table)
    }
}

/// The middle of the numbers, or the mean of the two in the middle.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    if numbers.len() % 2 == 1 {
        numbers[middle]
    } else {
        f64::midpoint(numbers[middle - 1], numbers[middle])
    }
}

/// Figures by program, with a heading and notes below.
struct Table {
    heading: &'static str,
    grid: Grid,
    notes: Vec<String>,
}

impl Table {
    fn new(heading: &'static str, engines: &[Engine], more: &[&str]) -> Self {
        let mut grid = Grid::new();
        let engines = engines.iter().map(|engine| engine.heading);
        let headings: Vec<&str> = std::iter::once("").chain(engines).chain(more.iter().copied()).collect();
        grid.header(&headings);
        Self {
            heading,
            grid,
            notes: Vec::new(),
        }
    }

    fn row<const N: usize, const M: usize>(&mut self, name: &str, figures: [String; N], judged: [String; M]) {
        let mut cells = vec![Line::new().with(Tone::Plain, name)];
        cells.extend(figures.map(|figure| Line::new().with(Tone::Plain, figure)));
        cells.extend(judged.map(|figure| Line::new().with(Tone::Strong, figure)));
        self.grid.row(cells);
    }

    fn render(self, columns: usize) -> Text {
        let mut text = Text::new();
        text.push(Line::new().with(Tone::Strong, self.heading));
        text.append(self.grid.render(1, columns, &[0]));
        for note in &self.notes {
            text.paragraph(Tone::Dim, 1, note, columns);
        }
        text.blank();
        text
    }
}
