//! `cargo xtask watch`: grades what the student wrote each time it is saved.
//!
//! One grading runs at a time. A save ends the one that still runs, with all its processes, and starts the next. In a
//! terminal the report takes the screen, and keys ask for more; otherwise reports follow each other as plain lines.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use grader::discover::{Submission, Workspace};
use grader::event::Event;
use grader::exercise::Exercise;
use grader::grade::{self, Options};
use protocol::verdict::Report;
use report::text::{Line, Text, Tone};
use report::{Extent, human};
use sandbox::cancel::Cancel;

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::{Containment, WatchFlags};
use crate::named::{self, current_dir};
use crate::overview::comes_next;
use crate::progress::{Progress, SPINNER};
use crate::saves::{Saves, Stamps};
use crate::standing::{Fingerprint, Record, Standings};
use crate::terminal::{Input, Terminal};
use crate::{for_authors, hint, interrupt};

/// How often files, keys and the grading are looked at.
const TICK: Duration = Duration::from_millis(25);
/// How long the spinner shows one of its frames.
const FRAME: Duration = Duration::from_millis(100);
/// What the keys do, in the last line.
const KEYS: &str = "h hint · f full · p page · y play · n next · b previous · q quit";

/// Watches until the student quits.
pub(crate) fn run(flags: &WatchFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let exercises = workspace.exercises()?;
    let standings = Standings::new(&workspace, console);
    let exercise = named::exercise_or_current(&workspace, flags.exercise.as_deref(), &standings)?;
    let at = exercises.iter().position(|other| other.name == exercise.name);
    let signal = interrupt::cancel_on_signal();
    let terminal = if console.has_keys() {
        Some(Terminal::open(console)?)
    } else {
        None
    };
    let mut watch = Watch {
        workspace: &workspace,
        exercises: &exercises,
        standings: &standings,
        console,
        containment: flags.containment,
        at: at.expect("a known exercise is among all of them"),
        saves: Saves::after(Stamps::of(&exercise)),
        is_due: true,
        graded: None,
        running: None,
        shown: Shown::ComesNext,
        is_new: false,
        record: None,
        shows_hints: false,
        extent: Extent::Cut,
        top: 0,
        notice: None,
        ending: None,
    };
    match terminal {
        Some(terminal) => watch.in_terminal(&terminal, &signal),
        None => watch.in_lines(&signal),
    }
}

/// A grading that runs.
struct Running {
    cancel: Cancel,
    fingerprint: Fingerprint,
    progress: Progress,
    since: Instant,
}

/// What a grading tells while it runs.
enum Message {
    Event(Event),
    Ended(Result<Box<Report>, Error>),
}

/// What the student sees.
enum Shown {
    /// What the exercise is about.
    ComesNext,
    Report(Box<Report>),
    /// Why there is no report.
    Error(Text),
}

struct Watch<'a> {
    workspace: &'a Workspace,
    exercises: &'a [Exercise],
    standings: &'a Standings<'a>,
    console: &'a Console,
    containment: Option<Containment>,
    /// The place of the exercise among all of them.
    at: usize,
    saves: Saves,
    /// Whether a grading has to start.
    is_due: bool,
    /// The code that was graded last, or is being graded.
    graded: Option<Fingerprint>,
    running: Option<Running>,
    shown: Shown,
    /// Whether that was not printed yet.
    is_new: bool,
    record: Option<Record>,
    shows_hints: bool,
    extent: Extent,
    /// The first line of what is shown that is on the screen.
    top: usize,
    notice: Option<Line>,
    /// How to end, once nothing runs any more.
    ending: Option<ExitCode>,
}

impl<'a> Watch<'a> {
    fn in_terminal(&mut self, terminal: &Terminal<'_>, signal: &Cancel) -> Result<ExitCode, Error> {
        let (sender, messages) = mpsc::channel();
        let this = self;
        thread::scope(|scope| {
            let watch = Ended(this);
            let mut drawn = None;
            loop {
                watch.0.follow(&messages);
                if let Some(code) = watch.0.step(signal, scope, &sender) {
                    return Ok(code);
                }
                let screen = watch.0.screen();
                if drawn.as_ref() != Some(&screen) {
                    watch.0.console.screen(&screen)?;
                    drawn = Some(screen);
                }
                match terminal.input(TICK)? {
                    Some(Input::Resized) => drawn = None,
                    Some(input) => watch.0.press(input),
                    None => {}
                }
            }
        })
    }

