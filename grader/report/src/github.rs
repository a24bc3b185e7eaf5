//! Reports for GitHub Actions: workflow commands that annotate lines, a log, and a job summary in Markdown.
//!
//! What a submission says is data in all three. It is escaped as GitHub's own toolkit does it
//! (`actions/toolkit`, `packages/core/src/command.ts`), the log is read as text only, and the summary has no markup
//! but its own.

use std::fmt::Write as _;

use protocol::CheckKind;
use protocol::verdict::{CheckVerdict, Evidence, Overall, Report, Score, Verdict};

use crate::Options;
use crate::causes::{self, Failed, Group};
use crate::escape::{counted, escape, shorten_middle};
use crate::evidence::{self, Size};
use crate::rustc::{Span, beginning, decisive, headline, span_at};
use crate::text::Text;

/// How many annotations of a kind GitHub shows for a step.
const MOST_OF_A_KIND: usize = 10;
/// The most characters of a line of an annotation.
const LONGEST_LINE: usize = 1_000;
/// The most lines of a finding in the summary.
const MOST_LINES: usize = 120;
/// What is kept free for the last sentence of a summary that is cut, in bytes.
const ROOM_FOR_THE_END: usize = 200;

/// A report, and how it is written for a reader.
pub type Written<'a> = (&'a Report, &'a Options);

/// A workflow command that marks lines.
struct Annotation {
    /// `error` or `warning`.
    kind: &'static str,
    span: Span,
    title: String,
    /// A line each.
    message: Vec<String>,
}

