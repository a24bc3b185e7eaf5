//! The page of a class: what it counts, and what it says of whom.

use report::class_page::{ClassPage, Entry};

use super::*;

/// A page with what these students have, all of them for `counting`.
pub(crate) fn page(class: &[(&str, &Report)]) -> String {
    let mut page = ClassPage::default();
    for (id, report) in class {
        let entry = Entry {
            id,
            score: report.checks.iter().map(|check| check.score).sum(),
            note: "",
            link: "feedback.html",
            report: Some(report),
        };
        page.add("counting", report.max_score(), entry);
    }
    page.into_page("all graded", &[])
}

/// A submission with a race that two checks show.
pub(crate) fn races() -> Report {
    let checks = vec![
        model_failure("every_increment_counts", failures::lost_update()),
        model_failure("the_count_is_two", failures::lost_update()),
        passed(),
    ];
    report(checks, failures::COUNTER)
}

/// The text of a part of the page, from a heading to the next one.
#[track_caller]
fn part(page: &str, heading: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("<h3>{heading}</h3>"))
        .expect("there is such a heading");
    let part = rest.split("<h3>").next().expect("there is a first part");
    let pieces = part.split('<').filter_map(|piece| piece.split_once('>'));
    let words: Vec<&str> = pieces
        .map(|(_, text)| text.trim())
        .filter(|text| !text.is_empty())
        .collect();
    words.join(" ")
}

#[test]
fn a_mistake_that_two_checks_show_is_one_cause() {
    let (races, passes) = (races(), report(vec![passed()], ""));
    let page = page(&[("ada", &races), ("bo", &races), ("cy", &passes)]);
    assert_eq!(
        part(&page, "What goes wrong"),
        "By cause: checks that fail because of one mistake count once. finding students for example \
         race 2 ada , bo The result depends on the order in which threads happen to run."
    );
    assert_eq!(
        part(&page, "Checks that fail"),
        "finding students for example \
         every_increment_counts 2 of 3 race 2 ada , bo the_count_is_two 2 of 3 race 2 ada , bo"
    );
    assert_eq!(
        part(&page, "The same but for names and comments"),
        "Short answers may be the same by chance. ada , bo"
    );
}

#[test]
fn what_a_limit_ended_was_the_most_work() {
    let slow = failed(Finding::Timeout, "it did not end", Evidence::None);
    let slow = report(vec![check("program_prints_two", CheckKind::Program, slow)], "");
    let (races, passes) = (races(), report(vec![passed()], ""));
    let page = page(&[("ada", &races), ("bo", &passes), ("cy", &slow)]);
    assert_eq!(
        part(&page, "The most work to grade"),
        "cy : ended by timeout ada : 6 366 interleavings bo : 6 360 interleavings"
    );
}
