//! `cargo xtask play`: the student is the scheduler of a submission.
//!
//! Lines are read from standard input, so a script can play as well. A line from a pipe is shown after the prompt, as
//! if it had been typed. The end of the input ends the game.

use std::io::{self, BufRead, IsTerminal};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use grader::discover::Workspace;
use grader::grade::{self, Game, Options, PlayError, Wish};
use protocol::play::{Answer, Beginning, Line as Choices, Question, Until, Way};
use report::text::{Line, Text, Tone};
use report::{self, Extent, human, play};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::{Containment, PlayFlags};
use crate::grade::select;
use crate::named::current_dir;
use crate::{interrupt, named, progress};

/// How often a wait for a line looks whether somebody wants to stop. No key waits longer than that.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// What is said to whoever goes on at the end of an execution.
const OVER: &str = "The execution is over: `b` takes a choice back, `n` starts again, `q` quits.";

/// Plays until the input ends. The exit code tells whether the last execution failed.
pub(crate) fn run(flags: &PlayFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let exercise = named::exercise(&workspace, &flags.exercise)?;
    let (submission, selection) = select(&workspace, &exercise, flags.solution, flags.submission.as_deref())?;
    let options = Options {
        cancel: interrupt::cancel_on_signal(),
        containment: Containment::requirement(flags.containment),
        ..Options::default()
    };
    let wish = Wish {
        check: flags.check.clone(),
        scenario: flags.scenario.clone(),
    };
    let begun = progress::during(console, |events| {
        grade::play(&workspace, &exercise, &submission, &wish, &options, events)
    });
    let reported = report::Options {
        columns: console.columns(),
        extent: Extent::Cut,
        selection,
        ..report::Options::default()
    };
    let (game, beginning) = match begun {
        Ok(begun) => begun,
        Err(error) => return told(error, &reported, console),
    };
    console.print(play::beginning(
        &exercise.name,
        game.check(),
        game.property(),
        &beginning,
        &reported,
    ))?;
    let player = Player {
        exercise: &exercise.name,
        game: &game,
        options: &options,
        reported: &reported,
        console,
        lines: lines_of_stdin(),
        is_typed: io::stdin().is_terminal(),
    };
    match player.play(&beginning) {
        Ok(code) => Ok(code),
        Err(Stop::Error(error)) => Err(error),
        Err(Stop::Play(error)) => told(error, &reported, console),
    }
}

/// Prints why nobody can play, where a report says it.
fn told(error: PlayError, reported: &report::Options, console: &Console) -> Result<ExitCode, Error> {
    match error {
        PlayError::NotPlayed { report } => {
            console.print(human::report(&report, reported))?;
            Ok(report.overall().into())
        }
        other => Err(other.into()),
    }
}

/// The lines of standard input, read by a thread of its own, so that a signal need not wait for one.
fn lines_of_stdin() -> Receiver<String> {
    let (sender, lines) = mpsc::sync_channel(0);
    thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// Why a game ends before the input does.
enum Stop {
    Error(Error),
    Play(PlayError),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Error(error.into())
    }
}

impl From<PlayError> for Stop {
    fn from(error: PlayError) -> Self {
        Stop::Play(error)
    }
}

/// One command of a player.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Command {
    First,
    Number(usize),
    Thread(String),
    Until,
    Run,
    Back(usize),
    Ask,
    Follow,
    Table,
    New,
    Keys,
    Quit,
}

impl Command {
    /// What a line says. Words may be cut down to their first letter.
    fn parse(line: &str) -> Self {
        let line = line.trim();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let is = |name: &str| !word.is_empty() && name.starts_with(word) && rest.is_empty();
        if let Ok(number) = line.parse() {
            return Command::Number(number);
        }
        match word {
            "" => Command::First,
            "?" | "help" => Command::Keys,
            "b" | "back" | "undo" => match rest.trim() {
                "" => Command::Back(1),
                n => n
                    .parse()
                    .map_or_else(|_| Command::Thread(line.to_owned()), Command::Back),
            },
            _ if is("until") => Command::Until,
            _ if is("run") => Command::Run,
            _ if is("ask") => Command::Ask,
            _ if is("follow") => Command::Follow,
            _ if is("table") => Command::Table,
            _ if is("new") => Command::New,
            _ if is("quit") => Command::Quit,
            _ => Command::Thread(line.to_owned()),
        }
    }
}

/// Whoever plays, and with what.
struct Player<'a> {
    exercise: &'a str,
    game: &'a Game<'a>,
    options: &'a Options,
    reported: &'a report::Options,
    console: &'a Console,
    lines: Receiver<String>,
    /// Whether the terminal shows the lines already.
    is_typed: bool,
}

