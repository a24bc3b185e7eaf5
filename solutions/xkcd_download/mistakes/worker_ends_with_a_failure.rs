//! Mistake: a worker ends with its first failure, and what is left then is downloaded one after the other.
//!
//! Fails: `no_worker_is_idle` with `over_serialized`.

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
    use std::sync::Mutex;
    let client = Client::new();
    let left = Mutex::new(numbers.iter().copied().enumerate());
    let done = Mutex::new(Vec::new());
    let work = |until_failure: bool| loop {
        let next = left.lock().unwrap().next();
        let Some((i, n)) = next else { break };
        let got = download(&client, base, n);
        let failed = got.is_err();
        done.lock().unwrap().push((i, got));
        if failed && until_failure {
            break;
        }
    };
    std::thread::scope(|s| {
        for _ in 0..workers.clamp(1, numbers.len().max(1)) {
            s.spawn(|| work(true));
        }
    });
    // Does what the workers that gave up left undone.
    work(false);
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|d| d.0);
    done.into_iter().map(|d| d.1).collect()
}
