//! SARIF 2.1.0 (OASIS, *Static Analysis Results Interchange Format*), with what GitHub's code scanning asks for.
//!
//! A result is a cause: checks that fail because of one mistake are told once, at the line that decides it. Its first
//! code flow is the interleaving as one list of steps, because some viewers show no other; the second has a list for
//! each thread. Steps without a line in the submission are left out, because GitHub refuses a step without a place.
//! What could not be graded is a notification, since it is nothing that the submission has.

use std::collections::BTreeMap;

use protocol::trace::Trace;
use protocol::verdict::{CheckFailure, Report, Verdict};
use protocol::{Failure, Finding};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Entry, Outcome, escaped};
use crate::causes::{self, Failed};
use crate::contents::{doing, still_doing};
use crate::evidence::Telling;
use crate::names::Names;
use crate::rustc::{Span, beginning, decisive, headline, span_at};
use crate::{Options, json, words};

/// How many steps a code flow has at most, as GitHub shows no more.
const MAX_STEPS: usize = 1_000;

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    invocations: [Invocation; 1],
    results: Vec<SarifResult>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: String,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    help: Message,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

/// A `result` of SARIF.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow>,
    properties: Properties,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fingerprints {
    primary_location_line_hash: String,
}

/// What SARIF has no place for.
#[derive(Serialize)]
struct Properties {
    exercise: String,
    checks: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replay: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow {
    message: Message,
    thread_flows: Vec<ThreadFlow>,
}

#[derive(Serialize)]
struct ThreadFlow {
    id: String,
    locations: Vec<FlowLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FlowLocation {
    execution_order: usize,
    importance: &'static str,
    location: Location,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    state: BTreeMap<String, Message>,
}

impl Message {
    fn new(text: &str) -> Self {
        Self { text: escaped(text) }
    }
}

/// The document for one student, on one line with a line feed at its end.
pub fn log(entries: &[Entry<'_>], options: &Options) -> String {
    let (mut causes, mut notifications, mut version) = (Vec::new(), Vec::new(), None);
    for entry in entries {
        match entry.outcome {
            Outcome::Reported(report) => {
                version.get_or_insert_with(|| report.grader.version.clone());
                let options = &entry.options(options);
                let groups = causes::groups(report);
                let of_report = groups.iter().map(|group| cause(&group.checks, report, options));
                causes.extend(of_report);
                notifications.extend(ungraded(report));
            }
            Outcome::Unusable(reason) => {
                notifications.push(notification(
                    "error",
                    &format!("{}: not graded: {reason}", entry.exercise),
                ));
            }
            Outcome::NothingHandedIn => {
                notifications.push(notification("note", &format!("{}: nothing handed in", entry.exercise)));
            }
        }
    }
    let mut findings: Vec<Finding> = causes.iter().map(|(finding, _)| *finding).collect();
    findings.sort_unstable();
    findings.dedup();
    let results = causes.into_iter().map(|(finding, mut result)| {
        let place = findings.iter().position(|other| *other == finding);
        result.rule_index = place.expect("each finding is in the list");
        result
    });
    json::line(&Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            results: results.collect(),
            column_kind: "unicodeCodePoints",
            invocations: [Invocation {
                execution_successful: notifications.iter().all(|notification| notification.level != "error"),
                tool_execution_notifications: notifications,
            }],
            tool: Tool {
                driver: Driver {
                    name: "interleave",
                    version: version.unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned()),
                    rules: findings.into_iter().map(rule).collect(),
                },
            },
        }],
    })
}

fn rule(finding: Finding) -> Rule {
    let id = finding.as_str();
    let mut words = id.replace('_', " ");
    words[..1].make_ascii_uppercase();
    Rule {
        id,
        short_description: Message { text: words },
        full_description: Message::new(finding.meaning()),
        help: Message::new(
            "`cargo xtask hint` gives hints, and `cargo xtask show` makes a page to step through the interleaving.",
        ),
    }
}

fn notification(level: &'static str, text: &str) -> Notification {
    Notification {
        level,
        message: Message::new(text),
    }
}

/// The checks that were not graded.
fn ungraded(report: &Report) -> impl Iterator<Item = Notification> {
    report.checks.iter().filter_map(|check| match &check.verdict {
        Verdict::Ungraded { reason, help } => {
            let told = json::with_help(reason, help.as_deref());
            let text = format!("{}: `{}` was not graded: {told}", report.exercise, check.name);
            Some(notification("error", &text))
        }
        Verdict::Passed | Verdict::Failed(_) | Verdict::Skipped { .. } => None,
    })
}

