//! A report for a machine: one document, on one line.
//!
//! Keys and their order are stable; a key without a value is `null`. No times and no absolute paths, so that equal
//! submissions give equal bytes on any machine. Characters that act on a terminal, or cannot be seen, are escaped.

use std::borrow::Cow;
use std::path::{Component, Path};

use protocol::trace::{AtomicAccess, Event, Place, Trace};
use protocol::verdict::{CheckVerdict, GraderIdentity, Overall, ReplayReport, Report, Score, Verdict};
use protocol::{CheckKind, Exploration, Failure};
use serde::Serialize;

use crate::escape::is_hidden;
use crate::explain::explain;
use crate::heads::Departures;
use crate::names::Names;
use crate::words;

/// The version of the documents; it grows with any change that is not an addition.
const SCHEMA: u32 = 2;

/// One submission.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    exercise: &'a str,
    submission: String,
    verdict: Overall,
    /// `null` for a submission that is ungraded.
    score: Option<u32>,
    /// Whether checks that were not judged may earn more.
    at_least: bool,
    max_score: u32,
    checks: Vec<Check<'a>>,
    weak_orderings: Vec<WeakOrdering<'a>>,
    grader: &'a GraderIdentity,
}

/// One check of a submission.
#[derive(Serialize)]
struct Check<'a> {
    name: &'a str,
    kind: CheckKind,
    verdict: &'static str,
    finding: Option<&'static str>,
    /// `null` if it is not known.
    score: Option<u32>,
    max_score: u32,
    message: Option<Cow<'a, str>>,
    explanation: Option<Vec<String>>,
    schedule: Option<&'a str>,
    certainty: Option<Certainty<'a>>,
    explored: Option<Explored>,
}

/// From which step on every interleaving within the bound fails.
#[derive(Serialize)]
struct Certainty<'a> {
    step: usize,
    nearest_passing: Option<NearestPassing<'a>>,
}

/// The interleaving that passes and is the same until the step before.
#[derive(Serialize)]
struct NearestPassing<'a> {
    schedule: &'a str,
    preemptions: u64,
    stale_reads: u64,
}

/// What was explored for a check.
#[derive(Serialize)]
struct Explored {
    executions: u64,
    random: u64,
    distinct: u64,
    preemption_bound: Option<u32>,
    complete: bool,
    left_out: Vec<LeftOut>,
}

/// What an exploration leaves out, even if it is complete.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum LeftOut {
    /// Some of what accesses to atomics allow that ask for less than `SeqCst`, such as load buffering.
    WeakMemory,
    /// Switches between accesses to memory that is no object of `std::sync`: cells, `static mut`, raw pointers.
    PlainMemory,
}

/// An operation of the submission with an ordering weaker than `SeqCst`.
#[derive(Serialize)]
struct WeakOrdering<'a> {
    file: String,
    line: u32,
    operation: &'a str,
    ordering: &'a str,
    decided: bool,
}

/// One interleaving, run again.
#[derive(Serialize)]
struct Replay<'a> {
    schema: u32,
    exercise: &'a str,
    submission: String,
    check: &'a str,
    schedule: &'a str,
    verdict: &'static str,
    finding: Option<&'static str>,
    scenario: &'a str,
    expected: Option<&'a str>,
    got: Option<&'a str>,
    explanation: Option<&'a [String]>,
    preemptions: u64,
    stale_reads: u64,
    threads: Vec<Option<&'a str>>,
    objects: Vec<Object>,
    steps: Vec<Step>,
}

/// An object that threads share.
#[derive(Serialize)]
struct Object {
    kind: &'static str,
    created_at: Option<String>,
    first_used_at: Option<String>,
}

/// One step of an interleaving.
#[derive(Serialize)]
struct Step {
    thread: usize,
    operation: &'static str,
    object: Option<usize>,
    detail: Option<String>,
    state: Option<String>,
    place: Option<String>,
    virtual_nanos: u128,
    preempts: bool,
}

