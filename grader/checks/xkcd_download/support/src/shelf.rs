//! The comics that a server has, what is wrong with some of them, and the right result of downloading each.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::json;

use crate::image::{jpeg, png};
use crate::outcome::Outcome;

/// Comics of the real site: number, title and file of the picture. The pictures themselves are made for this course.
const KNOWN: [(u32, &str, &str); 10] = [
    (100, "Family Circus", "family_circus.jpg"),
    (101, "Laser Scope", "laser_scope.png"),
    (102, "Back to the Future", "back_to_the_future.png"),
    (103, "Moral Relativity", "moral_relativity.png"),
    (104, "Find You", "find_you.png"),
    (105, "Parallel Universe", "parallel_universe.png"),
    (106, "Wright Brothers", "wright_brothers.png"),
    (107, "Snakes on a Plane! 2", "snakes_on_a_plane_2.png"),
    (108, "M.C. Hammer Slide", "mc_hammer_slide.png"),
    (109, "Spoiler Alert", "spoiler_alert.png"),
];

/// An invented comic whose title has to be escaped in JSON.
pub const ODD: u32 = 7001;

/// An invented comic whose picture is larger than what one read of a connection gives.
pub const LARGE: u32 = 7002;

/// The size of the picture of [`LARGE`].
const LARGE_BYTES: usize = 300_000;

/// What is special about a comic; most of it goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Its information has this status.
    InfoStatus(u16),
    /// Its picture has this status, and a page that says so.
    ImageStatus(u16),
    /// Its information comes with this status, which is a success.
    InfoSuccess(u16),
    /// Its picture comes with this status, which is a success.
    ImageSuccess(u16),
    /// Its information is not JSON.
    InfoMalformed,
    /// Its information is JSON without the URL of the picture.
    InfoIncomplete,
    /// The connection ends in the middle of its information.
    InfoCutOff,
    /// The connection ends in the middle of its picture.
    ImageCutOff,
    /// No server listens where its picture should be.
    ImageRefused,
    /// The connection ends before anything of its information came.
    InfoStalled,
    /// The connection ends before anything of its picture came.
    ImageStalled,
}

/// A number of comics, some of them with trouble.
#[derive(Debug, Clone)]
pub struct Shelf {
    comics: BTreeMap<u32, Option<Trouble>>,
}

/// How a reply comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Whole,
    /// With half of its bytes.
    CutOff,
    /// Not at all: the connection is closed as soon as nothing else goes on.
    Stalled,
}

/// What the server has for a path.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) comic: u32,
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: Bytes,
    pub(crate) manner: Manner,
    /// Whether this is the last reply for the comic, downloaded or not.
    pub(crate) is_last: bool,
}

/// URLs that are known once a server runs.
pub(crate) struct Places<'a> {
    /// The server.
    pub(crate) base: &'a str,
    /// Where no server listens.
    pub(crate) closed_base: &'a str,
}

impl Shelf {
    /// Comics without trouble.
    pub fn of(numbers: impl IntoIterator<Item = u32>) -> Shelf {
        let comics = numbers.into_iter().map(|number| (number, None)).collect();
        Shelf { comics }
    }

    /// One more comic, with trouble.
    #[must_use]
    pub fn with(mut self, number: u32, trouble: Trouble) -> Shelf {
        self.comics.insert(number, Some(trouble));
        self
    }

    /// One more comic, without trouble.
    #[must_use]
    pub fn and(mut self, number: u32) -> Shelf {
        self.comics.insert(number, None);
        self
    }

    /// How many comics there are.
    pub(crate) fn n_comics(&self) -> usize {
        self.comics.len()
    }

    /// Everything that can be asked for, by path.
    pub(crate) fn replies(&self, places: &Places<'_>) -> BTreeMap<String, Reply> {
        let comics = self.comics.iter();
        comics
            .flat_map(|(number, trouble)| {
                let info = (info_path(*number), info(*number, *trouble, places));
                let has_image = !info.1.is_last;
                let image = has_image.then(|| (image_path(*number), image(*number, *trouble)));
                [Some(info), image].into_iter().flatten()
            })
            .collect()
    }

    /// The right result for the comic `number`.
    pub(crate) fn expected(&self, number: u32, places: &Places<'_>) -> Outcome {
        let info = format!("{}{}", places.base, info_path(number));
        let img = image_url(number, self.trouble(number), places);
        match self.trouble(number) {
            None | Some(Trouble::InfoSuccess(_) | Trouble::ImageSuccess(_)) => Outcome::Comic {
                num: number,
                title: title(number),
                img,
                image: picture(number),
            },
            Some(Trouble::InfoStatus(status)) => Outcome::Status { url: info, status },
            Some(Trouble::ImageStatus(status)) => Outcome::Status { url: img, status },
            Some(Trouble::InfoMalformed | Trouble::InfoIncomplete) => Outcome::Decode { url: info },
            Some(Trouble::InfoCutOff | Trouble::InfoStalled) => Outcome::Transport { url: info },
            Some(Trouble::ImageCutOff | Trouble::ImageRefused | Trouble::ImageStalled) => {
                Outcome::Transport { url: img }
            }
        }
    }

