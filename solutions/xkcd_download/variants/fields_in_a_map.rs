//! Variant: the information is read into a map of its fields, and the caller receives results until the last sender
//! is gone.

use std::collections::HashMap;
use std::sync::{Mutex, mpsc};
use std::thread;

use reqwest::blocking::Client;
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
    let mut results = thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..workers.max(1) {
            let (sender, numbers, client) = (sender.clone(), &numbers, &client);
            scope.spawn(move || {
                loop {
                    let next = numbers.lock().unwrap().next();
                    let Some((place, number)) = next else { break };
                    let result = download(client, base, *number);
                    sender.send((place, result)).unwrap();
                }
            });
        }
        drop(sender);
        receiver.into_iter().collect::<Vec<_>>()
    });
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}

fn download(client: &Client, base: &str, number: u32) -> Result<Comic, DownloadError> {
    let url = format!("{base}/{number}/info.0.json");
    let text = get(client, &url)?;
    let decode = |reason: &str| DownloadError::Decode {
        url: url.clone(),
        reason: reason.to_owned(),
    };
    let fields: HashMap<String, Value> = serde_json::from_slice(&text).map_err(|error| decode(&error.to_string()))?;
    let num = fields.get("num").and_then(Value::as_u64).ok_or_else(|| decode("no number"))?;
    let [title, img] = ["title", "img"].map(|name| fields.get(name).and_then(Value::as_str).map(str::to_owned));
    let (title, img) = title.zip(img).ok_or_else(|| decode("a field is missing"))?;
    let num = u32::try_from(num).map_err(|_| decode("the number is too large"))?;
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
