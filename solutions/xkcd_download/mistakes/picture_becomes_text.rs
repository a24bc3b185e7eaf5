//! Mistake: every body is read as text, and what is not UTF-8 in a picture is replaced with another character.
//!
//! Fails: `in_sequence_keeps_order` with `wrong_result`.
//! Fails: `in_parallel_keeps_order` with `wrong_result`.
//! Fails: `no_comic_is_taken_twice` with `wrong_result`.
//! Fails: `errors_stay_in_their_place` with `wrong_result`.
//! Fails: `program_prints_both_times` with `wrong_output`.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use reqwest::blocking::Client;
use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comic {
    pub num: u32,
    pub title: String,
    pub img: String,
    pub image: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DownloadError {
    Status { url: String, status: u16 },
    Transport { url: String, reason: String },
    Decode { url: String, reason: String },
}

#[derive(Deserialize)]
struct Info {
    num: u32,
    title: String,
    img: String,
}

pub fn download_in_sequence(base: &str, numbers: &[u32]) -> Vec<Result<Comic, DownloadError>> {
    let client = Client::new();
    numbers.iter().map(|number| download(&client, base, *number)).collect()
}

pub fn download_in_parallel(base: &str, numbers: &[u32], workers: usize) -> Vec<Result<Comic, DownloadError>> {
    let slots: Vec<_> = numbers.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..workers.max(1).min(numbers.len()) {
            scope.spawn(|| {
                let client = Client::builder().build().expect("a client without settings");
                loop {
                    // Relaxed: the counter orders nothing else; the end of the scope makes the slots visible.
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(number) = numbers.get(place) else { break };
                    let result = download(&client, base, *number);
                    assert!(slots[place].set(result).is_ok(), "each place is handed out once");
                }
            });
        }
    });
    let results = slots.into_iter().map(OnceLock::into_inner);
    results.map(|result| result.expect("each place is done")).collect()
}

fn download(client: &Client, base: &str, number: u32) -> Result<Comic, DownloadError> {
    let url = format!("{base}/{number}/info.0.json");
    let text = get(client, &url)?;
    let Info { num, title, img } = serde_json::from_slice(&text).map_err(|error| DownloadError::Decode {
        url,
        reason: error.to_string(),
    })?;
    let image = get(client, &img)?;
    Ok(Comic { num, title, img, image })
}

fn get(client: &Client, url: &str) -> Result<Vec<u8>, DownloadError> {
    let transport = |error: reqwest::Error| DownloadError::Transport {
        url: url.to_string(),
        reason: error.to_string(),
    };
    let response = client.get(url).send().map_err(transport)?;
    if !response.status().is_success() {
        return Err(DownloadError::Status {
            url: url.to_string(),
            status: response.status().as_u16(),
        });
    }
    Ok(response.text().map_err(transport)?.into_bytes())
}
