//! A report as a page: one file that needs no network, no framework and no server.
//!
//! Without its script, the page is a document: what is wrong, every step of the failing interleaving as a table, the
//! nearest interleaving that passes, and the source. With it, the reader steps through the interleaving.
//!
//! Everything in a report may be hostile. It goes into the page as text ([`html`]) or as data in a block that the
//! browser does not run, and the script only ever makes text nodes of it. The page's own policy allows no other script
//! and no other style than its own, by their hashes, and no connection at all.

pub(crate) mod html;
mod moments;
mod schedule;
mod source;
mod waits;

use std::collections::BTreeSet;

use base64::prelude::{BASE64_STANDARD, Engine};
use protocol::Certainty;
use protocol::trace::Trace;
use protocol::verdict::{Overall, Report, Score, Verdict};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::causes::{self, Failed, Group};
use crate::escape::{counted, grouped};
use crate::evidence::{self, Size, Telling};
use crate::heads::{departures, effort};
use crate::names::Names;
use crate::{Extent, Options, lanes};
use html::{Html, data_block};
use moments::Run;
use schedule::Schedule;

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// How wide the lines are that a terminal would show as well.
const COLUMNS: usize = 100;

/// What the script of the page reads.
#[derive(Serialize, Default)]
struct Data {
    stories: Vec<StoryData>,
}

/// One story: its executions, the failing one first.
#[derive(Serialize)]
struct StoryData {
    runs: Vec<Run>,
}

/// The page of one submission.
pub fn report(report: &Report, options: &Options) -> String {
    let groups = causes::groups(report);
    let mut data = Data::default();
    let mut used = BTreeSet::new();
    let mut html = Html::new();
    head(&mut html, report);
    html.open("body", &[]);
    masthead(&mut html, report);
    html.open("main", &[]);
    if groups.len() > 1 {
        contents(&mut html, &groups);
    }
    html.open("div", &[("id", "stories")]);
    for (at, group) in groups.iter().enumerate() {
        data.stories
            .push(story(&mut html, at + 1, group, report, options, &mut used));
    }
    if groups.is_empty() {
        nothing_failed(&mut html, report);
    }
    html.close("div");
    if data.stories.iter().any(|story| !story.runs.is_empty()) {
        html.open("section", &[("id", "source"), ("aria-labelledby", "source-title")]);
        html.element("h2", &[("id", "source-title")], "Source");
        source::listing(&mut html, &report.sources, &used);
        html.close("section");
    }
    checks(&mut html, report);
    html.close("main");
    html.open("script", &[("type", "application/json"), ("id", "data")]);
    let json = serde_json::to_string(&data).expect("the data hold only strings, numbers and lists");
    html.markup(&data_block(&json));
    html.close("script");
    html.open("script", &[]);
    html.markup(SCRIPT);
    html.close("script");
    html.close("body");
    html.close("html");
    html.line_feed();
    html.into_markup()
}

/// What a page may load and run: its own script, if it has one, its own style, and nothing else.
pub(crate) fn policy_for(script: Option<&str>, style: &str) -> String {
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())));
    format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        script.map_or_else(|| "'none'".to_owned(), hash),
        hash(style)
    )
}

fn head(html: &mut Html, report: &Report) {
    html.markup("<!DOCTYPE html>\n");
    html.open("html", &[("lang", "en")]);
    html.open("head", &[]);
    html.open("meta", &[("charset", "utf-8")]);
    // The hashes have apostrophes around them, which an attribute holds as they are.
    html.markup(&format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">",
        policy_for(Some(SCRIPT), STYLE)
    ));
    html.open(
        "meta",
        &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")],
    );
    html.open("meta", &[("name", "color-scheme"), ("content", "light dark")]);
    html.open("meta", &[("name", "referrer"), ("content", "no-referrer")]);
    html.element("title", &[], &format!("{}: {}", report.exercise, score(report)));
    html.open("style", &[]);
    html.markup(STYLE);
    html.close("style");
    html.close("head");
    html.line_feed();
}

fn masthead(html: &mut Html, report: &Report) {
    html.open("header", &[("id", "masthead")]);
    html.open("div", &[]);
    html.open("h1", &[]);
    html.element("span", &[("class", "exercise")], &report.exercise);
    html.text(" ");
    html.element("span", &[("class", "title")], &report.title);
    html.close("h1");
    html.element("p", &[("class", "path")], &report.submission.to_string_lossy());
    html.close("div");
    let class = match report.overall() {
        Overall::Passed => "score good",
        Overall::Failed => "score bad",
        Overall::Ungraded => "score caution",
    };
    html.element("p", &[("class", class)], &score(report));
    html.close("header");
    html.line_feed();
}

fn score(report: &Report) -> String {
    match report.score() {
        Score::Exactly(score) => format!("{score} of {}", report.max_score()),
        Score::AtLeast(score) => format!("at least {score} of {}", report.max_score()),
        Score::Unknown => "not graded".to_owned(),
    }
}

