//! Comics and their pictures, downloaded one after the other, and then by several workers.
//!
//! The statement is in `README.md`; `cargo run -p xkcd_download` runs what you write here, and
//! `cargo xtask grade xkcd_download` grades it.

/// A comic, with all the bytes of its picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comic {
    /// Its number.
    pub num: u32,
    /// Its title.
    pub title: String,
    /// The URL of its picture.
    pub img: String,
    /// The picture itself, as it came.
    pub image: Vec<u8>,
}

/// Why there is no comic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DownloadError {
    /// The server answered with a status other than success, such as 404.
    Status { url: String, status: u16 },
    /// There was no answer, or not all of it.
    Transport { url: String, reason: String },
    /// The answer came, but is not the JSON that was expected.
    Decode { url: String, reason: String },
}

/// Downloads the comics with these `numbers`, one after the other, and returns the result of each,
/// in the order of the numbers.
///
/// `{base}/{num}/info.0.json` holds, among other things, the `num` and the `title` of a comic, and in
/// `img` the URL of its picture.
//
// Worth a look in the documentation of reqwest: `blocking::Client`, which reuses its connections as
// long as it lives; `Response::status`, `json`, `bytes`; `Error::is_decode`. In that of serde:
// `#[derive(Deserialize)]` for a struct with the fields that you need; it ignores the others.
pub fn download_in_sequence(base: &str, numbers: &[u32]) -> Vec<Result<Comic, DownloadError>> {
    todo!("download {} comics from {base}", numbers.len())
}

/// Does the same with `workers` threads, each of which waits for one reply at a time.
//
// Worth a look in the documentation of std: `thread::scope`, whose threads may borrow `base` and a
// client; `Mutex` around an iterator, or `AtomicUsize::fetch_add`, to hand out the numbers one by
// one; `Iterator::enumerate`, to remember the place of each.
pub fn download_in_parallel(base: &str, numbers: &[u32], workers: usize) -> Vec<Result<Comic, DownloadError>> {
    todo!("download {} comics from {base} with {workers} workers", numbers.len())
}
