//! A game in which the student is the scheduler: where the execution stands, what can be chosen, what lies ahead.

use protocol::Measure;
use protocol::play::{Beginning, Ending, Goal, Offer, Outlook, Position, Subject, TurnReason};
use protocol::trace::{End, Trace};
use protocol::verdict::ReplayReport;

use crate::contents::{doing, still_doing};
use crate::escape::{counted, grouped};
use crate::grid::Grid;
use crate::names::Names;
use crate::steps::Row;
use crate::table::{INDENT, table};
use crate::text::{Line, Text, Tone};
use crate::{Extent, Options, human, words};

/// How many of the last steps are shown before each choice.
const LAST_STEPS: usize = 8;
/// How many steps of a way to a failure are shown.
const STEPS_AHEAD: usize = 16;

/// The keys, as `?` explains them.
const KEYS: [(&str, &str); 11] = [
    ("1, 2, …", "take this option; the name of a thread does as well"),
    ("Enter", "take the first option: the running thread goes on if it can"),
    ("u", "until: let it go on until another thread's turn comes"),
    ("r", "run: let it go on to the end, without a preemption"),
    ("b", "back: take back the last choice; `b 3` takes back three"),
    ("a", "ask: can this still go wrong from here?"),
    ("f", "follow: go the way that the last answer to `a` showed"),
    ("t", "table: all steps so far"),
    ("n", "new: start again"),
    ("?", "this list"),
    ("q", "quit"),
];

/// What is played.
pub fn beginning(exercise: &str, check: &str, property: &str, beginning: &Beginning, options: &Options) -> Text {
    let mut text = Text::new();
    text.push(
        Line::new()
            .with(Tone::Strong, exercise)
            .with(Tone::Plain, format!("  {check}"))
            .shortened(options.columns),
    );
    text.paragraph(Tone::Dim, 0, property, options.columns);
    text.blank();
    let number = beginning.line.scenario as usize;
    let name = beginning.scenarios.get(number).map_or("", String::as_str);
    let of_all = match beginning.scenarios.len() {
        0 | 1 => String::new(),
        n => format!(" ({} of {n})", number + 1),
    };
    text.hanging(
        Line::new().with(Tone::Dim, "scenario  "),
        Tone::Plain,
        &format!("{name}{of_all}"),
        options.columns,
    );
    let task = match (&beginning.goal, beginning.can_fail) {
        _ if !beginning.has_choices => {
            "There is nothing to choose: the program does the same in every order.".to_owned()
        }
        (None, true) => "The grader found an order of the threads in which this goes wrong. Find it.".to_owned(),
        (None, false) => "The grader found no order of the threads in which this goes wrong.".to_owned(),
        (Some(what), true) => format!("The grader found no execution {what}. See how close you get."),
        (Some(what), false) => format!("Find an execution {what}."),
    };
    text.paragraph(
        Tone::Plain,
        0,
        &format!("You are the scheduler. {task}"),
        options.columns,
    );
    text.paragraph(Tone::Dim, 0, "`?` explains the keys.", options.columns);
    text
}

/// The keys and what they do.
pub fn keys(options: &Options) -> Text {
    let mut grid = Grid::new();
    for (key, what) in KEYS {
        grid.row(vec![
            Line::new().with(Tone::Help, key),
            Line::new().with(Tone::Plain, what),
        ]);
    }
    let mut text = Text::new();
    text.blank();
    text.append(grid.render(1, options.columns, &[1]));
    text
}

/// Where the execution stands: the last steps, or all of them with [`Extent::Full`], and the threads that wait.
pub fn position(position: &Position, sources: &[(String, String)], options: &Options) -> Text {
    let trace = &position.trace;
    let names = Names::new(trace, sources);
    let n_events = trace.events.len();
    let first = match options.extent {
        Extent::Full => 0,
        Extent::Cut => n_events.saturating_sub(LAST_STEPS),
    };
    let mut rows = Vec::new();
    if first > 0 {
        rows.push(Row::Gap(first));
    }
    rows.extend((first..n_events).map(Row::Step));
    rows.extend((0..trace.end.waits().len()).map(Row::Waiting));
    let mut text = Text::new();
    text.push(Line::new());
    if rows.is_empty() {
        text.push(Line::indented(1).with(Tone::Dim, "no step yet"));
    } else {
        text.append(table(trace, &names, &rows, None, options.columns));
    }
    text
}

