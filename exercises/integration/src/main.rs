//! Integrates x² in three ways, with more and more stripes, and compares the times of one, two, four and eight threads.
//!
//! Reads all arguments before it starts anything: a wrong one ends the program with exit code 2
//! and a message that says what is expected.

use std::env;
use std::hint::black_box;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use integration::{integrate, integrate_rayon, integrate_threads};

const USAGE: &str = "\
usage: integration [--largest NUMBER]

  --largest NUMBER  the most stripes, 10 to 1000000000; 10000000 unless given
  --help            print this and stop
";

/// The area under the curve is taken from here to `TO`.
const FROM: f64 = 0.0;
const TO: f64 = 10.0;

/// How many threads are compared, fewest first.
const THREADS: [usize; 4] = [1, 2, 4, 8];

/// A single run may be disturbed by other programs, so the best of this many counts.
const RUNS: u32 = 3;

/// How many columns of the terminal the longest bar takes.
const WIDTH: f64 = 40.0;

/// What the arguments ask for.
enum Request {
    Run { largest: usize },
    Help,
}

fn main() -> ExitCode {
    let mut out = io::stdout();
    let outcome = match read_arguments() {
        Ok(Request::Run { largest }) => print_sums(&mut out, largest).and_then(|()| print_times(&mut out, largest)),
        Ok(Request::Help) => write!(out, "{USAGE}"),
        Err(problem) => {
            eprintln!("error: {problem}\nhelp: run `cargo run -p integration -- --help`");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // The reader closed the pipe, as in `integration | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: failed to write to standard output: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The curve.
fn square(x: f64) -> f64 {
    x * x
}

/// Ten stripes, then ten times as many, and so on; the sums come closer and closer to the area.
fn print_sums(out: &mut impl Write, largest: usize) -> io::Result<()> {
    writeln!(out, "x² from {FROM} to {TO}: the area is 333.333333")?;
    let [stripes, sequence, threads, rayon] = ["stripes", "in sequence", "4 threads", "rayon"];
    writeln!(out, "{stripes:>10} {sequence:>12} {threads:>12} {rayon:>12}")?;
    let tens = std::iter::successors(Some(10), |n: &usize| n.checked_mul(10));
    for n in tens.take_while(|n| *n <= largest) {
        let sequence = integrate(square, FROM, TO, n);
        let threads = integrate_threads(square, FROM, TO, n, 4);
        let rayon = integrate_rayon(square, FROM, TO, n);
        writeln!(out, "{n:>10} {sequence:>12.6} {threads:>12.6} {rayon:>12.6}")?;
    }
    Ok(())
}

/// A bar for each number of threads; its length is the time that they took.
fn print_times(out: &mut impl Write, largest: usize) -> io::Result<()> {
    writeln!(out, "{largest} stripes, the best of three runs")?;
    let times = THREADS.map(|threads| best_time(largest, threads));
    // On a coarse clock a time may be 0, and times are divided by.
    let times = times.map(|time| time.as_secs_f64().max(f64::MIN_POSITIVE));
    let (alone, longest) = (times[0], times.into_iter().fold(0.0, f64::max));
    for (threads, seconds) in THREADS.into_iter().zip(times) {
        let bar = "█".repeat((WIDTH * seconds / longest).round() as usize);
        let name = if threads == 1 { "thread" } else { "threads" };
        let (milliseconds, ratio) = (seconds * 1e3, alone / seconds);
        writeln!(
            out,
            "{threads} {name:<7} {milliseconds:>9.2} ms  {bar} {ratio:.1} times as fast as one"
        )?;
    }
    Ok(())
}

fn best_time(n: usize, threads: usize) -> Duration {
    let times = (0..RUNS).map(|_| {
        let start = Instant::now();
        // Otherwise the compiler might leave out a sum that is not used.
        black_box(integrate_threads(square, FROM, black_box(TO), n, threads));
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

fn read_arguments() -> Result<Request, String> {
    let mut largest = 10_000_000;
    let mut arguments = env::args_os().skip(1).map(|argument| {
        argument
            .into_string()
            .map_err(|argument| format!("failed to read `{}`: it is not UTF-8", argument.display()))
    });
    while let Some(argument) = arguments.next().transpose()? {
        match argument.as_str() {
            "--largest" => {
                let missing = || Err(format!("failed to read `{argument}`: its value is missing"));
                let text = arguments.next().unwrap_or_else(missing)?;
                let number = text.parse().ok().filter(|n| (10..=1_000_000_000).contains(n));
                largest = number.ok_or_else(|| {
                    format!("failed to read `{argument} {text}`: a number from 10 to 1000000000 is needed")
                })?;
            }
            "--help" | "-h" => return Ok(Request::Help),
            _ => {
                return Err(format!(
                    "unknown argument `{argument}`: known are `--largest` and `--help`"
                ));
            }
        }
    }
    Ok(Request::Run { largest })
}
