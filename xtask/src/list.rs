//! `cargo xtask list`: the exercises in order, their points and where the student stands.

use grader::discover::Workspace;
use grader::exercise::Exercise;
use report::grid::Grid;
use report::text::{Line, Tone};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::grade::current_dir;
use crate::standing::{Standing, standings};

/// Lists all exercises.
pub(crate) fn run(console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let exercises = workspace.exercises()?;
    let mut grid = Grid::new();
    grid.header(&["#", "exercise", "points", "where you stand", "what it is about"]);
    for (exercise, standing) in exercises.iter().zip(standings(&workspace, &exercises)) {
        grid.row(row(exercise, &standing));
    }
    const ABOUT: usize = 4;
    console.print(grid.render(1, console.columns(), &[ABOUT]))?;
    Ok(ExitCode::Passed)
}

fn row(exercise: &Exercise, standing: &Standing) -> Vec<Line> {
    let points: u32 = exercise.checks.iter().map(|check| check.points).sum();
    let (tone, words) = match standing {
        Standing::Stub(n) => (Tone::Dim, format!("{n} to do")),
        Standing::Edited => (Tone::Plain, "not graded yet".to_owned()),
        Standing::Graded(last) if last.score == last.max_score => {
            (Tone::Good, format!("{}/{}", last.score, last.max_score))
        }
        Standing::Graded(last) => (Tone::Caution, format!("{}/{}", last.score, last.max_score)),
        Standing::EditedSince(last) => (Tone::Plain, format!("{}/{}, edited since", last.score, last.max_score)),
    };
    vec![
        Line::new().with(Tone::Dim, exercise.order.to_string()),
        Line::new().with(Tone::Strong, &exercise.name),
        Line::new().with(Tone::Plain, points.to_string()),
        Line::new().with(tone, words),
        Line::new().with(Tone::Plain, &exercise.summary),
    ]
}
