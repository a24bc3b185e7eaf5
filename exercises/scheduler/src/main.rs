//! Lets you watch a scheduler run its events.
//!
//! The lines of the events come when their events are due.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use scheduler::Scheduler;

const USAGE: &str = "usage: scheduler [--tick DURATION]

  --tick DURATION   the time between two events, such as 20ms or 2s (default 300ms)";

/// What to do after reading the command line.
enum Request {
    Run(Duration),
    Help,
}

fn main() -> ExitCode {
    match parse(env::args_os().skip(1)) {
        Ok(Request::Run(tick)) => {
            a_morning(tick);
            share(tick);
            ExitCode::SUCCESS
        }
        Ok(Request::Help) => {
            say(USAGE);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("scheduler: {problem}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Events at fixed times, with priorities; events that enter others; one that is cancelled; one that comes from another
/// thread while `run` sleeps.
fn a_morning(tick: Duration) {
    let scheduler = Scheduler::new();
    let start = Instant::now();
    let tell = move |what: &'static str| move |_: &Scheduler| note(start, what);

    scheduler.enter_at(start + 4 * tick, 2, tell("eat"));
    scheduler.enter_at(start + 4 * tick, 1, tell("make coffee"));
    scheduler.enter_after(tick, 1, move |scheduler| {
        note(start, "ring, and ring again a tick later");
        scheduler.enter_after(tick, 1, move |_| note(start, "ring again"));
    });
    let gym = scheduler.enter_after(5 * tick, 1, tell("go to the gym"));
    scheduler.enter_at(start + 6 * tick, 1, tell("go to work"));
    say(&format!("cancel the gym: {}", scheduler.cancel(gym)));
    say(&format!("cancel it again: {}", scheduler.cancel(gym)));

    thread::scope(|scope| {
        let (scheduler, tell) = (&scheduler, &tell);
        scope.spawn(move || {
            thread::sleep(tick * 5 / 2);
            scheduler.enter_after(tick / 2, 1, tell("feed the cat, entered by another thread"));
            // Should the other one have returned already, there is a thread for the cat.
            scheduler.run();
        });
        scheduler.run();
    });
    say(&format!("nothing is left: {}", scheduler.is_empty()));
}

/// Two threads run eight events that need a tick each.
fn share(tick: Duration) {
    let scheduler = Scheduler::new();
    let start = Instant::now();
    let n_run = Arc::new(AtomicUsize::new(0));
    for _ in 0..8 {
        let n_run = Arc::clone(&n_run);
        scheduler.enter_at(start, 1, move |_| {
            thread::sleep(tick);
            n_run.fetch_add(1, Ordering::SeqCst);
        });
    }
    thread::scope(|scope| {
        scope.spawn(|| scheduler.run());
        scheduler.run();
    });
    note(start, "two threads have shared the work");
    say(&format!("events run: {}", n_run.load(Ordering::SeqCst)));
}

fn note(start: Instant, what: &str) {
    say(&format!("{what:<44}{:>6} ms", start.elapsed().as_millis()));
}

/// Writes a whole line. If standard output is closed, there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn parse(args: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut tick = Duration::from_millis(300);
    let mut args = args.map(|arg| arg.to_string_lossy().into_owned());
    while let Some(flag) = args.next() {
        match flag.as_str() {
            "--help" | "-h" => return Ok(Request::Help),
            "--tick" => {
                let value = args.next().ok_or_else(|| format!("`{flag}` needs a value"))?;
                tick = duration(&value)
                    .ok_or_else(|| format!("`{flag}` takes a duration of at most an hour, such as 20ms or 2s"))?;
            }
            _ => return Err(format!("unknown argument `{flag}`")),
        }
    }
    Ok(Request::Run(tick))
}

/// Whole milliseconds or seconds, up to an hour: `20ms`, `2s`.
fn duration(text: &str) -> Option<Duration> {
    let duration = match text.strip_suffix("ms") {
        Some(number) => Duration::from_millis(number.parse().ok()?),
        None => Duration::from_secs(text.strip_suffix('s')?.parse().ok()?),
    };
    (duration <= Duration::from_secs(3600)).then_some(duration)
}
