//! The checks that failed, on one screen: one story for each cause.
//!
//! The cause of most checks is told at the check that shows it best, with as many steps as there is room for. The
//! other causes have a few lines each, and every further check has one line.

use protocol::CheckKind;
use protocol::verdict::Report;

use crate::causes::{Failed, Group};
use crate::escape::counted;
use crate::evidence::{self, Size, Telling};
use crate::heads::Heads;
use crate::table::INDENT;
use crate::text::{Line, Text, Tone};
use crate::{Options, human};

/// The most lines of a whole report on a submission with a mistake: a terminal of 48 lines with its prompt.
pub(crate) const LINES: usize = 45;

/// The least room for the first cause, where there are several.
const FIRST: usize = 20;
/// The most lines for each of the other causes.
const BRIEF: usize = 3;

/// The checks that failed, in at most `room` lines where that is possible.
pub(crate) fn screen(groups: &[Group<'_>], report: &Report, heads: &Heads, room: usize, options: &Options) -> Text {
    let mut text = Text::new();
    let Some((first, others)) = groups.split_first() else {
        return text;
    };
    // A line for each check, and one between two causes.
    let n_checks: usize = groups.iter().map(|group| group.checks.len()).sum();
    let room = room.saturating_sub(n_checks + others.len());
    let bodies = |limit| -> Vec<Text> { others.iter().map(|group| brief(group, limit, options)).collect() };
    let height = |bodies: &[Text]| bodies.iter().map(|body| body.lines().len()).sum::<usize>();
    let whole = body(first, report, Size::USUAL, options).lines().len();
    let room_for_others = room.saturating_sub(whole.min(FIRST));
    let bodies = (0..=BRIEF)
        .rev()
        .map(bodies)
        .find(|bodies| height(bodies) <= room_for_others)
        .unwrap_or_default();
    let story = fitting(first, report, room.saturating_sub(height(&bodies)), options);
    push_group(&mut text, first, story, heads, options);
    for (at, group) in others.iter().enumerate() {
        let body = bodies.get(at).cloned().unwrap_or_default();
        if !body.lines().is_empty() {
            text.blank();
        }
        push_group(&mut text, group, body, heads, options);
    }
    text
}

/// The checks of a cause: the first with its story, then one line for each of the others.
fn push_group(text: &mut Text, group: &Group<'_>, body: Text, heads: &Heads, options: &Options) {
    let [first, others @ ..] = &group.checks[..] else {
        return;
    };
    let is_told = !body.lines().is_empty();
    let head = if group.is_unwritten() {
        heads.head_with(first.check, &["not written yet".to_owned()])
    } else {
        heads.head(first.check)
    };
    text.push(head.shortened(options.columns));
    text.append(body);
    for other in others {
        let words = match (group.is_unwritten(), is_told) {
            (true, _) => vec!["not written yet".to_owned()],
            (false, true) => other.relations().map(str::to_owned).to_vec(),
            (false, false) => other
                .relations()
                .map(|relation| format!("{relation} as above"))
                .to_vec(),
        };
        text.push(heads.head_with(other.check, &words).shortened(options.columns));
    }
}

/// The story of a cause in at most `room` lines: with fewer and fewer steps, until it fits.
fn fitting(group: &Group<'_>, report: &Report, room: usize, options: &Options) -> Text {
    let sizes = std::iter::successors(Some(Size::USUAL), |size| size.smaller());
    let mut stories = sizes.map(|size| body(group, report, size, options));
    let fits = |text: &Text| text.lines().len() <= room;
    let mut last = Text::new();
    for story in &mut stories {
        if fits(&story) {
            return story;
        }
        last = story;
    }
    last.cut(room, INDENT)
}

/// The story of a cause, as its first check shows it.
fn body(group: &Group<'_>, report: &Report, size: Size, options: &Options) -> Text {
    let mut text = Text::new();
    let Failed {
        check,
        failure,
        telling,
        ..
    } = &group.checks[0];
    if group.is_unwritten() {
        return text;
    }
    if check.kind != CheckKind::Model && check.kind != CheckKind::Build {
        text.paragraph(Tone::Dim, INDENT, &check.property, options.columns);
    }
    text.append(evidence::evidence(failure, telling.as_ref(), size, options));
    text.append(human::further(check, report, options));
    text
}

/// The story of a cause in at most `limit` lines: what was expected, what came, and the sentence that says how.
fn brief(group: &Group<'_>, limit: usize, options: &Options) -> Text {
    let Failed { failure, telling, .. } = &group.checks[0];
    let mut text = Text::new();
    if group.is_unwritten() || limit == 0 {
        return text;
    }
    let sentences = match telling {
        Some(Telling { failure, story, .. }) => {
            let (scenario, message) = (&failure.scenario, story.message());
            let how = story
                .sentences
                .first()
                .map(|how| format!("{scenario}: {message}. {how}"));
            let short = [format!("{scenario}: {message}"), message];
            how.into_iter().chain(short).collect()
        }
        None => vec![failure.message.clone()],
    };
    // As much as fits.
    for sentence in sentences {
        text = Text::new();
        text.paragraph(Tone::Plain, INDENT, &sentence.replace('\n', " "), options.columns);
        if text.lines().len() <= limit {
            return text;
        }
    }
    text.cut(limit, INDENT)
}

/// A report on what is not written yet: where to begin.
pub(crate) fn unwritten(group: &Group<'_>, report: &Report, options: &Options) -> Text {
    let mut text = Text::new();
    let n_checks = counted(report.checks.len() as u64, "check");
    let head = Line::indented(1).with(Tone::Bad, "✗ ").with(
        Tone::Strong,
        format!("nothing is written yet: {n_checks} end in a `todo!`"),
    );
    text.push(head.shortened(options.columns));
    if let Some(begin) = begin(group) {
        text.paragraph(Tone::Plain, INDENT, &format!("begin at {begin}"), options.columns);
    }
    let readme = format!("exercises/{}/README.md says what has to hold", report.exercise);
    text.paragraph(Tone::Plain, INDENT, &readme, options.columns);
    text
}

/// The first line that is not written yet.
fn begin(group: &Group<'_>) -> Option<String> {
    let places = group
        .checks
        .iter()
        .filter_map(|failed| failed.root_panic()?.place.as_ref());
    let first = places.min()?;
    Some(format!("{}:{}", first.file, first.line))
}
