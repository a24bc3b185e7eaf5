//! A grader that is ended at any moment leaves no process of a submission, no partial report, and nothing that disturbs
//! the next grading.
//!
//! Each test ends the grader when it sees a certain process: the first one, the compiler, the check program, or a child
//! of that. Time appears only as a watchdog.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Once;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// How long a test waits before it fails; the machine may be busy.
const WATCHDOG: Duration = Duration::from_secs(120);

/// A submission whose compilation never ends.
const COMPILES_FOR_EVER: &str = r"//! Endless.
#![allow(long_running_const_eval)]
const fn endless() -> u64 { loop {} }
/// None.
pub fn answer(_: u64) -> u64 { const N: u64 = endless(); N }
";

/// A submission that runs for long and has children that outlive their parents, some in a process group of their own.
const HAS_CHILDREN: &str = r#"//! Has children.
use std::os::unix::process::CommandExt as _;
use std::process::Command;
/// None.
pub fn answer(_: u64) -> u64 {
    let shell = |script: &str| { let mut shell = Command::new("sh"); shell.args(["-c", script]); shell };
    let _ = shell("trap '' HUP TERM INT; sleep 1001 & sleep 1002 & exit 0").status();
    let _ = shell("sleep 1003 & exit 0").process_group(0).status();
    let _ = shell("sleep 1004; exit 0").status();
    0
}
"#;

/// A process as `/proc` shows it.
pub(super) struct Process {
    id: i32,
    parent: i32,
    session: i32,
    /// Its command line.
    pub(super) command: String,
}

/// All processes but zombies.
pub(super) fn processes() -> Vec<Process> {
    let ids = fs::read_dir("/proc").expect("processes are shown").flatten();
    ids.filter_map(|entry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let fields: Vec<&str> = stat[stat.rfind(')')? + 2..].split(' ').collect();
        let command = String::from_utf8_lossy(&fs::read(entry.path().join("cmdline")).ok()?).replace('\0', " ");
        let field = |index: usize| fields.get(index)?.parse().ok();
        (!matches!(fields[0], "Z" | "X")).then_some(())?;
        Some(Process {
            id,
            parent: field(1)?,
            session: field(3)?,
            command,
        })
    })
    .collect()
}

/// A grading that is under way.
struct Grading {
    child: Child,
    temporary: tempfile::TempDir,
    /// The sessions of its children.
    sessions: BTreeSet<i32>,
}

fn xtask(temporary: &Path, arguments: &[&str]) -> Command {
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("../grader/testdata/forging");
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["grade", "reckoning", "--format", "json"]).args(arguments);
    command.current_dir(course).env("TMPDIR", temporary).env_remove("CI");
    command
}

