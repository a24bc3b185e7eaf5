//! Lets some threads say hello, and shows when each of them does and how it ends.
//!
//! Reads all arguments before it starts anything: a wrong one ends the program with exit code 2 and a message that says
//! what is expected.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use hello_threads::{Greeter, hello};

const USAGE: &str = "\
usage: hello_threads [--times NUMBER] [--panic NAME] [NAME]...

  --times NUMBER  how often each thread says hello, 0 to 1000; 3 unless given
  --panic NAME    the thread of this name panics when it should say hello
  NAME            the names of the threads; ada, grace and edsger unless given
  --help          print this and stop
";

/// More hellos than anyone will watch.
const MOST_TIMES: usize = 1000;

/// What the arguments ask for.
struct Options {
    names: Vec<String>,
    times: usize,
    panics: Option<String>,
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
            eprintln!("error: {problem}\nhelp: run `cargo run -p hello_threads -- --help`");
            ExitCode::from(2)
        }
    }
}

/// The greeter says hello beside the other threads, so that it takes no time of its own.
fn run(options: &Options) {
    let greeter = Greeter::new("the greeter", options.times).start();

    let start = Instant::now();
    let ends = hello(&options.names, options.times, |name| {
        if options.panics.as_deref() == Some(name) {
            panic!("{name} is lost for words");
        }
        print(&format!("{:.1} s: hello from {name}\n", start.elapsed().as_secs_f64()));
    });
    for (name, end) in options.names.iter().zip(ends) {
        match end {
            Ok(times) => print(&format!("{name} said hello {times} times\n")),
            Err(panicked) => print(&format!("{panicked}\n")),
        }
    }

    match greeter.join() {
        Ok(times) => print(&format!("the greeter said hello {times} times\n")),
        Err(_) => print("the greeter panicked\n"),
    }
}

/// Writes all of `text` in one piece. If standard output is closed, there is nobody to tell.
fn print(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

fn read_arguments(arguments: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut options = Options {
        names: Vec::new(),
        times: 3,
        panics: None,
    };
    let mut arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
    while let Some(argument) = arguments.next() {
        let value = |next: Option<String>| next.ok_or_else(|| format!("`{argument}` needs a value"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(Request::Help),
            "--times" => options.times = read_times(&value(arguments.next())?)?,
            "--panic" => options.panics = Some(value(arguments.next())?),
            flag if flag.starts_with('-') => return Err(format!("unknown argument `{flag}`")),
            _ => options.names.push(argument),
        }
    }
    if options.names.is_empty() {
        options.names = ["ada", "grace", "edsger"].map(str::to_owned).to_vec();
    }
    Ok(Request::Run(options))
}

fn read_times(text: &str) -> Result<usize, String> {
    let times = text.parse().ok().filter(|&times| times <= MOST_TIMES);
    times.ok_or_else(|| format!("failed to read `--times {text}`: a number from 0 to {MOST_TIMES} is needed"))
}
