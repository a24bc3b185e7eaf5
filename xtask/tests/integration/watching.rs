//! `cargo xtask watch` in a terminal as a student has it, and without one. The tests wait for what appears. Time is
//! only a watchdog.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write};
use std::num::NonZero;
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtyPair, PtySize, native_pty_system};

use super::killing::processes;
use super::small_course::{COUNTS, LOSES_COUNTS, SmallCourse};

/// How long a test waits before it fails; the machine may be busy.
const WATCHDOG: Duration = Duration::from_secs(180);

/// A terminal that can do everything.
const TERM: &str = "xterm-256color";

/// A submission whose compilation never ends.
const COMPILES_FOR_EVER: &str = r"//! Endless.
#![allow(long_running_const_eval)]
const fn endless() -> u64 { loop {} }
/// None.
pub fn count(_: u64) -> u64 { const N: u64 = endless(); N }
";

/// What a terminal shows, and everything that was sent to it.
struct Shown {
    parser: vt100::Parser,
    bytes: Vec<u8>,
}

/// `watch` in a terminal.
struct Session<'a> {
    course: &'a SmallCourse,
    terminal: PtyPair,
    settings: String,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    shown: Arc<(Mutex<Shown>, Condvar)>,
    temporary: tempfile::TempDir,
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn parser_size(size: PtySize) -> (NonZero<u16>, NonZero<u16>) {
    let side = |side| NonZero::new(side).expect("a terminal has rows and columns");
    (side(size.rows), side(size.cols))
}

/// A command as a student starts it in a terminal, wherever the tests themselves run.
fn command(course: &SmallCourse, args: &[&str], term: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(args);
    command.cwd(course.root());
    command.env("TERM", term);
    command.env_remove("NO_COLOR");
    command.env_remove("CI");
    command.env_remove("GITHUB_ACTIONS");
    command
}

impl<'a> Session<'a> {
    fn start(course: &'a SmallCourse, args: &[&str]) -> Self {
        Session::with_term(course, args, TERM)
    }

