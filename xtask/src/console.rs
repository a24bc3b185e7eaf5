//! The only printing: reports on standard output, errors and progress on standard error.
//!
//! Colours and widths are decided here and nowhere else. Everything printed for a reader goes through
//! [`report::text`] and is escaped by it.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use anstyle::{AnsiColor, Effects, Style};
use report::text::{Line, Text, Tone};

use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::Color;

/// Columns of a line where there is no terminal to ask: what fits a page of a log or a mail.
const COLUMNS: usize = 80;
/// A line of more columns is hard to follow with the eye.
const MOST_COLUMNS: usize = 120;
/// Rows of a screen whose size is not known.
const ROWS: usize = 24;
/// What is lower than this is no terminal to read on.
const LEAST_ROWS: usize = 3;
/// What is narrower than this is no terminal to read a table on.
const LEAST_COLUMNS: usize = 40;

/// Standard output and standard error.
pub(crate) struct Console {
    is_colored: bool,
    is_error_colored: bool,
    is_ci: bool,
    /// Whether a screen is drawn, line by line from its top. What is told meanwhile is held back.
    has_screen: AtomicBool,
    held: Mutex<Text>,
    /// Keeps the line of progress and whole texts apart.
    error_output: Mutex<()>,
}

impl Console {
    /// The console of this process.
    pub(crate) fn new(color: Color) -> Self {
        let wants_plain = is_set("NO_COLOR") || std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        let is_colored = |is_terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !wants_plain,
        };
        Self {
            is_colored: is_colored(io::stdout().is_terminal()),
            is_error_colored: is_colored(io::stderr().is_terminal()),
            is_ci: is_set("CI") || is_set("GITHUB_ACTIONS") || is_set("TF_BUILD"),
            has_screen: AtomicBool::new(false),
            held: Mutex::new(Text::new()),
            error_output: Mutex::new(()),
        }
    }

    /// How many columns a line may take.
    pub(crate) fn columns(&self) -> usize {
        let width = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
        width.unwrap_or(COLUMNS).clamp(LEAST_COLUMNS, MOST_COLUMNS)
    }

    /// How many rows a screen has.
    pub(crate) fn rows(&self) -> usize {
        let height = terminal_size::terminal_size_of(io::stdout()).map(|(_, height)| usize::from(height.0));
        height.unwrap_or(ROWS).max(LEAST_ROWS)
    }

    /// Whether somebody sits before a terminal, for whom a screen is drawn and who presses keys.
    pub(crate) fn has_keys(&self) -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal() && self.shows_progress()
    }

    /// From now on, screens are drawn.
    pub(crate) fn begin_screen(&self) {
        self.has_screen.store(true, Ordering::Relaxed);
        // What was there before stays above the screen. Nobody is left to tell that it could not be printed.
        let _ = self.print_bytes(&"\r\n".repeat(self.rows()));
    }

    /// Goes to the line below the screen, and tells what was held back.
    pub(crate) fn end_screen(&self) {
        self.has_screen.store(false, Ordering::Relaxed);
        // Nobody is left to tell that it could not be printed.
        let _ = self.print_bytes("\r\u{1b}[2K");
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        self.tell(held);
    }

    /// What was held back since screens are drawn.
    pub(crate) fn held(&self) -> Text {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Draws a screen: the lines from the top on, and the cursor after the last one.
    pub(crate) fn screen(&self, lines: &[Line]) -> io::Result<()> {
        const TOP: &str = "\u{1b}[H";
        const REST_OF_LINE: &str = "\u{1b}[K";
        const REST_OF_SCREEN: &str = "\u{1b}[J";
        let mut text = Text::new();
        for line in lines {
            text.push(line.clone());
        }
        let painted = if self.is_colored { paint(&text) } else { text.plain() };
        let lines = painted
            .trim_end_matches('\n')
            .replace('\n', &format!("{REST_OF_LINE}\r\n"));
        self.print_bytes(&format!("{TOP}{lines}{REST_OF_SCREEN}"))
    }

    /// Prints a text for a reader.
    pub(crate) fn print(&self, text: Text) -> io::Result<()> {
        let text = if self.is_ci { text.without_ci_commands() } else { text };
        let painted = if self.is_colored { paint(&text) } else { text.plain() };
        self.print_bytes(&painted)
    }

    /// Prints what somebody answers on the same line.
    pub(crate) fn prompt(&self, line: Line) -> io::Result<()> {
        let mut text = Text::new();
        text.push(line);
        let painted = if self.is_colored {
            paint(&text)
        } else {
            text.lines()
                .iter()
                .flat_map(Line::spans)
                .map(|span| span.text())
                .collect()
        };
        self.print_bytes(painted.trim_end_matches('\n'))
    }

    /// Prints a document for a machine as it is.
    pub(crate) fn print_bytes(&self, document: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(document.as_bytes())?;
        stdout.flush()
    }

    /// Says an error, its causes, and what can be done about it.
    pub(crate) fn error(&self, error: &Error) {
        self.tell(self.error_text(error));
    }

    /// An error, its causes, and what can be done about it.
    pub(crate) fn error_text(&self, error: &Error) -> Text {
        self.labelled(Tone::Bad, "error: ", error)
    }

    /// Says what went wrong beside the work that was asked for.
    pub(crate) fn warning(&self, error: &Error) {
        self.tell(self.labelled(Tone::Caution, "warning: ", error));
    }

    fn labelled(&self, tone: Tone, label: &str, error: &Error) -> Text {
        let words = error.words();
        let mut text = Text::new();
        let mut start = Line::new().with(tone, label);
        for sentence in &words.sentences {
            // An entry of a list is indented further.
            let entry = sentence.trim_start();
            let first = start.pad_to(label.len() + sentence.len() - entry.len());
            text.hanging(first, Tone::Plain, entry, self.columns());
            start = Line::indented(label.len());
        }
        for help in &words.help {
            text.hanging(
                Line::new().with(Tone::Help, "help: "),
                Tone::Plain,
                help,
                self.columns(),
            );
        }
        text
    }

    /// Says what the command line lacks, or the help that it asked for.
    pub(crate) fn usage(&self, error: &clap::Error) -> ExitCode {
        let words = error.render().to_string();
        if error.use_stderr() {
            self.write_error(&words);
            ExitCode::Usage
        } else {
            // Nobody is left to tell that help could not be printed.
            let _ = self.print_bytes(&words);
            ExitCode::Passed
        }
    }

    /// Says something beside the report.
    pub(crate) fn tell(&self, text: Text) {
        if self.has_screen.load(Ordering::Relaxed) {
            self.held.lock().unwrap_or_else(PoisonError::into_inner).append(text);
            return;
        }
        let text = if self.is_ci { text.without_ci_commands() } else { text };
        let painted = if self.is_error_colored {
            paint(&text)
        } else {
            text.plain()
        };
        self.write_error(&painted);
    }

    /// Whether a line of progress would be seen and not end up in a file.
    pub(crate) fn shows_progress(&self) -> bool {
        io::stderr().is_terminal() && !self.is_ci && std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
    }

    /// Replaces the line of progress; an empty line removes it.
    pub(crate) fn progress(&self, line: Line) {
        const START_OF_LINE: &str = "\r\u{1b}[2K";
        let mut text = Text::new();
        text.push(line.shortened(self.columns() - 1));
        let painted = if self.is_error_colored {
            paint(&text)
        } else {
            text.plain()
        };
        self.write_error(&format!("{START_OF_LINE}{}", painted.trim_end_matches('\n')));
    }

    /// What cannot be said on standard error cannot be said at all.
    fn write_error(&self, words: &str) {
        let _guard = self.error_output.lock();
        let mut stderr = io::stderr().lock();
        let _ = stderr.write_all(words.as_bytes()).and_then(|()| stderr.flush());
    }
}

