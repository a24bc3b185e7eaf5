//! The result of a download in a type of the checks: a submission has types of its own.

/// The result for one comic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was downloaded.
    Comic {
        /// Its number.
        num: u32,
        /// Its title.
        title: String,
        /// The URL of its picture.
        img: String,
        /// The bytes of its picture.
        image: Vec<u8>,
    },
    /// The server replied with another status than success.
    Status {
        /// What was asked for.
        url: String,
        /// The status of the reply.
        status: u16,
    },
    /// There was no reply, or not all of it.
    Transport {
        /// What was asked for.
        url: String,
    },
    /// The reply was no description of a comic.
    Decode {
        /// What was asked for.
        url: String,
    },
}

impl Outcome {
    /// In words that do not contain the port of the server, whose URL is `base`.
    pub(crate) fn in_words(&self, base: &str) -> String {
        let path = |url: &str| format!("`{}`", path(url, base));
        match self {
            Outcome::Comic { num, title, img, image } => format!(
                "comic {num}, title {title:?}, img {}, an image of {} bytes",
                path(img),
                image.len()
            ),
            Outcome::Status { url, status } => format!("`Status` with {status} for {}", path(url)),
            Outcome::Transport { url } => format!("`Transport` for {}", path(url)),
            Outcome::Decode { url } => format!("`Decode` for {}", path(url)),
        }
    }
}

/// The part of a URL that is the same in every run.
fn path<'a>(url: &'a str, base: &str) -> &'a str {
    if let Some(path) = url.strip_prefix(base) {
        return path;
    }
    // The URL of another server: the part after its address.
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or(rest, |start| &rest[start..])
}
