//! The page in a browser: it loads without an error, goes from step to step, and works without its script.
//!
//! Where there is no Chromium, these tests do nothing; `cargo xtask ci` says so.

use serde_json::json;
use tempfile::TempDir;

use super::page::{hostile, page_of};
use super::*;

/// A browser, and a folder for its pages.
struct Browser {
    browser: ::browser::Browser,
    folder: TempDir,
}

impl Browser {
    /// Starts it; `None` where there is none.
    fn start() -> Option<Self> {
        let program = ::browser::find()?;
        Some(Self {
            browser: ::browser::Browser::start(&program, (1280, 900)).expect("Chromium starts"),
            folder: TempDir::new().expect("a temporary folder can be made"),
        })
    }

    fn open(&self, page: &str, fragment: &str) {
        let file = self.folder.path().join("page.html");
        std::fs::write(&file, page).expect("the page can be written");
        self.browser.open(&file, fragment).expect("the page opens");
    }

    #[track_caller]
    fn text(&self, expression: &str) -> String {
        self.browser.evaluate(expression).expect("the expression has a value")
    }

    #[track_caller]
    fn key(&self, key: &str) {
        self.browser.press(key).expect("the key is pressed");
    }

    /// The step that the page shows, and that its address names.
    #[track_caller]
    fn step(&self) -> String {
        let step = self.text("document.querySelector('.run:not(.off) tr.now').dataset.step");
        let address = self.text("location.hash");
        assert!(address.contains(&format!("step={step}")), "{address} at step {step}");
        step
    }

    #[track_caller]
    fn has_no_complaint(&self) {
        assert_eq!(self.browser.complaints(), Vec::<String>::new());
    }
}

fn lost_update() -> String {
    page_of(&of_model(failures::lost_update(), failures::COUNTER))
}

#[test]
fn buttons_and_keys_go_from_step_to_step() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&lost_update(), "");
    let last = browser.text("document.querySelectorAll('#run-1-1 [data-step]').length");
    let press = |label: &str| browser.text(&format!("document.querySelector('[aria-label=\"{label}\"]').click()"));
    // The sample says that the second step decides.
    assert_eq!(browser.step(), "2");
    press("First");
    assert_eq!(browser.step(), "1");
    press("Next");
    press("Next");
    assert_eq!(browser.step(), "3");
    press("Previous");
    assert_eq!(browser.step(), "2");
    press("Last");
    assert_eq!(browser.step(), last);
    press("Deciding step");
    assert_eq!(browser.step(), "2");
    browser.key("ArrowRight");
    assert_eq!(browser.step(), "3");
    browser.key("ArrowLeft");
    browser.key("ArrowLeft");
    assert_eq!(browser.step(), "1");
    browser.key("ArrowLeft");
    assert_eq!(browser.step(), "1");
    browser.key("End");
    assert_eq!(browser.step(), last);
    browser.key("Home");
    browser.key("d");
    assert_eq!(browser.step(), "2");
    browser.key("?");
    assert_eq!(browser.text("document.querySelector('dialog').open"), "true");
    browser.has_no_complaint();
}

#[test]
fn the_address_names_the_step_and_the_interleaving() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&lost_update(), "#step=3");
    assert_eq!(browser.step(), "3");
    browser.key("p");
    assert!(browser.text("location.hash").ends_with("view=passes"));
    browser.key("p");
    assert_eq!(browser.text("document.querySelectorAll('.run:not(.off)').length"), "2");
    browser.text("location.hash = '#step=1'");
    while browser.text("document.querySelector('#run-1-1 tr.now').dataset.step") != "1" {}
    browser.has_no_complaint();
}

#[test]
fn what_is_drawn_is_the_state_after_the_step() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&page_of(&of_model(failures::deadlock(), failures::COUNTER)), "");
    browser.key("End");
    let drawn = browser.text("document.querySelector('#board svg').getAttribute('aria-label')");
    assert!(drawn.contains("waits for"), "{drawn}");
    // Each of the two waits for what the other one holds.
    assert_eq!(
        browser.text("document.querySelectorAll('#board .cycle path.wait').length"),
        "2"
    );
    browser.has_no_complaint();
}