impl Grading {
    /// Starts to grade `source`, or the solution without one. The grader's libraries are already built.
    fn start(source: Option<&str>) -> Grading {
        static LIBRARIES: Once = Once::new();
        LIBRARIES.call_once(|| the_next_one_is_right(tempfile::tempdir().expect("a temporary folder").path()));
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let mut arguments = vec!["--solution".to_owned()];
        if let Some(source) = source {
            let file = temporary.path().join("submission.rs");
            fs::write(&file, source).expect("a file");
            let file = file.to_str().expect("a path that is text").to_owned();
            arguments = vec![
                "--check".into(),
                "machine_hears_the_answer".into(),
                "--submission".into(),
                file,
            ];
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = xtask(temporary.path(), &arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        Grading {
            child: command.spawn().expect("the command starts"),
            temporary,
            sessions: BTreeSet::new(),
        }
    }

    /// Waits until the command lines of `n` processes of the grading contain `words`, or begin with it if it is a path.
    /// `{tmp}` is the temporary folder.
    fn wait_for(&mut self, n: usize, words: &str) {
        let words = words.replace("{tmp}", self.temporary.path().to_str().expect("a path that is text"));
        let deadline = Instant::now() + WATCHDOG;
        loop {
            let own = self.child.id() as i32;
            let all = processes();
            let children = all
                .iter()
                .filter(|process| process.parent == own && process.session != process.parent);
            self.sessions.extend(
                children
                    .filter(|child| child.session == child.id)
                    .map(|child| child.session),
            );
            let of_grading = all.iter().filter(|process| self.sessions.contains(&process.session));
            let is_meant = |process: &&Process| match words.starts_with('/') {
                true => process.command.starts_with(&words),
                false => process.command.contains(&words),
            };
            if of_grading.filter(is_meant).count() >= n {
                return;
            }
            if self.child.try_wait().expect("it is ours").is_some() {
                panic!("it ended before {words}: {}", self.output());
            }
            assert!(Instant::now() < deadline, "no {words}");
            thread::yield_now();
        }
    }

    /// What it prints until its end.
    fn output(&mut self) -> String {
        let mut output = String::new();
        let mut stdout = self.child.stdout.take().expect("it is piped");
        stdout.read_to_string(&mut output).expect("a report is text");
        output
    }

    /// Sends the signal, and expects that no process is left and that the output is a whole report or empty.
    fn end(&mut self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.expect("`kill` is everywhere").success());
        let output = self.output();
        self.child.wait().expect("it is ours");
        assert!(output.is_empty() || output.ends_with("}\n"), "half a report: {output}");
        let temporary = self.temporary.path().to_str().expect("a path that is text");
        let deadline = Instant::now() + WATCHDOG;
        loop {
            let left = processes();
            let is_left =
                |process: &&Process| self.sessions.contains(&process.session) || process.command.contains(temporary);
            let left: Vec<String> = left.iter().filter(is_left).map(|left| left.command.clone()).collect();
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "left after SIG{signal}: {left:#?}");
            thread::yield_now();
        }
    }
}

impl Drop for Grading {
    fn drop(&mut self) {
        // The grading still runs if the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The folders in which gradings were under way.
fn folders(temporary: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(temporary)
        .expect("it is there")
        .flatten()
        .map(|entry| entry.path());
    entries.filter(|path| path.is_dir()).collect()
}

/// The next grading passes, and removes what was left behind.
#[track_caller]
fn the_next_one_is_right(temporary: &Path) {
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    for folder in folders(temporary) {
        let folder = File::open(folder).expect("it is there");
        folder.set_modified(long_ago).expect("it is ours");
    }
    let Output { status, stdout, stderr } = xtask(temporary, &["--solution"]).output().expect("the command starts");
    let printed = format!(
        "{}{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
    assert_eq!(status.code(), Some(0), "{printed}");
    assert!(printed.contains(r#""score":10"#), "{printed}");
    assert_eq!(folders(temporary), [] as [std::path::PathBuf; 0]);
}

#[test]
fn a_grader_that_is_ended_while_it_compiles_leaves_nothing() {
    for signal in ["INT", "TERM", "KILL"] {
        for words in ["", "rustc src/lib.rs"] {
            let mut grading = Grading::start(Some(COMPILES_FOR_EVER));
            grading.wait_for(1, words);
            grading.end(signal);
            match signal {
                "KILL" => the_next_one_is_right(grading.temporary.path()),
                _ => assert_eq!(folders(grading.temporary.path()), [] as [std::path::PathBuf; 0]),
            }
        }
    }
}

#[test]
fn a_grader_that_is_ended_while_a_submission_has_children_leaves_none() {
    for signal in ["INT", "TERM", "KILL"] {
        for (n, words) in [(1, "{tmp}/interleave-"), (1, "sleep 1001"), (4, "sleep 100")] {
            let mut grading = Grading::start(Some(HAS_CHILDREN));
            grading.wait_for(n, words);
            grading.end(signal);
            if signal != "KILL" {
                assert_eq!(folders(grading.temporary.path()), [] as [std::path::PathBuf; 0]);
            }
        }
    }
}

#[test]
fn an_incremental_build_that_was_cut_off_does_no_harm() {
    let mut grading = Grading::start(None);
    grading.wait_for(1, "-Cincremental=");
    grading.end("KILL");
    the_next_one_is_right(grading.temporary.path());
}
