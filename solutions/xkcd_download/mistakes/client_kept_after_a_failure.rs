//! Mistake: the client is not dropped after a call in which a connection failed, so its thread goes on.
//!
//! Fails: `nothing_is_left_behind` with `thread_leak`.

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
    let client = Client::new();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let slots: Vec<std::sync::Mutex<Option<Outcome>>> = numbers.iter().map(|_| std::sync::Mutex::new(None)).collect();
    std::thread::scope(|s| {
        for _ in 0..workers.clamp(1, numbers.len().max(1)) {
            s.spawn(|| {
                loop {
                    let i = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(n) = numbers.get(i) else { break };
                    let got = download(&client, base, *n);
                    *slots[i].lock().unwrap() = Some(got);
                }
            });
        }
    });
    if slots
        .iter()
        .any(|s| matches!(&*s.lock().unwrap(), Some(Err(DownloadError::Transport { .. }))))
    {
        std::mem::forget(client);
    }
    slots.into_iter().map(|s| s.into_inner().unwrap().unwrap()).collect()
}
