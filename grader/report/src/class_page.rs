//! A class on one page, for its instructor: how the scores are spread, what went wrong most, who has handed in the
//! same, and what was the most work to grade.
//!
//! It is one file without a script, and links to a page for each student. As in a report, everything from a submission
//! goes in as text. Work is counted in interleavings and not in seconds, so that equal reports make equal pages.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use protocol::Finding;
use protocol::verdict::{Report, Verdict};
use sha2::{Digest, Sha256};

use crate::causes::{self, Group};
use crate::escape::counted;
use crate::page::html::Html;
use crate::page::policy_for;

const STYLE: &str = include_str!("class_page.css");

/// How many examples of a finding are linked.
const MAX_EXAMPLES: usize = 3;

/// How many submissions are listed that were the most work.
const MAX_WORK: usize = 5;

/// How wide a drawing of a bar is, in units of its own.
const BAR: u64 = 100;

/// What is known of one student in one exercise.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The student's id.
    pub id: &'a str,
    /// The points; `None` if they are not known.
    pub score: Option<u32>,
    /// What stands beside the mark.
    pub note: &'a str,
    /// The address of the student's page, relative to this one. Empty if there is none.
    pub link: &'a str,
    /// The report, if there is one.
    pub report: Option<&'a Report>,
}

/// A link to the page of a student.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Student {
    id: String,
    link: String,
}

/// What is known of an exercise.
#[derive(Debug)]
struct OfExercise {
    max_score: u32,
    /// How many students have which score.
    scores: BTreeMap<u32, u64>,
    n_reports: u64,
    /// Who made which kind of mistake. Checks that fail because of one mistake count once.
    causes: BTreeMap<Cause, Vec<Student>>,
    /// By check, in the order in which they are reported: who fails it, by finding.
    failures: Vec<(String, BTreeMap<&'static str, Vec<Student>>)>,
    /// Who has handed in equal tokens, by their hash.
    by_tokens: BTreeMap<[u8; 32], Vec<Student>>,
    /// By note: who has no mark, or a mark with that note.
    noted: BTreeMap<String, Vec<Student>>,
    /// What each submission cost.
    work: Vec<(Work, Student)>,
}

/// A kind of mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// Something ends in `todo!`.
    Unwritten,
    /// What is told at the check that shows the mistake best.
    Finding(Finding),
}

impl Cause {
    /// Its name, and what it means.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Cause::Unwritten => ("todo", "Something is not written yet."),
            Cause::Finding(finding) => (finding.as_str(), finding.meaning()),
        }
    }
}

/// What a submission cost the grader. What was ended by a limit cost more than what was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Work {
    /// The first limit that ended a check.
    limit: Option<Finding>,
    n_interleavings: u64,
}

impl Work {
    fn of(report: &Report) -> Self {
        let limits = report.checks.iter().filter_map(|check| match &check.verdict {
            Verdict::Failed(failure) => Some(failure.finding).filter(|finding| is_limit(*finding)),
            Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => None,
        });
        let explored = report.checks.iter().filter_map(|check| check.explored.as_ref());
        Self {
            limit: limits.min(),
            n_interleavings: explored.map(|explored| explored.executions).sum(),
        }
    }

    fn words(self) -> String {
        let limit = self.limit.map(|limit| format!("ended by {limit}"));
        let explored = (self.n_interleavings > 0).then(|| counted(self.n_interleavings, "interleaving"));
        let parts: Vec<String> = limit.into_iter().chain(explored).collect();
        parts.join(", ")
    }
}

/// The page of a class, while students are added to it.
#[derive(Debug, Default)]
pub struct ClassPage {
    ids: BTreeSet<String>,
    exercises: Vec<(String, OfExercise)>,
}

