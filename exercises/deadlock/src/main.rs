//! Lets you watch transfers in opposite directions, and philosophers at their table.
//!
//! The lines come in the order in which things happen, so they differ from run to run; what is said about the total
//! and the meals does not.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use deadlock::{Bank, TransferError, dine};

const USAGE: &str = "usage: deadlock [--philosophers NUMBER] [--meals NUMBER] [--pause DURATION]

  --philosophers NUMBER   how many sit at the table (default 5)
  --meals NUMBER          how often each of them eats (default 2)
  --pause DURATION        how long a transfer or a meal takes, such as 20ms or 2s (default 300ms)";

/// The transfers, each by a thread of its own: from where to where. The first two are opposite, and the last shares no
/// account with the others.
const TRANSFERS: [(usize, usize); 4] = [(0, 1), (1, 0), (0, 1), (2, 3)];

/// What is in each account at first.
const BALANCE: u64 = 100;

/// What the command line asks for.
struct Options {
    philosophers: usize,
    meals: usize,
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
            watch_the_transfers(&options);
            watch_the_table(&options);
            ExitCode::SUCCESS
        }
        Ok(Request::Help) => {
            say(USAGE);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("deadlock: {problem}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Transfers of 10 at the same time, each of which keeps its accounts for a while.
fn watch_the_transfers(options: &Options) {
    let bank = Bank::new(&[BALANCE; 4]);
    say(&format!("4 accounts, {BALANCE} in each, {} in all", bank.total()));

    let start = Instant::now();
    let note = |from: usize, to: usize, event: &str| {
        let line = format!("{from} to {to} {event}");
        say(&format!("{line:<20}{:>6} ms", start.elapsed().as_millis()));
    };
    thread::scope(|scope| {
        for (from, to) in TRANSFERS {
            let (bank, note) = (&bank, &note);
            scope.spawn(move || {
                let outcome = bank.transfer(from, to, 10, || {
                    note(from, to, "has its locks");
                    thread::sleep(options.pause);
                });
                note(from, to, in_words(&outcome));
            });
        }
    });

    let balances: Vec<String> = (0..4)
        .map_while(|account| bank.balance(account))
        .map(|balance| balance.to_string())
        .collect();
    say(&format!("balances: {}; {} in all", balances.join(", "), bank.total()));
    let too_much = bank.transfer(2, 3, 1_000_000, || ());
    say(&format!("a million from 2 to 3: {}", in_words(&too_much)));
}

fn in_words(outcome: &Result<(), TransferError>) -> &'static str {
    match outcome {
        Ok(()) => "is done",
        Err(TransferError::NoSuchAccount(_)) => "no such account",
        Err(TransferError::Insufficient { .. }) => "not enough money",
    }
}

/// Shows the table whenever somebody begins or ends a meal: `#` is a philosopher who eats.
fn watch_the_table(options: &Options) {
    let Options {
        philosophers,
        meals,
        pause,
    } = *options;
    say(&format!("{philosophers} philosophers, {meals} meals each"));

    let start = Instant::now();
    let table = Mutex::new(vec![false; philosophers]);
    let eaten = Mutex::new(vec![0; philosophers]);
    let show = |philosopher: usize, eats: bool| {
        let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
        table[philosopher] = eats;
        let line = format!("philosopher {philosopher} {}", if eats { "eats" } else { "thinks" });
        let picture: Vec<&str> = table.iter().map(|&eats| if eats { "#" } else { "." }).collect();
        say(&format!(
            "{line:<22}{:>6} ms   {}",
            start.elapsed().as_millis(),
            picture.join(" ")
        ));
    };
    dine(philosophers, meals, |philosopher| {
        show(philosopher, true);
        thread::sleep(pause);
        show(philosopher, false);
        eaten.lock().unwrap_or_else(PoisonError::into_inner)[philosopher] += 1;
    });

    let eaten: Vec<String> = eaten
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .map(usize::to_string)
        .collect();
    say(&format!("meals: {}", eaten.join(", ")));
}

/// Writes a whole line. If standard output is closed, there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn parse(args: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut options = Options {
        philosophers: 5,
        meals: 2,
        pause: Duration::from_millis(300),
    };
    let mut args = args.map(|arg| arg.to_string_lossy().into_owned());
    while let Some(flag) = args.next() {
        if flag == "--help" || flag == "-h" {
            return Ok(Request::Help);
        }
        let value = args.next().ok_or_else(|| format!("`{flag}` needs a value"));
        let wrong = |wanted: &str| format!("`{flag}` takes {wanted}");
        match flag.as_str() {
            "--philosophers" => {
                options.philosophers = count(&value?).ok_or_else(|| wrong("a number from 0 to 1000"))?;
            }
            "--meals" => {
                options.meals = count(&value?).ok_or_else(|| wrong("a number from 0 to 1000"))?;
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
