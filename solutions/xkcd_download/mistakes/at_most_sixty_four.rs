//! Mistake: there are never more than 64 workers, as a precaution.
//!
//! Fails: `exactly_the_workers_ask_at_once` with `over_serialized`.

use std::sync::Mutex;
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
    let client = Client::new();
    let numbers = Mutex::new(numbers.iter().enumerate());
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..workers.clamp(1, 64) {
            scope.spawn(|| {
                loop {
                    let next = numbers.lock().unwrap().next();
                    let Some((place, number)) = next else { break };
                    let result = download(&client, base, *number);
                    results.lock().unwrap().push((place, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
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
    Ok(response.bytes().map_err(transport)?.to_vec())
}