/// Links to the stories.
fn contents(html: &mut Html, groups: &[Group<'_>]) {
    html.open("nav", &[("id", "contents"), ("aria-label", "what fails")]);
    html.open("ol", &[]);
    for (at, group) in groups.iter().enumerate() {
        let best = &group.checks[0];
        html.open("li", &[]);
        html.open("a", &[("href", &format!("#story={}", at + 1))]);
        html.element("span", &[("class", "finding")], best.failure.finding.as_str());
        html.text(" ");
        html.element("span", &[("class", "name")], &best.check.name);
        html.close("a");
        html.close("li");
    }
    html.close("ol");
    html.close("nav");
    html.line_feed();
}

/// What went wrong, told at the check that shows it best.
fn story(
    html: &mut Html,
    number: usize,
    group: &Group<'_>,
    report: &Report,
    options: &Options,
    used: &mut BTreeSet<(usize, u32)>,
) -> StoryData {
    let (best, others) = group.checks.split_first().expect("a cause has a check");
    let Failed {
        check,
        failure,
        telling,
        ..
    } = best;
    let id = format!("story={number}");
    let mut runs = Vec::new();
    html.open(
        "section",
        &[
            ("class", "story"),
            ("id", &id),
            ("aria-labelledby", &format!("title-{number}")),
        ],
    );
    html.open("h2", &[("id", &format!("title-{number}"))]);
    html.element("span", &[("class", "finding")], failure.finding.as_str());
    html.text(" ");
    html.element("span", &[("class", "name")], &check.name);
    html.close("h2");
    html.open("p", &[("class", "property")]);
    html.prose(&check.property);
    html.close("p");
    match telling {
        Some(telling) => interleaving(html, number, telling, report, used, &mut runs),
        None => {
            let columns = Options {
                columns: COLUMNS,
                extent: Extent::Full,
                ..options.clone()
            };
            let text = evidence::evidence(failure, None, Size::FULL, &columns);
            html.lines(&text);
        }
    }
    if !others.is_empty() {
        html.element("h3", &[], "Fails as well");
        html.open("ul", &[("class", "others")]);
        for other in others {
            let Failed { check, failure, .. } = other;
            let words = format!("{}: {}, {}", check.name, failure.finding, other.relation());
            html.element("li", &[], &words);
        }
        html.close("ul");
    }
    if let Some(token) = check.token() {
        html.open("p", &[("class", "again")]);
        html.text("Run it again: ");
        html.element(
            "code",
            &[],
            &options.command(&format!("replay {} {token}", report.exercise)),
        );
        html.close("p");
    }
    html.close("section");
    html.line_feed();
    StoryData { runs }
}

/// The failing interleaving, and beside it the nearest one that passes.
fn interleaving(
    html: &mut Html,
    number: usize,
    telling: &Telling<'_>,
    report: &Report,
    used: &mut BTreeSet<(usize, u32)>,
    runs: &mut Vec<Run>,
) {
    let Telling { failure, names, story } = telling;
    html.open("div", &[("class", "cause")]);
    html.open("dl", &[("class", "claim")]);
    let pairs = [
        ("scenario", failure.scenario.as_str()),
        ("expected", evidence::strip(&story.expected, "expected ")),
        (
            "got",
            evidence::strip(evidence::strip(story.got.as_deref().unwrap_or(""), "but "), "got "),
        ),
    ];
    for (label, words) in pairs.into_iter().filter(|(_, words)| !words.is_empty()) {
        html.element("dt", &[], label);
        html.open("dd", &[]);
        html.prose(words);
        html.close("dd");
    }
    html.close("dl");
    html.open("div", &[("class", "account")]);
    for sentence in &story.sentences {
        html.open("p", &[]);
        with_links(html, sentence, number);
        html.close("p");
    }
    html.open("p", &[("class", "certain")]);
    if let Some(certainty) = &failure.certainty {
        certain(html, certainty, number);
    }
    html.text(&format!("Found {}.", effort(failure)));
    html.close("p");
    html.close("div");
    html.close("div");
    let Some(trace) = &failure.trace else { return };
    let torn = lanes::lanes(trace, names, usize::MAX, COLUMNS);
    if !torn.lines().is_empty() {
        html.lines(&torn);
    }
    let decides = failure.certainty.as_ref().map_or(0, |certainty| certainty.steps);
    let steps = counted(trace.events.len() as u64, "step");
    let departures_of = |preemptions, trace| departures(preemptions, trace);
    let kind = match failure.cause {
        protocol::FailureCause::Unwitnessed { .. } => "The best interleaving that was found",
        _ => "The interleaving that fails",
    };
    html.open("div", &[("class", "runs")]);
    html.open("div", &[("class", "run")]);
    push_used(trace, report, used);
    Schedule {
        trace,
        names,
        id: &format!("run-{number}-1"),
        caption: &format!("{kind}: {steps}, {}", departures_of(failure.preemptions, trace)),
        told: &story.steps,
        badge: (decides > 0).then_some((decides, "decides")),
    }
    .push(html);
    html.close("div");
    runs.push(Run::new(trace, names, &report.sources, decides));
    let passing = failure
        .certainty
        .as_ref()
        .and_then(|certainty| certainty.nearest_passing.as_ref());
    if let Some(passing) = passing {
        let names = Names::new(&passing.trace, &report.sources);
        let steps = counted(passing.trace.events.len() as u64, "step");
        let departures = departures_of(passing.preemptions, &passing.trace);
        html.open("div", &[("class", "run passes")]);
        push_used(&passing.trace, report, used);
        Schedule {
            trace: &passing.trace,
            names: &names,
            id: &format!("run-{number}-2"),
            caption: &format!("The nearest interleaving that passes: {steps}, {departures}"),
            told: &[],
            badge: (decides > 0).then_some((decides, "instead")),
        }
        .push(html);
        html.close("div");
        runs.push(Run::new(&passing.trace, &names, &report.sources, decides));
    }
    html.close("div");
}

/// What is known about the step that decides.
fn certain(html: &mut Html, certainty: &Certainty, story: usize) {
    let Certainty { steps, nearest_passing } = certainty;
    if *steps == 0 {
        html.text("Every interleaving within the bound fails. ");
        return;
    }
    with_links(
        html,
        &format!("From (step {steps}) on, every way to go on fails. "),
        story,
    );
    if nearest_passing.is_some() {
        html.text("The nearest interleaving that passes does something else there. ");
    }
}

/// A sentence with a link for each `(step 4)` in it.
fn with_links(html: &mut Html, sentence: &str, story: usize) {
    let mut rest = sentence;
    while let Some((before, number, after)) = next_step(rest) {
        html.prose(before);
        html.element(
            "a",
            &[("href", &format!("#story={story}&step={number}")), ("class", "step")],
            &format!("step {number}"),
        );
        rest = after;
    }
    html.prose(rest);
}

/// The first `(step 4)` of a text: what comes before it, the number, and what comes after it.
fn next_step(text: &str) -> Option<(&str, usize, &str)> {
    const START: &str = "(step ";
    let mut from = 0;
    while let Some(at) = text[from..].find(START).map(|at| at + from) {
        let inside = &text[at + START.len()..];
        let digits = inside.len()
            - inside
                .trim_start_matches(|character: char| character.is_ascii_digit())
                .len();
        if let (Ok(number), Some(after)) = (inside[..digits].parse(), inside[digits..].strip_prefix(')')) {
            return Some((&text[..at], number, after));
        }
        from = at + START.len();
    }
    None
}

/// Remembers the lines of the submission that an execution speaks of.
fn push_used(trace: &Trace, report: &Report, used: &mut BTreeSet<(usize, u32)>) {
    let of_events = trace.events.iter().filter_map(|event| event.place.as_ref());
    let of_waits = trace.end.waits().iter().filter_map(|wait| wait.place.as_ref());
    for place in of_events.chain(of_waits) {
        let file = report.sources.iter().position(|(path, _)| *path == place.file);
        used.extend(file.map(|file| (file, place.line)));
    }
}

/// A report without a failure.
fn nothing_failed(html: &mut Html, report: &Report) {
    html.open("section", &[("class", "story passed")]);
    match report.overall() {
        Overall::Passed => {
            html.element("h2", &[], "Every check passed");
            html.element(
                "p",
                &[],
                "No interleaving that was explored fails, so there is none to step through.",
            );
        }
        Overall::Failed | Overall::Ungraded => {
            html.element("h2", &[], "Not graded");
            html.element("p", &[], "The table below says why.");
        }
    }
    html.close("section");
}

/// Every check with its verdict.
fn checks(html: &mut Html, report: &Report) {
    html.open("section", &[("id", "checks"), ("aria-labelledby", "checks-title")]);
    html.element("h2", &[("id", "checks-title")], "Checks");
    html.open("table", &[("class", "checks")]);
    html.open("tbody", &[]);
    for check in &report.checks {
        let (class, words) = match &check.verdict {
            Verdict::Passed => ("good", "✓ passed".to_owned()),
            Verdict::Failed(failure) => ("bad", format!("✗ {}", failure.finding.as_str())),
            Verdict::Skipped { because } => ("dim", format!("– skipped, because of {because}")),
            Verdict::Ungraded { reason, .. } => ("caution", format!("? not graded: {reason}")),
        };
        html.open("tr", &[]);
        html.element("th", &[("scope", "row")], &check.name);
        html.element("td", &[("class", class)], &words);
        let points = match (check.points, check.score) {
            (0, _) => String::new(),
            (points, Some(score)) => format!("{score}/{points}"),
            (points, None) => format!("–/{points}"),
        };
        html.element("td", &[("class", "points")], &points);
        let explored = check.explored.as_ref().map_or(String::new(), |explored| {
            format!("{} explored", grouped(explored.executions))
        });
        html.element("td", &[("class", "dim")], &explored);
        html.close("tr");
    }
    html.close("tbody");
    html.close("table");
    html.close("section");
    html.line_feed();
}
