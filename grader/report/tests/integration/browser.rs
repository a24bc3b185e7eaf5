//! The page in a browser: it loads without an error, goes from step to step, and works without its script.
//!
//! Chromium is driven over the two pipes of its DevTools protocol. Where there is none, these tests do nothing;
//! `cargo xtask ci` says so.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::page::{hostile, page_of};
use super::*;

/// The names under which systems have it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// After so long without an answer, the browser hangs.
const WATCHDOG: Duration = Duration::from_secs(120);

fn program() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let candidates = std::env::split_paths(&folders).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    candidates.into_iter().find(|file| file.is_file())
}

/// A browser with one page open.
struct Browser {
    process: Child,
    requests: RefCell<ChildStdin>,
    messages: Receiver<Value>,
    n_requests: RefCell<u64>,
    session: String,
    /// What the console and the runtime complained of.
    complaints: RefCell<Vec<String>>,
    folder: TempDir,
}

impl Browser {
    /// Starts it; `None` where there is none.
    fn start() -> Option<Self> {
        let program = program()?;
        let folder = TempDir::new().expect("a temporary folder can be made");
        // The protocol is on the descriptors 3 and 4, which only a shell can give a program.
        let mut process = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#])
            .arg(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--remote-debugging-pipe",
                "--window-size=1280,900",
            ])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the browser starts");
        let requests = process.stdin.take().expect("it has a pipe");
        let mut answers = BufReader::new(process.stdout.take().expect("it has a pipe"));
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            let mut message = Vec::new();
            while answers.read_until(0, &mut message).is_ok_and(|n_bytes| n_bytes > 0) {
                message.pop();
                let message = serde_json::from_slice(&std::mem::take(&mut message)).expect("a message is JSON");
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut browser = Self {
            process,
            requests: RefCell::new(requests),
            messages,
            n_requests: RefCell::new(0),
            session: String::new(),
            complaints: RefCell::new(Vec::new()),
            folder,
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", attach);
        browser.session = attached["sessionId"].as_str().expect("a session has an id").to_owned();
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    fn call(&self, method: &str, parameters: Value) -> Value {
        *self.n_requests.borrow_mut() += 1;
        let id = *self.n_requests.borrow();
        let mut request = json!({"id": id, "method": method, "params": parameters});
        if !self.session.is_empty() {
            request["sessionId"] = json!(self.session);
        }
        let bytes = format!("{request}\0").into_bytes();
        self.requests.borrow_mut().write_all(&bytes).expect("the browser reads");
        loop {
            let message = self.message();
            if message["id"] == json!(id) {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
        }
    }

    fn message(&self) -> Value {
        let message = self.messages.recv_timeout(WATCHDOG).expect("the browser answers");
        let method = message["method"].as_str().unwrap_or("");
        if matches!(
            method,
            "Runtime.exceptionThrown" | "Log.entryAdded" | "Runtime.consoleAPICalled"
        ) {
            self.complaints.borrow_mut().push(message["params"].to_string());
        }
        message
    }

    /// Opens a page, at a fragment of its address.
    fn open(&self, page: &str, fragment: &str) {
        let file = self.folder.path().join("page.html");
        std::fs::write(&file, page).expect("the page can be written");
        self.call("Page.navigate", json!({"url": "about:blank"}));
        self.call("Page.navigate", json!({"url": address(&file, fragment)}));
        while self.text("document.readyState + location.protocol") != "completefile:" {
            self.message();
        }
    }

    /// The value of an expression, as text.
    #[track_caller]
    fn text(&self, expression: &str) -> String {
        let parameters = json!({"expression": format!("String({expression})"), "returnByValue": true});
        let result = self.call("Runtime.evaluate", parameters);
        let value = &result["result"]["value"];
        value
            .as_str()
            .unwrap_or_else(|| panic!("{expression}: {result}"))
            .to_owned()
    }

    fn key(&self, key: &str) {
        for kind in ["keyDown", "keyUp"] {
            let text = if key.chars().count() == 1 && kind == "keyDown" {
                key
            } else {
                ""
            };
            self.call(
                "Input.dispatchKeyEvent",
                json!({"type": kind, "key": key, "text": text}),
            );
        }
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
        assert_eq!(*self.complaints.borrow(), Vec::<String>::new());
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It has exited already, or is not wanted any more.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn address(file: &Path, fragment: &str) -> String {
    format!("file://{}{fragment}", file.display())
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
    browser.text("new Promise((done) => setTimeout(done))");
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
    assert!(!browser.complaints.borrow().is_empty(), "the browser says nothing");
}

#[test]
fn without_script_every_step_can_be_read() {
    let Some(browser) = Browser::start() else { return };
    browser.call("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    browser.open(&lost_update(), "");
    let rows = "[...document.querySelectorAll('#run-1-1 [data-step]')]";
    let n_steps = browser.text(&format!("{rows}.length"));
    let seen = format!("{rows}.filter((row) => row.getBoundingClientRect().height > 0).length");
    assert_eq!(browser.text(&seen), n_steps);
    assert_eq!(browser.text("document.querySelector('#toolbar') === null"), "true");
    browser.has_no_complaint();
}