/// The document of one submission, with a line feed at its end.
pub fn report(report: &Report) -> String {
    let score = report.score();
    line(&Document {
        schema: SCHEMA,
        exercise: &report.exercise,
        submission: portable(&report.submission),
        verdict: report.overall(),
        score: match score {
            Score::Exactly(score) | Score::AtLeast(score) => Some(score),
            Score::Unknown => None,
        },
        at_least: matches!(score, Score::AtLeast(_)),
        max_score: report.max_score(),
        checks: report.checks.iter().map(|check| self::check(check, report)).collect(),
        weak_orderings: report.weak_orderings().into_iter().map(weak_ordering).collect(),
        grader: &report.grader,
    })
}

fn check<'a>(check: &'a CheckVerdict, report: &'a Report) -> Check<'a> {
    let story = check
        .failure()
        .map(|failure| explain(failure, &Names::of(failure, &report.sources)));
    let told = story.as_ref().map(|story| Cow::Owned(story.message()));
    let (verdict, finding, message) = match &check.verdict {
        Verdict::Passed => ("passed", None, None),
        Verdict::Failed(check_failure) => (
            "failed",
            Some(check_failure.finding.as_str()),
            told.or_else(|| Some(with_help(&check_failure.message, check_failure.help.as_deref()))),
        ),
        Verdict::Skipped { because } => ("skipped", None, Some(Cow::Borrowed(because.as_str()))),
        Verdict::Ungraded { reason, help } => ("ungraded", None, Some(with_help(reason, help.as_deref()))),
    };
    Check {
        name: &check.name,
        kind: check.kind,
        verdict,
        finding,
        score: check.score,
        max_score: check.points,
        message,
        explanation: story.map(|story| story.sentences),
        schedule: check.token(),
        certainty: check
            .failure()
            .and_then(|failure| failure.certainty.as_ref())
            .map(certainty),
        explored: check.explored.as_ref().map(explored),
    }
}

fn certainty(certainty: &protocol::Certainty) -> Certainty<'_> {
    let nearest = certainty.nearest_passing.as_deref();
    Certainty {
        step: certainty.steps,
        nearest_passing: nearest.map(|passing| {
            let departures = Departures::of(passing.preemptions, &passing.trace);
            NearestPassing {
                schedule: &passing.token,
                preemptions: departures.preemptions,
                stale_reads: departures.stale_reads,
            }
        }),
    }
}

/// A message, and below it what to do next, one advice on each line.
pub(crate) fn with_help<'a>(message: &'a str, help: Option<&str>) -> Cow<'a, str> {
    let advice = help.into_iter().flat_map(str::lines);
    let help: String = advice.map(|advice| format!("\nhelp: {advice}")).collect();
    if help.is_empty() {
        Cow::Borrowed(message)
    } else {
        Cow::Owned(format!("{message}{help}"))
    }
}

fn explored(exploration: &Exploration) -> Explored {
    Explored {
        executions: exploration.executions,
        random: exploration.random,
        distinct: exploration.distinct,
        preemption_bound: exploration.preemption_bound,
        complete: exploration.complete,
        left_out: left_out(exploration),
    }
}

fn left_out(exploration: &Exploration) -> Vec<LeftOut> {
    if exploration.weak_orderings.is_empty() {
        vec![LeftOut::PlainMemory]
    } else {
        vec![LeftOut::WeakMemory, LeftOut::PlainMemory]
    }
}

fn weak_ordering((access, decided): (&AtomicAccess, bool)) -> WeakOrdering<'static> {
    WeakOrdering {
        file: portable(Path::new(&access.place.file)),
        line: access.place.line,
        operation: access.function.as_str(),
        ordering: access.order.as_str(),
        decided,
    }
}

