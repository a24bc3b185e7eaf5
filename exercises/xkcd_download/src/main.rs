//! Downloads comics both ways, compares the times, and saves the pictures where you ask for it.
//!
//! Reads all arguments before it asks for anything: a wrong one ends the program with exit code 2
//! and a message that says what is expected. A comic that failed ends it with exit code 1, after
//! all the others.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use xkcd_download::{Comic, DownloadError, download_in_parallel, download_in_sequence};

const USAGE: &str = "\
usage: xkcd_download [--base-url URL] [--first NUMBER] [--last NUMBER] [--workers NUMBER] [--output FOLDER]

  --base-url URL    where the comics are; https://xkcd.com unless given
  --first NUMBER    the first comic, from 1; 100 unless given
  --last NUMBER     the last one; 109 unless given
  --workers NUMBER  how many workers download in parallel, 0 to 64; 4 unless given
  --output FOLDER   saves each picture in this folder, under its own name
  --help            print this and stop
";

/// Far above the number of any comic: they are numbered from 1, with a few more each week.
const LARGEST: u32 = 1_000_000;

/// Downloaded both ways, these are some gigabytes.
const MOST_COMICS: u32 = 10_000;

/// More than a server wants from one client.
const MOST_WORKERS: u32 = 64;

/// How many comics are in memory at once; more than that are downloaded in turns.
const TURN: usize = 100;

/// What the arguments ask for.
struct Options {
    base: String,
    first: u32,
    last: u32,
    workers: usize,
    output: Option<PathBuf>,
}

type Results = Vec<Result<Comic, DownloadError>>;

/// The totals of one way to download.
#[derive(Default)]
struct Tally {
    comics: usize,
    bytes: usize,
    time: Duration,
}

