//! What a download gave, in terms of the course: a submission has types of its own.

/// What became of a comic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is here.
    Comic {
        /// Its number.
        num: u32,
        /// Its title.
        title: String,
        /// Where its picture was.
        img: String,
        /// The bytes of its picture.
        image: Vec<u8>,
    },
    /// The server said no.
    Status {
        /// What was asked for.
        url: String,
        /// What the server said.
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
    /// In words that do not depend on the port of the server, whose address is `base`.
    pub(crate) fn told(&self, base: &str) -> String {
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
    // Another server: after its address.
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or(rest, |start| &rest[start..])
}
