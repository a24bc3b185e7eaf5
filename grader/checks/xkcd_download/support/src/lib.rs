//! What the checks of the exercise `xkcd_download` need besides the submission: a server of comics that counts requests
//! and holds replies back, the right results of a download, and the properties of its requests.

mod hold;
mod image;
mod judge;
mod outcome;
mod payload;
mod prompt;
mod server;
mod shelf;

pub use hold::Hold;
pub use judge::{
    Way, are_refused, are_right, asked_again, asked_once, connections_are_used_again, leaves_nothing, many_ask_at_once,
    never_more_than, nobody_is_idle, nobody_polls,
};
pub use outcome::Outcome;
pub use server::{QuiescentMoment, Server};
pub use shelf::{LARGE, ODD, Shelf, Trouble, image_path, info_path};
