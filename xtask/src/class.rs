//! `cargo xtask class`: grades what a class has handed in, and writes marks and feedback.

mod cluster;
mod outputs;
mod roster;
mod store;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use grader::class::{self, Entries, HandedIn, IdRule, Kept as _, Key, Member, What};
use grader::discover::Workspace;
use grader::event::Event;
use grader::exercise::Exercise;
use grader::grade::Options;
use grader::help::Help;
use grader::share::Share;
use protocol::verdict::{Overall, Report, Verdict};
use regex::Regex;
use report::class_page::ClassPage;
use report::escape::counted;
use report::exports::junit::{self, Owner};
use report::exports::{Entry, exercism, gradescope, sarif};
use report::page;
use report::text::{Line, Text, Tone};

use self::outputs::{MARKS_HEADER, Outcome, Row, as_address, feedback, feedback_options, file_name};
use self::roster::Roster;
use self::store::Store;
use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::{ClassFlags, Containment, Output};
use crate::named::current_dir;
use crate::{interrupt, named, prepare, progress};

/// The command line does not say what to grade.
#[derive(Debug, thiserror::Error)]
enum ClassUsage {
    #[error("failed to tell which exercises to grade")]
    NoExercise,
    #[error("failed to read the pattern of `--id-from`: {reason}")]
    Pattern { reason: String },
}

impl Help for ClassUsage {
    fn help(&self) -> Option<String> {
        let help = match self {
            ClassUsage::NoExercise => "name them, or write `--all`",
            ClassUsage::Pattern { .. } => {
                "it is a regular expression; its first group is the id: for Canvas `^([^_]+)_`, for Moodle \
                 `^(.+?)_[0-9]+_assignsubmission`"
            }
        };
        Some(help.to_owned())
    }
}

/// How many of the slowest gradings are named.
const MAX_SLOWEST: usize = 3;

/// Who did what in a class: a line for each student and exercise, with what was handed in.
struct Plan<'a> {
    exercises: &'a [Exercise],
    roster: Option<Roster>,
    /// Everybody in the roster or with a hand-in, sorted.
    ids: Vec<String>,
    entries: Entries,
}

/// Grades what the flags name, and writes what the class gets.
pub(crate) fn run(flags: &ClassFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    if flags.exercises.is_empty() && !flags.all {
        return Err(Error::Usage(Box::new(ClassUsage::NoExercise)));
    }
    let exercises = named::exercises(&workspace, &flags.exercises)?;
    let options = Options {
        cancel: interrupt::cancel_on_signal(),
        containment: Containment::requirement(flags.containment),
        ..Options::default()
    };
    let plan = Plan::new(flags, &exercises, &options.temporary)?;
    if let Some(system) = flags.script {
        let script = cluster::script(system, flags, &workspace, plan.members(None).len())?;
        prepare::build(&workspace, &exercises, console)?;
        console.print_bytes(&script)?;
        return Ok(ExitCode::Passed);
    }
    let names: Vec<String> = exercises.iter().map(|exercise| exercise.name.clone()).collect();
    let store = Store::open(&flags.out, &names, flags.resume, flags.part)?;
    let members = plan.members(flags.part);
    let submissions: Vec<Member<'_>> = members.iter().map(|(_, member)| member.clone()).collect();
    let durations = Mutex::new(Vec::new());
    let keys = progress::during(console, |events| {
        let events = |event| {
            if let Event::ClassMemberFinished { index, elapsed } = event {
                let mut durations = durations.lock().unwrap_or_else(PoisonError::into_inner);
                durations.push((elapsed, index));
            }
            events(event);
        };
        class::grade_class(&workspace, &submissions, &store, &options, &events)
    })?;
    if let Some(part) = flags.part {
        return tell_of_part(part, &keys, &store, console);
    }
    let keys: Vec<(usize, Key)> = members.iter().map(|(index, _)| *index).zip(keys).collect();
    let mut outputs = flags.outputs.clone();
    outputs.sort_unstable();
    outputs.dedup();
    let summary = write_outputs(&plan, &keys, &outputs, &store)?;
    let durations = durations.into_inner().unwrap_or_else(PoisonError::into_inner);
    let durations = durations
        .into_iter()
        .map(|(elapsed, index)| (elapsed, members[index].0));
    let slowest = plan.slowest(durations.collect());
    console.print(summary.text(&plan, &slowest, &store, console.columns()))?;
    Ok(summary.exit_code())
}

impl<'a> Plan<'a> {
    fn new(flags: &ClassFlags, exercises: &'a [Exercise], temporary: &Path) -> Result<Self, Error> {
        let rule = match &flags.id_from {
            None => IdRule::Name,
            Some(pattern) => IdRule::Pattern(Regex::new(pattern).map_err(|error| {
                let reason = error.to_string();
                Error::Usage(Box::new(ClassUsage::Pattern { reason }))
            })?),
        };
        let roster = flags.roster.as_deref().map(roster::read).transpose()?;
        let entries = class::find(&flags.submissions, exercises, &rule, temporary)?;
        let mut ids = entries.ids.clone();
        ids.extend(roster.iter().flat_map(|roster| roster.keys().cloned()));
        ids.sort();
        ids.dedup();
        Ok(Self {
            exercises,
            roster,
            ids,
            entries,
        })
    }

