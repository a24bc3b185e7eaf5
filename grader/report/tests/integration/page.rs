//! The page of a report, as a parser of HTML reads it: what a submission says is text in it, and nothing else.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use base64::prelude::{BASE64_STANDARD, Engine};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use protocol::trace::{Op, Panic};
use protocol::{Certainty, FailureCause, NearestPassing};
use report::page;
use sha2::{Digest, Sha256};

use super::*;

/// The most bytes of a page beside its traces.
const MOST_BYTES: usize = 60 << 10;

/// Whatever ends a string, an element, an attribute or a line somewhere, and then does something.
pub(crate) const MARKUP: &str =
    "</script></style><!--<script>alert(1)</script><img src=x onerror=alert(1)>\"'`&lt;\u{2028}\u{202e}]]>";

/// A report in which everything that a submission can choose is markup.
pub(crate) fn hostile() -> Report {
    let mut failure = failures::torn_line();
    let trace = failure.trace.as_mut().expect("a torn line has a trace");
    for thread in &mut trace.threads {
        thread.name = Some(MARKUP.into());
    }
    trace.threads[1].panic = Some(Panic {
        message: MARKUP.into(),
        place: None,
    });
    trace.stdout[0].bytes = MARKUP.into();
    trace.events[0].op = Op::Write { bytes: MARKUP.into() };
    failure.certainty = Some(Certainty {
        steps: 2,
        nearest_passing: Some(Box::new(NearestPassing {
            preemptions: 0,
            token: MARKUP.into(),
            trace: trace.clone(),
        })),
    });
    failure.scenario = MARKUP.into();
    failure.cause = FailureCause::Property {
        expected: MARKUP.into(),
        got: Some(MARKUP.into()),
    };
    let output = Evidence::Output {
        stdout: MARKUP.into(),
        stderr: MARKUP.into(),
    };
    let checks = vec![
        model_failure("every_line_is_whole", failure),
        check(
            "program_prints_two",
            CheckKind::Program,
            failed(Finding::Panic, MARKUP, output),
        ),
    ];
    let source = format!("// {MARKUP}\n{}", failures::WRITER.replace("print!", "\u{202e}print!"));
    let mut report = report(checks, &source);
    report.submission = MARKUP.into();
    report
}

pub(crate) fn page_of(report: &Report) -> String {
    page::report(report, &Options::default())
}

/// An element: its name, its attributes, and the text right after its start.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
}

impl Element {
    fn attribute(&self, name: &str) -> Option<&str> {
        let (_, value) = self.attributes.iter().find(|(other, _)| other == name)?;
        Some(value)
    }
}

/// What a parser finds in a page.
#[derive(Default)]
struct Parsed {
    elements: RefCell<Vec<Element>>,
    /// Whether an element ended since the last one began, so that text is not right after its start.
    is_past: Cell<bool>,
    n_comments: RefCell<usize>,
    errors: RefCell<Vec<String>>,
}

impl TokenSink for Parsed {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let name = tag.name.to_string();
                self.is_past.set(false);
                let attributes = tag.attrs.iter();
                self.elements.borrow_mut().push(Element {
                    attributes: attributes
                        .map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()))
                        .collect(),
                    text: String::new(),
                    name: name.clone(),
                });
                return match name.as_str() {
                    "script" => TokenSinkResult::RawData(ScriptData),
                    "style" => TokenSinkResult::RawData(Rawtext),
                    "title" => TokenSinkResult::RawData(Rcdata),
                    _ => TokenSinkResult::Continue,
                };
            }
            Token::TagToken(_) => self.is_past.set(true),
            Token::CharacterTokens(text) if !self.is_past.get() => {
                if let Some(element) = self.elements.borrow_mut().last_mut() {
                    element.text.push_str(&text);
                }
            }
            Token::CommentToken(_) => *self.n_comments.borrow_mut() += 1,
            Token::ParseError(error) => self.errors.borrow_mut().push(error.into_owned()),
            Token::CharacterTokens(_) | Token::DoctypeToken(_) | Token::NullCharacterToken | Token::EOFToken => {}
        }
        TokenSinkResult::Continue
    }
}

fn parse(page: &str) -> Parsed {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(page));
    let tokenizer = Tokenizer::new(Parsed::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink
}

/// The elements of a page of which everything is known: only those that the page makes, with only its attributes.
#[track_caller]
fn elements(page: &str) -> Vec<Element> {
    const ELEMENTS: [&str; 36] = [
        "a",
        "body",
        "caption",
        "code",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "head",
        "header",
        "html",
        "li",
        "main",
        "meta",
        "nav",
        "ol",
        "p",
        "pre",
        "script",
        "section",
        "span",
        "strong",
        "style",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ];
    const ATTRIBUTES: [&str; 17] = [
        "aria-hidden",
        "aria-label",
        "aria-labelledby",
        "charset",
        "class",
        "colspan",
        "content",
        "data-step",
        "href",
        "http-equiv",
        "id",
        "lang",
        "name",
        "role",
        "scope",
        "tabindex",
        "type",
    ];
    let parsed = parse(page);
    assert_eq!(*parsed.n_comments.borrow(), 0);
    assert!(parsed.errors.borrow().is_empty(), "{:?}", parsed.errors.borrow());
    let elements = parsed.elements.take();
    for element in &elements {
        assert!(
            ELEMENTS.contains(&element.name.as_str()),
            "an element `{}`",
            element.name
        );
        for (name, value) in &element.attributes {
            assert!(ATTRIBUTES.contains(&name.as_str()), "an attribute `{name}`");
            assert!(name != "href" || value.starts_with("#story="), "a link to {value}");
        }
    }
    elements
}

