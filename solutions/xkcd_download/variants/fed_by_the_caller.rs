//! Variant: the caller hands each number to a worker that is free, through a rendezvous channel.

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
    let slots: Vec<_> = numbers.iter().map(|_| std::sync::OnceLock::new()).collect();
    let (work, jobs) = std::sync::mpsc::sync_channel::<(u32, &std::sync::OnceLock<Outcome>)>(0);
    let jobs = std::sync::Mutex::new(jobs);
    let client = Client::new();
    std::thread::scope(|s| {
        for _ in 0..workers.max(1) {
            let (jobs, client) = (&jobs, &client);
            s.spawn(move || {
                loop {
                    let job = jobs.lock().unwrap().recv();
                    let Ok((n, slot)) = job else { return };
                    slot.set(download(client, base, n)).unwrap();
                }
            });
        }
        for (n, slot) in numbers.iter().zip(&slots) {
            work.send((*n, slot)).unwrap();
        }
        drop(work);
    });
    drop(jobs);
    slots.into_iter().map(|s| s.into_inner().unwrap()).collect()
}
