//! `cargo xtask next`: goes to the next exercise that does not pass yet, and leaves the current one for later.

use grader::discover::Workspace;
use report::text::{Line, Text, Tone};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::named::{current, current_dir};
use crate::overview::comes_next;
use crate::standing::Standings;

/// Goes to the next exercise, from the last one on to the first.
pub(crate) fn run(console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let exercises = workspace.exercises()?;
    let standings = Standings::new(&workspace, console);
    let left = current(&workspace, &exercises, &standings)?;
    let from = left.map_or(0, |left| left + 1);
    let is_left = |place: &usize| !standings.has_passed(&exercises[*place]);
    let others = (from..exercises.len())
        .chain(0..from)
        .filter(|place| Some(*place) != left);
    let mut text = Text::new();
    match others.into_iter().find(is_left) {
        Some(place) => {
            standings.choose(&exercises[place].name);
            if let Some(left) = left.filter(is_left) {
                text.push(Line::new().with(Tone::Dim, format!("`{}` stays for later.", exercises[left].name)));
                text.push(Line::new());
            }
            text.append(comes_next(&workspace, &exercises[place], &standings, console.columns()));
        }
        None => match left.filter(is_left) {
            Some(left) => {
                text.push(Line::new().with(Tone::Plain, "This is the only exercise that is left."));
                text.push(Line::new());
                text.append(comes_next(&workspace, &exercises[left], &standings, console.columns()));
            }
            None => text.push(Line::new().with(Tone::Good, "Every exercise passes.")),
        },
    }
    console.print(text)?;
    Ok(ExitCode::Passed)
}