impl ClassPage {
    /// Adds what a student has for an exercise.
    pub fn add(&mut self, exercise: &str, max_score: u32, entry: Entry<'_>) {
        self.ids.insert(entry.id.to_owned());
        let place = self.exercises.iter().position(|(name, _)| name == exercise);
        let place = place.unwrap_or_else(|| {
            let of_exercise = OfExercise {
                max_score,
                scores: BTreeMap::new(),
                n_reports: 0,
                causes: BTreeMap::new(),
                failures: Vec::new(),
                by_tokens: BTreeMap::new(),
                noted: BTreeMap::new(),
                work: Vec::new(),
            };
            self.exercises.push((exercise.to_owned(), of_exercise));
            self.exercises.len() - 1
        });
        self.exercises[place].1.add(entry);
    }

    /// The page. `counts` says what became of all hand-ins together, and `ignored` are names of files that are none.
    #[must_use]
    pub fn into_page(self, counts: &str, ignored: &[String]) -> String {
        let mut html = Html::new();
        html.markup("<!DOCTYPE html>\n");
        html.open("html", &[("lang", "en")]);
        html.open("head", &[]);
        html.open("meta", &[("charset", "utf-8")]);
        html.markup(&format!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">",
            policy_for(None, STYLE)
        ));
        html.open(
            "meta",
            &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")],
        );
        html.open("meta", &[("name", "color-scheme"), ("content", "light dark")]);
        html.element("title", &[], "The class");
        html.open("style", &[]);
        html.markup(STYLE);
        html.close("style");
        html.close("head");
        html.open("body", &[]);
        html.open("main", &[]);
        html.element("h1", &[], &counted(self.ids.len() as u64, "student"));
        html.element("p", &[], counts);
        if !ignored.is_empty() {
            let names: Vec<String> = ignored.iter().map(|name| format!("`{name}`")).collect();
            html.open("p", &[("class", "note")]);
            html.prose(&format!("Ignored, since they are no submissions: {}", names.join(", ")));
            html.close("p");
        }
        if self.exercises.len() > 1 {
            self.write_contents(&mut html);
        }
        for (name, of_exercise) in &self.exercises {
            of_exercise.write(name, &mut html);
        }
        html.close("main");
        html.close("body");
        html.close("html");
        html.line_feed();
        html.into_markup()
    }

    fn write_contents(&self, html: &mut Html) {
        html.open("table", &[("class", "contents")]);
        columns(
            html,
            &[
                ("exercise", ""),
                ("mean", "number"),
                ("points", "number"),
                ("to look at", "number"),
            ],
        );
        for (name, of_exercise) in &self.exercises {
            html.open("tr", &[]);
            html.open("th", &[("scope", "row")]);
            html.element("a", &[("href", &format!("#{name}"))], name);
            html.close("th");
            let n_noted: usize = of_exercise.noted.values().map(Vec::len).sum();
            let n_noted = if n_noted > 0 {
                n_noted.to_string()
            } else {
                String::new()
            };
            for cell in [of_exercise.mean(), of_exercise.max_score.to_string(), n_noted] {
                html.element("td", &[("class", "number")], &cell);
            }
            html.close("tr");
        }
        html.close("table");
    }
}

impl OfExercise {
    fn add(&mut self, entry: Entry<'_>) {
        let student = Student {
            id: entry.id.to_owned(),
            link: entry.link.to_owned(),
        };
        if let Some(score) = entry.score {
            *self.scores.entry(score).or_default() += 1;
        }
        if !entry.note.is_empty() {
            let students = self.noted.entry(entry.note.to_owned()).or_default();
            students.push(student.clone());
        }
        let Some(report) = entry.report else { return };
        self.work.push((Work::of(report), student.clone()));
        let causes: BTreeSet<Cause> = causes::groups(report).iter().map(cause).collect();
        for cause in causes {
            self.causes.entry(cause).or_default().push(student.clone());
        }
        self.n_reports += 1;
        for check in &report.checks {
            let place = self.failures.iter().position(|(name, _)| *name == check.name);
            let place = place.unwrap_or_else(|| {
                self.failures.push((check.name.clone(), BTreeMap::new()));
                self.failures.len() - 1
            });
            if let Verdict::Failed(failure) = &check.verdict {
                let finding = failure.finding.as_str();
                let students = self.failures[place].1.entry(finding).or_default();
                students.push(student.clone());
            }
        }
        // Stubs are all equal.
        if entry.score.is_some_and(|score| score > 0) {
            self.by_tokens
                .entry(token_hash(&report.sources))
                .or_default()
                .push(student);
        }
    }