    fn in_lines(&mut self, signal: &Cancel) -> Result<ExitCode, Error> {
        let (sender, messages) = mpsc::channel();
        let this = self;
        thread::scope(|scope| {
            let watch = Ended(this);
            let src = watch.0.workspace.shown(&watch.0.exercise().folder.join("src"));
            let words = format!("Watching `{}`: each save is graded. Ctrl-C ends it.", src.display());
            let mut text = Text::new();
            text.paragraph(Tone::Dim, 0, &words, watch.0.console.columns());
            watch.0.console.print(text)?;
            loop {
                match messages.recv_timeout(TICK) {
                    Ok(message) => watch.0.hear(message),
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
                }
                if let Some(code) = watch.0.step(signal, scope, &sender) {
                    return Ok(code);
                }
                if std::mem::take(&mut watch.0.is_new) {
                    let mut text = Text::new();
                    text.push(Line::new());
                    text.append(watch.0.body());
                    watch.0.console.print(text)?;
                }
            }
        })
    }

    /// Looks at signals and files, and starts a grading where one is due. Tells how to end, once nothing runs.
    fn step<'scope>(
        &mut self,
        signal: &Cancel,
        scope: &'scope Scope<'scope, '_>,
        sender: &Sender<Message>,
    ) -> Option<ExitCode>
    where
        'a: 'scope,
    {
        if signal.is_cancelled() && self.ending.is_none() {
            self.end(ExitCode::Interrupted);
        }
        if let Some(code) = self.ending {
            return self.running.is_none().then_some(code);
        }
        if self.saves.has_ended(Stamps::of(self.exercise()), Instant::now())
            && self.graded.as_ref() != Some(&Fingerprint::of(self.exercise()))
        {
            self.cancel();
            self.is_due = true;
        }
        if self.is_due && self.running.is_none() {
            self.is_due = false;
            self.start(scope, sender);
        }
        None
    }

    fn exercise(&self) -> &'a Exercise {
        &self.exercises[self.at]
    }

    fn start<'scope>(&mut self, scope: &'scope Scope<'scope, '_>, sender: &Sender<Message>)
    where
        'a: 'scope,
    {
        let (workspace, exercise) = (self.workspace, self.exercise());
        let fingerprint = Fingerprint::of(exercise);
        self.graded = Some(fingerprint.clone());
        let submission = match Submission::student(workspace, exercise) {
            Ok(submission) => submission,
            Err(error) => {
                self.record = None;
                self.show(Shown::Error(self.console.error_text(&error.into())));
                return;
            }
        };
        let cancel = Cancel::new();
        let options = Options {
            cancel: cancel.clone(),
            containment: Containment::requirement(self.containment),
            ..Options::default()
        };
        let sender = sender.clone();
        self.notice = None;
        self.running = Some(Running {
            cancel,
            fingerprint,
            progress: Progress::default(),
            since: Instant::now(),
        });
        scope.spawn(move || {
            let events = |event| {
                // Nobody listens to what ends too late.
                let _ = sender.send(Message::Event(event));
            };
            let graded = grade::grade(workspace, exercise, &submission, &options, &events);
            let _ = sender.send(Message::Ended(graded.map(Box::new).map_err(Error::from)));
        });
    }

    fn follow(&mut self, messages: &Receiver<Message>) {
        while let Ok(message) = messages.try_recv() {
            self.hear(message);
        }
    }

    fn hear(&mut self, message: Message) {
        let Some(running) = &mut self.running else {
            return;
        };
        let graded = match message {
            Message::Event(event) => {
                running.progress.follow(event);
                return;
            }
            Message::Ended(graded) => graded,
        };
        let is_stale = running.cancel.is_cancelled();
        let fingerprint = running.fingerprint.clone();
        self.running = None;
        // What was saved since is what the student asks about.
        if is_stale {
            return;
        }
        match graded {
            Ok(report) => {
                self.record = self.standings.keep(&report, &fingerprint);
                self.shows_hints = false;
                self.show(Shown::Report(report));
            }
            Err(error) => {
                self.record = None;
                self.show(Shown::Error(self.console.error_text(&error)));
            }
        }
    }

    fn show(&mut self, shown: Shown) {
        self.is_new = true;
        self.shown = shown;
        self.top = 0;
    }

    fn cancel(&self) {
        if let Some(running) = &self.running {
            running.cancel.cancel();
        }
    }

    fn end(&mut self, code: ExitCode) {
        if self.ending.is_some() {
            // Asked a second time: whatever is still to be tidied up is left.
            interrupt::at_once();
        }
        self.cancel();
        self.ending = Some(code);
    }

    fn press(&mut self, input: Input) {
        let page = self.console.rows().saturating_sub(2).max(1);
        match input {
            Input::Interrupt => self.end(ExitCode::Interrupted),
            Input::Key('q') => self.end(ExitCode::Passed),
            Input::Key('h') => self.next_hint(),
            Input::Key('f') => {
                self.extent = match self.extent {
                    Extent::Cut => Extent::Full,
                    Extent::Full => Extent::Cut,
                };
                self.top = 0;
            }
            Input::Key('p') => self.command("a page to step through it", "show"),
            Input::Key('y') => self.command("schedule the threads yourself", "play"),
            Input::Key('n') if self.at + 1 < self.exercises.len() => self.go(self.at + 1),
            Input::Key('n') => self.say("This is the last exercise."),
            Input::Key('b') if self.at > 0 => self.go(self.at - 1),
            Input::Key('b') => self.say("This is the first exercise."),
            Input::Key('r') => {
                self.cancel();
                self.is_due = true;
            }
            Input::Up => self.top = self.top.saturating_sub(1),
            Input::Down => self.top += 1,
            Input::PageUp => self.top = self.top.saturating_sub(page),
            Input::PageDown => self.top += page,
            Input::Key(_) | Input::Resized => {}
        }
    }

    fn next_hint(&mut self) {
        let Some(record) = &mut self.record else {
            return self.say("There is no verdict yet.");
        };
        let Some(cause) = &mut record.cause else {
            return self.say("There is nothing to hint at.");
        };
        cause.n_seen = (cause.n_seen + 1).min(cause.hints.len());
        self.standings.write(&self.exercises[self.at].name, record);
        self.shows_hints = true;
        // The screen ends with it.
        self.top = usize::MAX;
    }

    fn go(&mut self, at: usize) {
        self.cancel();
        self.at = at;
        self.standings.choose(&self.exercise().name);
        self.saves = Saves::after(Stamps::of(self.exercise()));
        self.graded = None;
        self.record = None;
        self.shows_hints = false;
        self.extent = Extent::Cut;
        self.notice = None;
        self.is_due = true;
        self.show(Shown::ComesNext);
    }

    fn say(&mut self, words: &str) {
        self.notice = Some(Line::new().with(Tone::Caution, words));
    }

    fn command(&mut self, what: &str, command: &str) {
        let command = format!("cargo xtask {command} {}", self.exercise().name);
        let line = Line::new().with(Tone::Dim, format!("{what}: "));
        self.notice = Some(line.with(Tone::Help, command));
    }

    /// What is on the screen: as much of the text as there is room for, and the last line.
    fn screen(&mut self) -> Vec<Line> {
        let (columns, rows) = (self.console.columns(), self.console.rows());
        let mut body: Vec<Line> = self.body().lines().to_vec();
        for line in self.console.held().lines() {
            body.push(line.clone());
        }
        let notice = self.notice.clone().map(|notice| notice.shortened(columns));
        let room = rows.saturating_sub(1 + usize::from(notice.is_some())).max(1);
        let height = |line: &Line| line.width().div_ceil(columns).max(1);
        // The last line that may be the first on the screen, so that the end is at the bottom.
        let mut left = room;
        let from_end = body.iter().rev().take_while(|line| {
            let fits = height(line) <= left;
            left = left.saturating_sub(height(line));
            fits
        });
        let last_top = body.len() - from_end.count();
        self.top = self.top.min(last_top);
        let mut left = room;
        let mut screen: Vec<Line> = body
            .into_iter()
            .skip(self.top)
            .take_while(|line| {
                let fits = height(line) <= left;
                left = left.saturating_sub(height(line));
                fits
            })
            .collect();
        screen.extend(notice);
        screen.push(self.last_line(last_top > 0).shortened(columns - 1));
        screen
    }

    fn last_line(&self, scrolls: bool) -> Line {
        if self.ending.is_some() {
            return Line::new().with(Tone::Dim, "ending");
        }
        match &self.running {
            Some(running) => {
                let frame = running.since.elapsed().as_millis() / FRAME.as_millis();
                let spinner = SPINNER[frame as usize % SPINNER.len()];
                let line = Line::new().with(Tone::Help, spinner);
                line.with(Tone::Dim, running.progress.line())
            }
            None if scrolls => Line::new().with(Tone::Dim, format!("↑↓ scroll · {KEYS}")),
            None => Line::new().with(Tone::Dim, KEYS),
        }
    }

    fn body(&self) -> Text {
        let columns = self.console.columns();
        let mut text = Text::new();
        match &self.shown {
            Shown::ComesNext => text.append(comes_next(self.workspace, self.exercise(), self.standings, columns)),
            Shown::Error(error) => text.append(error.clone()),
            Shown::Report(report) => {
                let options = report::Options {
                    columns,
                    extent: self.extent,
                    solutions: for_authors::solutions(self.workspace),
                    ..report::Options::default()
                };
                text.append(human::report(report, &options));
            }
        }
        let cause = self.record.as_ref().and_then(|record| record.cause.as_ref());
        if let Some(cause) = cause.filter(|_| self.shows_hints) {
            text.blank();
            text.append(hint::hints(cause, columns));
        }
        text
    }
}

/// Ends what runs before its scope waits for it, also where an error or a panic ends the watch.
struct Ended<'watch, 'a>(&'watch mut Watch<'a>);

impl Drop for Ended<'_, '_> {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
