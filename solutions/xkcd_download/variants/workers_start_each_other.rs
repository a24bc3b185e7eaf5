//! Variant: each worker starts the next one before it begins to work.

use reqwest::blocking::Client;
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
type Outcome = Result<Comic, DownloadError>;
#[derive(serde::Deserialize)]
struct Info {
    num: u32,
    title: String,
    img: String,
}

fn get(client: &Client, url: &str) -> Result<Vec<u8>, DownloadError> {
    let transport = |e: reqwest::Error| DownloadError::Transport {
        url: url.to_owned(),
        reason: e.to_string(),
    };
    let response = client.get(url).send().map_err(transport)?;
    if !response.status().is_success() {
        return Err(DownloadError::Status {
            url: url.to_owned(),
            status: response.status().as_u16(),
        });
    }
    response.bytes().map(Vec::from).map_err(transport)
}

fn download(client: &Client, base: &str, number: u32) -> Outcome {
    let url = format!("{base}/{number}/info.0.json");
    let text = get(client, &url)?;
    let info = serde_json::from_slice::<Info>(&text).map_err(|e| DownloadError::Decode {
        url: url.clone(),
        reason: e.to_string(),
    })?;
    let image = get(client, &info.img)?;
    Ok(Comic {
        num: info.num.into(),
        title: info.title,
        img: info.img,
        image,
    })
}

pub fn download_in_sequence(base: &str, numbers: &[u32]) -> Vec<Outcome> {
    let client = Client::new();
    numbers.iter().map(|n| download(&client, base, *n)).collect()
}
pub fn download_in_parallel(base: &str, numbers: &[u32], workers: usize) -> Vec<Outcome> {
    use std::thread::Scope;
    struct Shared<'e> {
        client: Client,
        base: &'e str,
        left: std::sync::RwLock<std::collections::VecDeque<(usize, u32)>>,
        done: std::sync::Mutex<Vec<Option<Outcome>>>,
    }
    fn worker<'s, 'e>(s: &'s Scope<'s, 'e>, shared: &'s Shared<'e>, more: usize) {
        if more > 0 {
            s.spawn(move || worker(s, shared, more - 1));
        }
        loop {
            let Some((i, n)) = shared.left.write().unwrap().pop_front() else {
                break;
            };
            let got = download(&shared.client, shared.base, n);
            shared.done.lock().unwrap()[i] = Some(got);
        }
    }
    let shared = Shared {
        client: Client::new(),
        base,
        left: std::sync::RwLock::new(numbers.iter().copied().enumerate().collect()),
        done: std::sync::Mutex::new(numbers.iter().map(|_| None).collect()),
    };
    std::thread::scope(|s| worker(s, &shared, workers.max(1) - 1));
    shared.done.into_inner().unwrap().into_iter().flatten().collect()
}