/// Whether an environment variable is set to something.
fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// The text with the terminal's codes for its tones.
fn paint(text: &Text) -> String {
    let mut painted = String::new();
    for line in text.lines() {
        for span in line.spans() {
            let style = style(span.tone());
            painted.push_str(&format!("{style}{}{style:#}", span.text()));
        }
        painted.push('\n');
    }
    painted
}

/// Colours of the terminal's own palette, so that they suit a dark and a light one.
fn style(tone: Tone) -> Style {
    const THREADS: [AnsiColor; 5] = [
        AnsiColor::Cyan,
        AnsiColor::Magenta,
        AnsiColor::Yellow,
        AnsiColor::Blue,
        AnsiColor::Green,
    ];
    let color = |color: AnsiColor| color.on_default();
    match tone {
        Tone::Plain => Style::new(),
        Tone::Strong => Style::new().effects(Effects::BOLD),
        Tone::Dim => Style::new().effects(Effects::DIMMED),
        Tone::Good => color(AnsiColor::Green),
        Tone::Bad => color(AnsiColor::Red),
        Tone::Caution => color(AnsiColor::Yellow),
        Tone::Help => color(AnsiColor::Cyan),
        // The body keeps the terminal's own colour.
        Tone::Thread(0) => Style::new(),
        Tone::Thread(id) => color(THREADS[(id - 1) % THREADS.len()]),
    }
}
