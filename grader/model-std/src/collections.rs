//! As `std::collections`, with hash maps and sets whose order of iteration is the same in every run of a schedule.
//!
//! They wrap the real ones and have another default hasher. They are types of their own because `HashMap::new` of `std`
//! always uses the random keys of `std`. Iterators, entries and errors are the real ones.

pub mod hash_map;
pub mod hash_set;

pub use ::std::collections::*;

pub use hash_map::HashMap;
pub use hash_set::HashSet;
