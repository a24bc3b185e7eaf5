//! Drives Chromium over the two pipes of its DevTools protocol: opens a page, presses keys, asks for values, takes
//! pictures. It needs no driver program and no port.
//!
//! The protocol: <https://chromedevtools.github.io/devtools-protocol/>. Each message is JSON with a zero byte at its
//! end.

use std::cell::{Cell, RefCell};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The names under which systems have it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// After so long without an answer, the browser hangs.
const WATCHDOG: Duration = Duration::from_secs(120);
/// The quality of a picture, of 100: text stays sharp.
const QUALITY: u32 = 50;

/// How to get Chromium.
pub const HELP: &str = "install Chromium, on Debian and Ubuntu with `apt-get install chromium`";

/// Finds Chromium in the folders of `PATH`.
pub fn find() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let files = std::env::split_paths(&folders).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    files.into_iter().find(|file| file.is_file())
}

/// A browser with one page open. It ends when it is dropped.
pub struct Browser {
    process: Child,
    requests: RefCell<ChildStdin>,
    messages: Receiver<Value>,
    n_requests: Cell<u64>,
    session: String,
    complaints: RefCell<Vec<String>>,
    /// Has the profile of the browser.
    _folder: TempDir,
}

impl Browser {
    /// Starts a browser whose window has this width and height.
    ///
    /// # Errors
    ///
    /// When it does not start, or does not answer.
    pub fn start(program: &Path, (width, height): (u32, u32)) -> io::Result<Self> {
        let folder = TempDir::new()?;
        // The protocol is on the descriptors 3 and 4, which only a shell can give a program.
        let mut process = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#])
            .arg(program)
            .args([
                "--headless",
                // It opens only pages of this repository, and its own sandbox does not start as root.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--force-prefers-reduced-motion",
                "--remote-debugging-pipe",
            ])
            .arg(format!("--window-size={width},{height}"))
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let requests = process.stdin.take().ok_or_else(hangs)?;
        let answers = process.stdout.take().ok_or_else(hangs)?;
        let mut browser = Self {
            process,
            requests: RefCell::new(requests),
            messages: messages(answers),
            n_requests: Cell::new(0),
            session: String::new(),
            complaints: RefCell::new(Vec::new()),
            _folder: folder,
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}))?;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", attach)?;
        browser.session = attached["sessionId"].as_str().ok_or_else(hangs)?.to_owned();
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}))?;
        }
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        browser.call("Emulation.setDeviceMetricsOverride", metrics)?;
        Ok(browser)
    }

    /// Calls a method of the protocol.
    ///
    /// # Errors
    ///
    /// When the browser refuses, or does not answer.
    pub fn call(&self, method: &str, parameters: Value) -> io::Result<Value> {
        let id = self.n_requests.get() + 1;
        self.n_requests.set(id);
        let mut request = json!({"id": id, "method": method, "params": parameters});
        if !self.session.is_empty() {
            request["sessionId"] = json!(self.session);
        }
        self.requests
            .borrow_mut()
            .write_all(format!("{request}\0").as_bytes())?;
        loop {
            let mut message = self.message()?;
            if message["id"] == json!(id) {
                return match &message["error"] {
                    Value::Null => Ok(message["result"].take()),
                    error => Err(io::Error::other(format!("{method}: {error}"))),
                };
            }
        }
    }

    fn message(&self) -> io::Result<Value> {
        let message = self.messages.recv_timeout(WATCHDOG).map_err(|_| hangs())?;
        let method = message["method"].as_str().unwrap_or("");
        if matches!(
            method,
            "Runtime.exceptionThrown" | "Log.entryAdded" | "Runtime.consoleAPICalled"
        ) {
            self.complaints.borrow_mut().push(message["params"].to_string());
        }
        Ok(message)
    }

    /// Opens a page at a fragment of its address, such as `#step=7`.
    ///
    /// # Errors
    ///
    /// As [`Browser::call`].
    pub fn open(&self, page: &Path, fragment: &str) -> io::Result<()> {
        let address = format!("file://{}{fragment}", page.display());
        // Otherwise another fragment of the page that is open would not load it again.
        self.call("Page.navigate", json!({"url": "about:blank"}))?;
        self.call("Page.navigate", json!({"url": address}))?;
        while self.evaluate("document.readyState + location.protocol")? != "completefile:" {
            self.message()?;
        }
        Ok(())
    }

    /// The value of an expression in the page, as text.
    ///
    /// # Errors
    ///
    /// As [`Browser::call`], and when the expression throws.
    pub fn evaluate(&self, expression: &str) -> io::Result<String> {
        let parameters = json!({"expression": format!("String({expression})"), "returnByValue": true});
        let result = self.call("Runtime.evaluate", parameters)?;
        let value = result["result"]["value"].as_str().map(str::to_owned);
        value.ok_or_else(|| io::Error::other(format!("{expression}: {result}")))
    }

    /// Presses and releases a key, which has the name that the page sees: `ArrowLeft`, `d`.
    ///
    /// # Errors
    ///
    /// As [`Browser::call`].
    pub fn press(&self, key: &str) -> io::Result<()> {
        let text = if key.chars().count() == 1 { key } else { "" };
        self.call(
            "Input.dispatchKeyEvent",
            json!({"type": "keyDown", "key": key, "text": text}),
        )?;
        self.call("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key}))?;
        Ok(())
    }

    /// A picture of the window, in the format WebP.
    ///
    /// # Errors
    ///
    /// As [`Browser::call`].
    pub fn picture(&self) -> io::Result<Vec<u8>> {
        let parameters = json!({"format": "webp", "quality": QUALITY});
        let picture = self.call("Page.captureScreenshot", parameters)?;
        let data = picture["data"].as_str().unwrap_or("");
        let decoded = BASE64_STANDARD.decode(data);
        decoded.map_err(|error| io::Error::other(error.to_string()))
    }

    /// What the browser complained of so far: errors of scripts, messages on the console, refusals of the policy.
    pub fn complaints(&self) -> Vec<String> {
        self.complaints.borrow().clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It has ended already, or is not wanted any more.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The messages of the browser, as they come.
fn messages(answers: ChildStdout) -> Receiver<Value> {
    let (sender, messages) = mpsc::channel();
    let mut answers = BufReader::new(answers);
    thread::spawn(move || {
        let mut bytes = Vec::new();
        while answers.read_until(0, &mut bytes).is_ok_and(|n_bytes| n_bytes > 0) {
            bytes.pop();
            let is_wanted = serde_json::from_slice(&bytes).is_ok_and(|message| sender.send(message).is_ok());
            if !is_wanted {
                break;
            }
            bytes.clear();
        }
    });
    messages
}

fn hangs() -> io::Error {
    io::Error::other("Chromium does not answer")
}