/// Why the program ends early.
enum Failure {
    /// The output cannot be written.
    Output(io::Error),
    /// A picture cannot be saved.
    Picture(PathBuf, io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}

fn main() -> ExitCode {
    let outcome = match read_arguments() {
        Ok(Some(options)) => run_both_ways(&options),
        Ok(None) => write!(io::stdout(), "{USAGE}").map(|()| 0).map_err(Failure::from),
        Err(problem) => {
            eprintln!("error: {problem}\nhelp: run `cargo run -p xkcd_download -- --help`");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        // The reader closed the pipe, as in `xkcd_download | head`.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Output(error)) => {
            eprintln!("error: failed to write to standard output: {error}");
            ExitCode::FAILURE
        }
        Err(Failure::Picture(path, error)) => {
            eprintln!("error: failed to save `{}`: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}

/// Returns how many comics failed.
fn run_both_ways(options: &Options) -> Result<usize, Failure> {
    let (base, workers) = (options.base.as_str(), options.workers);
    let mut out = io::stdout();
    writeln!(out, "comics {} to {} of {base}", options.first, options.last)?;
    let numbers: Vec<u32> = (options.first..=options.last).collect();
    let bar = progress_bar(2 * numbers.len());
    let (mut alone, mut together) = (Tally::default(), Tally::default());
    let (mut is_same, mut n_failed) = (true, 0);
    for turn in numbers.chunks(TURN) {
        bar.set_message("in sequence");
        let one_by_one = alone.count(&bar, || download_in_sequence(base, turn));
        bar.set_message("in parallel");
        let results = together.count(&bar, || download_in_parallel(base, turn, workers));
        is_same &= are_same(&one_by_one, &results);
        for (number, result) in turn.iter().zip(&results) {
            n_failed += usize::from(result.is_err());
            bar.suspend(|| writeln!(out, "  {number}: {}", in_words(result)))?;
            if let (Some(folder), Ok(comic)) = (&options.output, result) {
                save(folder, comic)?;
            }
        }
    }
    bar.finish_and_clear();
    alone.show(&mut out, "in sequence")?;
    together.show(&mut out, &format!("in parallel, {workers} workers"))?;
    let same = if is_same { "the same" } else { "DIFFERENT" };
    let ratio = alone.time.as_secs_f64() / together.time.as_secs_f64().max(f64::MIN_POSITIVE);
    writeln!(out, "both are {same}; in parallel was {ratio:.1} times as fast")?;
    Ok(n_failed)
}

/// A bar on standard error, if that is a terminal. It counts comics, each of which is downloaded twice.
fn progress_bar(length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg} [{bar:40}] {pos}/{len} {elapsed}");
    let style = style.expect("the template is well-formed").progress_chars("=> ");
    let bar = ProgressBar::new(length as u64).with_style(style);
    // The functions that download report nothing until they return; the time shows that they are at work.
    if !bar.is_hidden() {
        bar.enable_steady_tick(Duration::from_millis(100));
    }
    bar
}

impl Tally {
    fn count(&mut self, bar: &ProgressBar, download: impl FnOnce() -> Results) -> Results {
        let start = Instant::now();
        let results = download();
        self.time += start.elapsed();
        let comics = results.iter().flatten();
        self.comics += comics.clone().count();
        self.bytes += comics.map(|comic| comic.image.len()).sum::<usize>();
        bar.inc(results.len() as u64);
        results
    }

    fn show(&self, out: &mut impl Write, name: &str) -> io::Result<()> {
        let seconds = self.time.as_secs_f64();
        let (comics, bytes) = (self.comics, self.bytes);
        writeln!(out, "{name}: {comics} comics, {bytes} bytes in {seconds:.2} s")
    }
}

/// Whether both ways gave the same comics. Errors are not compared.
fn are_same(some: &Results, others: &Results) -> bool {
    let content = |result: &Result<Comic, DownloadError>| {
        let comic = result.as_ref().ok()?;
        let Comic { num, title, img, image } = comic;
        Some((*num, title.clone(), img.clone(), image.clone()))
    };
    some.iter().map(content).eq(others.iter().map(content))
}

fn in_words(result: &Result<Comic, DownloadError>) -> String {
    match result {
        Ok(comic) => {
            let bytes = comic.image.len();
            format!("{} ({}, {bytes} bytes)", comic.title, file_name(comic))
        }
        Err(DownloadError::Status { url, status }) => format!("FAILED: status {status} for {url}"),
        Err(DownloadError::Transport { url, reason }) => format!("FAILED: no answer for {url}: {reason}"),
        Err(DownloadError::Decode { url, reason }) => format!("FAILED: no comic at {url}: {reason}"),
    }
}

/// The last part of the URL, without anything that could lead out of a folder.
fn file_name(comic: &Comic) -> String {
    let path = comic.img.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(100).collect();
    match name.as_str() {
        "" | "." | ".." => format!("{}.image", comic.num),
        _ => name,
    }
}

/// Writes the picture under another name, and renames it when it is complete: even if this program is
/// killed in between, the folder holds the whole picture or none.
fn save(folder: &Path, comic: &Comic) -> Result<(), Failure> {
    let path = folder.join(file_name(comic));
    let unfinished = folder.join(format!(".{}.{}.part", file_name(comic), process::id()));
    let written = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&unfinished, &comic.image))
        .and_then(|()| fs::rename(&unfinished, &path));
    written.map_err(|error| {
        let _ = fs::remove_file(&unfinished);
        Failure::Picture(path, error)
    })
}

/// `None` if the arguments ask for help.
fn read_arguments() -> Result<Option<Options>, String> {
    let mut options = Options {
        base: "https://xkcd.com".to_owned(),
        first: 100,
        last: 109,
        workers: 4,
        output: None,
    };
    let mut arguments = env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        let argument = argument.to_string_lossy().into_owned();
        let mut value = || {
            let missing = || format!("failed to read `{argument}`: its value is missing");
            arguments.next().ok_or_else(missing)
        };
        let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
        match argument.as_str() {
            "--base-url" => options.base = base_url(&text(value()?))?,
            "--first" => options.first = number(&argument, &text(value()?), 1, LARGEST)?,
            "--last" => options.last = number(&argument, &text(value()?), 1, LARGEST)?,
            "--workers" => options.workers = number(&argument, &text(value()?), 0, MOST_WORKERS)? as usize,
            "--output" => options.output = Some(value()?.into()),
            "--help" | "-h" => return Ok(None),
            _ => {
                let known = "`--base-url`, `--first`, `--last`, `--workers`, `--output` and `--help`";
                return Err(format!("unknown argument `{argument}`: known are {known}"));
            }
        }
    }
    has_comics(options.first, options.last).map(|()| Some(options))
}

fn has_comics(first: u32, last: u32) -> Result<(), String> {
    if last < first {
        return Err(format!(
            "failed to find a comic from {first} to {last}: the last comes before the first"
        ));
    }
    if last - first >= MOST_COMICS {
        return Err(format!(
            "failed to download so many comics: at most {MOST_COMICS} at once"
        ));
    }
    Ok(())
}

fn number(argument: &str, text: &str, least: u32, most: u32) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("failed to read `{argument} {text}`: a number from {least} to {most} is needed"))
}

fn base_url(text: &str) -> Result<String, String> {
    let url = text.trim_end_matches('/');
    if ["http://", "https://"]
        .iter()
        .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
    {
        return Ok(url.to_owned());
    }
    Err(format!(
        "failed to read `--base-url {text}`: it has to begin with `http://` or `https://`"
    ))
}
