//! Lets you watch a worker take what is most urgent, while more comes in.
//!
//! The lines with times come in the order in which things happen. It may differ where a job comes at the moment at
//! which the worker is free.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use priority_queue::{GetError, LifoQueue, PriorityQueue};

const USAGE: &str = "usage: priority_queue [--pause DURATION]

  --pause DURATION   how long the worker needs for a job, such as 20ms or 2s (default 400ms)";

/// The jobs: when each comes, in quarters of the worker's pause, how urgent it is, and what it is.
const JOBS: [(u32, u8, &str); 7] = [
    (0, 5, "water the plants"),
    (1, 5, "sweep the floor"),
    (2, 3, "answer the mail"),
    (3, 3, "call back"),
    (6, 1, "put out the fire"),
    (9, 2, "calm the guests"),
    (10, 5, "read the paper"),
];

/// What to do after reading the command line.
enum Request {
    Run(Duration),
    Help,
}

fn main() -> ExitCode {
    match parse(env::args_os().skip(1)) {
        Ok(Request::Run(pause)) => {
            work(pause);
            give_up(pause);
            pile_up();
            ExitCode::SUCCESS
        }
        Ok(Request::Help) => {
            say(USAGE);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("priority_queue: {problem}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Jobs come while the worker is busy; whenever it is free, it takes the most urgent.
fn work(pause: Duration) {
    say("jobs come while the worker is busy, 1 is the most urgent");
    let queue = PriorityQueue::new();
    let start = Instant::now();
    let done = thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let mut done = 0;
            while let Ok((urgency, job)) = queue.get() {
                note(start, "", &format!("{urgency} {job}"));
                thread::sleep(pause);
                done += 1;
            }
            done
        });
        for (quarters, urgency, job) in JOBS {
            thread::sleep((pause * quarters / 4).saturating_sub(start.elapsed()));
            note(start, &format!("{urgency} {job}"), "");
            let _ = queue.put(urgency, (urgency, job));
        }
        queue.close();
        worker.join().unwrap_or(0)
    });
    say(&format!("jobs done: {done} of {}", JOBS.len()));
}

/// Asks an empty queue in the ways that do not wait for ever, and a closed one.
fn give_up(pause: Duration) {
    let queue = PriorityQueue::<u8, &str>::new();
    say(&format!("try_get: {}", in_words(queue.try_get())));
    let start = Instant::now();
    let answer = in_words(queue.get_timeout(pause));
    say(&format!(
        "get_timeout: {answer:<44}{:>6} ms",
        start.elapsed().as_millis()
    ));
    queue.close();
    say(&format!("get after close: {}", in_words(queue.get())));
}

/// What was put last comes first.
fn pile_up() {
    let pile = LifoQueue::new();
    for plate in ["blue", "green", "red"] {
        let _ = pile.put(plate);
    }
    let [top, next] = [pile.get(), pile.get()].map(in_words);
    let _ = pile.put("white");
    let plates = [top, next, in_words(pile.get()), in_words(pile.get())];
    say(&format!("from the pile: {}", plates.join(", ")));
}

fn in_words(outcome: Result<&str, GetError>) -> String {
    match outcome {
        Ok(item) => item.to_owned(),
        Err(GetError::Empty) => "empty".to_owned(),
        Err(GetError::Closed) => "closed".to_owned(),
    }
}

/// One column for what comes, and one for what the worker does.
fn note(start: Instant, comes: &str, works: &str) {
    let elapsed = start.elapsed().as_millis();
    say(&format!("{comes:<28}{works:<28} {elapsed:>6} ms"));
}

/// Writes a whole line. If standard output is closed, there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn parse(args: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut pause = Duration::from_millis(400);
    let mut args = args.map(|arg| arg.to_string_lossy().into_owned());
    while let Some(flag) = args.next() {
        match flag.as_str() {
            "--help" | "-h" => return Ok(Request::Help),
            "--pause" => {
                let value = args.next().ok_or_else(|| format!("`{flag}` needs a value"))?;
                pause = duration(&value)
                    .ok_or_else(|| format!("`{flag}` takes a duration of at most an hour, such as 20ms or 2s"))?;
            }
            _ => return Err(format!("unknown argument `{flag}`")),
        }
    }
    Ok(Request::Run(pause))
}

/// Whole milliseconds or seconds, up to an hour: `20ms`, `2s`.
fn duration(text: &str) -> Option<Duration> {
    let duration = match text.strip_suffix("ms") {
        Some(number) => Duration::from_millis(number.parse().ok()?),
        None => Duration::from_secs(text.strip_suffix('s')?.parse().ok()?),
    };
    (duration <= Duration::from_secs(3600)).then_some(duration)
}