/// The document of one interleaving, with a line feed at its end.
pub fn replay(report: &ReplayReport) -> String {
    let replayed = &report.replayed;
    let failure: Option<&Failure> = replayed.failure.as_ref();
    let trace: &Trace = failure
        .and_then(|failure| failure.trace.as_ref())
        .unwrap_or(&replayed.trace);
    let names = Names::new(trace, &report.sources);
    let departures = Departures::of(replayed.preemptions, trace);
    let story = failure.map(|failure| explain(failure, &names));
    line(&Replay {
        schema: SCHEMA,
        exercise: &report.exercise,
        submission: portable(&report.submission),
        check: &report.check,
        schedule: &report.token,
        verdict: if failure.is_some() { "failed" } else { "passed" },
        finding: failure.map(|failure| failure.finding.as_str()),
        scenario: &replayed.scenario,
        expected: story.as_ref().map(|story| story.expected.as_str()),
        got: story.as_ref().and_then(|story| story.got.as_deref()),
        explanation: story.as_ref().map(|story| &story.sentences[..]),
        preemptions: departures.preemptions,
        stale_reads: departures.stale_reads,
        threads: trace.threads.iter().map(|thread| thread.name.as_deref()).collect(),
        objects: trace.objects.iter().map(object).collect(),
        steps: trace.events.iter().map(|event| step(trace, event, &names)).collect(),
    })
}

fn object(object: &protocol::trace::Object) -> Object {
    Object {
        kind: object.kind.as_str(),
        created_at: object.created_at.as_ref().map(place),
        first_used_at: object.first_used_at.as_ref().map(place),
    }
}

fn step(trace: &Trace, event: &Event, names: &Names<'_>) -> Step {
    let state = event.object.and_then(|object| event.state_of(object));
    Step {
        thread: event.thread,
        operation: words::operation(&event.op),
        object: event.object,
        detail: words::detail(trace, event, names),
        state: state.map(|state| words::state(state, names)),
        place: event.place.as_ref().map(place),
        virtual_nanos: event.time.as_nanos(),
        preempts: event.preempts,
    }
}

fn place(place: &Place) -> String {
    format!("{}:{}", portable(Path::new(&place.file)), place.line)
}

/// A path without the folders of the machine: of an absolute path the last name, and the folder of a file.
fn portable(path: &Path) -> String {
    let names: Vec<String> = path
        .components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            Component::ParentDir => Some("..".to_owned()),
            Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
        })
        .collect();
    let kept = if path.is_relative() {
        names.len()
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        2
    } else {
        1
    };
    names[names.len().saturating_sub(kept)..].join("/")
}

/// `document` on one line, without commands of CI services, and with escapes for characters that act on a terminal or
/// are invisible.
pub(crate) fn line(document: &impl Serialize) -> String {
    let json = serde_json::to_string(document).expect("a document holds only strings, numbers and lists");
    let mut line = String::with_capacity(json.len() + 1);
    for character in json.chars() {
        if is_hidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                line.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            line.push(character);
        }
    }
    // `#` occurs only in strings. `##[` and `##vso[` would be commands anywhere in a line.
    line = line.replace("##", "\\u0023\\u0023");
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_does_not_tell_where_it_lies() {
        assert_eq!(
            portable(Path::new("exercises/stdout_writer")),
            "exercises/stdout_writer"
        );
        assert_eq!(portable(Path::new("./../mine.rs")), "../mine.rs");
        assert_eq!(portable(Path::new("/home/ada/class/bob")), "bob");
        assert_eq!(portable(Path::new("/home/ada/class/bob/lib.rs")), "bob/lib.rs");
    }

    #[test]
    fn a_line_is_safe_to_print_and_says_the_same() {
        let hostile = "\u{1b}\u{9b}\u{202e}\u{e0041}##[group]\n";
        let printed = line(&hostile);
        assert_eq!(
            printed,
            "\"\\u001b\\u009b\\u202e\\udb40\\udc41\\u0023\\u0023[group]\\n\"\n"
        );
        let read: String = serde_json::from_str(&printed).expect("it is JSON");
        assert_eq!(read, hostile);
    }
}
