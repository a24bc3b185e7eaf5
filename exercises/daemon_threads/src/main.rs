//! Lets you watch a journal write lines in the background, tick when nothing happens, and lose nothing at the end.
//!
//! How many ticks there are depends on the pauses; the lines do not.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use daemon_threads::Journal;

const USAGE: &str = "usage: daemon_threads [--lines NUMBER] [--pause DURATION] [--tick DURATION]

  --lines NUMBER     how many lines each of two threads logs (default 2)
  --pause DURATION   how long a line takes to write, such as 20ms or 2s (default 200ms)
  --tick DURATION    after what time without a line the journal ticks (default 300ms)";

/// What the command line asks for.
struct Options {
    lines: usize,
    pause: Duration,
    tick: Duration,
}

/// What to do after reading the command line.
enum Request {
    Run(Options),
    Help,
}

fn main() -> ExitCode {
    match parse(env::args_os().skip(1)) {
        Ok(Request::Run(options)) => {
            keep_a_journal(&options);
            ExitCode::SUCCESS
        }
        Ok(Request::Help) => {
            say(USAGE);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("daemon_threads: {problem}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Logs from two threads, waits until all is written, waits for a while, and logs a last line.
fn keep_a_journal(options: &Options) {
    let Options { lines, pause, tick } = *options;
    let start = Instant::now();
    let note = move |what: &str| say(&format!("{what:<32}{:>6} ms", start.elapsed().as_millis()));

    let journal = Journal::start(
        move |line| {
            if line != "tick" {
                thread::sleep(pause);
            }
            note(&format!("journal: {line}"));
        },
        tick,
    );
    thread::scope(|scope| {
        for name in ["a", "b"] {
            let journal = &journal;
            scope.spawn(move || {
                for line in 1..=lines {
                    journal.log(&format!("line {line} of {name}"));
                }
                note(&format!("thread {name} has logged its lines"));
            });
        }
    });
    journal.flush();
    note("all is written");
    thread::sleep(4 * pause);
    journal.log("the last line");
    note("the journal is dropped");
    drop(journal);
    note("the journal is closed");
}

/// Writes a whole line. If standard output is closed, there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn parse(args: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut options = Options {
        lines: 2,
        pause: Duration::from_millis(200),
        tick: Duration::from_millis(300),
    };
    let mut args = args.map(|arg| arg.to_string_lossy().into_owned());
    while let Some(flag) = args.next() {
        if flag == "--help" || flag == "-h" {
            return Ok(Request::Help);
        }
        let value = args.next().ok_or_else(|| format!("`{flag}` needs a value"));
        let wrong = |wanted: &str| format!("`{flag}` takes {wanted}");
        match flag.as_str() {
            "--lines" => {
                options.lines = count(&value?).ok_or_else(|| wrong("a number from 0 to 1000"))?;
            }
            "--pause" => {
                options.pause =
                    duration(&value?).ok_or_else(|| wrong("a duration of at most an hour, such as 20ms or 2s"))?;
            }
            "--tick" => {
                options.tick = duration(&value?)
                    .filter(|tick| !tick.is_zero())
                    .ok_or_else(|| wrong("a duration above zero and of at most an hour, such as 20ms or 2s"))?;
            }
            _ => return Err(format!("unknown argument `{flag}`")),
        }
    }
    Ok(Request::Run(options))
}

fn count(text: &str) -> Option<usize> {
    text.parse().ok().filter(|&count| count <= 1000)
}

/// Whole milliseconds, seconds or hours, up to an hour: `20ms`, `2s`, `1h`.
fn duration(text: &str) -> Option<Duration> {
    let duration = if let Some(number) = text.strip_suffix("ms") {
        Duration::from_millis(number.parse().ok()?)
    } else if let Some(number) = text.strip_suffix('h') {
        Duration::from_secs(number.parse::<u64>().ok()?.checked_mul(3600)?)
    } else {
        Duration::from_secs(text.strip_suffix('s')?.parse().ok()?)
    };
    (duration <= Duration::from_secs(3600)).then_some(duration)
}
