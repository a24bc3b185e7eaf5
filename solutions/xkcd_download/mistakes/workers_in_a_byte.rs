//! Mistake: the number of workers is cut down to a byte, so that 256 of them are none, and one does everything.
//!
//! Fails: `no_comic_is_taken_twice` with `not_concurrent`.

use std::sync::Mutex;
use std::thread;

use reqwest::blocking::{Client, Response};
use serde_json::Value;

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

pub fn download_in_sequence(base: &str, numbers: &[u32]) -> Vec<Result<Comic, DownloadError>> {
    let client = Client::new();
    numbers.iter().map(|number| download(&client, base, *number)).collect()
}

pub fn download_in_parallel(base: &str, numbers: &[u32], workers: usize) -> Vec<Result<Comic, DownloadError>> {
    let client = Client::new();
    let numbers = Mutex::new(numbers.iter().enumerate());
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..(workers as u8).max(1) {
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
    let info: Value = get(client, &url)?.json().map_err(|error| explain(&url, &error))?;
    let lacks = || DownloadError::Decode {
        url: url.clone(),
        reason: "there is no comic in it".to_string(),
    };
    let num = info["num"]
        .as_u64()
        .and_then(|num| num.try_into().ok())
        .ok_or_else(lacks)?;
    let title = info["title"].as_str().ok_or_else(lacks)?.to_string();
    let img = info["img"].as_str().ok_or_else(lacks)?.to_string();
    let image = get(client, &img)?
        .bytes()
        .map_err(|error| explain(&img, &error))?
        .into();
    Ok(Comic { num, title, img, image })
}

fn get(client: &Client, url: &str) -> Result<Response, DownloadError> {
    let response = client.get(url).send();
    response
        .and_then(Response::error_for_status)
        .map_err(|error| explain(url, &error))
}

fn explain(url: &str, error: &reqwest::Error) -> DownloadError {
    let (url, reason) = (url.to_string(), error.to_string());
    match error.status() {
        Some(status) => DownloadError::Status {
            url,
            status: status.as_u16(),
        },
        None if error.is_decode() => DownloadError::Decode { url, reason },
        None => DownloadError::Transport { url, reason },
    }
}