#[test]
fn hostile_text_stays_text() {
    let Some(browser) = Browser::start() else { return };
    let page = page_of(&hostile());
    browser.open(&page, "");
    for key in ["Home", "ArrowRight", "p", "p", "?", "End"] {
        browser.key(key);
    }
    assert_eq!(
        browser.text("document.querySelectorAll('img, iframe, object, link').length"),
        "0"
    );
    assert_eq!(browser.text("document.scripts.length"), "2");
    assert_eq!(
        browser.text("document.querySelector('#board').textContent.includes('</script>')"),
        "true"
    );
    browser.has_no_complaint();
}

#[test]
fn the_policy_stops_markup_that_got_in_all_the_same() {
    let Some(browser) = Browser::start() else { return };
    let injected = "<main><script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">";
    browser.open(&lost_update().replace("<main>", injected), "");
    assert_ne!(browser.text("document.title"), "owned");
    assert!(!browser.browser.complaints().is_empty(), "the browser says nothing");
}

#[test]
fn without_script_every_step_can_be_read() {
    let Some(browser) = Browser::start() else { return };
    let disabled = browser
        .browser
        .call("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    disabled.expect("scripts can be disabled");
    browser.open(&lost_update(), "");
    let rows = "[...document.querySelectorAll('#run-1-1 [data-step]')]";
    let n_steps = browser.text(&format!("{rows}.length"));
    let seen = format!("{rows}.filter((row) => row.getBoundingClientRect().height > 0).length");
    assert_eq!(browser.text(&seen), n_steps);
    assert_eq!(browser.text("document.querySelector('#toolbar') === null"), "true");
    browser.has_no_complaint();
}

/// A page of two stories.
fn two_stories() -> String {
    let checks = vec![
        model_failure("every_increment_counts", failures::lost_update()),
        model_failure("everybody_ends", failures::deadlock()),
    ];
    page_of(&report(checks, failures::COUNTER))
}

#[test]
fn a_link_opens_the_other_story_at_its_step() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&two_stories(), "#story=2&step=1");
    let seen = "[...document.querySelectorAll('.story')].map((story) => story.offsetHeight > 0)";
    assert_eq!(browser.text(seen), "false,true");
    browser.text("document.querySelector('#contents a').click()");
    assert_eq!(browser.text(seen), "true,false");
    browser.has_no_complaint();
}

#[test]
fn every_story_is_printed_and_no_button() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&two_stories(), "");
    let printed = browser
        .browser
        .call("Emulation.setEmulatedMedia", json!({"media": "print"}));
    printed.expect("the medium can be chosen");
    let seen = "[...document.querySelectorAll('.story, .schedule, .file')].every((part) => part.offsetHeight > 0)";
    assert_eq!(browser.text(seen), "true");
    assert_eq!(browser.text("document.querySelector('#toolbar').offsetHeight"), "0");
}

#[test]
fn the_page_of_a_class_fits_a_narrow_window_and_breaks_no_rule_of_its_own() {
    let Some(browser) = Browser::start() else { return };
    let narrow = json!({"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": true});
    let made_narrow = browser.browser.call("Emulation.setDeviceMetricsOverride", narrow);
    made_narrow.expect("the window can be made narrow");
    let (races, long) = (class_pages::races(), "a_long_id_of_a_student".repeat(4));
    let page = class_pages::page(&[("ada", &races), (&long, &races), ("<script>x</script>", &races)]);
    browser.open(&page, "");
    assert_eq!(browser.text("document.documentElement.scrollWidth"), "400");
    let widest =
        "Math.max(...[...document.querySelectorAll('.bar rect')].map((bar) => bar.getBoundingClientRect().width))";
    let widest: f64 = browser.text(widest).parse().expect("a number");
    assert!(widest > 100.0, "{widest}");
    browser.has_no_complaint();
}

#[test]
fn a_narrow_window_does_not_scroll_sideways() {
    let Some(browser) = Browser::start() else { return };
    let narrow = json!({"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": true});
    let made_narrow = browser.browser.call("Emulation.setDeviceMetricsOverride", narrow);
    made_narrow.expect("the window can be made narrow");
    browser.open(&two_stories(), "");
    assert_eq!(browser.text("document.documentElement.scrollWidth"), "400");
    assert_eq!(browser.step(), "2");
}
