//! The preludes of `std`, with the modelled printing macros in place of the real ones.

/// The prelude common to all editions.
pub mod v1 {
    pub use ::std::prelude::v1::*;

    pub use crate::{dbg, eprint, eprintln, print, println, thread_local};
}

/// The prelude of edition 2015.
pub mod rust_2015 {
    pub use ::std::prelude::rust_2015::*;

    pub use crate::{dbg, eprint, eprintln, print, println, thread_local};
}

/// The prelude of edition 2018.
pub mod rust_2018 {
    pub use ::std::prelude::rust_2018::*;

    pub use crate::{dbg, eprint, eprintln, print, println, thread_local};
}

/// The prelude of edition 2021.
pub mod rust_2021 {
    pub use ::std::prelude::rust_2021::*;

    pub use crate::{dbg, eprint, eprintln, print, println, thread_local};
}

/// The prelude of edition 2024.
pub mod rust_2024 {
    pub use ::std::prelude::rust_2024::*;

    pub use crate::{dbg, eprint, eprintln, print, println, thread_local};
}
