//! Lets you watch timers: two that run, one that is cancelled, and ten calls that follow each other faster and faster.
//!
//! What runs at the same time may come in another order on a busy machine.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use timer::{Timer, repeat};

const USAGE: &str = "usage: timer [--calls NUMBER] [--unit DURATION]

  --calls NUMBER     how often the repeated function is called (default 10)
  --unit DURATION    how long the tea takes, such as 20ms or 2s; the rest follows from it (default 400ms)";

/// What the command line asks for.
struct Options {
    calls: usize,
    unit: Duration,
}

/// What to do after reading the command line.
enum Request {
    Run(Options),
    Help,
}

fn main() -> ExitCode {
    match parse(env::args_os().skip(1)) {
        Ok(Request::Run(options)) => {
            cook(&options);
            call_faster_and_faster(&options);
            ExitCode::SUCCESS
        }
        Ok(Request::Help) => {
            say(USAGE);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("timer: {problem}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Notes what happens, with the time since the beginning.
#[derive(Clone, Copy)]
struct Notes(Instant);

impl Notes {
    fn note(self, text: &str) {
        say(&format!("{text:<24}{:>6} ms", self.0.elapsed().as_millis()));
    }
}

/// Three timers at once.
fn cook(options: &Options) {
    let [tea, eggs, bread] = [options.unit, 2 * options.unit, Duration::from_secs(3600)];
    say(&format!("tea in {tea:?}, eggs in {eggs:?}, bread in {bread:?}"));

    let notes = Notes(Instant::now());
    let (done, eggs_are_done) = mpsc::channel();
    let tea = Timer::start(tea, move || notes.note("the tea is ready"));
    let eggs = Timer::start(eggs, move || {
        notes.note("the eggs are ready");
        let _ = done.send(());
    });
    let bread = Timer::start(bread, move || notes.note("the bread is ready"));
    notes.note("all timers are started");

    // An error means that the timer was dropped without having run.
    let _ = eggs_are_done.recv();
    notes.note(&format!("cancel the eggs: {}", eggs.cancel()));
    notes.note(&format!("cancel the bread: {}", bread.cancel()));
    tea.join();
    eggs.join();
    bread.join();
    notes.note("no timer is left");
}

/// The pauses become shorter by the same step.
fn call_faster_and_faster(options: &Options) {
    let calls = options.calls;
    say(&format!("{calls} calls, each sooner than the one before"));

    let notes = Notes(Instant::now());
    let step = options.unit / u32::try_from(calls.max(1)).unwrap_or(u32::MAX);
    repeat(
        calls,
        |number| step * u32::try_from(calls - number).unwrap_or(u32::MAX),
        |number| notes.note(&format!("call {} of {calls}", number + 1)),
    );
    say("no call is left");
}

/// Writes a whole line. If standard output is closed, there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn parse(args: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut options = Options {
        calls: 10,
        unit: Duration::from_millis(400),
    };
    let mut args = args.map(|arg| arg.to_string_lossy().into_owned());
    while let Some(flag) = args.next() {
        if flag == "--help" || flag == "-h" {
            return Ok(Request::Help);
        }
        let value = args.next().ok_or_else(|| format!("`{flag}` needs a value"));
        let wrong = |wanted: &str| format!("`{flag}` takes {wanted}");
        match flag.as_str() {
            "--calls" => {
                options.calls = count(&value?).ok_or_else(|| wrong("a number from 0 to 1000"))?;
            }
            "--unit" => {
                options.unit =
                    duration(&value?).ok_or_else(|| wrong("a duration of at most an hour, such as 20ms or 2s"))?;
            }
            _ => return Err(format!("unknown argument `{flag}`")),
        }
    }
    Ok(Request::Run(options))
}

/// A count so small that its lines can be read.
fn count(text: &str) -> Option<usize> {
    text.parse().ok().filter(|&count| count <= 1000)
}

/// Whole milliseconds or seconds, up to an hour: `20ms`, `2s`.
fn duration(text: &str) -> Option<Duration> {
    let duration = match text.strip_suffix("ms") {
        Some(number) => Duration::from_millis(number.parse().ok()?),
        None => Duration::from_secs(text.strip_suffix('s')?.parse().ok()?),
    };
    (duration <= Duration::from_secs(3600)).then_some(duration)
}