impl Player<'_> {
    fn play(&self, beginning: &Beginning) -> Result<ExitCode, Stop> {
        // The choices before each decision of the player, the first one first.
        let mut before: Vec<Choices> = Vec::new();
        let mut way: Option<Box<Way>> = None;
        let mut here = self.game.ask(Question::Position(beginning.line.clone()))?;
        self.show(&here)?;
        loop {
            let line = line_of(&here).clone();
            let Some(command) = self.command()? else { break };
            let next = match command {
                Command::Quit => break,
                Command::Keys => {
                    self.console.print(play::keys(self.reported))?;
                    continue;
                }
                Command::Table => {
                    self.show_table(&here)?;
                    continue;
                }
                Command::Ask if matches!(here, Answer::Ended(_)) => {
                    self.say(OVER)?;
                    continue;
                }
                Command::Ask => {
                    if let Answer::Outlook(outlook) = self.game.ask(Question::CanFail(line))? {
                        let text = play::outlook(&outlook, self.game.sources(), self.reported);
                        self.console.print(text)?;
                        way = outlook.way;
                    }
                    continue;
                }
                Command::Back(n) => {
                    let Some(index) = before.len().checked_sub(n.max(1)) else {
                        self.say(&format!("There are {} choices to take back.", before.len()))?;
                        continue;
                    };
                    let back = before.swap_remove(index);
                    before.truncate(index);
                    here = self.game.ask(Question::Position(back))?;
                    self.show(&here)?;
                    continue;
                }
                Command::New if before.is_empty() => {
                    self.say("This is the start.")?;
                    continue;
                }
                Command::New => Question::Position(beginning.line.clone()),
                Command::Follow => match way.take() {
                    Some(way) => Question::Position(way.line),
                    None => {
                        self.say("There is no way to follow: `a` asks for one.")?;
                        continue;
                    }
                },
                Command::First | Command::Number(_) | Command::Thread(_) | Command::Until | Command::Run => {
                    match self.chosen(&command, &here)? {
                        Some(question) => question,
                        None => continue,
                    }
                }
            };
            before.push(line);
            here = self.game.ask(next)?;
            self.show(&here)?;
        }
        Ok(match &here {
            Answer::Ended(ending) if ending.replayed.failure.is_some() => ExitCode::Failed,
            _ => ExitCode::Passed,
        })
    }

    /// The question that a choice leads to; `None` if there is no such choice, which is said.
    fn chosen(&self, command: &Command, here: &Answer) -> Result<Option<Question>, Stop> {
        let Answer::Choice(position) = here else {
            self.say(OVER)?;
            return Ok(None);
        };
        let from = position.line.clone();
        let n_options = position.options.len();
        let option = match command {
            Command::Until => {
                let until = Until::Switch;
                return Ok(Some(Question::RunOn { from, until }));
            }
            Command::Run => {
                let until = Until::End;
                return Ok(Some(Question::RunOn { from, until }));
            }
            Command::Number(number) => number.checked_sub(1).filter(|option| *option < n_options),
            Command::Thread(name) => match play::options_of(position, name)[..] {
                [only] => Some(only),
                _ => None,
            },
            _ => Some(0),
        };
        let Some(option) = option else {
            self.say(&format!(
                "There is no such choice: give a number from 1 to {n_options}, or `?` for the keys."
            ))?;
            return Ok(None);
        };
        let mut line = from;
        line.schedule.choices.push(option as u16);
        Ok(Some(Question::Position(line)))
    }

    fn show(&self, here: &Answer) -> io::Result<()> {
        let sources = self.game.sources();
        let text = match here {
            Answer::Choice(position) => {
                let mut text = play::position(position, sources, self.reported);
                text.append(play::choices(position, sources, self.reported));
                text
            }
            Answer::Ended(ending) => play::ending(self.exercise, self.game.check(), ending, sources, self.reported),
            Answer::Begun(_) | Answer::Outlook(_) | Answer::Refused { .. } => return Ok(()),
        };
        self.console.print(text)
    }

    fn show_table(&self, here: &Answer) -> io::Result<()> {
        let full = report::Options {
            extent: Extent::Full,
            ..self.reported.clone()
        };
        let sources = self.game.sources();
        match here {
            Answer::Choice(position) => self.console.print(play::position(position, sources, &full)),
            Answer::Ended(ending) => {
                let text = play::ending(self.exercise, self.game.check(), ending, sources, &full);
                self.console.print(text)
            }
            Answer::Begun(_) | Answer::Outlook(_) | Answer::Refused { .. } => Ok(()),
        }
    }

    fn say(&self, sentence: &str) -> io::Result<()> {
        let mut text = Text::new();
        text.paragraph(Tone::Caution, 0, sentence, self.console.columns());
        self.console.print(text)
    }

    /// The next command; `None` at the end of the input.
    fn command(&self) -> Result<Option<Command>, Stop> {
        self.console.prompt(Line::new().with(Tone::Help, "> "))?;
        let line = loop {
            match self.lines.recv_timeout(POLL_INTERVAL) {
                Ok(line) => break Some(line),
                Err(RecvTimeoutError::Timeout) if self.options.cancel.is_cancelled() => {
                    self.console.print_bytes("\n")?;
                    return Err(Stop::Error(Error::Interrupted));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break None,
            }
        };
        if line.is_none() || !self.is_typed {
            let mut echo = Text::new();
            echo.push(Line::new().with(Tone::Plain, line.as_deref().unwrap_or_default()));
            self.console.print(echo)?;
        }
        Ok(line.map(|line| Command::parse(&line)))
    }
}

/// The choices that led to an answer.
fn line_of(here: &Answer) -> &Choices {
    match here {
        Answer::Choice(position) => &position.line,
        Answer::Ended(ending) => &ending.line,
        Answer::Begun(_) | Answer::Outlook(_) | Answer::Refused { .. } => {
            unreachable!("a question for a position is answered by one")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_number_a_name_or_a_key() {
        let parsed = [
            ("", Command::First),
            (" 2 ", Command::Number(2)),
            ("main", Command::Thread("main".to_owned())),
            ("thread 2", Command::Thread("thread 2".to_owned())),
            ("u", Command::Until),
            ("until", Command::Until),
            ("undo", Command::Back(1)),
            ("b", Command::Back(1)),
            ("b 3", Command::Back(3)),
            ("r", Command::Run),
            ("ask", Command::Ask),
            ("f", Command::Follow),
            ("t", Command::Table),
            ("n", Command::New),
            ("?", Command::Keys),
            ("q", Command::Quit),
        ];
        for (line, command) in parsed {
            assert_eq!(Command::parse(line), command, "{line}");
        }
    }
}
