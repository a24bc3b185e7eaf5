//! Mistake: each worker gets a share of the numbers at the start, so one that is done with it is idle.
//!
//! Fails: `exactly_the_workers_ask_at_once` with `over_serialized`.
//! Fails: `no_worker_is_idle` with `over_serialized`.

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
    let share = numbers.len().div_ceil(workers.max(1)).max(1);
    thread::scope(|scope| {
        let threads: Vec<_> = numbers
            .chunks(share)
            .map(|share| {
                let client = &client;
                scope.spawn(move || {
                    let share = share.iter().map(|number| download(client, base, *number));
                    share.collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
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