    /// The submissions of a part, each with its place among what was handed in.
    fn members(&self, part: Option<Share>) -> Vec<(usize, Member<'a>)> {
        let mut members = Vec::new();
        for (index, HandedIn { exercise, what, .. }) in self.entries.handed_in.iter().enumerate() {
            if let What::Submission(submission) = what
                && part.is_none_or(|part| part.has(index))
            {
                let member = Member {
                    exercise: &self.exercises[*exercise],
                    submission: submission.clone(),
                };
                members.push((index, member));
            }
        }
        members
    }

    /// What is known of a student, exercise by exercise.
    fn rows<'b>(&'b self, id: &'b str, keys: &[(usize, Key)], store: &Store) -> Vec<Row<'b>> {
        let in_roster = self.roster.as_ref().map(|roster| roster.get(id));
        let note = if in_roster == Some(None) {
            "not in the roster"
        } else {
            ""
        };
        let name = in_roster.flatten().map_or("", String::as_str);
        let of_exercise = |(index, exercise): (usize, &'b Exercise)| {
            let handed_in = &self.entries.handed_in;
            let place =
                handed_in.binary_search_by(|handed_in| (handed_in.id.as_str(), handed_in.exercise).cmp(&(id, index)));
            let outcome = match place {
                Err(_) => Outcome::NothingHandedIn,
                Ok(place) => self.outcome(place, keys, store),
            };
            Row {
                id,
                name,
                exercise,
                outcome,
                note: note.to_owned(),
            }
        };
        self.exercises.iter().enumerate().map(of_exercise).collect()
    }

    /// Those of the hand-ins whose grading took longest, in words; none if few were graded.
    fn slowest(&self, mut durations: Vec<(Duration, usize)>) -> String {
        if durations.len() <= MAX_SLOWEST {
            return String::new();
        }
        durations.sort_by_key(|(elapsed, place)| (Reverse(*elapsed), *place));
        let words = durations.iter().take(MAX_SLOWEST).map(|(elapsed, place)| {
            let HandedIn { id, exercise, .. } = &self.entries.handed_in[*place];
            let seconds = elapsed.as_secs_f64();
            match self.exercises {
                [_] => format!("{id} {seconds:.1} s"),
                _ => format!("{id} {} {seconds:.1} s", self.exercises[*exercise].name),
            }
        });
        words.collect::<Vec<_>>().join(" · ")
    }

    fn outcome(&self, place: usize, keys: &[(usize, Key)], store: &Store) -> Outcome {
        if let What::Unusable { reason } = &self.entries.handed_in[place].what {
            return Outcome::Unusable(reason.clone());
        }
        let key = keys.binary_search_by_key(&place, |(index, _)| *index).ok();
        match key.and_then(|key| store.report(&keys[key].1)) {
            Some(report) => Outcome::Reported(Box::new(report)),
            None => Outcome::Unusable("its report was removed while the class was graded; grade it again".to_owned()),
        }
    }
}

/// How many rows there are of each kind.
#[derive(Default)]
struct Summary {
    n_passed: u64,
    n_failed: u64,
    n_ungraded: u64,
    n_missing: u64,
    /// What stands in the way of a mark: of whom, why, and in which exercises.
    troubles: BTreeMap<(String, String), Vec<String>>,
}

impl Summary {
    fn add(&mut self, row: &Row<'_>) {
        let trouble = match &row.outcome {
            Outcome::NothingHandedIn => {
                self.n_missing += 1;
                return;
            }
            Outcome::Unusable(reason) => reason.clone(),
            Outcome::Reported(report) => match report.overall() {
                Overall::Passed => {
                    self.n_passed += 1;
                    return;
                }
                Overall::Failed => {
                    self.n_failed += 1;
                    return;
                }
                Overall::Ungraded => why_ungraded(report),
            },
        };
        self.n_ungraded += 1;
        let exercises = self.troubles.entry((row.id.to_owned(), trouble)).or_default();
        exercises.push(row.exercise.name.clone());
    }

    /// How many there are of each kind that there is.
    fn counts(&self) -> Vec<(Tone, String)> {
        let counts = [
            (Tone::Good, self.n_passed, "passed"),
            (Tone::Bad, self.n_failed, "failed"),
            (Tone::Caution, self.n_ungraded, "not graded"),
            (Tone::Dim, self.n_missing, "not handed in"),
        ];
        let there_are = counts.into_iter().filter(|(_, count, _)| *count > 0);
        there_are
            .map(|(tone, count, words)| (tone, format!("{count} {words}")))
            .collect()
    }