    fn write(&self, name: &str, html: &mut Html) {
        html.open("section", &[("id", name)]);
        html.element("h2", &[], name);
        self.write_scores(html);
        self.write_causes(html);
        self.write_failures(html);
        let equal: Vec<&Vec<Student>> = self.by_tokens.values().filter(|students| students.len() > 1).collect();
        if !equal.is_empty() {
            html.element("h3", &[], "The same but for names and comments");
            html.element("p", &[("class", "note")], "Short answers may be the same by chance.");
            html.open("ul", &[]);
            for students in equal {
                html.open("li", &[]);
                links(html, students);
                html.close("li");
            }
            html.close("ul");
        }
        self.write_work(html);
        if !self.noted.is_empty() {
            html.element("h3", &[], "To look at");
            html.open("ul", &[]);
            for (note, students) in &self.noted {
                html.open("li", &[]);
                html.prose(note);
                html.text(": ");
                links(html, students);
                html.close("li");
            }
            html.close("ul");
        }
        html.close("section");
        html.line_feed();
    }

    /// The mean of the known scores, with one digit behind the point.
    fn mean(&self) -> String {
        let n: u64 = self.scores.values().sum();
        let sum: u64 = self.scores.iter().map(|(score, n)| u64::from(*score) * n).sum();
        // In tenths and rounded, with integers alone.
        match (sum * 20 + n).checked_div(2 * n) {
            Some(tenths) => format!("{}.{}", tenths / 10, tenths % 10),
            None => String::new(),
        }
    }

    fn write_scores(&self, html: &mut Html) {
        let most = self.scores.values().copied().max().unwrap_or_default();
        html.element("h3", &[], "Scores");
        let mean = self.mean();
        if !mean.is_empty() {
            let told = format!("{mean} of {} points in the mean.", self.max_score);
            html.element("p", &[("class", "note")], &told);
        }
        html.open("table", &[("class", "scores")]);
        columns(html, &[("points", "number"), ("students", "number"), ("", "bar")]);
        for score in (0..=self.max_score).rev() {
            let n = self.scores.get(&score).copied().unwrap_or_default();
            html.open("tr", &[]);
            html.element("th", &[("scope", "row"), ("class", "number")], &score.to_string());
            html.element("td", &[("class", "number")], &n.to_string());
            html.open("td", &[("class", "bar")]);
            html.markup(&bar(n, most));
            html.close("td");
            html.close("tr");
        }
        html.close("table");
    }

    fn write_causes(&self, html: &mut Html) {
        let mut causes: Vec<(&Cause, &Vec<Student>)> = self.causes.iter().collect();
        causes.sort_by_key(|(_, students)| std::cmp::Reverse(students.len()));
        if causes.is_empty() {
            return;
        }
        html.element("h3", &[], "What goes wrong");
        let told = "By cause: checks that fail because of one mistake count once.";
        html.element("p", &[("class", "note")], told);
        html.open("table", &[("class", "failures")]);
        columns(html, &[("finding", ""), ("students", "number"), ("for example", "")]);
        for (cause, students) in causes {
            let (name, meaning) = cause.words();
            html.open("tr", &[("class", "cause")]);
            html.element("td", &[("class", "finding")], name);
            html.element("td", &[("class", "number")], &students.len().to_string());
            html.open("td", &[]);
            links(html, &students[..students.len().min(MAX_EXAMPLES)]);
            html.element("div", &[("class", "of")], meaning);
            html.close("td");
            html.close("tr");
        }
        html.close("table");
    }

