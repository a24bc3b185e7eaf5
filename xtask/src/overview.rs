//! `cargo xtask`: where the student stands, and the one command that comes next.

use std::path::Path;

use grader::discover::Workspace;
use grader::exercise::{Exercise, POINTS};
use report::Solutions;
use report::escape::counted;
use report::text::{Line, Text, Tone};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::for_authors;
use crate::named::{current, current_dir};
use crate::standing::{Standing, Standings};

/// The widest bar of progress, for the eye.
const MAX_BAR: usize = 50;

/// Says where the student stands.
pub(crate) fn run(console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let exercises = workspace.exercises()?;
    let standings = Standings::new(&workspace, console);
    let mut text = bar(&exercises, &standings, console.columns());
    text.blank();
    match current(&workspace, &exercises, &standings)? {
        Some(index) => text.append(comes_next(&workspace, &exercises[index], &standings, console.columns())),
        None => {
            let all = format!("Every exercise passes: all {} of them.", exercises.len());
            text.push(Line::new().with(Tone::Good, all));
            let has_solutions = for_authors::solutions(&workspace) == Solutions::Here;
            if let Some(last) = exercises.last().filter(|_| has_solutions) {
                text.push(command(
                    "see how else it can be done",
                    &format!("solution {}", last.name),
                ));
            }
        }
    }
    console.print(text)?;
    Ok(ExitCode::Passed)
}

/// How many exercises pass, and how many points there are, as a bar.
pub(crate) fn bar(exercises: &[Exercise], standings: &Standings<'_>, columns: usize) -> Text {
    let scores = exercises.iter().map(|exercise| standings.record(&exercise.name));
    let (mut n_passed, mut points) = (0, 0);
    for record in scores.flatten() {
        n_passed += usize::from(record.is_full());
        points += record.score as usize;
    }
    let all = POINTS as usize * exercises.len();
    let width = columns.min(MAX_BAR);
    // A point that is missing shows, and so does the first one.
    let filled = match points * width / all.max(1) {
        0 if points > 0 => 1,
        filled => filled.min(width),
    };
    let mut text = Text::new();
    let counts = format!(
        "{n_passed} of {} done · {points} of {} points",
        counted(exercises.len() as u64, "exercise"),
        all
    );
    text.push(Line::new().with(Tone::Strong, counts));
    text.push(
        Line::new()
            .with(Tone::Good, "█".repeat(filled))
            .with(Tone::Dim, "░".repeat(width - filled)),
    );
    text
}

/// What the student does next in `exercise`: what it is about, the files, and the command.
pub(crate) fn comes_next(
    workspace: &Workspace,
    exercise: &Exercise,
    standings: &Standings<'_>,
    columns: usize,
) -> Text {
    let mut text = Text::new();
    text.push(
        Line::new()
            .with(Tone::Dim, format!("{} · ", exercise.part))
            .with(Tone::Strong, &exercise.name)
            .with(Tone::Plain, format!("  {}", exercise.title)),
    );
    text.paragraph(Tone::Plain, 3, &exercise.summary, columns);
    text.blank();
    let standing = match standings.standing(exercise) {
        Standing::Stub(n_to_do) => format!("{n_to_do} to do"),
        Standing::Edited => "not graded yet".to_owned(),
        Standing::Graded(record) => format!("{} of {} points", record.score, record.max_score),
        Standing::EditedSince(record) => {
            format!("{} of {} points, edited since", record.score, record.max_score)
        }
    };
    let path = |inside: &str| shown(workspace, &exercise.folder.join(inside));
    text.push(
        Line::indented(3)
            .with(Tone::Dim, "read   ")
            .with(Tone::Plain, path("README.md")),
    );
    text.push(
        Line::indented(3)
            .with(Tone::Dim, "write  ")
            .with(Tone::Plain, path("src/lib.rs"))
            .with(Tone::Dim, format!("  {standing}")),
    );
    text.push(command("watch ", &format!("watch {}", exercise.name)));
    text
}

fn command(what: &str, command: &str) -> Line {
    Line::indented(3)
        .with(Tone::Dim, format!("{what} "))
        .with(Tone::Help, format!("cargo xtask {command}"))
}

fn shown(workspace: &Workspace, path: &Path) -> String {
    workspace.shown(path).to_string_lossy().into_owned()
}