/// One mistake, told at the first of the checks that fail because of it.
fn cause(checks: &[Failed<'_>], report: &Report, options: &Options) -> (Finding, SarifResult) {
    let (best, others) = checks.split_first().expect("a cause has a check");
    let (failure, check) = (best.failure, best.check);
    let span = best.telling.as_ref().and_then(|Telling { failure, story, .. }| {
        let place = decisive(failure, story)?;
        span_at(place, report)
    });
    let span = span.unwrap_or_else(|| beginning(report));
    let mut text = message(failure, best.telling.as_ref());
    for other in others {
        text.push_str(&format!("\n`{}` fails as well: {}", other.check.name, other.relation()));
    }
    let replay = check
        .token()
        .map(|token| options.command(&format!("replay {} {token}", report.exercise)));
    if let Some(replay) = &replay {
        text.push_str(&format!("\nreplay: {replay}"));
    }
    let result = SarifResult {
        rule_id: failure.finding.as_str(),
        rule_index: 0,
        level: "error",
        message: Message::new(&text),
        partial_fingerprints: Fingerprints {
            primary_location_line_hash: fingerprint(report, failure.finding, &span),
        },
        locations: [location(&span, None)],
        code_flows: best
            .telling
            .as_ref()
            .map(|telling| code_flows(telling, report))
            .unwrap_or_default(),
        properties: Properties {
            exercise: report.exercise.clone(),
            checks: checks.iter().map(|failed| failed.check.name.clone()).collect(),
            replay,
        },
    };
    (failure.finding, result)
}

fn message(failure: &CheckFailure, telling: Option<&Telling<'_>>) -> String {
    let mut lines = match telling {
        Some(Telling { failure, story, .. }) => {
            let mut lines = vec![headline(failure, story)];
            lines.extend(story.sentences.iter().cloned());
            lines
        }
        None => vec![format!("{}: {}", failure.finding, failure.message)],
    };
    lines.extend(failure.help.iter().map(|help| format!("help: {help}")));
    lines.join("\n")
}

/// Stays the same when lines are added above.
fn fingerprint(report: &Report, finding: Finding, span: &Span) -> String {
    let source = report.sources.iter().find(|(file, _)| *file == span.file_name);
    let at = span.line_start.saturating_sub(1) as usize;
    let line = source.and_then(|(_, text)| text.lines().nth(at)).unwrap_or_default();
    let digest = Sha256::digest(format!("{} {finding} {}", report.exercise, line.trim()).as_bytes());
    let hash: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hash}:1")
}

/// The interleaving as one list, and as a list for each thread.
fn code_flows(telling: &Telling<'_>, report: &Report) -> Vec<CodeFlow> {
    let Telling { failure, names, story } = telling;
    let Failure { trace: Some(trace), .. } = failure else {
        return Vec::new();
    };
    let mut order: Vec<(usize, String)> = trace
        .threads
        .iter()
        .map(|thread| (thread.id, names.thread(thread.id)))
        .collect();
    order.retain(|(id, _)| !flow(trace, names, &story.steps, report, Some(*id)).is_empty());
    if order.is_empty() {
        return Vec::new();
    }
    let thread_flows = order.into_iter().map(|(id, name)| ThreadFlow {
        id: name,
        locations: flow(trace, names, &story.steps, report, Some(id)),
    });
    vec![
        CodeFlow {
            message: Message::new("the interleaving"),
            thread_flows: vec![ThreadFlow {
                id: "schedule".to_owned(),
                locations: flow(trace, names, &story.steps, report, None),
            }],
        },
        CodeFlow {
            message: Message::new("the interleaving, thread by thread"),
            thread_flows: thread_flows.collect(),
        },
    ]
}

/// The steps of `thread`, or of all threads, and what still waits at the end.
fn flow(
    trace: &Trace,
    names: &Names<'_>,
    decisive: &[usize],
    report: &Report,
    thread: Option<usize>,
) -> Vec<FlowLocation> {
    let is_meant = |id: usize| thread.is_none_or(|thread| thread == id);
    let events = trace.events.iter().enumerate();
    let steps = events
        .filter(|(_, event)| is_meant(event.thread))
        .filter_map(|(index, event)| {
            let span = span_at(event.place.as_ref()?, report)?;
            let what = format!("{}: {}", names.thread(event.thread), doing(trace, event, names));
            let states = event.states.iter();
            let state = states.map(|(object, state)| (escaped(&names.object(*object)), words::state(state, names)));
            Some(FlowLocation {
                execution_order: index + 1,
                importance: if decisive.contains(&index) {
                    "essential"
                } else {
                    "important"
                },
                location: location(&span, Some(&what)),
                state: state.map(|(name, state)| (name, Message::new(&state))).collect(),
            })
        });
    let waits = trace.end.waits().iter().filter(|wait| is_meant(wait.thread));
    let at_the_end = waits.filter_map(|wait| {
        let span = span_at(wait.place.as_ref()?, report)?;
        let what = format!("{}: {}", names.thread(wait.thread), still_doing(wait, names));
        Some(FlowLocation {
            execution_order: trace.events.len() + 1,
            importance: "essential",
            location: location(&span, Some(&format!("at the end: {what}"))),
            state: BTreeMap::new(),
        })
    });
    steps.chain(at_the_end).take(MAX_STEPS).collect()
}

fn location(span: &Span, message: Option<&str>) -> Location {
    Location {
        message: message.map(Message::new),
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: address(&span.file_name),
            },
            region: Region {
                start_line: span.line_start,
                start_column: span.column_start,
                end_line: span.line_start,
                end_column: span.column_end,
            },
        },
    }
}

/// A path as an address, in which everything that could be more than a name is escaped.
fn address(path: &str) -> String {
    let mut address = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b'~' => address.push(byte.into()),
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_an_address() {
        assert_eq!(
            address("exercises/counting/src/lib.rs"),
            "exercises/counting/src/lib.rs"
        );
        assert_eq!(address("my file#1/ä.rs"), "my%20file%231/%C3%A4.rs");
    }
}