/// What can be chosen: a numbered line for each option.
pub fn choices(position: &Position, sources: &[(String, String)], options: &Options) -> Text {
    let names = Names::new(&position.trace, sources);
    let running = names.thread(position.running);
    let question = match position.subject {
        Subject::Turn => "whose turn is it?".to_owned(),
        Subject::Outcome => format!("what happens in the operation of {running}?"),
        Subject::Value => format!("which value does {running} read? An older one is allowed by its ordering"),
    };
    let mut text = Text::new();
    text.push(Line::new());
    let so_far = match position.preemptions {
        0 => String::new(),
        n => format!("  ({} so far)", counted(n.into(), "preemption")),
    };
    text.push(
        Line::new()
            .with(Tone::Strong, question)
            .with(Tone::Dim, so_far)
            .shortened(options.columns),
    );
    let mut grid = Grid::new();
    for (index, offer) in position.options.iter().enumerate() {
        let trace = offer.trace(&position.trace);
        let names = Names::new(&trace, sources);
        let (what, place) = preview(position, offer, &trace, &names);
        let tone = Tone::Thread(offer.thread);
        grid.row(vec![
            Line::new().with(Tone::Help, format!("{:>2}", index + 1)),
            Line::new().with(tone, names.thread(offer.thread)),
            Line::new().with(tone, what),
            Line::new().with(Tone::Dim, place),
            remark(position, offer, &trace),
        ]);
    }
    text.append(grid.render(1, options.columns, &[2]));
    text
}

/// What an option would do first, and on which line.
fn preview(position: &Position, offer: &Offer, trace: &Trace, names: &Names<'_>) -> (String, String) {
    let place = |place: Option<&protocol::Place>| place.map_or(String::new(), |place| names.short_place(place));
    if offer.reason == TurnReason::NoWakeUp {
        return ("no thread is woken without a reason".to_owned(), String::new());
    }
    let n_before = position.trace.events.len();
    let mut next = trace.events[n_before..].iter();
    if let Some(event) = next.find(|event| event.thread == offer.thread) {
        return (doing(trace, event, names), place(event.place.as_ref()));
    }
    let waits = trace.end.waits().iter();
    match waits.rev().find(|wait| wait.thread == offer.thread) {
        Some(wait) => (
            format!("begins: {}", still_doing(wait, names)),
            place(wait.place.as_ref()),
        ),
        None => {
            let mut before = position.trace.events.iter().rev();
            let last = before.find(|event| event.thread == offer.thread);
            let what = last.map_or("goes on".to_owned(), |last| {
                format!("goes on after {}", words::operation(&last.op))
            });
            (what, place(offer.place.as_ref()))
        }
    }
}

/// What is special about an option.
fn remark(position: &Position, offer: &Offer, trace: &Trace) -> Line {
    let line = match offer.reason {
        TurnReason::Spurious => Line::new().with(Tone::Caution, "woken without a reason"),
        TurnReason::Late => Line::new().with(Tone::Caution, "the others are late"),
        TurnReason::Ready if offer.preempts => match position.subject {
            Subject::Turn => Line::new().with(Tone::Caution, "» preempts"),
            Subject::Outcome | Subject::Value => Line::new().with(Tone::Caution, "» allowed, but rare"),
        },
        TurnReason::Ready | TurnReason::NoWakeUp => Line::new(),
    };
    let separator = if line.spans().is_empty() { "" } else { ", " };
    match (&trace.end, trace.end.finding()) {
        (End::Paused { .. }, _) => line,
        (_, None) => line.with(Tone::Dim, format!("{separator}then the end")),
        (_, Some(finding)) => line
            .with(Tone::Plain, separator)
            .with(Tone::Bad, format!("then ✗ {finding}")),
    }
}

/// The options whose thread has this name, by index.
pub fn options_of(position: &Position, name: &str) -> Vec<usize> {
    let names = Names::new(&position.trace, &[]);
    let is_meant = |offer: &Offer| {
        let thread = names.thread(offer.thread);
        thread == name || thread.strip_prefix("thread ") == name.strip_prefix('t')
    };
    let options = position.options.iter().enumerate();
    options
        .filter(|(_, offer)| is_meant(offer))
        .map(|(index, _)| index)
        .collect()
}

