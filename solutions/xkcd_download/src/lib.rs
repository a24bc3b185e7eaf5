//! Comics and their pictures, downloaded one after the other, and then by several workers.

use std::panic;
use std::sync::{Mutex, PoisonError};
use std::thread;

use reqwest::blocking::Client;
use serde::Deserialize;

/// A comic, with all the bytes of its picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comic {
    /// Its number.
    pub num: u32,
    /// Its title.
    pub title: String,
    /// The URL of its picture.
    pub img: String,
    /// The picture itself, as it came.
    pub image: Vec<u8>,
}

/// Why there is no comic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DownloadError {
    /// The server answered with a status other than success, such as 404.
    Status {
        /// The URL that was asked for.
        url: String,
        /// The status.
        status: u16,
    },
    /// There was no answer, or not all of it.
    Transport {
        /// The URL that was asked for.
        url: String,
        /// What the client reports.
        reason: String,
    },
    /// The answer came, but is not the JSON that was expected.
    Decode {
        /// The URL that was asked for.
        url: String,
        /// What the parser reports.
        reason: String,
    },
}

/// What is needed of the JSON that describes a comic; serde ignores the other fields.
#[derive(Deserialize)]
struct Info {
    num: u32,
    title: String,
    img: String,
}

/// Downloads the comics with these `numbers`, one after the other.
pub fn download_in_sequence(base: &str, numbers: &[u32]) -> Vec<Result<Comic, DownloadError>> {
    // The client keeps its connections open and reuses them. A client for each request would need a handshake with
    // the server each time, which takes longer than the download itself.
    let client = Client::new();
    // Each number has its own result: a comic that fails does not keep the next from coming. Collecting into a
    // `Result<Vec<_>, _>`, or `?`, would stop at the first.
    numbers.iter().map(|number| download(&client, base, *number)).collect()
}

/// Downloads the comics with these `numbers` with as many threads as `workers`, and at least one.
///
/// # Panics
///
/// If the system has no threads left.
pub fn download_in_parallel(base: &str, numbers: &[u32], workers: usize) -> Vec<Result<Comic, DownloadError>> {
    let client = Client::new();
    // The numbers that no worker has taken yet, with their places. A worker that is done takes the next, so none is
    // idle while numbers are left. Fixed shares would leave the quick workers without work when one comic is slow.
    let left = Mutex::new(numbers.iter().enumerate());
    let work = || {
        let mut done = Vec::new();
        loop {
            // A statement of its own: the lock is released before the download starts. In the head of a `while let` the
            // guard would live as long as the body, and the workers would take turns.
            let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((place, number)) = next else {
                return done;
            };
            done.push((place, download(&client, base, *number)));
        }
    };
    // Further workers would find nothing to do.
    let n_workers = workers.clamp(1, numbers.len().max(1));
    let mut results: Vec<_> = thread::scope(|scope| {
        // All are started before the first is joined. Iterators are lazy, so this needs a `collect` in between.
        let workers: Vec<_> = (0..n_workers).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter().map(|worker| worker.join());
        done.flat_map(|done| done.unwrap_or_else(|payload| panic::resume_unwind(payload)))
            .collect()
    });
    // So far they are in the order in which they were done.
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
    // The client is dropped here, and with it ends the thread that runs its connections.
}

fn download(client: &Client, base: &str, number: u32) -> Result<Comic, DownloadError> {
    let url = format!("{base}/{number}/info.0.json");
    // First all the bytes, then the parsing: a transfer that fails is `Transport`, a text that cannot be parsed is
    // `Decode`. `Response::json` does both and reports either as a failure to decode.
    let text = get(client, &url)?;
    let info = serde_json::from_slice(&text);
    let Info { num, title, img } = info.map_err(|error: serde_json::Error| DownloadError::Decode {
        url,
        reason: error.to_string(),
    })?;
    // As the server says: some pictures are `.jpg`, others `.png`.
    let image = get(client, &img)?;
    Ok(Comic { num, title, img, image })
}

/// The whole body of the reply to a request for `url`, if it is a success.
fn get(client: &Client, url: &str) -> Result<Vec<u8>, DownloadError> {
    let transport = |error: reqwest::Error| DownloadError::Transport {
        url: url.to_owned(),
        reason: error.to_string(),
    };
    let response = client.get(url).send().map_err(transport)?;
    // A page that says "not found" is a reply like any other, and arrives whole.
    if !response.status().is_success() {
        return Err(DownloadError::Status {
            url: url.to_owned(),
            status: response.status().as_u16(),
        });
    }
    // The server said how long the body is, so one that ends too early is an error, too.
    response.bytes().map(Vec::from).map_err(transport)
}
