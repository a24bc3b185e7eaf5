//! `cargo xtask bench class`: a class of known submissions, graded by `class`, and by a loop of `cargo test`.
//!
//! In each round both grade the same forty hand-ins: right and wrong ones, copies, one that never ends, one that floods
//! its output, and a hostile one. No two rounds have a hand-in in common. The times of all rounds are added.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use report::grid::Grid;
use report::text::{Line, Text, Tone};
use sandbox::kernel::processor_time;

use super::{Bench, ordinary};
use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::BenchFlags;

/// The argument that selects this benchmark.
pub(super) const NAME: &str = "class";

/// The exercise that the class is graded in.
const EXERCISE: &str = "stdout_writer";
/// How many students hand in in each round.
const STUDENTS: usize = 40;
/// One hand-in of so many is a copy of the one before.
const COPY_EVERY: usize = 8;
/// What a class has beside right and wrong answers.
const BAD: [&str; 3] = [
    include_str!("class/endless.rs"),
    include_str!("class/flood.rs"),
    include_str!("class/hostile.rs"),
];

/// What one way to grade has used, in all rounds.
#[derive(Default)]
struct Used {
    wall: Duration,
    processor: Duration,
}

/// Measures both ways, round by round, and prints them side by side.
pub(super) fn run(flags: &BenchFlags, console: &Console) -> Result<ExitCode, Error> {
    let flags = BenchFlags {
        exercise: Some(EXERCISE.to_owned()),
        ..flags.clone()
    };
    let bench = Bench::new(&flags)?;
    let known = known(&bench).map_err(Error::Output)?;
    // The first runs build what both need.
    grade_class(&bench, &hand_in(&bench, &known, 0, 2)?)?;
    ordinary::test(&bench)?;
    let (mut class, mut tests) = (Used::default(), Used::default());
    for round in 1..=flags.rounds {
        let folder = hand_in(&bench, &known, round, STUDENTS)?;
        class.add(|| grade_class(&bench, &folder))?;
        tests.add(|| test_each(&bench, &folder))?;
    }
    console.print(figures(&bench, flags.rounds, &class, &tests, console.columns()))?;
    Ok(ExitCode::Passed)
}

impl Used {
    fn add(&mut self, work: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        let (start, before) = (Instant::now(), processor_time().unwrap_or_default());
        work()?;
        self.wall += start.elapsed();
        self.processor += processor_time().unwrap_or_default().saturating_sub(before);
        Ok(())
    }
}

/// The sources of the solution, the variants and the mistakes, sorted by kind and name.
fn known(bench: &Bench) -> std::io::Result<Vec<String>> {
    let solution = bench.workspace.solution_folder(&bench.exercise);
    let mut paths = vec![solution.join("src/lib.rs")];
    for kind in ["variants", "mistakes"] {
        let mut of_kind: Vec<PathBuf> = fs::read_dir(solution.join(kind))?
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<_>>()?;
        of_kind.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
        of_kind.sort();
        paths.extend(of_kind);
    }
    paths.iter().map(fs::read_to_string).collect()
}

/// Writes what the students of a round hand in. Returns the folder.
fn hand_in(bench: &Bench, known: &[String], round: u32, students: usize) -> Result<PathBuf, Error> {
    let folder = bench.folder.path().join(format!("class-{round}"));
    fs::create_dir(&folder).map_err(Error::Output)?;
    let mut text = String::new();
    for student in 0..students {
        if student % COPY_EVERY != COPY_EVERY - 1 {
            let bad = BAD.get(student.wrapping_sub(1));
            let of_round = known.iter().cycle().skip(round as usize * STUDENTS + student);
            let source = bad.copied().or_else(|| of_round.map(String::as_str).next());
            let source = source.expect("there is a solution");
            // Nobody else's code, and not that of another round.
            text = format!("{source}\n// Student {student} of round {round}.\n");
        }
        fs::write(folder.join(format!("student-{student:02}.rs")), &text).map_err(Error::Output)?;
    }
    Ok(folder)
}

fn grade_class(bench: &Bench, folder: &Path) -> Result<(), Error> {
    let xtask = std::env::current_exe().map_err(|error| Error::failed(format!("failed to find `xtask`: {error}")))?;
    super::succeed(
        Command::new(xtask)
            .args(["class", EXERCISE, "--submissions"])
            .arg(folder)
            .arg("--out")
            .arg(folder.with_extension("out"))
            .current_dir(&bench.workspace.root),
    )
}

/// Tests one hand-in after the other.
fn test_each(bench: &Bench, folder: &Path) -> Result<(), Error> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(Error::Output)?;
    paths.sort();
    for path in paths {
        let source = fs::read_to_string(path).map_err(Error::Output)?;
        ordinary::test_submission(bench, &source)?;
    }
    Ok(())
}

fn figures(bench: &Bench, rounds: u32, class: &Used, tests: &Used, columns: usize) -> Text {
    let students = rounds as usize * STUDENTS;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut grid = Grid::new();
    grid.header(&["", "wall", "processor", "a hand-in", "cores busy", "ratio"]);
    for (name, used) in [("`cargo xtask class`", class), ("a loop of `cargo test`", tests)] {
        let (wall, processor) = (used.wall.as_secs_f64(), used.processor.as_secs_f64());
        grid.row(vec![
            Line::new().with(Tone::Plain, name),
            Line::new().with(Tone::Plain, format!("{wall:>6.1} s")),
            Line::new().with(Tone::Plain, format!("{processor:>6.1} s")),
            Line::new().with(Tone::Plain, format!("{:>5.2} s", processor / students as f64)),
            Line::new().with(
                Tone::Plain,
                format!("{:>3.0} %", 100.0 * processor / wall / cores as f64),
            ),
            Line::new().with(Tone::Strong, format!("{:>5.2}", wall / class.wall.as_secs_f64())),
        ]);
    }
    let mut text = Text::new();
    let about = format!(
        "{students} hand-ins of {}, {cores} cores, {}",
        bench.exercise.name, bench.libraries.compiler
    );
    text.push(Line::new().with(Tone::Dim, about));
    text.append(grid.render(1, columns, &[0]));
    text
}
