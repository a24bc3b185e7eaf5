//! Variant: a thread hands each worker its next number on request, over a channel of its own; the body is read by hand.

use std::io::Read;
use std::sync::mpsc;
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
    let (calls, called) = mpsc::channel::<mpsc::Sender<(usize, u32)>>();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..workers.clamp(1, numbers.len().max(1)))
            .map(|_| {
                let (calls, client) = (calls.clone(), &client);
                scope.spawn(move || {
                    let mut done = Vec::new();
                    loop {
                        let (reply, number) = mpsc::channel();
                        if calls.send(reply).is_err() {
                            return done;
                        }
                        let Ok((place, number)) = number.recv() else {
                            return done;
                        };
                        done.push((place, download(client, base, number)));
                    }
                })
            })
            .collect();
        scope.spawn(move || {
            for (place, number) in numbers.iter().enumerate() {
                let Ok(reply) = called.recv() else { return };
                reply.send((place, *number)).expect("a worker waits for its number");
            }
        });
        let done = threads.into_iter().flat_map(|thread| thread.join().unwrap());
        let mut done: Vec<_> = done.collect();
        done.sort_by_key(|(place, _)| *place);
        done.into_iter().map(|(_, result)| result).collect()
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
    let mut response = client.get(url).send().map_err(transport)?;
    if !response.status().is_success() {
        return Err(DownloadError::Status {
            url: url.to_string(),
            status: response.status().as_u16(),
        });
    }
    let mut bytes = Vec::new();
    match response.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(DownloadError::Transport {
            url: url.to_string(),
            reason: error.to_string(),
        }),
    }
}