    /// Whether a body ends too early, which some clients report as a body that they cannot decode.
    pub(crate) fn is_cut_off(&self, number: u32) -> bool {
        matches!(self.trouble(number), Some(Trouble::InfoCutOff | Trouble::ImageCutOff))
    }

    fn trouble(&self, number: u32) -> Option<Trouble> {
        self.comics.get(&number).copied().flatten()
    }
}

/// Where the information on the comic `number` is.
pub fn info_path(number: u32) -> String {
    format!("/{number}/info.0.json")
}

/// Where the picture of the comic `number` is.
pub fn image_path(number: u32) -> String {
    format!("/comics/{}", file(number))
}

fn file(number: u32) -> String {
    let known = KNOWN.iter().find(|(known, ..)| *known == number);
    known.map_or_else(|| format!("picture_{number}.png"), |(.., file)| (*file).to_owned())
}

fn title(number: u32) -> String {
    let known = KNOWN.iter().find(|(known, ..)| *known == number);
    match known {
        Some((_, title, _)) => (*title).to_owned(),
        None if number == ODD => "\"Déjà vu\" \\ naïve\u{a0}☃, 🦀 & <b>".to_owned(),
        None => format!("Number {number}"),
    }
}

fn picture(number: u32) -> Vec<u8> {
    if file(number).ends_with(".jpg") {
        return jpeg(number);
    }
    png(number, if number == LARGE { LARGE_BYTES } else { 0 })
}

fn image_url(number: u32, trouble: Option<Trouble>, places: &Places<'_>) -> String {
    let place = if trouble == Some(Trouble::ImageRefused) {
        places.closed_base
    } else {
        places.base
    };
    format!("{place}{}", image_path(number))
}

/// The information on a comic, in the form of the real site.
fn info(number: u32, trouble: Option<Trouble>, places: &Places<'_>) -> Reply {
    let title = title(number);
    // The title without what is special in HTML. On the real site, most comics have the same text in both fields.
    let safe_title = if number == ODD { "Deja vu" } else { &title };
    let mut text = json!({
        "month": "5", "num": number, "link": "", "year": "2006", "news": "", "safe_title": safe_title,
        "transcript": "", "alt": "A picture made for this course", "title": title, "day": "10",
        "img": image_url(number, trouble, places),
    })
    .to_string();
    let (mut status, mut manner) = (200, Manner::Whole);
    match trouble {
        Some(Trouble::InfoStatus(code)) => {
            status = code;
            text = page(code);
        }
        Some(Trouble::InfoSuccess(code)) => status = code,
        Some(Trouble::InfoMalformed) => text = text.replace('}', ""),
        Some(Trouble::InfoIncomplete) => text = json!({ "num": number, "title": title }).to_string(),
        Some(Trouble::InfoCutOff) => manner = Manner::CutOff,
        Some(Trouble::InfoStalled) => manner = Manner::Stalled,
        Some(
            Trouble::ImageStatus(_)
            | Trouble::ImageSuccess(_)
            | Trouble::ImageCutOff
            | Trouble::ImageRefused
            | Trouble::ImageStalled,
        )
        | None => {}
    }
    let has_image = matches!(
        trouble,
        None | Some(
            Trouble::ImageStatus(_)
                | Trouble::InfoSuccess(_)
                | Trouble::ImageSuccess(_)
                | Trouble::ImageCutOff
                | Trouble::ImageStalled
        )
    );
    Reply {
        comic: number,
        status,
        kind: if status < 300 { "application/json" } else { "text/html" },
        body: text.into(),
        manner,
        is_last: !has_image,
    }
}

fn image(number: u32, trouble: Option<Trouble>) -> Reply {
    let picture = picture(number);
    let kind = if file(number).ends_with(".jpg") {
        "image/jpeg"
    } else {
        "image/png"
    };
    let (status, kind, body, manner) = match trouble {
        Some(Trouble::ImageStatus(status)) => (status, "text/html", page(status).into_bytes(), Manner::Whole),
        Some(Trouble::ImageSuccess(status)) => (status, kind, picture, Manner::Whole),
        Some(Trouble::ImageCutOff) => (200, kind, picture, Manner::CutOff),
        Some(Trouble::ImageStalled) => (200, kind, picture, Manner::Stalled),
        _ => (200, kind, picture, Manner::Whole),
    };
    Reply {
        comic: number,
        status,
        kind,
        body: body.into(),
        manner,
        is_last: true,
    }
}

/// The page that comes with a status other than success.
pub(crate) fn page(status: u16) -> String {
    format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\n")
}
