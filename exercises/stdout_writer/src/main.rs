//! Runs both functions of the exercise, so that you can watch the lines appear.
//!
//! Reads all arguments before it starts anything: a wrong one ends the program with exit code 2
//! and a message that says what is expected.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use stdout_writer::{one_at_a_time, two_at_a_time};

const USAGE: &str = "\
usage: stdout_writer [--threads NUMBER] [--pause LENGTH]...

  --threads NUMBER  how many threads write, 0 to 1000; 4 unless given
  --pause LENGTH    how long a thread pauses, such as 250ms or 2s; 1s unless given.
                    Given more than once, the threads use the lengths in turn.
  --help            print this and stop
";

/// Far more lines than anyone will watch, and few enough threads for any machine.
const MOST_THREADS: usize = 1000;

/// What the arguments ask for.
enum Request {
    Run { pauses: Vec<Duration> },
    Help,
}

fn main() -> ExitCode {
    let outcome = match read_arguments() {
        Ok(Request::Run { pauses }) => run_both_ways(&pauses),
        Ok(Request::Help) => write!(io::stdout(), "{USAGE}"),
        Err(problem) => {
            eprintln!("error: {problem}\nhelp: run `cargo run -p stdout_writer -- --help`");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // The reader closed the pipe, as in `stdout_writer | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: failed to write to standard output: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run_both_ways(pauses: &[Duration]) -> io::Result<()> {
    run("One at a time:", one_at_a_time, pauses)?;
    writeln!(io::stdout())?;
    run("Two at a time:", two_at_a_time, pauses)
}

fn run(heading: &str, write_lines: fn(&[Duration]), pauses: &[Duration]) -> io::Result<()> {
    writeln!(io::stdout(), "{heading}")?;
    let start = Instant::now();
    write_lines(pauses);
    let took = start.elapsed().as_secs_f64();
    let sum: Duration = pauses.iter().sum();
    writeln!(io::stdout(), "took {took:.1} s; the pauses add up to {sum:?}")
}

fn read_arguments() -> Result<Request, String> {
    let mut n_threads = 4;
    let mut lengths = Vec::new();
    let mut arguments = env::args_os().skip(1).map(|argument| {
        argument
            .into_string()
            .map_err(|argument| format!("failed to read `{}`: it is not UTF-8", argument.display()))
    });
    while let Some(argument) = arguments.next().transpose()? {
        let mut value = || {
            arguments
                .next()
                .unwrap_or_else(|| Err(format!("failed to read `{argument}`: its value is missing")))
        };
        match argument.as_str() {
            "--threads" => n_threads = read_number(&value()?)?,
            "--pause" => lengths.push(read_length(&value()?)?),
            "--help" | "-h" => return Ok(Request::Help),
            _ => {
                return Err(format!(
                    "unknown argument `{argument}`: known are `--threads`, `--pause` and `--help`"
                ));
            }
        }
    }
    if lengths.is_empty() {
        lengths.push(Duration::from_secs(1));
    }
    Ok(Request::Run {
        pauses: lengths.into_iter().cycle().take(n_threads).collect(),
    })
}

fn read_number(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|&number| number <= MOST_THREADS);
    number.ok_or_else(|| format!("failed to read `--threads {text}`: a number from 0 to {MOST_THREADS} is needed"))
}

fn read_length(text: &str) -> Result<Duration, String> {
    // Thirty-two bits hold 136 years of seconds, and a thousand such lengths still add up to a `Duration`.
    let number = |digits: &str| digits.parse::<u32>().ok().map(u64::from);
    let length = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(digits), _) => number(digits).map(Duration::from_millis),
        (None, Some(digits)) => number(digits).map(Duration::from_secs),
        (None, None) => None,
    };
    length.ok_or_else(|| format!("failed to read `--pause {text}`: a length such as `250ms` or `2s` is needed"))
}