#[test]
fn what_a_submission_says_is_text() {
    let page = page_of(&hostile());
    let elements = elements(&page);
    let scripts: Vec<&Element> = elements.iter().filter(|element| element.name == "script").collect();
    let types: Vec<Option<&str>> = scripts.iter().map(|script| script.attribute("type")).collect();
    assert_eq!(types, [Some("application/json"), None]);
    // Everything is there, as text.
    let shown = report::escape::escape(MARKUP);
    let n_shown = elements.iter().filter(|element| element.text.contains(&shown)).count();
    assert!(n_shown > 10, "{n_shown} elements have the text");
    let data: serde_json::Value = serde_json::from_str(&scripts[0].text).expect("the data are JSON");
    assert!(data.to_string().contains("onerror"), "{data}");
    assert!(
        !page
            .chars()
            .any(|character| character != '\n' && report::escape::is_hidden(character)),
        "hidden characters"
    );
}

#[test]
fn only_the_script_and_the_style_of_the_page_may_be_used() {
    let elements = elements(&page_of(&hostile()));
    let policy = elements
        .iter()
        .find(|element| element.attribute("http-equiv") == Some("Content-Security-Policy"))
        .and_then(|element| element.attribute("content"))
        .expect("the page has a policy");
    let hash = |name: &str| {
        let of_name = |element: &&Element| element.name == name && element.attribute("type").is_none();
        let text = &elements.iter().find(of_name).expect("the page has it").text;
        BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()))
    };
    let expected = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash("script"),
        hash("style")
    );
    assert_eq!(policy, expected);
}

#[test]
fn the_table_has_every_step_in_order_with_its_thread() {
    let failure = failures::lost_update();
    let n_steps = failure.trace.as_ref().expect("it has a trace").events.len();
    let elements = elements(&page_of(&of_model(failure, failures::COUNTER)));
    let table = elements
        .iter()
        .position(|element| element.attribute("id") == Some("run-1-1"))
        .expect("the page has the table");
    let rest = elements[table + 1..]
        .iter()
        .take_while(|element| element.name != "table");
    let rest: Vec<&Element> = rest.collect();
    assert_eq!(rest[0].name, "caption");
    let steps: Vec<&str> = rest
        .iter()
        .filter_map(|element| element.attribute("data-step"))
        .collect();
    let numbers: Vec<String> = (1..=n_steps).map(|step| step.to_string()).collect();
    assert_eq!(steps, numbers);
    let n_named = rest.iter().filter(|element| element.attribute("class") == Some("who"));
    assert_eq!(n_named.count(), n_steps);
    let scopes: BTreeSet<&str> = rest.iter().filter_map(|element| element.attribute("scope")).collect();
    assert_eq!(scopes, BTreeSet::from(["col", "row"]));
}

#[test]
fn a_page_without_a_trace_is_small_and_says_that_every_check_passed() {
    let page = page_of(&report(vec![passed()], ""));
    assert!(page.len() <= MOST_BYTES, "{} bytes", page.len());
    let elements = elements(&page);
    assert!(elements.iter().any(|element| element.text == "Every check passed"));
}

#[test]
fn the_same_report_makes_the_same_page() {
    assert_eq!(page_of(&hostile()), page_of(&hostile()));
}

#[test]
fn checks_that_fail_for_one_cause_are_one_story() {
    let other = model_failure("another_check", failures::lost_update());
    let checks = vec![
        model_failure("every_increment_counts", failures::lost_update()),
        other,
        model_failure("everybody_ends", failures::deadlock()),
    ];
    let elements = elements(&page_of(&report(checks, failures::COUNTER)));
    let stories = elements
        .iter()
        .filter(|element| element.attribute("class") == Some("story"));
    assert_eq!(stories.count(), 2);
    assert!(
        elements
            .iter()
            .any(|element| element.name == "li" && element.text == "another_check: race, the same cause")
    );
}

/// What the script is told about the threads after each step of a trace, step by step.
fn told(failure: Failure) -> String {
    let elements = elements(&page_of(&of_model(failure, failures::COUNTER)));
    let data = elements.iter().find(|element| element.attribute("id") == Some("data"));
    let data: serde_json::Value = serde_json::from_str(&data.expect("the page has data").text).expect("JSON");
    let mut told = String::new();
    let moments = data["stories"][0]["runs"][0]["moments"].as_array().expect("a list");
    for (step, moment) in moments.iter().enumerate() {
        for change in moment["w"].as_array().into_iter().flatten() {
            told.push_str(&format!(
                "{step} thread {}: {}\n",
                change[0],
                change[2].as_str().expect("words")
            ));
        }
    }
    told
}

#[test]
fn a_thread_waits_for_as_long_as_another_one_holds_what_it_wants() {
    assert_snapshot!(told(failures::deadlock()));
}

#[test]
fn a_thread_that_was_not_notified_waits_to_the_end() {
    assert_snapshot!(told(failures::lost_wakeup()));
}
