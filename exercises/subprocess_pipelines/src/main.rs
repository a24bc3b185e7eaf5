//! Shows what pipelines do, or runs the one that its arguments describe.
//!
//! Reads all arguments before it starts anything: a wrong one ends the program with exit code 2
//! and a message that says what is expected.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use subprocess_pipelines::{Captured, Exit, Stage, capture, run};

const USAGE: &str = "\
usage: subprocess_pipelines [--input TEXT] [PROGRAM [ARGUMENT]... ['|' PROGRAM [ARGUMENT]...]...]

  PROGRAM       the pipeline to run; without any, a tour of several
  --input TEXT  what the first program of the pipeline reads; nothing unless given
  --help        print this and stop

Quote each bar, so that your shell leaves it alone: date '|' tr a-z A-Z
";

/// More than a pipe holds.
const MEBIBYTE: usize = 1 << 20;

/// What the arguments ask for.
enum Request {
    Tour,
    Pipeline { stages: Vec<Stage>, input: String },
    Help,
}

fn main() -> ExitCode {
    let outcome = match read_arguments() {
        Ok(Request::Tour) => tour().map(|()| ExitCode::SUCCESS),
        Ok(Request::Pipeline { stages, input }) => run_pipeline(&stages, input.as_bytes()),
        Ok(Request::Help) => write!(io::stdout(), "{USAGE}").map(|()| ExitCode::SUCCESS),
        Err(problem) => {
            eprintln!("error: {problem}\nhelp: run `cargo run -p subprocess_pipelines -- --help`");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(code) => code,
        // The reader closed the pipe, as in `subprocess_pipelines | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: failed to write to standard output: {error}");
            ExitCode::FAILURE
        }
    }
}

fn tour() -> io::Result<()> {
    show_run(&stage(&["date"]))?;
    show(&[&["date"], &["tr", "a-z", "A-Z"], &["tr", "1", "Q"]], "")?;
    show(&[&["yes"], &["head", "-n", "1"]], "")?;
    show(&[&["echo", "$(date)", "*"]], "")?;
    show(&[&["sh", "-c", "echo oops >&2; exit 3"], &["wc", "-c"]], "")?;
    show(&[&["cat"], &["sh", "-c", "kill -9 $$"]], "")?;
    let mebibyte = "0123456789abcde\n".repeat(MEBIBYTE / 16);
    show(&[&["cat"], &["tr", "a-z", "A-Z"], &["tail", "-n", "1"]], &mebibyte)?;
    show(&[&["cat"], &["no-such-program"], &["cat"]], "")
}

/// Runs one program that writes to the standard output of this one.
fn show_run(stage: &Stage) -> io::Result<()> {
    heading(std::slice::from_ref(stage), "")?;
    // What is written here comes before what the child writes.
    io::stdout().flush()?;
    match run(stage) {
        Ok(exit) => writeln!(io::stdout(), "exit: {}", in_words(&exit)),
        Err(error) => writeln!(io::stdout(), "error: {error}"),
    }
}

fn show(words: &[&[&str]], input: &str) -> io::Result<()> {
    let stages: Vec<Stage> = words.iter().map(|words| stage(words)).collect();
    writeln!(io::stdout())?;
    heading(&stages, input)?;
    match capture(&stages, input.as_bytes()) {
        Ok(captured) => {
            write_captured(&captured)?;
            writeln!(io::stdout(), "{}", exits(&captured))
        }
        Err(error) => writeln!(io::stdout(), "error: {error}"),
    }
}

/// The pipeline as one would type it.
fn heading(stages: &[Stage], input: &str) -> io::Result<()> {
    let stages: Vec<String> = stages.iter().map(typed).collect();
    let input = match input.len() {
        0 => String::new(),
        length => format!("{length} bytes | "),
    };
    writeln!(io::stdout(), "$ {input}{}", stages.join(" | "))
}

fn typed(stage: &Stage) -> String {
    let is_plain =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-/._".contains(c));
    let words = std::iter::once(&stage.program).chain(&stage.args);
    let quoted = words.map(|word| match is_plain(word) {
        true => word.clone(),
        false => format!("'{word}'"),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

fn write_captured(captured: &Captured) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(&captured.stdout)?;
    for line in String::from_utf8_lossy(&captured.stderr).lines() {
        writeln!(out, "stderr: {line}")?;
    }
    Ok(())
}

fn exits(captured: &Captured) -> String {
    let exits: Vec<String> = captured.exits.iter().map(in_words).collect();
    format!("exits: {}", exits.join(", "))
}

fn in_words(exit: &Exit) -> String {
    match exit {
        Exit::Code(code) => code.to_string(),
        Exit::Signal(signal) => format!("signal {signal}"),
    }
}

/// Passes both streams on as they are, and says on standard error how each stage ended.
fn run_pipeline(stages: &[Stage], input: &[u8]) -> io::Result<ExitCode> {
    match capture(stages, input) {
        Ok(captured) => {
            io::stdout().write_all(&captured.stdout)?;
            io::stdout().flush()?;
            // If standard error is closed, there is no place to report that.
            let _ = io::stderr().write_all(&captured.stderr);
            eprintln!("{}", exits(&captured));
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("error: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn read_arguments() -> Result<Request, String> {
    let mut words = Vec::new();
    for argument in env::args_os().skip(1) {
        let word = argument
            .into_string()
            .map_err(|argument| format!("failed to read `{}`: it is not UTF-8", argument.display()))?;
        words.push(word);
    }
    let mut words: &[String] = &words;
    let mut input = None;
    while let [option, rest @ ..] = words
        && option.starts_with("--")
    {
        match (option.as_str(), rest) {
            ("--help", _) => return Ok(Request::Help),
            ("--input", [text, rest @ ..]) => (input, words) = (Some(text.clone()), rest),
            ("--input", []) => return Err("failed to read `--input`: its value is missing".to_owned()),
            _ => return Err(format!("unknown argument `{option}`: known are `--input` and `--help`")),
        }
    }
    match (words, input) {
        ([], None) => Ok(Request::Tour),
        ([], Some(_)) => Err("failed to read `--input`: a pipeline that reads it is needed".to_owned()),
        (words, input) => Ok(Request::Pipeline {
            stages: read_stages(words)?,
            input: input.unwrap_or_default(),
        }),
    }
}

fn read_stages(words: &[String]) -> Result<Vec<Stage>, String> {
    let stages = words.split(|word| word == "|").map(|words| match words {
        [] => Err("failed to read the pipeline: a program is needed on both sides of `|`".to_owned()),
        words => Ok(stage(words)),
    });
    stages.collect()
}

/// The first word is the program; the callers make sure that there is one.
fn stage(words: &[impl AsRef<str>]) -> Stage {
    let (program, args) = words.split_first().expect("a stage has a program");
    Stage::new(program.as_ref(), args.iter().map(AsRef::as_ref))
}
