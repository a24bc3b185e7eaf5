//! Variant: threads with cloned clients, which take numbers from one channel and send results through another.

use std::sync::{Arc, Mutex, mpsc};
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
    let (jobs, queue) = mpsc::channel();
    let queue = Arc::new(Mutex::new(queue));
    let (done, results) = mpsc::sync_channel(1);
    let threads: Vec<_> = (0..workers.max(1))
        .map(|_| {
            let (client, base) = (client.clone(), base.to_string());
            let (queue, done) = (queue.clone(), done.clone());
            thread::spawn(move || {
                loop {
                    let Ok((place, number)) = queue.lock().unwrap().recv() else {
                        break;
                    };
                    done.send((place, download(&client, &base, number))).unwrap();
                }
            })
        })
        .collect();
    drop(done);
    for job in numbers.iter().copied().enumerate() {
        jobs.send(job).unwrap();
    }
    drop(jobs);
    let mut comics: Vec<Option<_>> = numbers.iter().map(|_| None).collect();
    for (place, result) in results {
        comics[place] = Some(result);
    }
    for thread in threads {
        thread.join().unwrap();
    }
    comics
        .into_iter()
        .map(|comic| comic.expect("each number has a result"))
        .collect()
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
