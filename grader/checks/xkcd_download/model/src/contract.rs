//! The public items that the exercise promises, with their types.
//!
//! A submission that lacks one does not compile against this file, which is how the grader learns that it is missing.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

#![allow(
    clippy::redundant_closure,
    reason = "a function that is generic has no pointer that fits"
)]

use xkcd_download::{Comic, DownloadError};
use xkcd_download_support::Outcome;

const _: fn(&str, &[u32]) -> Results = |base, numbers| xkcd_download::download_in_sequence(base, numbers);
const _: fn(&str, &[u32], usize) -> Results =
    |base, numbers, workers| xkcd_download::download_in_parallel(base, numbers, workers);

type Results = Vec<Result<Comic, DownloadError>>;

/// A result in a type of the checks, made of the fields that the exercise promises.
pub(crate) fn outcome(result: Result<Comic, DownloadError>) -> Outcome {
    match result {
        Ok(comic) => of_comic(comic),
        Err(error) => of_error(error),
    }
}

fn of_comic(comic: Comic) -> Outcome {
    let (num, title, img, image): (u32, String, String, Vec<u8>) = (comic.num, comic.title, comic.img, comic.image);
    Outcome::Comic { num, title, img, image }
}

fn of_error(error: DownloadError) -> Outcome {
    match error {
        DownloadError::Status { url, status } => Outcome::Status { url, status },
        DownloadError::Transport { url, reason } => Outcome::Transport {
            url: first(url, reason),
        },
        DownloadError::Decode { url, reason } => Outcome::Decode {
            url: first(url, reason),
        },
    }
}

/// The reason is text, and nothing more is promised of it.
fn first(url: String, _reason: String) -> String {
    url
}