/// How the execution ended, told as a replay tells it, and how to see it again.
pub fn ending(exercise: &str, check: &str, ending: &Ending, sources: &[(String, String)], options: &Options) -> Text {
    let mut text = Text::new();
    text.push(Line::new());
    text.append(human::played(
        &ReplayReport {
            exercise: exercise.to_owned(),
            check: check.to_owned(),
            submission: Default::default(),
            token: ending.token.clone().unwrap_or_default(),
            replayed: Box::new(ending.replayed.clone()),
            sources: sources.to_vec(),
        },
        options,
    ));
    text.blank();
    if let Some(goal) = &ending.goal {
        text.append(goal_line(goal, options));
    }
    if let Some(token) = &ending.token {
        let label = Line::indented(INDENT).with(Tone::Dim, "replay: ");
        text.append(options.command_lines(label, &format!("replay {exercise} {token}")));
    }
    text
}

/// Whether an execution shows what one has to show.
fn goal_line(goal: &Goal, options: &Options) -> Text {
    let mut text = Text::new();
    let (tone, does) = if goal.is_reached {
        (Tone::Good, "this is an execution")
    } else {
        (Tone::Caution, "this is not yet an execution")
    };
    let how_far = goal.measure.filter(|_| !goal.is_reached);
    let how_far = how_far.map_or(String::new(), |Measure { reached, wanted }| {
        format!(": {reached} instead of {wanted}")
    });
    let sentence = format!("{does} {}{how_far}", goal.what);
    text.paragraph(tone, INDENT, &sentence, options.columns);
    text
}

/// The answer to the question whether it can still go wrong.
pub fn outlook(outlook: &Outlook, sources: &[(String, String)], options: &Options) -> Text {
    let mut text = Text::new();
    text.push(Line::new());
    let Some(way) = &outlook.way else {
        text.append(no_way(outlook, options));
        return text;
    };
    let preemptions = match way.preemptions {
        0 => "without a further preemption".to_owned(),
        n => format!("with {}", counted(n.into(), "more preemption")),
    };
    let sentence = match &way.replayed.failure {
        Some(failure) => format!("Yes: it can still end as {}, {preemptions}.", failure.finding),
        None => format!("Yes: an execution from here shows what is wanted, {preemptions}."),
    };
    let tone = if way.replayed.failure.is_some() {
        Tone::Bad
    } else {
        Tone::Good
    };
    text.paragraph(tone, 0, &sentence, options.columns);
    let trace = &way.replayed.trace;
    let n_events = trace.events.len();
    let first = way.n_before.min(n_events);
    let shown = (first + STEPS_AHEAD).min(n_events);
    let mut rows: Vec<Row> = (first..shown).map(Row::Step).collect();
    if shown < n_events {
        rows.push(Row::Gap(n_events - shown));
    }
    rows.extend((0..trace.end.waits().len()).map(Row::Waiting));
    if rows.is_empty() {
        text.paragraph(Tone::Dim, 0, "No step is left.", options.columns);
    } else {
        let names = Names::new(trace, sources);
        text.append(table(trace, &names, &rows, None, options.columns));
    }
    text.blank();
    text.push(
        Line::new()
            .with(Tone::Help, "f")
            .with(Tone::Plain, " follows this way, ")
            .with(Tone::Help, "b")
            .with(Tone::Plain, " brings you back here"),
    );
    text
}

/// What is known where no such execution was found.
fn no_way(outlook: &Outlook, options: &Options) -> Text {
    let n = grouped(outlook.executions);
    let bound = match outlook.preemptions {
        0 => "without a further preemption".to_owned(),
        n => format!("with up to {}", counted(n.into(), "more preemption")),
    };
    let each = match (outlook.is_for_goal, outlook.executions) {
        (false, 1) => "the one execution from here ends well".to_owned(),
        (false, _) => format!("all {n} executions from here end well"),
        (true, _) => format!("none of the {n} executions from here shows what is wanted"),
    };
    let mut text = Text::new();
    let (tone, sentence) = match (outlook.complete, outlook.is_for_goal) {
        (true, _) => (Tone::Good, format!("No: {each}. Those are all {bound}.")),
        (false, false) => (
            Tone::Caution,
            format!("None was found: {each}. There are more {bound} than were run."),
        ),
        (false, true) => (
            Tone::Caution,
            format!("None was found: {each}, and there are more {bound} than were run."),
        ),
    };
    text.paragraph(tone, 0, &sentence, options.columns);
    text
}
