//! Runs the functions of the exercise and compares their times.
//!
//! Reads all arguments before it starts anything: a wrong one ends the program with exit code 2
//! and a message that says what is expected.

use std::env;
use std::io::{self, Write};
use std::ops::Range;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fibonacci_pool::{fib_pool, fib_sequence};
use num_bigint::BigUint;

const USAGE: &str = "\
usage: fibonacci_pool [--from NUMBER] [--to NUMBER] [--workers NUMBER]

  --from NUMBER     the first Fibonacci number, 0 to 20000; 1000 unless given
  --to NUMBER       the one after the last, 0 to 20000; 1100 unless given
  --workers NUMBER  how many threads the pool has, 0 to 256; 4 unless given
  --help            print this and stop
";

/// `fib(20000)` has over four thousand digits, and a thousand of them take a moment.
const LARGEST: u32 = 20_000;

/// More threads than the processors of any ordinary machine.
const MOST_WORKERS: u32 = 256;

/// How many digits of a number are shown from each end.
const SHOWN: usize = 12;

/// What the arguments ask for.
enum Request {
    Run { inputs: Range<u32>, workers: usize },
    Help,
}

fn main() -> ExitCode {
    let outcome = match read_arguments() {
        Ok(Request::Run { inputs, workers }) => run_both_ways(&inputs, workers),
        Ok(Request::Help) => write!(io::stdout(), "{USAGE}"),
        Err(problem) => {
            eprintln!("error: {problem}\nhelp: run `cargo run -p fibonacci_pool -- --help`");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // The reader closed the pipe, as in `fibonacci_pool | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: failed to write to standard output: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run_both_ways(inputs: &Range<u32>, workers: usize) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "fib({}) to fib({}), last excluded", inputs.start, inputs.end)?;
    let (sequence, alone) = timed(|| fib_sequence(inputs.clone()));
    show(&mut out, "one after the other", inputs, &sequence, alone)?;
    let (pool, together) = timed(|| fib_pool(workers, inputs.clone()));
    let name = format!("on a pool of {workers}");
    show(&mut out, &name, inputs, &pool, together)?;
    let same = if sequence == pool { "the same" } else { "DIFFERENT" };
    let ratio = alone.as_secs_f64() / together.as_secs_f64().max(f64::MIN_POSITIVE);
    writeln!(out, "both are {same}; the pool was {ratio:.1} times as fast")
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed())
}

fn show(out: &mut impl Write, name: &str, inputs: &Range<u32>, numbers: &[BigUint], took: Duration) -> io::Result<()> {
    writeln!(
        out,
        "{name}: {} numbers in {:.1} ms",
        numbers.len(),
        took.as_secs_f64() * 1e3
    )?;
    let (Some(last), Some(index)) = (numbers.last(), inputs.clone().last()) else {
        return Ok(());
    };
    writeln!(out, "  the last, fib({index}), is {}", shortened(&last.to_string()))
}

/// All of a short number; both ends of a long one, and how many digits it has.
fn shortened(digits: &str) -> String {
    if digits.len() <= 2 * SHOWN {
        return digits.to_owned();
    }
    let (first, last) = (&digits[..SHOWN], &digits[digits.len() - SHOWN..]);
    format!("{first}…{last} ({} digits)", digits.len())
}

fn read_arguments() -> Result<Request, String> {
    let (mut inputs, mut workers) = (1000..1100, 4);
    let mut arguments = env::args_os().skip(1).map(|argument| {
        argument
            .into_string()
            .map_err(|argument| format!("failed to read `{}`: it is not UTF-8", argument.display()))
    });
    while let Some(argument) = arguments.next().transpose()? {
        let mut number = |most| {
            let missing = || Err(format!("failed to read `{argument}`: its value is missing"));
            let text = arguments.next().unwrap_or_else(missing)?;
            let number = text.parse().ok().filter(|&number: &u32| number <= most);
            number.ok_or_else(|| format!("failed to read `{argument} {text}`: a number from 0 to {most} is needed"))
        };
        match argument.as_str() {
            "--from" => inputs.start = number(LARGEST)?,
            "--to" => inputs.end = number(LARGEST)?,
            "--workers" => workers = number(MOST_WORKERS)? as usize,
            "--help" | "-h" => return Ok(Request::Help),
            _ => {
                return Err(format!(
                    "unknown argument `{argument}`: known are `--from`, `--to`, `--workers` and `--help`"
                ));
            }
        }
    }
    Ok(Request::Run { inputs, workers })
}
