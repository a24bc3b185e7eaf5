//! Prints in all four ways, one after the other.
//!
//! Reads all arguments before it starts anything: a wrong one ends the program with exit code 2 and a message that says
//! what is expected.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use print_multiple::{in_blocks, mixed, print_primes, with_an_outsider};

const USAGE: &str = "\
usage: print_multiple [--times NUMBER] [--primes FIRST LAST]

  --times NUMBER       how often each text is printed, 0 to 10000; 20 unless given
  --primes FIRST LAST  the numbers that are looked at, at most 1000 of them;
                       1000000000036 to 1000000000041 unless given
  --help               print this and stop
";

/// Few enough threads for any machine.
const MOST_NUMBERS: u64 = 1000;

/// What the arguments ask for.
struct Options {
    times: usize,
    first: u64,
    last: u64,
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
            eprintln!("error: {problem}\nhelp: run `cargo run -p print_multiple -- --help`");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) {
    let texts = ["A", "B", "C"];
    print("mixed:\n");
    mixed(&texts, options.times);
    print("\nin blocks:\n");
    in_blocks(&texts, options.times);
    print("\nwith an outsider:\n");
    with_an_outsider(&texts, ".", options.times);
    print("\nprimes:\n");
    print_primes(options.first..=options.last);
}

/// Writes all of `text` in one piece. If standard output is closed, there is nobody to tell.
fn print(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

fn read_arguments(arguments: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut options = Options {
        times: 20,
        first: 1_000_000_000_036,
        last: 1_000_000_000_041,
    };
    let mut arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
    while let Some(argument) = arguments.next() {
        let mut number = |most: u64| {
            let text = arguments
                .next()
                .ok_or_else(|| format!("`{argument}` needs another value"))?;
            let number = text.parse().ok().filter(|number| *number <= most);
            number.ok_or_else(|| format!("failed to read `{argument} {text}`: a number from 0 to {most} is needed"))
        };
        match argument.as_str() {
            "--help" | "-h" => return Ok(Request::Help),
            "--times" => options.times = number(10_000)? as usize,
            "--primes" => (options.first, options.last) = (number(u64::MAX)?, number(u64::MAX)?),
            _ => return Err(format!("unknown argument `{argument}`")),
        }
    }
    if options.last.saturating_sub(options.first) >= MOST_NUMBERS {
        return Err(format!(
            "failed to use `--primes`: more than {MOST_NUMBERS} numbers would need as many threads"
        ));
    }
    Ok(Request::Run(options))
}
