//! Prints one line for each run of iterations, for the total given as argument.
//!
//! Ends with exit code 0 when all runs were printed, 1 when standard output failed, and 2 when the arguments are wrong.

use std::env;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use iteration_counting::{Run, count_iterations};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let total = match parse_total(&arguments) {
        Ok(total) => total,
        Err(message) => {
            eprintln!("error: {message}");
            eprintln!("help: cargo run -p iteration_counting -- 1000");
            return ExitCode::from(2);
        }
    };
    match print_runs(&count_iterations(total)) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader closed the pipe: `… | head -n 1`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: failed to write to standard output: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The one argument, the number of iterations to make.
fn parse_total(arguments: &[String]) -> Result<u64, String> {
    match arguments {
        [total] => total
            .parse()
            .map_err(|error| format!("failed to read `{total}` as a number of iterations: {error}")),
        [] => Err("the number of iterations is missing".to_owned()),
        [_, surplus @ ..] => Err(format!("one argument is enough, but `{}` came too", surplus.join(" "))),
    }
}

fn print_runs(runs: &[Run]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    for run in runs {
        writeln!(stdout, "{run}")?;
    }
    stdout.flush()
}
