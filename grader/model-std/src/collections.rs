//! As `std::collections`, with hash maps and sets that are iterated over in the same order in every run of a schedule.
//!
//! They are the real ones behind another default for the hasher, which is why they are types of their own:
//! `HashMap::new` of `std` is tied to the random keys of `std`. Iterators, entries and errors are the real ones.

pub use ::std::collections::*;

pub mod hash_map;
pub mod hash_set;

pub use hash_map::HashMap;
pub use hash_set::HashSet;
