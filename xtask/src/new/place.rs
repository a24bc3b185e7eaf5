//! Where a new exercise comes in the course: its part, its number, and its row in the README of the course.

use grader::exercise::{Exercise, Part};

/// The numbers of exercises have gaps of this size, so that others fit in between.
const GAP: u32 = 10;

/// The part of the exercise that comes last in the course, where none is asked for.
pub(super) fn last_part(exercises: &[Exercise]) -> Part {
    exercises.last().map_or(Part::Threads, |exercise| exercise.part)
}

/// A number that no exercise has, after those of the part and of the parts before it.
pub(super) fn next_order(exercises: &[Exercise], part: Part) -> u32 {
    let orders = |is_it: &dyn Fn(Part) -> bool| {
        let those = exercises.iter().filter(|exercise| is_it(exercise.part));
        those.map(|exercise| exercise.order).collect::<Vec<_>>()
    };
    let last = orders(&|other| other <= part).into_iter().max().unwrap_or(0);
    let following = orders(&|other| other > part)
        .into_iter()
        .filter(|order| *order > last)
        .min();
    let order = match following {
        Some(following) if following <= last.saturating_add(GAP) => last + (following - last) / 2,
        _ => last.saturating_add(GAP),
    };
    let is_taken = |order: u32| exercises.iter().any(|exercise| exercise.order == order);
    (order..=u32::MAX)
        .chain(0..order)
        .find(|order| *order > 0 && !is_taken(*order))
        .expect("there are more numbers than exercises")
}

/// The README with a row for the exercise, after the last one of its part. `None` where there is no such table,
/// or such a row already.
///
/// A part is named in the first of its rows only.
pub(super) fn with_row(readme: &str, exercises: &[Exercise], name: &str, part: Part) -> Option<String> {
    let lines: Vec<&str> = readme.split_inclusive('\n').collect();
    let row_of = |name: &str| {
        let cell = format!("| `{name}` |");
        lines
            .iter()
            .position(|line| line.starts_with('|') && line.contains(&cell))
    };
    // Somebody has removed an exercise of that name, and not its row.
    if row_of(name).is_some() {
        return None;
    }
    let before: Vec<&Exercise> = exercises.iter().filter(|exercise| exercise.part <= part).collect();
    let (after, last) = before
        .iter()
        .rev()
        .find_map(|exercise| Some((row_of(&exercise.name)?, *exercise)))?;
    let heading = if last.part == part {
        String::new()
    } else {
        part.to_string()
    };
    let row = format!("| {heading} | `{name}` | TBD: what you build, in a few words |\n");
    let (above, below) = lines.split_at(after + 1);
    let end = if above.last().is_some_and(|line| !line.ends_with('\n')) {
        "\n"
    } else {
        ""
    };
    Some(above.concat() + end + &row + &below.concat())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn exercises(places: &[(&str, &str, u32)]) -> Vec<Exercise> {
        let exercise = |(name, part, order): &(&str, &str, u32)| {
            let text = format!(
                "title = 't'\npart = '{part}'\norder = {order}\nsummary = 's'\n\
                 item = [{{ name = 'f', signature = 'pub fn f()' }}]\n\
                 check = [{{ name = 'c', kind = 'model', points = 10, property = 'p', hints = ['a', 'b', 'c'] }}]"
            );
            Exercise::parse(&Path::new("exercises").join(name), &text).expect("the manifest is good")
        };
        places.iter().map(exercise).collect()
    }

    #[test]
    fn the_next_number_comes_before_the_next_part_and_is_free() {
        let course = exercises(&[
            ("a", "Threads", 10),
            ("b", "Threads", 20),
            ("c", "Locks", 30),
            ("d", "Locks", 31),
        ]);
        assert_eq!(next_order(&course, Part::Threads), 25);
        assert_eq!(next_order(&course, Part::Locks), 41);
        assert_eq!(next_order(&course, Part::Signals), 41);
        assert_eq!(next_order(&[], Part::Locks), 10);
        let full = exercises(&[("a", "Threads", 10), ("b", "Locks", 11), ("c", "Locks", 12)]);
        assert_eq!(next_order(&full, Part::Threads), 13, "there is no room in between");
        let high = exercises(&[("a", "Threads", u32::MAX)]);
        assert_eq!(next_order(&high, Part::Threads), 1);
        assert_eq!(last_part(&course), Part::Locks);
    }

    #[test]
    fn a_row_comes_after_the_last_one_of_its_part_and_a_new_part_is_named() {
        let course = exercises(&[("a", "Threads", 10), ("b", "Signals", 20)]);
        let readme = "text `a` |\n\n| part | exercise | what |\n| --- | --- | --- |\n| Threads | `a` | x |\n\
                      | Signals | `b` | y |\n\ntext\n";
        let row = |part| {
            let with = with_row(readme, &course, "new", part).expect("there is a table");
            let rows: Vec<&str> = with
                .lines()
                .filter(|line| line.contains('`') && line.starts_with('|'))
                .collect();
            let place = rows
                .iter()
                .position(|row| row.contains("`new`"))
                .expect("there is a row");
            (place, rows[place].to_owned())
        };
        let end = "| `new` | TBD: what you build, in a few words |";
        assert_eq!(row(Part::Threads), (1, format!("|  {end}")));
        assert_eq!(row(Part::Locks), (1, format!("| Locks {end}")));
        assert_eq!(row(Part::Signals), (2, format!("|  {end}")));
        assert_eq!(with_row(readme, &course, "a", Part::Threads), None);
        assert_eq!(with_row("no table\n", &course, "new", Part::Locks), None);
    }
}