    fn write_failures(&self, html: &mut Html) {
        let fails = |findings: &BTreeMap<&str, Vec<Student>>| findings.values().map(Vec::len).sum::<usize>() as u64;
        let mut failing: Vec<&(String, BTreeMap<&str, Vec<Student>>)> = self
            .failures
            .iter()
            .filter(|(_, findings)| !findings.is_empty())
            .collect();
        // The sort is stable, so checks that fail equally often keep their order.
        failing.sort_by_key(|(_, findings)| std::cmp::Reverse(fails(findings)));
        if failing.is_empty() {
            return;
        }
        html.element("h3", &[], "Checks that fail");
        html.open("table", &[("class", "failures")]);
        columns(html, &[("finding", ""), ("students", "number"), ("for example", "")]);
        for (check, findings) in failing {
            html.open("tbody", &[]);
            html.open("tr", &[]);
            html.open("th", &[("scope", "rowgroup"), ("colspan", "3")]);
            html.text(check);
            let all = format!(" {} of {}", fails(findings), self.n_reports);
            html.element("span", &[("class", "of")], &all);
            html.close("th");
            html.close("tr");
            let mut by_count: Vec<(&&str, &Vec<Student>)> = findings.iter().collect();
            by_count.sort_by_key(|(_, students)| std::cmp::Reverse(students.len()));
            for (finding, students) in by_count {
                html.open("tr", &[]);
                html.element("td", &[("class", "finding")], finding);
                html.element("td", &[("class", "number")], &students.len().to_string());
                html.open("td", &[]);
                links(html, &students[..students.len().min(MAX_EXAMPLES)]);
                html.close("td");
                html.close("tr");
            }
            html.close("tbody");
        }
        html.close("table");
    }

    fn write_work(&self, html: &mut Html) {
        let mut work: Vec<&(Work, Student)> = self.work.iter().collect();
        work.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.cmp(other)));
        work.retain(|(work, _)| work.limit.is_some() || work.n_interleavings > 0);
        if work.len() < 2 {
            return;
        }
        html.element("h3", &[], "The most work to grade");
        html.open("ul", &[]);
        for (work, student) in work.into_iter().take(MAX_WORK) {
            html.open("li", &[]);
            link(html, student);
            html.text(&format!(": {}", work.words()));
            html.close("li");
        }
        html.close("ul");
    }
}

fn cause(group: &Group<'_>) -> Cause {
    if group.is_unwritten() {
        Cause::Unwritten
    } else {
        Cause::Finding(group.checks[0].failure.finding)
    }
}

/// The first row of a table: the headings of its columns, each with its class.
fn columns(html: &mut Html, columns: &[(&str, &str)]) {
    html.open("thead", &[]);
    html.open("tr", &[]);
    for (heading, class) in columns {
        html.element("th", &[("scope", "col"), ("class", class)], heading);
    }
    html.close("tr");
    html.close("thead");
}

/// Whether a finding says that the grader ended a check after some time, or at another limit.
fn is_limit(finding: Finding) -> bool {
    matches!(
        finding,
        Finding::Timeout | Finding::CpuLimit | Finding::MemoryLimit | Finding::ProcessLimit | Finding::OutputLimit
    )
}

fn links(html: &mut Html, students: &[Student]) {
    for (at, student) in students.iter().enumerate() {
        if at > 0 {
            html.text(", ");
        }
        link(html, student);
    }
}

fn link(html: &mut Html, student: &Student) {
    if student.link.is_empty() {
        html.element("span", &[("class", "id")], &student.id);
    } else {
        html.element("a", &[("href", &student.link), ("class", "id")], &student.id);
    }
}

/// A bar of `n` beside the longest one, of `most`.
fn bar(n: u64, most: u64) -> String {
    let length = (n * BAR).checked_div(most).unwrap_or_default();
    // A single student shows.
    let length = if n > 0 { length.max(1) } else { 0 };
    format!(
        "<svg viewBox=\"0 0 {BAR} 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect width=\"{length}\" height=\"1\"/></svg>"
    )
}

