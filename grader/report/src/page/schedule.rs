//! The table of an execution: every step in order, a column a thread, and what the step changed.
//!
//! It needs no script. In a narrow place, and where there are many threads, the columns of the threads become one.

use std::collections::BTreeMap;

use protocol::trace::{ObjectId, ObjectState, Place, ThreadId, Trace};

use super::html::{Html, hue};
use super::moments::MOST_STEPS;
use crate::contents::{doing, still_doing};
use crate::escape::counted;
use crate::names::Names;
use crate::table::{PREEMPTED, duration};
use crate::words;

/// The most threads that have columns of their own.
const MOST_LANES: usize = 6;

/// Which execution it is, and which of its steps matter.
pub(super) struct Schedule<'a> {
    pub(super) trace: &'a Trace,
    pub(super) names: &'a Names<'a>,
    /// Its id in the page.
    pub(super) id: &'a str,
    pub(super) caption: &'a str,
    /// The events that a story speaks of, by index.
    pub(super) told: &'a [usize],
    /// The number of the step with a badge, counted from 1, and what the badge says.
    pub(super) badge: Option<(usize, &'static str)>,
}

impl Schedule<'_> {
    /// Adds the table.
    pub(super) fn push(&self, html: &mut Html) {
        let threads = self.threads();
        let has_lanes = threads.len() <= MOST_LANES;
        let class = if has_lanes { "schedule lanes" } else { "schedule list" };
        html.open(
            "div",
            &[
                ("class", "scroll"),
                ("tabindex", "0"),
                ("role", "region"),
                ("aria-label", self.caption),
            ],
        );
        html.open("table", &[("class", class), ("id", self.id), ("role", "table")]);
        html.element("caption", &[], self.caption);
        html.open("thead", &[("role", "rowgroup")]);
        html.open("tr", &[("role", "row")]);
        column(html, "step", "step");
        if has_lanes {
            for &thread in &threads {
                column(html, &format!("thread {}", hue(thread)), &self.names.thread(thread));
            }
        } else {
            column(html, "", "thread and operation");
        }
        column(html, "after", "after the step");
        html.close("tr");
        html.close("thead");
        html.open("tbody", &[("role", "rowgroup")]);
        let mut states: BTreeMap<ObjectId, &ObjectState> = BTreeMap::new();
        let lanes = if has_lanes { &threads[..] } else { &[] };
        for index in 0..self.trace.events.len().min(MOST_STEPS) {
            self.step(html, index, lanes, &mut states);
        }
        if self.trace.events.len() > MOST_STEPS {
            let left_out = counted((self.trace.events.len() - MOST_STEPS) as u64, "more step");
            html.open("tr", &[("role", "row")]);
            let span = lanes.len().max(1) + 2;
            html.element(
                "td",
                &[("role", "cell"), ("colspan", &span.to_string())],
                &format!("… {left_out}"),
            );
            html.close("tr");
        }
        for wait in self.trace.end.waits() {
            let row = format!("wait {}", hue(wait.thread));
            html.open("tr", &[("role", "row"), ("class", &row)]);
            html.element("th", &[("scope", "row"), ("role", "rowheader")], "end");
            let words = still_doing(wait, self.names);
            self.cells(html, lanes, wait.thread, &words, wait.place.as_ref(), None);
            html.element("td", &[("class", "after"), ("role", "cell")], "still waits");
            html.close("tr");
        }
        html.close("tbody");
        html.close("table");
        html.close("div");
    }

    /// The threads that do something or wait, in order.
    fn threads(&self) -> Vec<ThreadId> {
        let working = self.trace.events.iter().map(|event| event.thread);
        let mut threads: Vec<ThreadId> = working
            .chain(self.trace.end.waits().iter().map(|wait| wait.thread))
            .collect();
        threads.sort_unstable();
        threads.dedup();
        threads
    }

    fn step<'t>(
        &'t self,
        html: &mut Html,
        index: usize,
        lanes: &[ThreadId],
        states: &mut BTreeMap<ObjectId, &'t ObjectState>,
    ) {
        let event = &self.trace.events[index];
        let number = (index + 1).to_string();
        let badge = self
            .badge
            .filter(|(step, _)| *step == index + 1)
            .map(|(_, words)| words);
        let mut class = hue(event.thread);
        for (name, applies) in [
            ("preempts", event.preempts),
            ("told", self.told.contains(&index)),
            ("decides", badge.is_some()),
        ] {
            if applies {
                class.push(' ');
                class.push_str(name);
            }
        }
        html.open("tr", &[("role", "row"), ("class", &class), ("data-step", &number)]);
        html.open("th", &[("scope", "row"), ("role", "rowheader")]);
        html.text(&number);
        if event.preempts {
            html.element("span", &[("class", "mark"), ("aria-hidden", "true")], PREEMPTED);
            html.element("span", &[("class", "unseen")], ", switched by the scheduler");
        }
        html.close("th");
        let words = doing(self.trace, event, self.names);
        self.cells(html, lanes, event.thread, &words, event.place.as_ref(), badge);
        let mut changed: Vec<String> = Vec::new();
        for (object, state) in &event.states {
            if states.insert(*object, state) != Some(state) {
                let state = words::state(state, self.names);
                changed.push(format!("{}: {state}", self.names.object(*object)));
            }
        }
        let previous = index
            .checked_sub(1)
            .map_or(std::time::Duration::ZERO, |index| self.trace.events[index].time);
        if event.time != previous {
            changed.push(format!("time: {}", duration(event.time)));
        }
        html.open("td", &[("class", "after"), ("role", "cell")]);
        for change in changed {
            html.element("span", &[("class", "change")], &change);
            html.text(" ");
        }
        html.close("td");
        html.close("tr");
        html.line_feed();
    }

    /// The cell of the thread that acts, and empty ones for the others.
    fn cells(
        &self,
        html: &mut Html,
        lanes: &[ThreadId],
        thread: ThreadId,
        words: &str,
        place: Option<&Place>,
        badge: Option<&str>,
    ) {
        let lane = lanes.iter().position(|other| *other == thread).unwrap_or(0);
        for at in 0..lanes.len().max(1) {
            if at != lane {
                html.element("td", &[("class", "empty"), ("role", "cell")], "");
                continue;
            }
            html.open("td", &[("class", "act"), ("role", "cell")]);
            html.element("span", &[("class", "who")], &self.names.thread(thread));
            html.text(" ");
            html.element("span", &[("class", "op")], words);
            html.text(" ");
            if let Some(place) = place {
                // Where the source is beside the table, the line is enough.
                let is_clear = self.names.is_one_file() && self.names.line(place).is_some();
                let words = match is_clear {
                    true => format!(":{}", place.line),
                    false => self.names.place(place),
                };
                html.element("span", &[("class", "at")], &words);
            }
            if let Some(badge) = badge {
                html.text(" ");
                html.element("strong", &[("class", "badge")], badge);
            }
            html.close("td");
        }
    }
}

fn column(html: &mut Html, class: &str, words: &str) {
    html.element(
        "th",
        &[("scope", "col"), ("role", "columnheader"), ("class", class)],
        words,
    );
}
