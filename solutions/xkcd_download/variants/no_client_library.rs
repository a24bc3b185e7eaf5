//! Variant: no client library. Each worker speaks HTTP/1.1 over a connection of its own, and opens another one when the
//! server has closed it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::thread;

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
    let mut client = Client::default();
    numbers.iter().map(|number| client.download(base, *number)).collect()
}

pub fn download_in_parallel(base: &str, numbers: &[u32], workers: usize) -> Vec<Result<Comic, DownloadError>> {
    let mut results: Vec<_> = numbers.iter().map(|_| None).collect();
    let left = Mutex::new(numbers.iter().zip(&mut results));
    thread::scope(|scope| {
        for _ in 0..workers.clamp(1, numbers.len().max(1)) {
            scope.spawn(|| {
                let mut client = Client::default();
                loop {
                    let next = left.lock().unwrap().next();
                    let Some((number, result)) = next else { break };
                    *result = Some(client.download(base, *number));
                }
            });
        }
    });
    results.into_iter().flatten().collect()
}

/// The connection that was used last, if it is still open, and where it leads.
#[derive(Default)]
struct Client {
    open: Option<(String, BufReader<TcpStream>)>,
}

struct Response {
    status: u16,
    body: Vec<u8>,
    keeps_connection: bool,
}

impl Client {
    fn download(&mut self, base: &str, number: u32) -> Result<Comic, DownloadError> {
        let url = format!("{base}/{number}/info.0.json");
        let info = serde_json::from_slice(&self.get(&url)?);
        let Info { num, title, img } = info.map_err(|error| DownloadError::Decode {
            url,
            reason: error.to_string(),
        })?;
        let image = self.get(&img)?;
        Ok(Comic { num, title, img, image })
    }

    fn get(&mut self, url: &str) -> Result<Vec<u8>, DownloadError> {
        let response = self.request(url).map_err(|error| DownloadError::Transport {
            url: url.to_owned(),
            reason: error.to_string(),
        })?;
        match response.status {
            200..=299 => Ok(response.body),
            status => Err(DownloadError::Status {
                url: url.to_owned(),
                status,
            }),
        }
    }

    fn request(&mut self, url: &str) -> io::Result<Response> {
        let rest = url.strip_prefix("http://").ok_or(io::ErrorKind::Unsupported)?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let mut connection = match self.open.take() {
            Some((open, connection)) if open == host => connection,
            _ => BufReader::new(TcpStream::connect(host)?),
        };
        write!(connection.get_mut(), "GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n")?;
        let response = read(&mut connection)?;
        if response.keeps_connection {
            self.open = Some((host.to_owned(), connection));
        }
        Ok(response)
    }
}

fn read(connection: &mut BufReader<TcpStream>) -> io::Result<Response> {
    let mut line = String::new();
    connection.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or(io::ErrorKind::UnexpectedEof)?;
    let (mut length, mut keeps_connection) = (0, true);
    loop {
        line.clear();
        connection.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().map_err(io::Error::other)?,
            "connection" => keeps_connection = !value.trim().eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    Ok(Response {
        status,
        body,
        keeps_connection,
    })
}