/// The commands that annotate the findings of `reports`, one for each cause, and what was not graded: as many as GitHub
/// shows. A notice says how many more there are. `folder` is where the course lies in the repository: empty, or a path
/// that ends with a slash.
pub fn annotations(reports: &[Written<'_>], folder: &str) -> String {
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    for (report, options) in reports {
        let groups = causes::groups(report);
        errors.extend(groups.iter().map(|group| of_cause(group, report, options)));
        warnings.extend(report.checks.iter().filter_map(|check| of_ungraded(check, report)));
    }
    let mut commands = String::new();
    for annotation in errors.iter().take(MOST_OF_A_KIND) {
        commands.push_str(&annotation.command(folder));
    }
    for annotation in warnings.iter().take(MOST_OF_A_KIND) {
        commands.push_str(&annotation.command(folder));
    }
    let left_out = errors.len().saturating_sub(MOST_OF_A_KIND) + warnings.len().saturating_sub(MOST_OF_A_KIND);
    if left_out > 0 {
        let more = counted(left_out as u64, "more finding");
        let _ = writeln!(commands, "::notice title=Interleave::{more} in the job summary");
    }
    commands
}

/// `text` for the log of a step, below a heading that opens and closes it. No line of it is read as a command.
pub fn log(heading: &str, text: &Text) -> String {
    let text = text.clone().without_ci_commands().plain();
    // Commands are read again after a line with the token, so it is one that the text does not contain.
    let mut number = 0;
    let token = loop {
        let token = format!("interleave-{number}");
        if !text.contains(&token) {
            break token;
        }
        number += 1;
    };
    let heading = data(&escape(heading));
    format!("::group::{heading}\n::stop-commands::{token}\n{text}::{token}::\n::endgroup::\n")
}

/// A job summary of at most `limit` bytes: a line for each report, then for each of them its checks and the story of
/// each finding.
pub fn summary(reports: &[Written<'_>], limit: usize) -> String {
    if reports.is_empty() {
        let text = "## Interleave: nothing to grade\n\nEvery exercise is as it was handed out.\n";
        return if text.len() <= limit {
            text.to_owned()
        } else {
            String::new()
        };
    }
    let mut sections = vec![overview(reports)];
    for (report, options) in reports {
        sections.push(checks(report));
        let groups = causes::groups(report);
        sections.extend(groups.iter().map(|group| story(group, report, options)));
    }
    let mut summary = String::new();
    let n_sections = sections.len();
    for (at, section) in sections.into_iter().enumerate() {
        let is_last = at + 1 == n_sections;
        let reserved = if is_last { 0 } else { ROOM_FOR_THE_END };
        if summary.len() + section.len() + reserved > limit {
            let end = "\nThe summary is cut here. The log of this step has the rest.\n";
            if summary.len() + end.len() <= limit {
                summary.push_str(end);
            }
            break;
        }
        summary.push_str(&section);
    }
    summary
}

impl Annotation {
    fn command(&self, folder: &str) -> String {
        let Self { kind, span, title, .. } = self;
        let message: Vec<String> = self.message.iter().map(|line| line_of_message(line)).collect();
        format!(
            "::{kind} file={},line={},endLine={},col={},endColumn={},title={}::{}\n",
            property(&format!("{folder}{}", escape(&span.file_name))),
            span.line_start,
            span.line_end,
            span.column_start,
            span.column_end.max(span.column_start),
            property(&escape(title)),
            data(&message.join("\n")),
        )
    }
}

fn line_of_message(line: &str) -> String {
    shorten_middle(&escape(line), LONGEST_LINE)
}

/// What goes after the second `::` of a command, as the toolkit's `escapeData` makes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a command, as the toolkit's `escapeProperty` makes it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// One mistake, at the line that decides it.
fn of_cause(group: &Group<'_>, report: &Report, options: &Options) -> Annotation {
    let (best, others) = group.checks.split_first().expect("a cause has a check");
    let mut message = vec![claim(best)];
    if let Some(telling) = &best.telling {
        message.extend(telling.story.sentences.iter().cloned());
    }
    message.extend(
        best.failure
            .help
            .iter()
            .flat_map(|help| help.lines())
            .map(str::to_owned),
    );
    for other in others {
        message.push(format!("`{}` fails as well: {}", other.check.name, other.relation()));
    }
    if let Some(token) = best.check.token() {
        let command = options.command(&format!("replay {} {token}", report.exercise));
        message.push(format!("replay: {command}"));
    }
    Annotation {
        kind: "error",
        span: place(best, report),
        title: title(best, report),
        message,
    }
}

/// What a mark is about, in some words.
fn title(failed: &Failed<'_>, report: &Report) -> String {
    let Failed { check, failure, .. } = failed;
    let what = format!("{}: {}", report.exercise, failure.finding);
    if check.kind == CheckKind::Build {
        what
    } else {
        format!("{what} in {}", check.name)
    }
}

/// What failed, in one line.
fn claim(failed: &Failed<'_>) -> String {
    if let Some(telling) = &failed.telling {
        return headline(telling.failure, &telling.story);
    }
    let message = failed.failure.message.lines().next().unwrap_or_default();
    match first_error(failed) {
        Some((error, _)) => format!("{message}: {error}"),
        None => message.to_owned(),
    }
}

/// The line that a finding is about.
fn place(failed: &Failed<'_>, report: &Report) -> Span {
    let of_story = || decisive(failed.telling.as_ref()?.failure, &failed.telling.as_ref()?.story);
    let of_panic = || failed.root_panic()?.place.as_ref();
    let span = of_story().or_else(of_panic).and_then(|place| span_at(place, report));
    let of_compiler = || {
        let (_, place) = first_error(failed)?;
        span_at(&place?, report)
    };
    span.or_else(of_compiler).unwrap_or_else(|| beginning(report))
}

/// The first error of the compiler, and where it stands if the compiler says so.
fn first_error<'a>(failed: &Failed<'a>) -> Option<(&'a str, Option<protocol::Place>)> {
    let Evidence::Diagnostics(rendered) = &failed.failure.evidence else {
        return None;
    };
    let mut lines = rendered.lines().skip_while(|line| !line.starts_with("error"));
    let error = lines.next()?;
    let arrow = lines
        .take_while(|line| !line.is_empty())
        .find_map(|line| line.trim_start().strip_prefix("--> "));
    Some((error, arrow.and_then(parsed_place)))
}

/// `src/lib.rs:3:7`.
fn parsed_place(place: &str) -> Option<protocol::Place> {
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some(protocol::Place {
        file: file.to_owned(),
        line: line.parse().ok()?,
        column: column.parse().ok()?,
    })
}

fn of_ungraded(check: &CheckVerdict, report: &Report) -> Option<Annotation> {
    let Verdict::Ungraded { reason, help } = &check.verdict else {
        return None;
    };
    let mut message = vec![reason.clone()];
    message.extend(help.iter().flat_map(|help| help.lines()).map(str::to_owned));
    Some(Annotation {
        kind: "warning",
        span: beginning(report),
        title: format!("{}: {} was not graded", report.exercise, check.name),
        message,
    })
}

/// The points of all reports, and a line for each.
fn overview(reports: &[Written<'_>]) -> String {
    let (mut sum, mut most, mut is_exact) = (0, 0, true);
    for (report, _) in reports {
        most += report.max_score();
        match report.score() {
            Score::Exactly(score) => sum += score,
            Score::AtLeast(score) => {
                sum += score;
                is_exact = false;
            }
            Score::Unknown => is_exact = false,
        }
    }
    let at_least = if is_exact { "" } else { "at least " };
    let mut text = format!("## Interleave: {at_least}{sum} of {most} points\n\n");
    text.push_str("| | exercise | points | checks passed | findings |\n|---|---|---|---|---|\n");
    for (report, options) in reports {
        let mark = match report.overall() {
            Overall::Passed => "✅",
            Overall::Failed => "❌",
            Overall::Ungraded => "❔",
        };
        let n_passed = report.checks.iter().filter(|check| check.verdict == Verdict::Passed);
        let submission = report.submission.to_string_lossy();
        let which = if options.selection.is_empty() {
            String::new()
        } else {
            format!(" ({})", inline(&submission))
        };
        let _ = writeln!(
            text,
            "| {mark} | {}{which} | {} | {} of {} | {} |",
            inline(&report.exercise),
            points(report),
            n_passed.count(),
            report.checks.len(),
            findings(report),
        );
    }
    text
}

fn points(report: &Report) -> String {
    let most = report.max_score();
    match report.score() {
        Score::Exactly(score) => format!("{score} of {most}"),
        Score::AtLeast(score) => format!("at least {score} of {most}"),
        Score::Unknown => format!("? of {most}"),
    }
}

/// What the checks found, each finding once.
fn findings(report: &Report) -> String {
    let mut findings: Vec<String> = Vec::new();
    for check in &report.checks {
        let finding = match &check.verdict {
            Verdict::Failed(failure) => failure.finding.to_string(),
            Verdict::Ungraded { .. } => "not graded".to_owned(),
            Verdict::Passed | Verdict::Skipped { .. } => continue,
        };
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    inline(&findings.join(", "))
}

/// The checks of a report, a line each.
fn checks(report: &Report) -> String {
    let mut text = format!(
        "\n### {}: {}\n\n| | check | points | |\n|---|---|---|---|\n",
        inline(&report.exercise),
        points(report)
    );
    for check in &report.checks {
        let (mark, words) = match &check.verdict {
            Verdict::Passed => ("✅", String::new()),
            Verdict::Failed(failure) => ("❌", failure.finding.to_string()),
            Verdict::Skipped { because } => ("➖", format!("skipped because of {because}")),
            Verdict::Ungraded { reason, .. } => ("❔", format!("not graded: {}", line_of_message(reason))),
        };
        let score = check.score.map_or_else(|| "?".to_owned(), |score| score.to_string());
        let _ = writeln!(
            text,
            "| {mark} | {} | {score} of {} | {} |",
            inline(&check.name),
            check.points,
            inline(&words)
        );
    }
    text
}

/// The story of one mistake: the text of a report, to be opened.
fn story(group: &Group<'_>, report: &Report, options: &Options) -> String {
    let (best, others) = group.checks.split_first().expect("a cause has a check");
    let telling = best.telling.as_ref();
    let mut text = Text::new();
    text.append(evidence::evidence(best.failure, telling, Size::USUAL, options));
    text.append(crate::human::further(best.check, report, options));
    for other in others {
        let also = format!("`{}` fails as well: {}", other.check.name, other.relation());
        text.paragraph(crate::text::Tone::Plain, 0, &also, options.columns);
    }
    let text = text.cut(MOST_LINES, 0).plain();
    format!(
        "\n<details><summary>{}: {}</summary>\n\n<pre>\n{}</pre>\n\n</details>\n",
        inline(&best.check.name),
        inline(&line_of_message(&claim(best))),
        preformatted(&text)
    )
}

/// Text that Markdown and HTML take for nothing but itself, also in a cell of a table: punctuation as references to
/// characters, which CommonMark never takes for markup.
fn inline(text: &str) -> String {
    let mut inline = String::with_capacity(text.len());
    for character in escape(text).chars() {
        if character.is_ascii_punctuation() {
            let _ = write!(inline, "&#{};", u32::from(character));
        } else {
            inline.push(character);
        }
    }
    inline
}

/// Text inside of `<pre>`, in which there is no Markdown.
fn preformatted(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Line, Tone};

    #[test]
    fn a_value_is_escaped_as_the_toolkit_does_it() {
        assert_eq!(data("100%\r\n::error::x"), "100%25%0D%0A::error::x");
        assert_eq!(property("a,b:c%"), "a%2Cb%3Ac%25");
    }

    #[test]
    fn the_log_ends_at_a_token_that_the_text_does_not_contain() {
        let mut text = Text::new();
        text.push(Line::new().with(Tone::Plain, "::interleave-0::"));
        text.push(Line::new().with(Tone::Plain, "::error::forged"));
        assert_eq!(
            log("a\n::error::b", &text),
            "::group::a⏎::error::b\n::stop-commands::interleave-1\n\\::interleave-0::\n\\::error::forged\n\
             ::interleave-1::\n::endgroup::\n"
        );
    }

    #[test]
    fn text_in_the_summary_has_no_markup() {
        assert_eq!(inline("a|b*"), "a&#124;b&#42;");
        assert_eq!(inline("<img src=x>\n"), "&#60;img src&#61;x&#62;⏎");
        assert_eq!(preformatted("</pre>&"), "&lt;/pre&gt;&amp;");
    }

    #[test]
    fn a_place_of_the_compiler_is_read_from_its_end() {
        let place = parsed_place("C:/a:b.rs:3:7").expect("it is a place");
        assert_eq!((place.file.as_str(), place.line, place.column), ("C:/a:b.rs", 3, 7));
        assert!(parsed_place("src/lib.rs").is_none());
    }
}
