//! Takes a lock again and again, and lets you watch threads walk through a tree with one lock.
//!
//! Which thread goes first differs from run to run; that neither walks into the other does not.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use reentrant_lock::{ReentrantLock, Tree, visit};

const USAGE: &str = "usage: reentrant_lock [--walkers NUMBER] [--pause DURATION]

  --walkers NUMBER   how many threads walk through the tree (default 2)
  --pause DURATION   how long a walker stays at a node, such as 20ms or 2s (default 200ms)";

/// What the command line asks for.
struct Options {
    walkers: usize,
    pause: Duration,
}

/// What to do after reading the command line.
enum Request {
    Run(Options),
    Help,
}

fn main() -> ExitCode {
    match parse(env::args_os().skip(1)) {
        Ok(Request::Run(options)) => {
            take_it_again();
            watch_the_walkers(&options);
            ExitCode::SUCCESS
        }
        Ok(Request::Help) => {
            say(USAGE);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("reentrant_lock: {problem}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Takes the lock three times, and lets another thread ask for it.
fn take_it_again() {
    let lock = ReentrantLock::new();
    say(&format!("nobody has the lock: depth {}", lock.depth()));
    let first = lock.lock();
    let second = lock.lock();
    let third = lock.try_lock();
    say(&format!("taken three times: depth {}", lock.depth()));
    thread::scope(|scope| {
        scope.spawn(|| {
            let answer = if lock.try_lock().is_some() { "the lock" } else { "none" };
            say(&format!("another thread: depth {}, try_lock: {answer}", lock.depth()));
        });
    });
    drop((first, third));
    say(&format!("given back twice: depth {}", lock.depth()));
    drop(second);
    say(&format!("given back: depth {}", lock.depth()));
}

/// A thread a walker; each stays at each node for a while.
fn watch_the_walkers(options: &Options) {
    let Options { walkers, pause } = *options;
    let tree = node(1, vec![node(2, vec![node(3, vec![])]), node(4, vec![])]);
    say(&format!("{walkers} walkers, one tree, one lock"));

    let lock = ReentrantLock::new();
    let start = Instant::now();
    thread::scope(|scope| {
        for walker in 1..=walkers {
            let (lock, tree) = (&lock, &tree);
            scope.spawn(move || {
                visit(tree, lock, |value| {
                    let depth = lock.depth();
                    let line = format!("walker {walker} {}{value}", "  ".repeat(depth));
                    say(&format!(
                        "{line:<20} depth {depth} {:>6} ms",
                        start.elapsed().as_millis()
                    ));
                    thread::sleep(pause);
                });
            });
        }
    });
    say(&format!("all walkers are back: depth {}", lock.depth()));
}

fn node(value: u32, children: Vec<Tree>) -> Tree {
    Tree { value, children }
}

/// Writes a whole line. If standard output is closed, there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn parse(args: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut options = Options {
        walkers: 2,
        pause: Duration::from_millis(200),
    };
    let mut args = args.map(|arg| arg.to_string_lossy().into_owned());
    while let Some(flag) = args.next() {
        if flag == "--help" || flag == "-h" {
            return Ok(Request::Help);
        }
        let value = args.next().ok_or_else(|| format!("`{flag}` needs a value"));
        let wrong = |wanted: &str| format!("`{flag}` takes {wanted}");
        match flag.as_str() {
            "--walkers" => {
                options.walkers = count(&value?).ok_or_else(|| wrong("a number from 0 to 1000"))?;
            }
            "--pause" => {
                options.pause =
                    duration(&value?).ok_or_else(|| wrong("a duration of at most an hour, such as 20ms or 2s"))?;
            }
            _ => return Err(format!("unknown argument `{flag}`")),
        }
    }
    Ok(Request::Run(options))
}

/// A count small enough to start a thread for each.
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
