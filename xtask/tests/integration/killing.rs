//! A grader that is ended at any moment leaves no process of a submission, no half of a report, and nothing that the next one
//! trips over.
//!
//! The moments are those at which something can be seen of the grading: its first process, its compiler, its check program, and
//! what that has started. Time appears only as a watchdog.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Once;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// How long anything may take that has to happen: the machine may be busy.
const WATCHDOG: Duration = Duration::from_secs(120);

/// Never done with being compiled.
const COMPILES_FOR_EVER: &str = "//! Endless.\n#![allow(long_running_const_eval)]\nconst fn endless() -> u64 { loop {} }\n\
                                 /// None.\npub fn answer(_: u64) -> u64 { const N: u64 = endless(); N }\n";

/// Never done with running, and with children that outlive whoever started them, in a group of their own or not.
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
struct Process {
    id: i32,
    parent: i32,
    session: i32,
    command: String,
}

/// All processes but remains.
fn processes() -> Vec<Process> {
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
    /// Grades `source`, or the solution where there is none, with libraries that are built.
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

    /// Waits until `n` processes of the grading have this in their command lines, or at the beginning of them, if it is a path. The
    /// place of the temporary folder is `{tmp}`.
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
                panic!("it ended before {words}: {}", self.said());
            }
            assert!(Instant::now() < deadline, "no {words}");
            thread::yield_now();
        }
    }

    /// What it says until its end.
    fn said(&mut self) -> String {
        let mut said = String::new();
        let mut stdout = self.child.stdout.take().expect("it is piped");
        stdout.read_to_string(&mut said).expect("a report is text");
        said
    }

    /// Sends the signal, and demands that everything is gone, and that what was said is a report or nothing.
    fn end(&mut self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.expect("`kill` is everywhere").success());
        let said = self.said();
        self.child.wait().expect("it is ours");
        assert!(said.is_empty() || said.ends_with("}\n"), "half a report: {said}");
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
        // Where a test has failed.
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
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains(r#""score":10"#), "{said}");
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
fn a_build_that_is_kept_for_the_next_one_and_was_cut_off_is_no_harm() {
    let mut grading = Grading::start(None);
    grading.wait_for(1, "-Cincremental=");
    grading.end("KILL");
    the_next_one_is_right(grading.temporary.path());
}
