//! Lets you watch a queue fill up and run dry.
//!
//! The lines of the producers and consumers come in the order in which things happen, so they differ from run to run;
//! what is said about refusals, timeouts and the sum does not.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use bounded_queue::{GetError, PutError, Queue, produce_and_consume};

const USAGE: &str = "usage: bounded_queue [--producers NUMBER] [--consumers NUMBER] [--room NUMBER] [--items NUMBER]
                     [--pause DURATION]

  --producers NUMBER   how many threads put items into the queue (default 2)
  --consumers NUMBER   how many threads take them out, at least 1 (default 1)
  --room NUMBER        how many items the queue holds, at least 1 (default 3)
  --items NUMBER       how many items each producer puts (default 4)
  --pause DURATION     how long a consumer works on an item, such as 20ms or 2s (default 200ms)";

/// What the command line asks for.
struct Options {
    producers: usize,
    consumers: usize,
    room: usize,
    items: usize,
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
            watch_the_queue(&options);
            be_refused(&options);
            close_it();
            ExitCode::SUCCESS
        }
        Ok(Request::Help) => {
            say(USAGE);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("bounded_queue: {problem}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Quick producers and slow consumers: the queue fills up, and the producers wait for the consumers.
fn watch_the_queue(options: &Options) {
    let Options {
        producers,
        consumers,
        room,
        items,
        pause,
    } = *options;
    say(&format!(
        "producers: {producers}, consumers: {consumers}, room: {room}, {pause:?} an item"
    ));

    let start = Instant::now();
    let producer = |number: usize| {
        move |queue: &Queue<String>| {
            for item in 1..=items {
                let name = format!("{number}-{item}");
                if queue.put(name.clone()).is_ok() {
                    // Others may be quicker than this line: it shows the queue as it is now.
                    let inside = queue.len().min(room);
                    let places = format!("[{}{}]", "#".repeat(inside), " ".repeat(room - inside));
                    note(start, &format!("put {name}"), &places);
                }
            }
        }
    };
    let consumed = produce_and_consume((1..=producers).map(producer).collect(), consumers, room, |item| {
        note(start, &format!("got {item}"), "");
        thread::sleep(pause);
        1
    });
    say(&format!("items consumed: {}", consumed.iter().sum::<usize>()));
}

/// Asks a full queue for room and an empty one for an item, in the ways that do not wait for ever.
fn be_refused(options: &Options) {
    let queue = Queue::new(1);
    say(&format!("try_put: {}", put_in_words(queue.try_put("first"))));
    say(&format!("try_put again: {}", put_in_words(queue.try_put("second"))));
    let start = Instant::now();
    let answer = put_in_words(queue.put_timeout("second", options.pause));
    note(start, &format!("put_timeout: {answer}"), "");
    say(&format!("try_get: {}", got_in_words(queue.try_get())));
    let start = Instant::now();
    let answer = got_in_words(queue.get_timeout(options.pause));
    note(start, &format!("get_timeout: {answer}"), "");
}

/// Closes a queue that is not empty.
fn close_it() {
    let queue = Queue::new(0);
    say(&format!("put: {}", put_in_words(queue.put("last"))));
    queue.close();
    say(&format!("put after close: {}", put_in_words(queue.put("too late"))));
    say(&format!("get after close: {}", got_in_words(queue.get())));
    say(&format!("get once more: {}", got_in_words(queue.get())));
}

fn put_in_words(outcome: Result<(), PutError<&str>>) -> String {
    match outcome {
        Ok(()) => "done".to_owned(),
        Err(PutError::Full(item)) => format!("full, `{item}` comes back"),
        Err(PutError::Closed(item)) => format!("closed, `{item}` comes back"),
    }
}

fn got_in_words(outcome: Result<&str, GetError>) -> String {
    match outcome {
        Ok(item) => format!("`{item}`"),
        Err(GetError::Empty) => "empty".to_owned(),
        Err(GetError::Closed) => "closed".to_owned(),
    }
}

fn note(start: Instant, event: &str, places: &str) {
    say(&format!("{event:<36}{places:<12}{:>6} ms", start.elapsed().as_millis()));
}

/// Writes a whole line. If standard output is closed, there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn parse(args: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let mut options = Options {
        producers: 2,
        consumers: 1,
        room: 3,
        items: 4,
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
            "--producers" => options.producers = count(&value?).ok_or_else(|| wrong("a number from 0 to 1000"))?,
            "--items" => options.items = count(&value?).ok_or_else(|| wrong("a number from 0 to 1000"))?,
            "--consumers" => {
                options.consumers = at_least_one(&value?).ok_or_else(|| wrong("a number from 1 to 1000"))?
            }
            "--room" => options.room = at_least_one(&value?).ok_or_else(|| wrong("a number from 1 to 1000"))?,
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

fn at_least_one(text: &str) -> Option<usize> {
    count(text).filter(|&count| count > 0)
}

/// Whole milliseconds or seconds, up to an hour: `20ms`, `2s`.
fn duration(text: &str) -> Option<Duration> {
    let duration = match text.strip_suffix("ms") {
        Some(number) => Duration::from_millis(number.parse().ok()?),
        None => Duration::from_secs(text.strip_suffix('s')?.parse().ok()?),
    };
    (duration <= Duration::from_secs(3600)).then_some(duration)
}
