//! `cargo xtask mutate`: tests the checks on small changes of right submissions.

use grader::discover::Workspace;
use grader::grade::Options;
use grader::mutate::{self, Among, Fate, JudgedMutant, ListedMutant, Mutation, SURVIVORS, Sample, Selection};
use report::escape::{counted, grouped};
use report::text::{Line, Text, Tone};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::MutateFlags;
use crate::named::current_dir;
use crate::{for_authors, interrupt, named, progress};

/// Grades the mutants of each exercise and lists those that survive without a reason.
pub(crate) fn run(flags: &MutateFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    for_authors::require_solutions(&workspace, "mutate")?;
    let options = Options {
        cancel: interrupt::cancel_on_signal(),
        ..Options::default()
    };
    let sample = flags.sample.map(|size| Sample { size, seed: flags.seed });
    let selection = Selection {
        among: if flags.survived { Among::Survived } else { Among::All },
        name: flags.only.clone(),
        sample,
    };
    let mut code = ExitCode::Passed;
    for (index, exercise) in named::exercises(&workspace, &flags.exercises)?.iter().enumerate() {
        let mutation = progress::during(console, |events| {
            mutate::mutate(&workspace, exercise, &selection, &options, events)
        })?;
        let mut text = Text::new();
        if index > 0 {
            text.push(Line::new());
        }
        push(&mut text, &mutation, flags, console.columns());
        console.print(text)?;
        code = code.max(exit_code(&mutation));
    }
    Ok(code)
}

/// A survivor without a reason is a failure, and so is an entry of the list that is wrong.
fn exit_code(mutation: &Mutation) -> ExitCode {
    let is_ungraded = |judged: &JudgedMutant| matches!(judged.fate, Fate::Ungraded { .. });
    if mutation.judged.iter().any(is_ungraded) {
        ExitCode::Ungraded
    } else if mutation.unexplained().next().is_some() || !mutation.stale.is_empty() {
        ExitCode::Failed
    } else {
        ExitCode::Passed
    }
}

fn push(text: &mut Text, mutation: &Mutation, flags: &MutateFlags, columns: usize) {
    text.push(Line::new().with(Tone::Strong, &mutation.exercise));
    for judged in &mutation.judged {
        let is_unexplained = judged.fate == Fate::Survives && judged.reason.is_none();
        let is_ungraded = matches!(judged.fate, Fate::Ungraded { .. });
        if is_unexplained || is_ungraded || flags.list {
            text.push(fate(judged).shortened(columns));
        }
        if is_unexplained {
            difference(text, judged, columns);
        }
        if is_unexplained && flags.entries {
            // As it is: it is pasted into the list.
            text.push(Line::indented(4).with(Tone::Help, ListedMutant::of(&judged.mutant).line()));
        }
    }
    for problem in &mutation.stale {
        let first = Line::indented(2).with(Tone::Bad, "✗ ");
        text.hanging(first, Tone::Plain, &format!("`{SURVIVORS}`: {problem}"), columns);
    }
    text.push(counts(mutation));
}

/// The lines that are changed.
fn difference(text: &mut Text, judged: &JudgedMutant, columns: usize) {
    let hunk = &judged.mutant.mutant.hunk;
    let sides = [
        (Tone::Bad, "-", &hunk.removed, hunk.was()),
        (Tone::Good, "+", &hunk.added, hunk.is()),
    ];
    for (tone, sign, lines, code) in sides {
        if code.is_empty() {
            continue;
        }
        for line in lines {
            let line = Line::indented(4).with(tone, format!("{sign} {line}"));
            // The end of a line is where most changes are.
            let plain = line.plain();
            let mut rest = plain.trim_start();
            while rest.chars().count() + 4 > columns {
                let at = rest.char_indices().nth(columns - 4).map_or(rest.len(), |(at, _)| at);
                text.push(Line::indented(4).with(tone, &rest[..at]));
                rest = &rest[at..];
            }
            text.push(Line::indented(4).with(tone, rest));
        }
    }
}

fn fate(judged: &JudgedMutant) -> Line {
    let (tone, mark, what) = match (&judged.fate, &judged.reason) {
        (Fate::NotBuilt, _) => (Tone::Dim, "·", "does not compile".to_owned()),
        (Fate::Killed { check, finding }, _) => (Tone::Good, "✓", format!("{check}: {finding}")),
        (Fate::Survives, Some(reason)) => (Tone::Good, "=", reason.clone()),
        (Fate::Survives, None) => (Tone::Bad, "✗", format!("survives in {}", place(judged))),
        (Fate::Ungraded { reason }, _) => (Tone::Caution, "?", format!("ungraded: {reason}")),
    };
    Line::indented(2)
        .with(tone, mark)
        .with(Tone::Plain, format!(" {}  ", judged.mutant.name))
        .with(Tone::Dim, what)
}

fn place(judged: &JudgedMutant) -> &str {
    match judged.mutant.mutant.function.as_str() {
        "" => &judged.mutant.file,
        function => function,
    }
}

fn counts(mutation: &Mutation) -> Line {
    let count = |is: &dyn Fn(&JudgedMutant) -> bool| mutation.judged.iter().filter(|judged| is(judged)).count() as u64;
    let not_built = count(&|judged| judged.fate == Fate::NotBuilt);
    let killed = count(&|judged| matches!(judged.fate, Fate::Killed { .. }));
    let explained = count(&|judged| judged.fate == Fate::Survives && judged.reason.is_some());
    let unexplained = mutation.unexplained().count() as u64;
    let ungraded = count(&|judged| matches!(judged.fate, Fate::Ungraded { .. }));
    let all = counted(mutation.n_mutants as u64, "mutant");
    let n_selected = mutation.judged.len();
    let mut words = if n_selected == mutation.n_mutants {
        format!("{all}: ")
    } else {
        format!("{} of {all}: ", grouped(n_selected as u64))
    };
    words += &format!(
        "{} do not compile, {} are noticed, {} survive with a reason, {} without",
        grouped(not_built),
        grouped(killed),
        grouped(explained),
        grouped(unexplained)
    );
    if ungraded > 0 {
        words += &format!(", {} are not graded", grouped(ungraded));
    }
    let tone = match exit_code(mutation) {
        ExitCode::Passed => Tone::Good,
        _ => Tone::Bad,
    };
    Line::indented(2).with(tone, words)
}
