//! `cargo xtask list`: the exercises in order, their points and where the student stands.

use grader::discover::Workspace;
use grader::exercise::Exercise;
use report::grid::Grid;
use report::text::{Line, Tone};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::named::{current, current_dir};
use crate::overview::bar;
use crate::standing::{Standing, Standings};

/// Lists all exercises.
pub(crate) fn run(console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let exercises = workspace.exercises()?;
    let standings = Standings::new(&workspace, console);
    let current = current(&workspace, &exercises, &standings)?;
    let mut grid = Grid::new();
    grid.header(&["", "exercise", "points", "where you stand", "what it is about"]);
    for (index, exercise) in exercises.iter().enumerate() {
        let is_first_of_part = index == 0 || exercises[index - 1].part != exercise.part;
        if is_first_of_part {
            grid.note(Line::new().with(Tone::Dim, exercise.part.to_string()));
        }
        let place = if Some(index) == current {
            Line::new().with(Tone::Help, "→")
        } else {
            Line::new().with(Tone::Dim, (index + 1).to_string())
        };
        grid.row(row(place, exercise, &standings.standing(exercise)));
    }
    const ABOUT: usize = 4;
    let mut text = grid.render(1, console.columns(), &[ABOUT]);
    text.blank();
    text.append(bar(&exercises, &standings, console.columns()));
    console.print(text)?;
    Ok(ExitCode::Passed)
}

fn row(place: Line, exercise: &Exercise, standing: &Standing) -> Vec<Line> {
    let points: u32 = exercise.checks.iter().map(|check| check.points).sum();
    let (tone, words) = match standing {
        Standing::Stub(n_to_do) => (Tone::Dim, format!("{n_to_do} to do")),
        Standing::Edited => (Tone::Plain, "not graded yet".to_owned()),
        Standing::Graded(last) if last.is_full() => (Tone::Good, format!("{}/{}", last.score, last.max_score)),
        Standing::Graded(last) => (Tone::Caution, format!("{}/{}", last.score, last.max_score)),
        Standing::EditedSince(last) => (Tone::Plain, format!("{}/{}, edited since", last.score, last.max_score)),
    };
    vec![
        place,
        Line::new().with(Tone::Strong, &exercise.name),
        Line::new().with(Tone::Plain, points.to_string()),
        Line::new().with(tone, words),
        Line::new().with(Tone::Plain, &exercise.summary),
    ]
}