    fn with_term(course: &'a SmallCourse, args: &[&str], term: &str) -> Self {
        let terminal = native_pty_system().openpty(size(24, 80)).expect("a terminal");
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let mut command = command(course, args, term);
        command.env("TMPDIR", temporary.path());
        let (rows, cols) = parser_size(size(24, 80));
        let shown = Arc::new((
            Mutex::new(Shown {
                parser: vt100::Parser::new(rows, cols, 0),
                bytes: Vec::new(),
            }),
            Condvar::new(),
        ));
        let mut output = terminal.master.try_clone_reader().expect("its output");
        let reader = Arc::clone(&shown);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n) = output.read(&mut buffer)
                && n > 0
            {
                let mut shown = reader.0.lock().expect("no test panics with it");
                shown.parser.process(&buffer[..n]);
                shown.bytes.extend(&buffer[..n]);
                reader.1.notify_all();
            }
        });
        let settings = format!("{:?}", terminal.master.get_termios().expect("it is a terminal"));
        Session {
            course,
            settings,
            keys: terminal.master.take_writer().expect("its input"),
            child: terminal.slave.spawn_command(command).expect("the command starts"),
            terminal,
            shown,
            temporary,
        }
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    fn waits_for(&self, what: &str, is_there: impl Fn(&str) -> bool) {
        let (shown, changed) = &*self.shown;
        let guard = shown.lock().expect("no test panics with it");
        let is_missing = |shown: &mut Shown| !is_there(&shown.parser.screen().contents());
        let (guard, waited) = changed
            .wait_timeout_while(guard, WATCHDOG, is_missing)
            .expect("no test panics with it");
        let screen = guard.parser.screen().contents();
        drop(guard);
        assert!(!waited.timed_out(), "no {what} on the screen:\n{screen}");
    }

    #[track_caller]
    fn sees(&self, words: &str) {
        self.waits_for(words, |screen| screen.contains(words));
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("it reads");
        self.keys.flush().expect("it reads");
    }

    fn resize(&self, size: PtySize) {
        let (rows, cols) = parser_size(size);
        let mut shown = self.shown.0.lock().expect("no test panics with it");
        shown.parser.screen_mut().set_size(rows, cols);
        self.terminal.master.resize(size).expect("it is a terminal");
    }

    fn has_settings_of_start(&self) -> bool {
        format!("{:?}", self.terminal.master.get_termios().expect("it is a terminal")) == self.settings
    }

    /// Processes of gradings that run.
    fn gradings(&self) -> usize {
        let temporary = self.temporary.path().to_str().expect("a path that is text");
        let all = processes();
        all.iter().filter(|process| process.command.contains(temporary)).count()
    }

    /// Waits until the compiler runs on the submission whose compilation never ends.
    fn compiles_for_ever(&self) {
        self.course.write("counting", COMPILES_FOR_EVER);
        self.sees("compiling");
        let deadline = Instant::now() + WATCHDOG;
        while self.gradings() == 0 {
            assert!(Instant::now() < deadline, "no compiler");
            thread::yield_now();
        }
    }

    #[track_caller]
    fn ends_with(mut self, code: u32) {
        let status = self.child.wait().expect("it is ours");
        assert_eq!(status.exit_code(), code);
        assert!(self.has_settings_of_start(), "the terminal is not as it was");
        assert_eq!(self.gradings(), 0, "a process is left");
        let left = fs::read_dir(self.temporary.path()).expect("it is there").count();
        assert_eq!(left, 0, "a temporary folder is left");
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn watch_grades_at_the_start_and_after_each_save() {
    let course = SmallCourse::new();
    let mut session = Session::start(&course, &["watch"]);
    session.sees("q quit");
    session.sees("nothing is written yet");
    course.write("counting", LOSES_COUNTS);
    session.sees("race");
    session.press("h");
    session.sees("hint 1 of 6  race nudge");
    session.press("h");
    session.sees("hint 2 of 6  race concept");
    // As editors save: a new file takes the place of the old one.
    let other = course.library("counting").with_extension("rs~");
    fs::write(&other, COUNTS).expect("a file");
    fs::rename(&other, course.library("counting")).expect("a file");
    session.sees("10 of 10");
    session.press("n");
    session.sees("reckoning");
    session.press("b");
    session.sees("10 of 10");
    session.press("q");
    session.ends_with(0);
}

#[test]
fn a_save_ends_the_grading_that_still_runs_and_the_verdict_is_on_the_last_one() {
    let course = SmallCourse::new();
    course.write("counting", LOSES_COUNTS);
    let mut session = Session::start(&course, &["watch", "exercises/counting/"]);
    session.sees("race");
    session.compiles_for_ever();
    // In quick succession, through a file that is empty for a moment.
    course.write("counting", LOSES_COUNTS);
    course.write("counting", "");
    course.write("counting", COUNTS);
    session.sees("10 of 10");
    session.sees("q quit");
    assert_eq!(session.gradings(), 0, "the grading that was ended goes on");
    session.press("q");
    session.ends_with(0);
}

#[test]
fn q_and_ctrl_c_end_a_grading_and_give_the_terminal_back() {
    const CTRL_C: &str = "\u{3}";
    for (key, code) in [("q", 0), (CTRL_C, 130)] {
        let course = SmallCourse::new();
        let mut session = Session::start(&course, &["watch"]);
        session.sees("q quit");
        assert!(!session.has_settings_of_start(), "keys are read one by one");
        session.compiles_for_ever();
        session.press(key);
        session.ends_with(code);
    }
}

/// As when the window is closed, or the connection to the machine is lost.
#[test]
fn watch_ends_with_its_terminal() {
    let course = SmallCourse::new();
    let PtyPair { master, slave } = native_pty_system().openpty(size(24, 80)).expect("a terminal");
    let mut child = slave
        .spawn_command(command(&course, &["watch"], TERM))
        .expect("it starts");
    drop(slave);
    let mut output = master.try_clone_reader().expect("its output");
    let (sender, is_drawn) = mpsc::channel();
    thread::spawn(move || {
        let mut shown = Vec::new();
        while !String::from_utf8_lossy(&shown).contains("q quit") {
            let mut buffer = [0; 4096];
            match output.read(&mut buffer) {
                Ok(n) if n > 0 => shown.extend(&buffer[..n]),
                _ => break,
            }
        }
        // As long as this reader is open, the terminal is there.
        drop(output);
        sender.send(String::from_utf8_lossy(&shown).contains("q quit"))
    });
    let is_drawn = is_drawn.recv_timeout(WATCHDOG);
    drop(master);
    let mut killer = child.clone_killer();
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait().map(|status| status.success())));
    let ended = ended.recv_timeout(WATCHDOG);
    let _ = killer.kill();
    assert_eq!(is_drawn, Ok(true), "watch does not draw its screen");
    assert!(
        matches!(ended, Ok(Ok(false))),
        "watch goes on without a terminal: {ended:?}"
    );
}

