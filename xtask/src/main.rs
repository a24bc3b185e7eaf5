//! The command line of the course: `cargo xtask`, and for students `watch`, `grade`, `hint`, `show`, `replay`, `play`,
//! `list`, `next`, `reset`, `solution` and `completions`; for instructors `class`, `handout` and `prepare`; for authors
//! `new`, `verify`, `mutate`, `bench`, `ci` and `tidy`.
//!
//! Parses flags, prints, and turns outcomes into exit codes. The library `grader` makes the verdicts.

mod bench;
mod ci;
mod class;
mod completions;
mod console;
mod documents;
mod editor;
mod error;
mod exit_code;
mod flags;
mod for_authors;
mod github;
mod grade;
mod handout;
mod hint;
mod interrupt;
mod kept;
mod list;
mod mutate;
mod named;
mod new;
mod next;
mod overview;
mod pictures;
mod play;
mod prepare;
mod progress;
mod replay;
mod reset;
mod saves;
mod show;
mod solution;
mod standing;
mod terminal;
mod tidy;
mod verify;
mod watch;

use std::process;

use clap::Parser;
use console::Console;
use error::Error;
use exit_code::ExitCode;
use flags::{Command, Flags};

fn main() -> process::ExitCode {
    let flags = match Flags::try_parse() {
        Ok(flags) => flags,
        Err(error) => return Console::new(flags::Color::Auto).usage(&error).into(),
    };
    let console = Console::new(flags.color);
    let code = match run(&flags, &console) {
        Ok(code) => code,
        // The reader has closed the pipe, as in `cargo xtask list | head -1`.
        Err(Error::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::Passed,
        Err(error) => {
            console.error(&error);
            error.exit_code()
        }
    };
    code.into()
}

fn run(flags: &Flags, console: &Console) -> Result<ExitCode, Error> {
    let Some(command) = &flags.command else {
        return overview::run(console);
    };
    match command {
        Command::Watch(flags) => watch::run(flags, console),
        Command::Grade(flags) => grade::run(flags, console),
        Command::Hint(flags) => hint::run(flags, console),
        Command::Show(flags) => show::run(flags, console),
        Command::Replay(flags) => replay::run(flags, console),
        Command::Play(flags) => play::run(flags, console),
        Command::List => list::run(console),
        Command::Next => next::run(console),
        Command::Reset(flags) => reset::run(flags, console),
        Command::Solution(flags) => solution::run(flags, console),
        Command::Class(flags) => class::run(flags, console),
        Command::Handout(flags) => handout::run(flags, console),
        Command::Prepare(flags) => prepare::run(flags, console),
        Command::Completions(flags) => completions::run(flags, console),
        Command::New(flags) => new::run(flags, console),
        Command::Verify(flags) => verify::run(flags, console),
        Command::Mutate(flags) => mutate::run(flags, console),
        Command::Bench(flags) => bench::run(flags, console),
        Command::Pictures(flags) => pictures::run(flags, console),
        Command::Ci => ci::run(console),
        Command::Tidy => tidy::run(console),
    }
}