/// A hash of the submission's tokens in which all names are one, without comments and documentation.
fn token_hash(sources: &[(String, String)]) -> [u8; 32] {
    let mut tokens = String::new();
    for (_, text) in sources {
        match TokenStream::from_str(text) {
            Ok(stream) => add_tokens(stream, &mut tokens),
            // It does not even consist of tokens, so it is only equal to itself.
            Err(_) => tokens.push_str(text),
        }
    }
    Sha256::digest(tokens.as_bytes()).into()
}

fn add_tokens(stream: TokenStream, tokens: &mut String) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                // `#![…]` has a `!` in between.
                let is_inner = matches!(trees.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '!');
                if is_inner {
                    trees.next();
                }
                let is_doc = matches!(trees.peek(), Some(TokenTree::Group(group)) if is_doc(group.stream()));
                if is_doc {
                    trees.next();
                } else {
                    tokens.push_str("# ");
                }
            }
            TokenTree::Punct(punct) => {
                tokens.push(punct.as_char());
                tokens.push(' ');
            }
            TokenTree::Ident(ident) => {
                let ident = ident.to_string();
                tokens.push_str(if is_keyword(&ident) { &ident } else { "name" });
                tokens.push(' ');
            }
            TokenTree::Literal(literal) => {
                tokens.push_str(&literal.to_string());
                tokens.push(' ');
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("( ", ") "),
                    Delimiter::Brace => ("{ ", "} "),
                    Delimiter::Bracket => ("[ ", "] "),
                    Delimiter::None => ("", ""),
                };
                tokens.push_str(open);
                add_tokens(group.stream(), tokens);
                tokens.push_str(close);
            }
        }
    }
}

fn is_doc(attribute: TokenStream) -> bool {
    matches!(attribute.into_iter().next(), Some(TokenTree::Ident(ident)) if ident == "doc")
}

/// Keywords are kept: they are what the program does, and not how it calls it.
fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 38] = [
        "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "false", "fn",
        "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self",
        "Self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where", "while",
    ];
    KEYWORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(text: &str) -> [u8; 32] {
        token_hash(&[("src/lib.rs".to_owned(), text.to_owned())])
    }

    #[test]
    fn other_names_comments_and_lines_make_no_difference_and_other_code_does() {
        let one = "//! Mine.\n/// Adds.\npub fn add(a: u32, b: u32) -> u32 { a + b } // easy";
        let same = "pub fn sum(x: u32, y: u32) -> u32 {\n    x + y\n}";
        assert_eq!(hash(one), hash(same));
        assert_ne!(hash(one), hash("pub fn add(a: u32, b: u32) -> u32 { a - b }"));
        assert_ne!(hash(one), hash("fn add(a: u32, b: u32) -> u32 { a + b }"));
        assert_ne!(hash("const A: u32 = 1;"), hash("const A: u32 = 2;"));
        assert_ne!(hash("'"), hash("\""));
    }

    #[test]
    fn an_id_is_text_and_the_best_students_have_the_longest_bar() {
        let mut page = ClassPage::default();
        for (id, score) in [
            ("<b>ada</b>", Some(10)),
            ("bo", Some(10)),
            ("cy", Some(0)),
            ("di", None),
        ] {
            let entry = Entry {
                id,
                score,
                note: if score.is_none() { "not graded: a link" } else { "" },
                link: "",
                report: None,
            };
            page.add("stdout_writer", 10, entry);
        }
        let page = page.into_page("3 failed · 1 not graded", &["<i>notes".to_owned()]);
        assert!(
            page.contains("<h1>4 students</h1><p>3 failed · 1 not graded</p>"),
            "{page}"
        );
        assert!(!page.contains("<b>") && !page.contains("<i>"), "{page}");
        assert_eq!(page.matches("<rect width=\"100\"").count(), 1, "{page}");
        assert_eq!(page.matches("<rect width=\"50\"").count(), 1, "{page}");
        assert!(page.contains("6.7 of 10 points in the mean"), "{page}");
        assert!(
            page.contains("not graded: a link: <span class=\"id\">di</span>"),
            "{page}"
        );
    }
}
