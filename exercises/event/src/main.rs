//! Lets you watch threads wait for each other: a latch until all are ready, an event to start them, and a barrier that
//! keeps them together while they draw a triangle row by row.
//!
//! The lines of the threads come in the order in which things happen, so they differ from run to run; the rows do not.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use event::{Event, Latch, Rounds};

const USAGE: &str = "usage: event [--threads NUMBER] [--rounds NUMBER] [--pause DURATION]

  --threads NUMBER   how many threads there are, at least 1 (default 4)
  --rounds NUMBER    how many rows they draw (default 16)
  --pause DURATION   how long each row takes, such as 20ms or 2s (default 100ms)";

/// What the command line asks for.
struct Options {
    threads: usize,
    rounds: usize,
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
            run(&options);
            ExitCode::SUCCESS
        }
        Ok(Request::Help) => {
            say(USAGE);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("event: {problem}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) {
    let Options { threads, rounds, pause } = *options;
    say(&format!("{threads} threads, {rounds} rounds, {pause:?} each"));

    let clock = Instant::now();
    let note = |text: &str| say(&format!("{text:<24}{:>6} ms", clock.elapsed().as_millis()));
    let (ready, start) = (Latch::new(threads), Event::new());
    let drawing = Drawing::new(options);
    thread::scope(|scope| {
        for number in 1..=threads {
            let (note, ready, start, drawing) = (&note, &ready, &start, &drawing);
            scope.spawn(move || {
                note(&format!("thread {number} is ready"));
                ready.count_down();
                start.wait();
                note(&format!("thread {number} starts"));
                drawing.draw_share(number - 1);
            });
        }
        ready.wait();
        note("latch: all are ready");
        say(&format!("event: is_set() is {}", start.is_set()));
        let is_set = start.wait_timeout(pause);
        note(&format!("event: set so far? {is_set}"));
        note("event: set");
        start.set();
    });
    let leaders = drawing.leaders.into_inner();
    say(&format!("rounds: {rounds}, and they had {leaders} leaders"));
}

/// Rows of cells. A cell is filled if one of its two upper neighbours is, but not both.
struct Drawing<'a> {
    options: &'a Options,
    /// The row that is read and the row that is written; they change places after each round.
    rows: [Vec<AtomicBool>; 2],
    barrier: Rounds,
    leaders: AtomicUsize,
}

impl<'a> Drawing<'a> {
    fn new(options: &'a Options) -> Self {
        let width = (2 * options.rounds).saturating_sub(1);
        let row = || (0..width).map(|_| AtomicBool::new(false)).collect();
        Self {
            options,
            rows: [row(), row()],
            barrier: Rounds::new(options.threads),
            leaders: AtomicUsize::new(0),
        }
    }

    /// Fills every `threads`th cell of each row, beginning with the one numbered `first`.
    ///
    /// A row is made of the whole row above it, so no thread may be ahead of another. The leader of a round writes the
    /// row down meanwhile; the next round ends only when the leader has come to it.
    fn draw_share(&self, first: usize) {
        let Options { threads, rounds, pause } = *self.options;
        for round in 0..rounds {
            let (above, row) = (&self.rows[round % 2], &self.rows[(round + 1) % 2]);
            let is_filled = |cell: Option<&AtomicBool>| cell.is_some_and(|cell| cell.load(Ordering::Relaxed));
            for cell in (first..row.len()).step_by(threads) {
                let filled = match round {
                    0 => cell == row.len() / 2,
                    _ => is_filled(cell.checked_sub(1).map(|left| &above[left])) != is_filled(above.get(cell + 1)),
                };
                row[cell].store(filled, Ordering::Relaxed);
            }
            if self.barrier.wait() {
                self.leaders.fetch_add(1, Ordering::Relaxed);
                let picture: String = row
                    .iter()
                    .map(|cell| if is_filled(Some(cell)) { '*' } else { ' ' })
                    .collect();
                say(&format!("round {:>2} |{picture}|", round + 1));
                thread::sleep(pause);
            }
        }
    }
}

/// Writes a whole line. If standard output is closed, there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn parse(args: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut options = Options {
        threads: 4,
        rounds: 16,
        pause: Duration::from_millis(100),
    };
    let mut args = args.map(|arg| arg.to_string_lossy().into_owned());
    while let Some(flag) = args.next() {
        if flag == "--help" || flag == "-h" {
            return Ok(Request::Help);
        }
        let value = args.next().ok_or_else(|| format!("`{flag}` needs a value"));
        let wrong = |wanted: &str| format!("`{flag}` takes {wanted}");
        match flag.as_str() {
            "--threads" => {
                options.threads = count(&value?)
                    .filter(|&threads| threads > 0)
                    .ok_or_else(|| wrong("a number from 1 to 1000"))?;
            }
            "--rounds" => {
                options.rounds = count(&value?).ok_or_else(|| wrong("a number from 0 to 1000"))?;
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

/// A count small enough to start a thread for each, and to draw a row for each.
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
