//! Lets you watch jobs wait for permits.
//!
//! The lines of the jobs come in the order in which things happen, so they differ from run to run;
//! what is said about the limit, the timeouts and the results does not.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use semaphores::{Permit, Semaphore, run_limited};

const USAGE: &str = "usage: semaphores [--permits NUMBER] [--jobs NUMBER] [--hold DURATION]

  --permits NUMBER   how many permits the semaphore has, at least 1 (default 2)
  --jobs NUMBER      how many jobs want one (default 4)
  --hold DURATION    how long a job keeps its permit, such as 20ms or 2s (default 300ms)";

/// What the command line asks for.
struct Options {
    permits: usize,
    jobs: usize,
    hold: Duration,
}

/// What to do after reading the command line.
enum Request {
    Run(Options),
    Help,
}

fn main() -> ExitCode {
    match parse(env::args_os().skip(1)) {
        Ok(Request::Run(options)) => {
            watch_the_jobs(&options);
            lose_patience(&options);
            run_the_jobs(&options);
            ExitCode::SUCCESS
        }
        Ok(Request::Help) => {
            say(USAGE);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("semaphores: {problem}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// A thread per job; each takes a permit, keeps it for a while and gives it back.
fn watch_the_jobs(options: &Options) {
    let Options { permits, jobs, hold } = *options;
    say(&format!("{jobs} jobs, {permits} permits, each kept for {hold:?}"));

    let semaphore = Semaphore::new(permits);
    let start = Instant::now();
    let note = |job: usize, event: &str| {
        let line = format!("job {job} {event}");
        say(&format!("{line:<24}{:>6} ms", start.elapsed().as_millis()));
    };
    let holders = AtomicUsize::new(0);
    let most = AtomicUsize::new(0);
    thread::scope(|scope| {
        for job in 1..=jobs {
            let (semaphore, note, holders, most) = (&semaphore, &note, &holders, &most);
            scope.spawn(move || {
                note(job, "waits");
                let permit = semaphore.acquire();
                most.fetch_max(holders.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                note(job, "has a permit");
                thread::sleep(hold);
                holders.fetch_sub(1, Ordering::SeqCst);
                note(job, "gives it back");
                drop(permit);
            });
        }
    });

    let most = most.into_inner();
    if most <= permits {
        say("never more holders than permits");
    } else {
        say(&format!("{most} holders at once, but only {permits} permits"));
    }
}

/// Takes every permit, and then asks for one more in the two ways that do not wait for ever.
fn lose_patience(options: &Options) {
    let semaphore = Semaphore::new(options.permits);
    let permits: Vec<Permit> = (0..options.permits).map(|_| semaphore.acquire()).collect();
    say(&format!("all permits are out, available: {}", semaphore.available()));

    say(&format!("try_acquire: {}", in_words(semaphore.try_acquire())));

    let start = Instant::now();
    let answer = in_words(semaphore.acquire_timeout(options.hold));
    let line = format!("acquire_timeout: {answer}");
    say(&format!("{line:<24}{:>6} ms", start.elapsed().as_millis()));

    drop(permits);
    say(&format!("all permits are back, available: {}", semaphore.available()));
}

/// Squares some numbers with `run_limited`.
fn run_the_jobs(options: &Options) {
    let jobs = (1..=options.jobs).map(|number| move || number * number).collect();
    let squares: Vec<String> = run_limited(options.permits, jobs)
        .iter()
        .map(usize::to_string)
        .collect();
    say(&format!("run_limited: {}", squares.join(", ")));
}

fn in_words(permit: Option<Permit>) -> &'static str {
    match permit {
        Some(_) => "a permit",
        None => "none",
    }
}

/// Writes a whole line. If standard output is closed, there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn parse(args: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut options = Options {
        permits: 2,
        jobs: 4,
        hold: Duration::from_millis(300),
    };
    let mut args = args.map(|arg| arg.to_string_lossy().into_owned());
    while let Some(flag) = args.next() {
        if flag == "--help" || flag == "-h" {
            return Ok(Request::Help);
        }
        let value = args.next().ok_or_else(|| format!("`{flag}` needs a value"));
        let wrong = |wanted: &str| format!("`{flag}` takes {wanted}");
        match flag.as_str() {
            "--permits" => {
                options.permits = count(&value?)
                    .filter(|&permits| permits > 0)
                    .ok_or_else(|| wrong("a number from 1 to 1000"))?;
            }
            "--jobs" => {
                options.jobs = count(&value?).ok_or_else(|| wrong("a number from 0 to 1000"))?;
            }
            "--hold" => {
                options.hold =
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