    fn text(&self, plan: &Plan<'_>, slowest: &str, store: &Store, columns: usize) -> Text {
        let mut text = Text::new();
        for ((id, trouble), exercises) in &self.troubles {
            let exercises = match exercises.as_slice() {
                [exercise] => exercise.clone(),
                _ => counted(exercises.len() as u64, "exercise"),
            };
            let trouble = format!("{id}, {exercises}: {trouble}");
            text.hanging(Line::new().with(Tone::Caution, "? "), Tone::Plain, &trouble, columns);
        }
        for name in &plan.entries.ignored {
            let line = format!("`{name}` is neither a folder, a `.zip` nor a `.rs` file");
            text.hanging(Line::new().with(Tone::Dim, "ignored "), Tone::Dim, &line, columns);
        }
        text.blank();
        let mut line = Line::new().with(Tone::Strong, counted(plan.ids.len() as u64, "student"));
        for (tone, words) in self.counts() {
            line.push(Tone::Dim, " · ");
            line.push(tone, words);
        }
        text.push(line);
        if !slowest.is_empty() {
            text.hanging(Line::new().with(Tone::Dim, "slowest   "), Tone::Plain, slowest, columns);
        }
        for (what, name) in [
            ("overview  ", "index.html"),
            ("marks     ", "marks.csv"),
            ("results   ", "results.jsonl"),
            ("for CI    ", "junit.xml"),
            ("feedback  ", "feedback"),
        ] {
            let path = store.path(name);
            text.push(
                Line::new()
                    .with(Tone::Dim, what)
                    .with(Tone::Plain, path.to_string_lossy()),
            );
        }
        text
    }

    fn exit_code(&self) -> ExitCode {
        if self.n_ungraded > 0 {
            ExitCode::Ungraded
        } else {
            ExitCode::Passed
        }
    }
}

fn why_ungraded(report: &Report) -> String {
    let reason = report.checks.iter().find_map(|check| match &check.verdict {
        Verdict::Ungraded { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    reason.unwrap_or_else(|| "the grader could not do its work".to_owned())
}

fn write_outputs(plan: &Plan<'_>, keys: &[(usize, Key)], outputs: &[Output], store: &Store) -> Result<Summary, Error> {
    let mut marks = csv::Writer::from_writer(Vec::new());
    let record = |marks: &mut csv::Writer<Vec<u8>>, record: &[String]| {
        marks.write_record(record).expect("memory takes every record");
    };
    record(&mut marks, &MARKS_HEADER.map(str::to_owned));
    let (mut results, mut junit, mut summary) = (String::new(), junit::Document::default(), Summary::default());
    let mut overview = ClassPage::default();
    for id in &plan.ids {
        let rows = plan.rows(id, keys, store);
        for row in &rows {
            record(&mut marks, &row.marks());
            results.push_str(&row.result());
            summary.add(row);
            let file = format!("{}/{}", file_name(id), row.exercise.name);
            overview.add(
                &row.exercise.name,
                row.max_score(),
                row.on_page(&format!("feedback/{}.html", as_address(&file)), &row.whole_note()),
            );
            if let Outcome::Reported(report) = &row.outcome {
                store.write_feedback(&format!("{file}.txt"), feedback(report).as_bytes())?;
                let page = page::report(report, &report::Options::default());
                store.write_feedback(&format!("{file}.html"), page.as_bytes())?;
            }
        }
        let entries: Vec<Entry<'_>> = rows.iter().map(Row::exported).collect();
        let options = feedback_options();
        junit.add(Owner::Student(id), &entries, &options);
        for output in outputs {
            let (name, document) = match output {
                Output::Gradescope => ("gradescope.json", gradescope::results(&entries, &options)),
                Output::Exercism => ("exercism.json", exercism::results(&entries, &options)),
                Output::Sarif => ("interleave.sarif", sarif::log(&entries, &options)),
            };
            store.write_feedback(&format!("{}/{name}", file_name(id)), document.as_bytes())?;
        }
    }
    let marks = marks.into_inner().expect("memory takes every record");
    let counts: Vec<String> = summary.counts().into_iter().map(|(_, words)| words).collect();
    store.write("marks.csv", &marks)?;
    store.write("results.jsonl", results.as_bytes())?;
    store.write(
        "index.html",
        overview
            .into_page(&counts.join(" · "), &plan.entries.ignored)
            .as_bytes(),
    )?;
    store.write("junit.xml", junit.into_document().as_bytes())?;
    Ok(summary)
}

/// What a part has done. Whoever runs the parts repeats one that is not complete.
fn tell_of_part(part: Share, keys: &[Key], store: &Store, console: &Console) -> Result<ExitCode, Error> {
    let is_graded = |key: &&Key| store.has(key);
    let n_graded = keys.iter().filter(is_graded).count();
    let mut text = Text::new();
    let submissions = counted(keys.len() as u64, "submission");
    text.push(Line::new().with(Tone::Strong, format!("part {part}: {n_graded} of {submissions} graded")));
    text.push(
        Line::new()
            .with(Tone::Dim, "when all parts are done: ")
            .with(Tone::Help, "the same command with `--resume` in place of `--part`"),
    );
    console.print(text)?;
    Ok(if n_graded == keys.len() {
        ExitCode::Passed
    } else {
        ExitCode::TryAgain
    })
}