#[test]
fn a_screen_of_another_size_is_drawn_anew() {
    let course = SmallCourse::new();
    course.write("counting", LOSES_COUNTS);
    let mut session = Session::start(&course, &["watch"]);
    let is_drawn = |screen: &str| {
        let lines: Vec<&str> = screen.lines().collect();
        lines.first().is_some_and(|line| line.starts_with("counting"))
            && lines.last().is_some_and(|line| line.contains("h hint"))
    };
    session.waits_for("whole screen", is_drawn);
    session.resize(size(9, 44));
    session.waits_for("small screen", |screen| is_drawn(screen) && screen.lines().count() == 9);
    session.resize(size(60, 100));
    session.waits_for("large screen", |screen| is_drawn(screen) && screen.contains("q quit"));
    session.press("q");
    session.ends_with(0);
}

#[test]
fn a_file_that_is_gone_is_told_and_its_return_is_graded() {
    let course = SmallCourse::new();
    let mut session = Session::start(&course, &["watch"]);
    session.sees("q quit");
    fs::remove_file(course.library("counting")).expect("it was there");
    session.sees("`cargo xtask reset counting` brings the stub back");
    course.xtask(&["reset", "counting"]).assert().code(0);
    session.sees("nothing is written yet");
    session.press("q");
    session.ends_with(0);
}

#[test]
fn a_terminal_that_can_do_nothing_gets_lines() {
    let course = SmallCourse::new();
    course.write("counting", COUNTS);
    let mut session = Session::with_term(&course, &["watch"], "dumb");
    session.sees("10 of 10");
    let shown = session.shown.0.lock().expect("no test panics with it").bytes.clone();
    assert!(!shown.contains(&b'\x1b'), "{}", String::from_utf8_lossy(&shown));
    session.press("\u{3}");
    session.ends_with(130);
}

#[test]
fn without_a_terminal_reports_follow_each_other() {
    let course = SmallCourse::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .args(["watch", "counting"])
        .current_dir(course.root())
        .env_remove("CI")
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut reads = |words: &str| {
        let mut line = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains(words)));
        line.take().expect("it goes on").expect("a text")
    };
    assert!(reads("Watching").contains("`exercises/counting/src`"));
    assert!(!reads("nothing is written yet").contains('\u{1b}'));
    course.write("counting", LOSES_COUNTS);
    reads("race");
    course.write("counting", COUNTS);
    reads("10 of 10");
    let sent = Command::new("kill")
        .args(["-s", "INT", &child.id().to_string()])
        .status();
    assert!(sent.expect("`kill` is everywhere").success());
    assert_eq!(child.wait().expect("it is ours").code(), Some(130));
}
