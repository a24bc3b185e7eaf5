//! Shows the lost update: two threads that add 1 without a race, two with one, and then a hundred.
//!
//! Reads all arguments before it starts anything: a wrong one ends the program with exit code 2 and a message that says
//! what is expected.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use race_condition::{count_without_locks, increment_all, lose_all_but_one};

const USAGE: &str = "\
usage: race_condition [--threads NUMBER] [--pause MILLISECONDS]

  --threads NUMBER      how many threads count at the end, 1 to 1000; 100 unless given
  --pause MILLISECONDS  how long each step of the first table takes, at most 10000; 500 unless given
  --help                print this and stop
";

/// What the arguments ask for.
struct Options {
    threads: usize,
    pause: Duration,
}

/// What to do after reading the command line.
enum Request {
    Run(Options),
    Help,
}

fn main() -> ExitCode {
    match read_arguments(env::args_os().skip(1)) {
        Ok(Request::Run(options)) => {
            run(&options);
            ExitCode::SUCCESS
        }
        Ok(Request::Help) => {
            print(USAGE);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("error: {problem}\nhelp: run `cargo run -p race_condition -- --help`");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) {
    let threads = options.threads;
    show_no_race(options.pause);
    show_the_race();

    let together = increment_all(1, threads, |_| {});
    print(&format!("{threads} threads add 1 to 1, one at a time: {together}\n"));
    let value = AtomicU64::new(1);
    lose_all_but_one(&value, threads);
    print(&format!(
        "{threads} threads add 1 to 1, all at once:   {}\n",
        value.into_inner()
    ));
    let counted = count_without_locks(threads, 1000);
    print(&format!("{threads} threads count to 1000 each:        {counted}\n"));
}

/// Each line of the table comes from a call of `between`.
fn show_no_race(pause: Duration) {
    print("no race              value\n");
    row("", 0);
    let n_calls = AtomicUsize::new(0);
    let result = increment_all(0, 2, |read| {
        // The threads are numbered in the order in which they come.
        let thread = n_calls.fetch_add(1, Ordering::SeqCst) + 1;
        row(&format!("thread {thread} reads {read}"), read);
        thread::sleep(pause);
        row(&format!("thread {thread} writes {}", read + 1), read + 1);
        thread::sleep(pause);
    });
    row("at the end", result);
    print("\n");
}

fn show_the_race() {
    print("race                 value\n");
    let value = AtomicU64::new(0);
    let before = value.load(Ordering::SeqCst);
    row("", before);
    row(&format!("both threads read {before}"), before);
    lose_all_but_one(&value, 2);
    let after = value.into_inner();
    row(&format!("both threads write {after}"), after);
    row("at the end", after);
    print("\n");
}

fn row(step: &str, value: u64) {
    print(&format!("{step:<20}{value:>6}\n"));
}

/// Writes all of `text` in one piece. If standard output is closed, there is nobody to tell.
fn print(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

fn read_arguments(arguments: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut options = Options {
        threads: 100,
        pause: Duration::from_millis(500),
    };
    let mut arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
    while let Some(argument) = arguments.next() {
        let mut number = |least: u64, most: u64| {
            let text = arguments.next().ok_or_else(|| format!("`{argument}` needs a value"))?;
            let number = text.parse().ok().filter(|number| (least..=most).contains(number));
            number
                .ok_or_else(|| format!("failed to read `{argument} {text}`: a number from {least} to {most} is needed"))
        };
        match argument.as_str() {
            "--help" | "-h" => return Ok(Request::Help),
            "--threads" => options.threads = number(1, 1000)? as usize,
            "--pause" => options.pause = Duration::from_millis(number(0, 10_000)?),
            _ => return Err(format!("unknown argument `{argument}`")),
        }
    }
    Ok(Request::Run(options))
}
