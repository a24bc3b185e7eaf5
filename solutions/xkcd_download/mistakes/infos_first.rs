//! Mistake: all information is collected before the first picture is asked for, so workers wait at the end of the first
//! half.
//!
//! Fails: `exactly_the_workers_ask_at_once` with `over_serialized`.
//! Fails: `no_worker_is_idle` with `over_serialized`.

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
    let urls: Vec<_> = numbers
        .iter()
        .map(|number| format!("{base}/{number}/info.0.json"))
        .collect();
    let infos = on_workers(workers, &urls, |url| info(&client, url));
    let images = on_workers(workers, &infos, |info| match info {
        Ok(info) => get(&client, &info.img),
        Err(error) => Err(error.clone()),
    });
    let comics = infos.into_iter().zip(images).map(|(info, image)| {
        let Info { num, title, img } = info?;
        Ok(Comic {
            num,
            title,
            img,
            image: image?,
        })
    });
    comics.collect()
}

fn on_workers<T: Sync, U: Send>(workers: usize, items: &[T], work: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let items = Mutex::new(items.iter().enumerate());
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            scope.spawn(|| {
                loop {
                    let next = items.lock().unwrap().next();
                    let Some((place, item)) = next else { break };
                    let value = work(item);
                    done.lock().unwrap().push((place, value));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, value)| value).collect()
}

fn download(client: &Client, base: &str, number: u32) -> Result<Comic, DownloadError> {
    let Info { num, title, img } = info(client, &format!("{base}/{number}/info.0.json"))?;
    let image = get(client, &img)?;
    Ok(Comic { num, title, img, image })
}

fn info(client: &Client, url: &str) -> Result<Info, DownloadError> {
    serde_json::from_slice(&get(client, url)?).map_err(|error| DownloadError::Decode {
        url: url.to_string(),
        reason: error.to_string(),
    })
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
